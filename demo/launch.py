"""A campaign of the CRM is launched to its members: reviewed, made and sent once; proven from what both vendors hold."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from demo.expectation import Person, people, statuses
from demo.proof import Sum
from demo.story import CRM, MAIL, NEWSLETTER
from emulators.process import EmulatorProcess
from emulators.zoho_campaigns.addresses import key_of

NAME, GUESTS = "Spring fair", "Guests of the fair"
FIRST_CONTACT = "fair@example.com"
PAGE = "<html><body>See you there, $[First Name|there]$.</body></html>"
INVITED, OPTED_OUT, OPENERS, CLICKERS = 30, 3, 12, 5


@dataclass(frozen=True, slots=True)
class Launched:
    """`campaign` of the CRM, whose id is the launch's key; `guests` may be mailed, `refused` opted out."""

    file: Path
    campaign: str
    guests: tuple[Person, ...]
    refused: tuple[Person, ...]


def prepare(vendors: EmulatorProcess, folder: Path, ledger: Path) -> Launched:
    """Staff plans a campaign in the CRM and adds its members; the connection is what a newcomer would write."""
    crm = vendors.state(CRM)
    campaign = vendors.edit(CRM, op="create", module="Campaigns", record={"Campaign_Name": NAME, "Status": "Planning"})["id"]
    guests, refused = _invited(crm, statuses(vendors.state(MAIL), NEWSLETTER))
    ids = [person.id for person in (*guests, *refused)]
    vendors.edit(CRM, op="set_member_status", campaign=campaign, module="Leads", ids=ids, status="Planned")
    launch = {
        "launch_key": campaign,
        "recipients": [{"stream": "Campaign_Members", "campaign": campaign}],
        "list_name": GUESTS,
        "create_list": True,
        "first_contact": FIRST_CONTACT,
        "campaign_name": NAME,
        "subject": "See you there",
        "from_name": "Ann",
        "from_email": "letters@example.com",
        "content_page": vendors.publish("fair.html", PAGE),
        "then": "send",
    }
    destination = vendors.config("destination-campaigns", MAIL) | {"sync_name": "fair", "streams": [], "launches": [launch]}
    destination["ledger"] = {"kind": "sqlite", "path": str(ledger.resolve())}
    content = {
        "name": "demo-launch",
        "source": {"connector": "source-crm", "config": vendors.config("source-crm", CRM)},
        "destination": {"connector": "destination-campaigns", "config": destination},
        "streams": ["Campaign_Members"],
    }
    path = folder / "demo-launch.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    path.chmod(0o600)
    return Launched(path, campaign, guests, refused)


def _invited(crm: Mapping[str, Any], standing: Mapping[str, str]) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Leads with an address of their own: some who are on the newsletter, and some who opted out in the CRM."""
    everyone = list(people(crm))
    shared = Counter(person.key for person in everyone)
    alone = sorted((one for one in everyone if one.module == "Leads" and shared[one.key] == 1 and one.mailable), key=lambda one: one.id)
    guests = [one for one in alone if not one.opted_out and standing.get(one.key) == "active"]
    refused = [one for one in alone if one.opted_out]
    return tuple(guests[-INVITED:]), tuple(refused[-OPTED_OUT:])


def respond(vendors: EmulatorProcess, launched: Launched) -> None:
    """Some of the guests open it, and some click."""
    key, _ = sent(vendors.state(MAIL), launched.campaign)
    for op, some in (("open", launched.guests[:OPENERS]), ("click", launched.guests[:CLICKERS])):
        for person in some:
            vendors.edit(MAIL, op=op, email=person.key, campaign=key)


def sent(mail: Mapping[str, Any], campaign: str) -> tuple[str, Mapping[str, Any]]:
    """Key and content of the campaign in the mailing tool that bears the launch's mark."""
    return next((key, one) for key, one in mail["campaigns"].items() if f"launch {campaign}" in one["name"])


def review(ledger: Path, campaign: str) -> Mapping[str, Any]:
    """What the launch counted before it sent, as the ledger has it."""
    with closing(sqlite3.connect(ledger)) as opened:
        (counted,) = opened.execute("SELECT review FROM launch WHERE launch = ?", (campaign,)).fetchone()
    found: dict[str, Any] = json.loads(counted)
    return found


def sums_of_launch(launched: Launched, counted: Mapping[str, Any], crm: Mapping[str, Any], mail: Mapping[str, Any]) -> Iterator[Sum]:
    """Worked out from both vendors' own state, after the way back."""
    _, campaign = sent(mail, launched.campaign)
    mailed = {key_of(address): count for address, count in campaign["mailed"].items()}
    yield Sum("launch: eligible members of the CRM's campaign, by the review", len(launched.guests), counted["eligible"])
    yield Sum("launch: members who get nothing, by the review", len(launched.refused), sum(counted["skipped"].values()))
    yield Sum("launch: members who were mailed once", len(launched.guests), sum(mailed.get(one.key) == 1 for one in launched.guests))
    yield Sum("launch: people who opted out and were mailed", 0, sum(one.key in mailed for one in launched.refused))
    yield Sum("launch: mails to anybody else but the first contact", 0, len(_others(launched, mailed)))
    named = [one for one in crm["campaigns"].values() if one["Campaign_Name"].startswith(NAME)]
    yield Sum("launch: campaigns of that name in the CRM", 1, len(named))
    yield Sum("launch: campaigns that show in the CRM that the mailing is complete", 1, sum(one["Status"] == "Complete" for one in named))


def _others(launched: Launched, mailed: Mapping[str, int]) -> Sequence[str]:
    return [key for key in mailed if key not in {one.key for one in launched.guests} and key != FIRST_CONTACT]
