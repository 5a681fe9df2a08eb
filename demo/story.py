"""What people do between the two runs: staff in the CRM and in the mailing tool, subscribers in their inboxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demo.expectation import LISTS, Person, people
from emulators.process import EmulatorProcess
from emulators.zoho_campaigns.addresses import key_of

CRM, MAIL = "zoho_crm", "zoho_campaigns"
NEWSLETTER = LISTS["Leads"]


@dataclass(frozen=True, slots=True)
class Event:
    """Some people and one thing that happened to them. `status` is where they must stand on the list in the end (None: not on it)."""

    told: str
    addresses: tuple[str, ...]
    outcome: str
    status: frozenset[str | None]


ON = frozenset({"active"})
OFF = frozenset({None, "unsubscribed"})


class Cast:
    """People who may be picked: leads with an address of their own, on the list through us, who play one part only."""

    def __init__(self, crm: Mapping[str, Any], start: Mapping[str, str]) -> None:
        everyone = list(people(crm))
        shared = Counter(person.key for person in everyone)
        free = [p for p in everyone if p.module == "Leads" and p.key and shared[p.key] == 1 and p.mailable and not p.opted_out and p.key not in start]
        self._free: Iterator[Person] = iter(sorted(free, key=lambda person: person.id))

    def pick(self, count: int) -> list[Person]:
        """The next ones. Raises StopIteration's relative when the account is too small for the story."""
        picked = [person for person, _ in zip(self._free, range(count), strict=False)]
        if len(picked) < count:
            raise SystemExit("The demo needs more people: use --people 300 or more.")
        return picked


def live_through(vendors: EmulatorProcess, start: Mapping[str, str]) -> list[Event]:
    """Let it all happen. `start` holds who was on the newsletter before we came."""
    cast = Cast(vendors.state(CRM), start)
    return [*_in_the_crm(vendors, cast), *_in_the_mailing_tool(vendors, cast)]


def _in_the_crm(vendors: EmulatorProcess, cast: Cast) -> Iterator[Event]:
    yield _renamed(vendors, cast.pick(12))
    yield _deleted(vendors, cast.pick(5))
    yield from _moved(vendors, cast.pick(3))
    yield _opted_out(vendors, cast.pick(4))
    yield _converted(vendors, cast.pick(1))
    yield from _created(vendors)


def _renamed(vendors: EmulatorProcess, leads: list[Person]) -> Event:
    for lead in leads:
        vendors.edit(CRM, op="update", module="Leads", id=lead.id, record={"Last_Name": "Newly-Named"})
    return Event("renamed in the CRM", _keys(leads), "still on the list", ON)


def _deleted(vendors: EmulatorProcess, leads: list[Person]) -> Event:
    for lead in leads:
        vendors.edit(CRM, op="delete", module="Leads", id=lead.id)
    return Event("deleted in the CRM", _keys(leads), "taken off", OFF)


def _moved(vendors: EmulatorProcess, leads: list[Person]) -> Iterator[Event]:
    new = [f"moved.{place}@example.org" for place, _ in enumerate(leads)]
    for lead, address in zip(leads, new, strict=True):
        vendors.edit(CRM, op="update", module="Leads", id=lead.id, record={"Email": address})
    yield Event("old address of people who moved", _keys(leads), "taken off", OFF)
    yield Event("new address of people who moved", tuple(new), "on the list", ON)


def _opted_out(vendors: EmulatorProcess, leads: list[Person]) -> Event:
    for lead in leads:
        vendors.edit(CRM, op="update", module="Leads", id=lead.id, record={"Email_Opt_Out": True})
    return Event("opted out in the CRM", _keys(leads), "taken off", OFF)


def _converted(vendors: EmulatorProcess, leads: list[Person]) -> Event:
    for lead in leads:
        vendors.edit(CRM, op="convert", module="Leads", id=lead.id)
    return Event("lead converted to a contact", _keys(leads), "stays, as the contact", ON)


def _created(vendors: EmulatorProcess) -> Iterator[Event]:
    good = [f"new.{number}@example.com" for number in range(4)]
    for number, address in enumerate(good):
        vendors.edit(CRM, op="create", module="Leads", record={"Last_Name": f"Newcomer {number}", "Email": address})
    yield Event("new leads", tuple(good), "on the list", ON)
    vendors.edit(CRM, op="create", module="Leads", record={"Last_Name": "Typo", "Email": "typo@nowhere.invalid"})
    yield Event("new lead with a bad address", ("typo@nowhere.invalid",), "refused, with its reason", frozenset({None}))


def _in_the_mailing_tool(vendors: EmulatorProcess, cast: Cast) -> Iterator[Event]:
    campaign = vendors.edit(MAIL, op="send", list=NEWSLETTER)["campaign"]
    left, bounced, complained = cast.pick(4), cast.pick(2), cast.pick(1)
    for person in left:
        vendors.edit(MAIL, op="unsubscribe", list=NEWSLETTER, email=person.key, campaign=campaign)
        vendors.edit(CRM, op="update", module="Leads", id=person.id, record={"Last_Name": "Left-And-Edited"})
    for person in bounced:
        vendors.edit(MAIL, op="bounce", list=NEWSLETTER, email=person.key, campaign=campaign)
    for person in complained:
        vendors.edit(MAIL, op="complain", list=NEWSLETTER, email=person.key, campaign=campaign)
    yield Event("unsubscribed by a mail, then edited in the CRM", _keys(left), "left alone", frozenset({"unsubscribed"}))
    yield Event("bounced", _keys(bounced), "left alone", frozenset({"bounced"}))
    yield Event("complained", _keys(complained), "left alone", frozenset({"spam", "unsubscribed"}))
    vendors.edit(MAIL, op="add", list=NEWSLETTER, email="guest@example.net")
    yield Event("added to the list by staff", ("guest@example.net",), "not ours: untouched", ON)


def _keys(persons: list[Person]) -> tuple[str, ...]:
    return tuple(key_of(person.key) for person in persons)
