"""The way back: a campaign is sent, people open, click, leave and bounce, and the reverse pair writes it to the CRM; proven from what both hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from demo.expectation import statuses
from demo.figures import Run
from demo.proof import Sum
from demo.story import CRM, MAIL, NEWSLETTER
from emulators.process import EmulatorProcess
from emulators.zoho_campaigns.addresses import key_of
from emulators.zoho_campaigns.mailings import CLICKED, HARD_BOUNCE, OPENED, OPTED_OUT, SPAM

STREAMS = ("campaigns", "campaign_reports", "responses")
STATUS_FIELD = "Mailing_Status"
PEOPLE = ("Leads", "Contacts")
CLICK_NOTE = "Clicked in"
SENT = "Newsletter: the last one"
OPENERS, CLICKERS, LEAVERS, BOUNCERS = 40, 15, 4, 3
# The vendor's action, what the member status must be, and the status field; the first one that happened counts.
HIGHEST = (
    (SPAM, "Opted Out", "Complaint"),
    (OPTED_OUT, "Opted Out", "Unsubscribed"),
    (CLICKED, "Responded", "Clicked"),
    (OPENED, "Opened", "Opened"),
    (HARD_BOUNCE, "Bounced", "Hard bounce"),
)


def prepare(vendors: EmulatorProcess, folder: Path, forward: Path, since: str) -> Path:
    """What an administrator does once in the CRM, and the connection that a newcomer would write. It shares the ledger of the forward one."""
    for module in PEOPLE:
        vendors.edit(CRM, op="add_field", module=module, field=STATUS_FIELD, data_type="text")
    ledger = {"kind": "sqlite", "path": str(forward.with_suffix(".ledger.db").resolve())}
    destination = vendors.config("destination-crm", CRM) | {
        "ledger": ledger,
        "opt_out": "any_leaving",
        "status_fields": [{"module": module, "field": STATUS_FIELD, "campaign_field": ""} for module in PEOPLE],
        "campaigns": {
            "figures": [{"figure": name, "field": f"Mails_{name.title()}"} for name in ("sent", "opened", "clicked")],
            "status_field": "Status",
        },
        "rule_groups": [{"rules": [{"name": "clicked", "makes": "note", "on": ["clicked"], "text": CLICK_NOTE + " {campaign}"}]}],
        "allow_rules_over_brake": True,
    }
    content = {
        "name": "demo-back",
        "source": {"connector": "source-campaigns", "config": vendors.config("source-campaigns", MAIL) | {"ledger": ledger, "start_date": since}},
        "destination": {"connector": "destination-crm", "config": destination},
        "streams": list(STREAMS),
    }
    path = folder / "demo-back.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    path.chmod(0o600)
    return path


def send_and_respond(vendors: EmulatorProcess) -> None:
    """One campaign to the newsletter, and what its readers do."""
    campaign = vendors.edit(MAIL, op="send", list=NEWSLETTER, name=SENT)["campaign"]
    crm = vendors.state(CRM)["modules"]
    known = {key_of(row["Email"]) for module in PEOPLE for row in crm[module].values() if row["Email"]}
    standing = statuses(vendors.state(MAIL), NEWSLETTER)
    readers = iter(sorted(key for key in known if standing.get(key) == "active"))
    for op, count in (("open", OPENERS), ("click", CLICKERS), ("unsubscribe", LEAVERS), ("bounce", BOUNCERS)):
        for address in (next(readers) for _ in range(count)):
            vendors.edit(MAIL, op=op, email=address, campaign=campaign, **({"list": NEWSLETTER} if op in {"unsubscribe", "bounce"} else {}))


def sums_back(
    runs: list[Run], crm: Mapping[str, Any], mail: Mapping[str, Any], since: float, launched: Mapping[str, str] | None = None
) -> Iterator[Sum]:
    """Worked out from both vendors' own state. `launched`: campaigns of the mailing tool that were launched from one of the CRM."""
    for number, run in enumerate(runs, start=1):
        yield Sum(f"way back {number}: every record read is settled", run.read, run.settled)
        for stream in STREAMS:
            told = sum(count for (name, _, _), count in run.fates.items() if name == stream)
            yield Sum(f"way back {number}: fates of {stream} add up to its records", run.result["streams"][stream]["read"], told)
    sent = {key: one for key, one in mail["campaigns"].items() if one["sent_at"] >= since}
    written = _written(crm) | {key: crm["campaigns"][identifier] for key, identifier in (launched or {}).items()}
    yield Sum("campaigns in the CRM, one for each that was sent", len(sent), len(written))
    yield from _people(crm, sent, written)
    yield Sum("way back 2: writes to the CRM with nothing new", 0, runs[-1].writes(CRM))
    yield Sum("automation of the CRM that ran", 0, sum(crm["automation"].values()))


