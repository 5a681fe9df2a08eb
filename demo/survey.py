"""Surveys: contacts are invited, some answer, and their answers land on their records; proven from what both vendors hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from demo.expectation import LISTS
from demo.figures import Run
from demo.proof import Sum
from demo.story import CRM
from emulators.process import EmulatorProcess
from emulators.zoho_campaigns.addresses import key_of
from emulators.zoho_survey.account import MODULE, RECORD_ID
from emulators.zoho_survey.seed import SATISFACTION

SURVEY = "zoho_survey"
MODULES = ("Leads", "Contacts")
INVITED = "Contacts"
FIELD, QUESTION, FIRST = "Satisfaction", "How satisfied are you with us?", "q1"
ANSWERS = ("Very", "Rather", "Hardly")
ANSWERERS = 30
GONE = ("unsubscribed", "spam")


def prepare(vendors: EmulatorProcess, forward: Path) -> tuple[Path, Path]:
    """What an administrator does once in the CRM, and two connections, which share the ledger: who left a list is not invited either."""
    for module in MODULES:
        vendors.edit(CRM, op="add_field", module=module, field=FIELD, data_type="text")
    ledger = {"ledger": {"kind": "sqlite", "path": str(forward.with_suffix(".ledger.db").resolve())}}
    invites = vendors.config("destination-campaigns", SURVEY) | ledger | {"invitations": [{"stream": INVITED, "survey": SATISFACTION}]}
    written = [{"survey": SATISFACTION, "note": True, "fields": [{"question": QUESTION, "field": FIELD}]}]
    answers = vendors.config("destination-crm", CRM) | ledger | {"sync_name": "answers", "surveys": written}
    people, responses = vendors.config("source-crm", CRM), vendors.config("source-campaigns", SURVEY)
    return (
        _file(forward, "demo-invite", ("source-crm", people), ("destination-campaigns", invites), INVITED),
        _file(forward, "demo-answers", ("source-campaigns", responses), ("destination-crm", answers), "survey_responses"),
    )


def _file(forward: Path, name: str, source: tuple[str, Any], destination: tuple[str, Any], stream: str) -> Path:
    content = {
        "name": name,
        "source": {"connector": source[0], "config": source[1]},
        "destination": {"connector": destination[0], "config": destination[1]},
        "streams": [stream],
    }
    path = forward.with_name(f"{name}.yaml")
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    path.chmod(0o600)
    return path


def answer(vendors: EmulatorProcess) -> None:
    """Some of the invited answer, and staff exports the report to where it is read."""
    invited = sorted(one["email"] for one in survey_of(vendors.state(SURVEY))["invitations"])
    for number, address in enumerate(invited[:ANSWERERS]):
        vendors.edit(SURVEY, op="answer", survey=SATISFACTION, email=address, answers={QUESTION: ANSWERS[number % len(ANSWERS)]})
    exports = vendors.config("source-campaigns", SURVEY)["system"]["exports"]
    (place,) = [one["location"] for one in exports if one["survey_name"] == SATISFACTION]
    Path(place).write_text(vendors.edit(SURVEY, op="export", survey=SATISFACTION)["csv"], encoding="utf-8", newline="")


def survey_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The survey of this story."""
    return next(one for one in state["surveys"].values() if one["name"] == SATISFACTION)


def sums_of_surveys(runs: list[Run], crm: Mapping[str, Any], mail: Mapping[str, Any], survey: Mapping[str, Any]) -> Iterator[Sum]:
    """Worked out from the vendors' own state. `runs`: invitations, answers, and both again."""
    for number, run in enumerate(runs, start=1):
        told = sum(run.fates.values())
        yield Sum(f"survey run {number}: fates add up to the records", run.read, told)
    yield from _invitations(crm, mail, survey)
    yield from _answers(crm, survey_of(survey))
    yield Sum("surveys, second round: invitations and writes to the CRM", 0, sum(run.writes(SURVEY) + run.writes(CRM) for run in runs[2:]))


def _invitations(crm: Mapping[str, Any], mail: Mapping[str, Any], survey: Mapping[str, Any]) -> Iterator[Sum]:
    made = survey_of(survey)["invitations"]
    invited = Counter(key_of(one["email"]) for one in made)
    rows = crm["modules"][INVITED]
    right = sum(key_of(rows[one["values"][RECORD_ID]]["Email"]) == key_of(one["email"]) for one in made if one["values"][RECORD_ID] in rows)
    # Of the lists that this ledger keeps; it does not know who left others.
    kept = [one for one in mail["lists"].values() if one["name"] in LISTS.values()]
    left = {key_of(address) for one in kept for address, member in one["members"].items() if member["status"] in GONE}
    opted_out = {key_of(row["Email"]) for module in MODULES for row in crm["modules"][module].values() if row["Email"] and row["Email_Opt_Out"]}
    yield Sum("contacts invited to the survey, each with the id of a record of theirs", len(made), right)
    yield Sum("people invited more than once", 0, sum(count > 1 for count in invited.values()))
    yield Sum("people invited who left a list or opted out in the CRM", 0, len(invited.keys() & (left | opted_out)))
    yield Sum("mails that the invitations caused", len(invited), survey["mails_caused"])


def _answers(crm: Mapping[str, Any], survey: Mapping[str, Any]) -> Iterator[Sum]:
    """The newest completed response of each record, and one note for each response."""
    completed = sorted((one for one in survey["responses"].values() if one["ended_at"] is not None), key=lambda one: float(one["ended_at"]))
    records = {(module, identifier): row for module in MODULES for identifier, row in crm["modules"][module].items()}
    of_records = [(one["known"].get(MODULE), one["known"].get(RECORD_ID), one["answers"].get(FIRST)) for one in completed]
    newest = {(module, record): said for module, record, said in of_records if said and (module, record) in records}
    yield Sum("records whose field shows their newest answer", len(newest), sum(records[key][FIELD] == said for key, said in newest.items()))
    noted = Counter((row["Parent_Id"] or {}).get("id") for row in crm["modules"]["Notes"].values() if QUESTION in (row["Note_Content"] or ""))
    wanted = Counter(record for module, record, said in of_records if said and (module, record) in records)
    yield Sum("notes with answers, one for each response that has the record's id", sum(wanted.values()), sum(noted[one] for one in wanted))
