"""A CRM in memory: the vendor facts the response rules rely on (an index that lags, merges, deletions, refused rows), staff, and a dial for failures."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import MailsyncError, VendorUnavailable
from mailsync.membership.tool import Window
from mailsync.responses.crm import (
    Ability,
    CampaignRow,
    Fate,
    Filter,
    NewItem,
    NewPerson,
    NewRow,
    Outcome,
    Person,
    PersonId,
    Traits,
    Value,
    marked,
    markers_in,
)
from tests.mailsync.membership.fake_tool import Crash, FakeClock

LAG_S = 23.0  # the longest index delay seen at a vendor
DONE, GONE = Outcome(Fate.DONE), Outcome(Fate.GONE)


@dataclass(slots=True)
class Record:
    """One person of the CRM. `locked`: the vendor refuses to change it, with this code."""

    id: PersonId
    addresses: list[str]
    contacted: float = 0.0
    modified: float = 0.0
    owner: str = "u1"
    opted_out: bool = False
    fields: dict[str, Value] = field(default_factory=dict)
    alive: bool = True
    locked: str = ""
    indexed_at: float = 0.0
    filters: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Item:
    makes: Ability
    person: PersonId
    subject: str
    text: str
    owner: str | None
    alive: bool = True
    indexed_at: float = 0.0


@dataclass(slots=True)
class CustomRow:
    module: str
    key: str
    person: PersonId
    values: dict[str, Value]
    alive: bool = True
    indexed_at: float = 0.0


@dataclass(slots=True)
class VendorCampaign:
    id: str
    key: str
    name: str
    values: dict[str, Value]
    members: dict[PersonId, str] = field(default_factory=dict)
    alive: bool = True


@dataclass(slots=True)
class Call:
    """One request. `rows`: what it is about."""

    method: str
    rows: list[Any]
    at: float


Dial = Callable[[Call], "str | MailsyncError | None"]
"""Decides about one request: None, "lost_before", "lost_after", "crash_before", "crash_after", or an error to raise."""


class FakeCrm:
    """`index_lags`: a search finds what we made only after a while; whom staff made shows at once, by the list of recent changes."""

    def __init__(self, clock: FakeClock, *, index_lags: bool = False, abilities: frozenset[Ability] = frozenset(Ability), batch: int = 100) -> None:
        self.clock = clock
        self.index_lags = index_lags
        self.abilities = abilities
        self.batch = batch
        self.people_by_id: dict[PersonId, Record] = {}
        self.items: dict[str, Item] = {}
        self.campaigns: dict[str, VendorCampaign] = {}
        self.rows: dict[str, CustomRow] = {}
        self.converted: dict[PersonId, PersonId] = {}  # lead → contact
        self.refuses_rows: str = ""
        self.required: set[str] = set()  # fields that a layout requires and our people lack
        self.unique_addresses = False
        self.unknown_statuses: set[str] = set()
        self.refuses_people: str = ""
        self.refuses_items: str = ""
        self.refuses_campaigns: str = ""
        self.failing: set[str] = set()  # reads that time out, by method
        self.poison: set[str] = set()  # addresses whose look-up fails alone
        self.calls: list[Call] = []
        self.dial: Dial = lambda _call: None
        self.before: list[tuple[str, Callable[[], None]]] = []  # (method, done once before its next request)
        self.on_call: Callable[[Call], None] = lambda _call: None
        self.reserve: Callable[..., None] = lambda _endpoint, _cost=1: None
        self.organisation: str | None = "org-1"
        self.windows: dict[str, tuple[Window, ...]] = {}
        self.numbers = itertools.count(1)

    # What staff do.

    def has(self, record_id: str, *addresses: str, module: str = "Leads", **values: Any) -> PersonId:
        one = PersonId(module, record_id)
        self.people_by_id[one] = Record(one, list(addresses), **values)
        return one

    def moves(self, one: PersonId, *addresses: str) -> None:
        self.people_by_id[one].addresses = list(addresses)
        self.people_by_id[one].indexed_at = 0.0  # staff's doing: among the recent changes at once

    def deletes(self, one: PersonId) -> None:
        self.people_by_id[one].alive = False

    def merges(self, loser: PersonId, survivor: PersonId) -> None:
        """The survivor gets items, memberships and addresses."""
        lost, kept = self.people_by_id[loser], self.people_by_id[survivor]
        lost.alive = False
        kept.addresses += [one for one in lost.addresses if one not in kept.addresses]
        for item in self.items.values():
            if item.person == loser:
                item.person = survivor
        for row in self.rows.values():
            if row.person == loser:
                row.person = survivor
        for campaign in self.campaigns.values():
            status = campaign.members.pop(loser, None)
            if status is not None:
                campaign.members.setdefault(survivor, status)

    def converts(self, lead: PersonId, contact: str) -> PersonId:
        """The contact gets address and items of the lead."""
        heir = self.has(contact, *self.people_by_id[lead].addresses, module="Contacts")
        self.merges(lead, heir)
        self.converted[lead] = heir
        return heir

    def deletes_items(self, one: PersonId) -> None:
        for item in self.items.values():
            if item.person == one:
                item.alive = False

    def deletes_campaign(self, key: str) -> None:
        for campaign in self.campaigns.values():
            if campaign.key == key:
                campaign.alive = False

    # What a test looks at.

    def items_of(self, one: PersonId, makes: Ability | None = None) -> list[str]:
        return [item.subject for item in self.items.values() if item.person == one and item.alive and makes in (None, item.makes)]

    def status(self, key: str, one: PersonId) -> str | None:
        return next((c.members.get(one) for c in self.campaigns.values() if c.key == key and c.alive), None)

    def field(self, one: PersonId, name: str) -> Value:
        return self.people_by_id[one].fields.get(name)

    def holders(self, address: str) -> list[PersonId]:
        return sorted(one.id for one in self.people_by_id.values() if one.alive and address in one.addresses)

    def made(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def writes(self) -> list[Call]:
        return [call for call in self.calls if call.method not in READS]

    # Crm.

    @property
    def traits(self) -> Traits:
        return Traits(
            system="fake",
            supports=self.abilities,
            member_modules=frozenset({"Leads", "Contacts"}),
            opt_out_modules=frozenset({"Leads", "Contacts"}),
            find_size=50,
            read_size=100,
            marker_size=100,
            batch=dict.fromkeys(Ability, self.batch),
            endpoint="api",
            limits=self.windows,
            margin_s=60.0,
        )

    def organisation_id(self) -> str | None:
        return self.organisation

    @property
    def people_modules(self) -> tuple[str, ...]:
        return ("Leads", "Contacts")

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        self._read("find", addresses)
        return {address: [_person(self.people_by_id[one]) for one in self._seen(address)] for address in addresses if address not in self.poison}

    def _seen(self, address: str) -> list[PersonId]:
        return [one for one in self.holders(address) if self.people_by_id[one].indexed_at <= self._indexed_until()]

    def _indexed_until(self) -> float:
        return self.clock.time - LAG_S if self.index_lags else self.clock.time

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        self._read("people", ids)
        return {one: _person(self.people_by_id[one]) for one in ids if self._is_alive(one)}

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        self._read("in_filter", [*ids])
        assert all(one.module == wanted.module for one in ids)
        return frozenset(one for one in ids if self._is_alive(one) and wanted.id in self.people_by_id[one].filters)

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        self._read("markers", ids)
        found: dict[PersonId, dict[str, str]] = {one: {} for one in ids}
        for item_id, item in self.items.items():
            if item.alive and item.makes is makes and item.person in found and item.indexed_at <= self._indexed_until():
                found[item.person] |= dict.fromkeys(markers_in(item.text), item_id)
        return found

    def heirs(self, ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        self._read("heirs", ids)
        return {one: self.converted[one] for one in ids if one in self.converted}

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        self._read("rows_by_key", keys)
        assert key_field == "Key"
        shown = [(number, row) for number, row in self.rows.items() if row.alive and row.module == module and row.indexed_at <= self._indexed_until()]
        return {row.key: number for number, row in shown if row.key in keys}

    def rewrite_notes(self, notes: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        return self._write("rewrite_notes", list(notes), self._put_note_text)

    def make_rows(self, rows: Sequence[NewRow]) -> Sequence[Outcome]:
        assert len({one.module for one in rows}) == 1
        return self._write("make_rows", list(rows), self._put_row)

    def rewrite_rows(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        assert len({one.module for _, one in rows}) == 1
        return self._write("rewrite_rows", list(rows), self._put_row_values)

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        return sorted(self.required - set(person.constants) - ({"Company"} if person.company else set()))

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        return self._write("write_campaigns", list(rows), self._put_campaign)

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        self._one_module([one for one, _ in rows])
        return self._write("write_member_statuses", [(campaign_id, *row) for row in rows], self._put_status)

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        self._one_module([one for one, _ in rows])
        return self._write("write_fields", list(rows), self._put_fields)

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        self._one_module(ids)
        return self._write("opt_out", list(ids), self._put_opt_out)

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        assert len({item.makes for item in items}) == 1
        return self._write("make_items", list(items), self._put_item)

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        assert len({one.module for one in people}) == 1
        return self._write("make_people", list(people), self._put_person)

    # Effects.

    def _put_campaign(self, row: CampaignRow) -> Outcome:
        if self.refuses_campaigns:
            return Outcome(Fate.REJECTED, code=self.refuses_campaigns)
        if row.id is not None and not self.campaigns[row.id].alive:
            return Outcome(Fate.CAMPAIGN_GONE)
        known = row.id or next((one.id for one in self.campaigns.values() if one.key == row.key and one.alive), None)
        if known is None:
            known = f"camp{next(self.numbers)}"
            self.campaigns[known] = VendorCampaign(known, row.key, row.name, {})
        self.campaigns[known].name = row.name
        self.campaigns[known].values |= dict(row.values)
        return Outcome(Fate.DONE, id=known)

    def _put_status(self, row: tuple[str, PersonId, str]) -> Outcome:
        campaign_id, one, status = row
        if not self.campaigns[campaign_id].alive:
            return Outcome(Fate.CAMPAIGN_GONE)
        if status in self.unknown_statuses:
            return Outcome(Fate.REJECTED, code="INVALID_DATA", field="Member_Status")
        refused = self._refusal(one)
        if refused is None:
            self.campaigns[campaign_id].members[one] = status
        return refused or DONE

    def _put_fields(self, row: tuple[PersonId, Mapping[str, Value]]) -> Outcome:
        refused = self._refusal(row[0])
        if refused is None:
            self.people_by_id[row[0]].fields |= dict(row[1])
        return refused or DONE

    def _put_opt_out(self, one: PersonId) -> Outcome:
        refused = self._refusal(one)
        if refused is None:
            self.people_by_id[one].opted_out = True
        return refused or DONE

    def _put_item(self, item: NewItem) -> Outcome:
        if not self._is_alive(item.person):
            return GONE
        if self.refuses_items:
            return Outcome(Fate.REJECTED, code=self.refuses_items)
        item_id = f"item{next(self.numbers)}"
        self.items[item_id] = Item(item.makes, item.person, item.subject, marked(item.text, item.marker), item.owner, indexed_at=self.clock.time)
        return Outcome(Fate.DONE, id=item_id)

    def _put_note_text(self, row: tuple[str, NewItem]) -> Outcome:
        item = self.items.get(row[0])
        if item is None or not item.alive:
            return GONE
        item.subject, item.text = row[1].subject, marked(row[1].text, row[1].marker)
        return DONE

    def _put_row(self, row: NewRow) -> Outcome:
        if not self._is_alive(row.person):
            return GONE
        if self.refuses_rows:
            return Outcome(Fate.REJECTED, code=self.refuses_rows)
        number = f"row{next(self.numbers)}"
        self.rows[number] = CustomRow(row.module, row.key, row.person, dict(row.values), indexed_at=self.clock.time)
        return Outcome(Fate.DONE, id=number)

    def _put_row_values(self, row: tuple[str, NewRow]) -> Outcome:
        there = self.rows.get(row[0])
        if there is None or not there.alive:
            return GONE
        there.person, there.values = row[1].person, dict(row[1].values)
        return DONE

    def _put_person(self, new: NewPerson) -> Outcome:
        if self.refuses_people:
            return Outcome(Fate.REJECTED, code=self.refuses_people)
        there = self.holders(new.address)
        if self.unique_addresses and there:
            return Outcome(Fate.EXISTS, id=there[0].id, code="DUPLICATE_DATA")
        one = self.has(f"new{next(self.numbers)}", new.address, module=new.module, owner=new.owner or "u1")
        self.people_by_id[one].indexed_at = self.clock.time
        self.people_by_id[one].fields |= {"Last_Name": new.last_name, "First_Name": new.first_name, **new.constants}
        return Outcome(Fate.DONE, id=one.id)

    def _refusal(self, one: PersonId) -> Outcome | None:
        if not self._is_alive(one):
            return GONE
        code = self.people_by_id[one].locked
        return Outcome(Fate.REJECTED, code=code) if code else None

    def _is_alive(self, one: PersonId) -> bool:
        return one in self.people_by_id and self.people_by_id[one].alive

    def _one_module(self, ids: Collection[PersonId]) -> None:
        assert len({one.module for one in ids}) == 1
        assert len(set(ids)) == len(list(ids)), "a person twice in one request"

    def _surprise(self, method: str) -> None:
        for one in [one for one in self.before if one[0] in (method, "*")]:
            self.before.remove(one)
            one[1]()

    def _read(self, method: str, rows: Sequence[Any]) -> None:
        self._surprise(method)
        self.reserve("api")
        self.clock.time += 0.2
        self.calls.append(Call(method, list(rows), self.clock.time))
        if method in self.failing:
            raise VendorUnavailable("timed out")

    def _write(self, method: str, rows: list[Any], effect: Callable[[Any], Outcome]) -> list[Outcome]:
        self._surprise(method)
        assert len(rows) <= self.batch
        self.reserve("api")
        call = Call(method, rows, self.clock.time)
        self.clock.time += 0.2
        said = self.dial(call)
        if isinstance(said, MailsyncError):
            raise said
        if said == "crash_before":
            raise Crash
        if said == "lost_before":
            raise VendorUnavailable("no answer")
        self.on_call(call)
        self.calls.append(call)
        outcomes = [effect(row) for row in rows]
        self.clock.time += 0.2
        if said == "crash_after":
            raise Crash
        if said == "lost_after":
            raise VendorUnavailable("no answer")
        return outcomes


READS = frozenset({"find", "people", "in_filter", "markers", "heirs", "rows_by_key"})


def _person(record: Record) -> Person:
    return Person(record.id, record.contacted, record.modified, record.owner, record.opted_out)