def _people(crm: Mapping[str, Any], sent: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Sum]:
    records = _by_address(crm)
    members, shown = 0, 0
    for key, campaign in sent.items():
        found = written.get(key, {}).get("members", {})
        standing = {identifier: status for module in found.values() for identifier, status in module.items()}
        for address in campaign["recipients"]:
            ids = {identifier for _, identifier, _ in records.get(key_of(address), ())}
            members += bool(ids)
            shown += bool(ids) and {standing[one] for one in ids & standing.keys()} == {_status(campaign, address)}
    yield Sum("recipients in the CRM with the right member status", members, shown)
    left = {address for one in sent.values() for action in (OPTED_OUT, SPAM) for address in one["actions"].get(action, ())}
    opted = [bool(row["Email_Opt_Out"]) for address in left for _, _, row in records.get(key_of(address), ())]
    yield Sum("records of people who left, opted out in the CRM", len(opted), sum(opted))
    clicked = sum(bool(records.get(key_of(address))) for one in sent.values() for address in one["actions"].get(CLICKED, ()))
    yield Sum("notes about clicks, one for each click of somebody in the CRM", clicked, _notes(crm))
    latest = max(sent.values(), key=lambda one: float(one["sent_at"]))
    yield from _fields(latest, records)


def _fields(latest: Mapping[str, Any], records: Mapping[str, list[tuple[str, str, Mapping[str, Any]]]]) -> Iterator[Sum]:
    """The status field shows the last campaign of each of its readers."""
    for action, _, text in HIGHEST:
        people = [address for address in latest["actions"].get(action, ()) if _text(latest, address) == text and records.get(key_of(address))]
        right = sum(text in {row[STATUS_FIELD] for _, _, row in records[key_of(address)]} for address in people)
        if people:
            yield Sum(f"people whose field says {text}", len(people), right)


def _status(campaign: Mapping[str, Any], address: str) -> str:
    return next((status for action, status, _ in HIGHEST if address in campaign["actions"].get(action, ())), "Received")


def _text(campaign: Mapping[str, Any], address: str) -> str:
    return next((text for action, _, text in HIGHEST if address in campaign["actions"].get(action, ())), "")


def _written(crm: Mapping[str, Any]) -> dict[str, Any]:
    """The CRM's campaigns of ours, by the mailing tool's key."""
    return {one["Mailing_Key"]: one for one in crm["campaigns"].values() if one.get("Mailing_Key")}


def _by_address(crm: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Mapping[str, Any]]]]:
    found: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for module in PEOPLE:
        for identifier, row in crm["modules"][module].items():
            for address in {key_of(row[name]) for name in ("Email", "Secondary_Email") if row[name]}:
                found.setdefault(address, []).append((module, identifier, row))
    return found


def _notes(crm: Mapping[str, Any]) -> int:
    return sum((row["Note_Content"] or "").startswith(CLICK_NOTE) for row in crm["modules"]["Notes"].values())
