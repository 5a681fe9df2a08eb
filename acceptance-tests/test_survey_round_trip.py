"""People of a CRM are invited to a survey, answer it, and their answers land on their records; a second round writes nothing. Under `mailsync sync`."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from airbyte_connector import SCRIPTS

from emulators.process import EmulatorProcess

pytestmark = pytest.mark.slow

SCALE = 300
CRM, SURVEY = "zoho_crm", "zoho_survey"
NAME = "Customer satisfaction"
HOW, WHY = "How satisfied are you with us?", "What should we do better?"
PEOPLE = ("Leads", "Contacts")


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    with EmulatorProcess(configs=tmp_path_factory.mktemp("configs"), people=60, time_scale=SCALE) as process:
        yield process


class Loop:
    """Both connections on one ledger; answers travel by the report that somebody exports."""

    def __init__(self, emulator, folder):
        self.emulator, self.folder = emulator, folder
        for module in PEOPLE:
            emulator.edit(CRM, op="add_field", module=module, field="Satisfaction", data_type="text")
        self.ledger = {"kind": "sqlite", "path": str(folder / "ledger.db")}
        written = [{"survey": NAME, "note": True, "fields": [{"question": HOW, "field": "Satisfaction"}]}]
        self.source = emulator.config("source-campaigns", SURVEY)
        invites = emulator.config("destination-campaigns", SURVEY)
        answers = emulator.config("destination-crm", CRM) | {"surveys": written, "sync_name": "answers"}
        self._file("invite", ("source-crm", emulator.config("source-crm", CRM)), ("destination-campaigns", invites), PEOPLE)
        self._file("answers", ("source-campaigns", self.source), ("destination-crm", answers), ["survey_responses"])

    def _file(self, name, source, destination, streams):
        (reads, read), (writes, written) = source, destination
        content = {
            "source": {"connector": reads, "config": read},
            "destination": {"connector": writes, "config": written | {"ledger": self.ledger}},
            "streams": list(streams),
        }
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(content))

    def sync(self, name):
        self.emulator.advance(1800)
        command = [str(SCRIPTS / "mailsync"), "sync", "--json", str(self.folder / f"{name}.yaml")]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280, env=os.environ)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def export(self):
        """Staff exports the report and puts the file where it is read."""
        (place,) = [one["location"] for one in self.source["system"]["exports"] if one["survey_name"] == NAME]
        Path(place).write_text(self.emulator.edit(SURVEY, op="export", survey=NAME)["csv"], encoding="utf-8", newline="")

    def survey(self):
        return next(one for one in self.emulator.state(SURVEY)["surveys"].values() if one["name"] == NAME)

    def records(self):
        return self.emulator.state(CRM)["modules"]

    def writes(self):
        return [(one["system"], one["path"]) for one in self.emulator.requests() if one["writes"] and one["system"] in (CRM, SURVEY)]


@pytest.fixture
def loop(scaled, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", str(SCALE))
    scaled.reset()
    scaled.move_configs(tmp_path / "configs")
    return Loop(scaled, tmp_path)


def mailable(records):
    """Addresses that may be invited: of somebody who is there, and of nobody who opted out."""
    rows = [row for module in PEOPLE for row in records[module].values() if row["Email"]]
    opted_out = {row["Email"].lower() for row in rows if row["Email_Opt_Out"]}
    return {row["Email"].lower() for row in rows if not row.get("Converted__s")} - opted_out


def satisfaction(loop):
    """(module, record) → what the newest completed response that carries the record says."""
    completed = [one for one in loop.survey()["responses"].values() if one["ended_at"] is not None]
    found = {}
    for one in sorted(completed, key=lambda response: response["ended_at"]):
        if "q1" in one["answers"]:
            found[one["known"]["customVariable2"], one["known"]["customVariable1"]] = one["answers"]["q1"]
    return found


def notes(loop, record):
    rows = loop.records()["Notes"].values()
    return [one["Note_Content"] for one in rows if (one["Parent_Id"] or {}).get("id") == record and "[ms-" in (one["Note_Content"] or "")]


def test_invited_people_answer_and_the_answers_land_on_their_records_once(loop):
    emulator = loop.emulator
    loop.sync("invite")
    invitations = loop.survey()["invitations"]
    assert {one["email"].lower() for one in invitations} == {one for one in mailable(loop.records()) if "@nowhere." not in one}
    assert len(invitations) == emulator.state(SURVEY)["mails_caused"] > 20

    answered, another = invitations[0], invitations[1]
    for one, how in ((answered, "Very"), (another, "Hardly")):
        emulator.edit(SURVEY, op="answer", survey=NAME, email=one["email"], answers={HOW: how, WHY: "Faster, please"})
    loop.export()
    loop.sync("answers")
    records = loop.records()
    wanted = satisfaction(loop)
    assert wanted[answered["values"]["customVariable2"], answered["values"]["customVariable1"]] == "Very"
    assert {key: records[key[0]][key[1]]["Satisfaction"] for key in wanted} == wanted
    [note] = [one for one in notes(loop, answered["values"]["customVariable1"]) if "Faster, please" in one]
    assert f"{HOW}: Very" in note

    before = loop.records()
    emulator.clear_requests()
    loop.sync("invite")
    loop.export()
    loop.sync("answers")
    assert loop.writes() == []
    assert loop.records() == before
    assert emulator.state(SURVEY)["mails_caused"] == len(invitations)
    assert emulator.state(CRM)["automation"] == {}
