"""What the response rules ask of a CRM. One implementation per system, in that system's folder.

Idempotent calls (campaign, member status, field, opt-out) may be made again with the same values at any time. Calls that make something new
(an item, a person) are looked up first and have an intent in the ledger; an implementation makes each of them in exactly one request and never
repeats it by itself, except after an answer that proves that it had no effect (an expired token).

Long because everything that a CRM is asked for stands on one page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Protocol

from mailsync.membership.tool import Window

Value = str | float | bool | tuple[str, ...] | None
"""A field's value as the rules know it; an implementation converts it to the vendor's type (epoch seconds to a date, a tuple to several choices)."""


class Ability(StrEnum):
    """What can be written to a CRM. What a system lacks is refused by `check`, or counted as unsupported."""

    CAMPAIGN = "campaign"
    MEMBER_STATUS = "member_status"
    FIELD = "field"
    OPT_OUT = "opt_out"
    ACTIVITY = "activity"
    DEAL = "deal"
    NOTE = "note"
    PERSON = "person"
    ROW = "row"  # of a custom module, one for each response to a survey


ITEMS = frozenset({Ability.ACTIVITY, Ability.DEAL, Ability.NOTE})


@dataclass(frozen=True, slots=True, order=True)
class PersonId:
    """A record of a module that holds people; `module` by its API name, spelled as `source-crm` names the stream."""

    module: str
    id: str

    def __str__(self) -> str:
        return f"{self.module}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> PersonId:
        """Back from `str()`."""
        module, _, record_id = text.partition("/")
        return cls(module, record_id)


@dataclass(frozen=True, slots=True)
class Person:
    """One living person. Times are epoch seconds, 0 where unknown; `opted_out` None where the module has no such field."""

    id: PersonId
    contacted: float = 0.0
    modified: float = 0.0
    owner: str | None = None
    opted_out: bool | None = None

    @property
    def rank(self) -> tuple[float, float, int, str, str]:
        """Who is meant among several with one address: last contacted, else last modified, else the highest id."""
        return (self.contacted, self.modified, len(self.id.id), self.id.id, self.id.module)


@dataclass(frozen=True, slots=True)
class Filter:
    """A custom view (Zoho) or a filter (Pipedrive) by the vendor's id; `name` is for messages."""

    module: str
    id: str
    name: str = ""


class Fate(Enum):
    """What became of one row of a call that was answered. No answer at all is VendorUnavailable."""

    DONE = "done"
    EXISTS = "exists"  # a person with this address is there already; `id` says who
    GONE = "gone"  # no such person
    CAMPAIGN_GONE = "campaign_gone"  # no such campaign
    UNSUPPORTED = "unsupported"  # this account's API has no such call after all: `traits` says so from now on
    REJECTED = "rejected"  # refused for good; `code` and `message` are the vendor's


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for one row. `id` of what was made or found. `message` is the vendor's text without address or payload; `field` the one refused."""

    fate: Fate
    id: str = ""
    code: str = ""
    message: str = ""
    field: str = ""


DONE = Outcome(Fate.DONE)


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as the CRM should have it.

    `key` is ours, and what it is found by; `id` the CRM's, where known. `values`: the CRM's field → value. `is_theirs`: staff made the campaign `id`,
    and it was launched from there: nothing but `values` is written to it.
    """

    key: str
    name: str
    id: str | None
    sent_at: float | None
    values: Mapping[str, Value]
    parent_id: str | None = None
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody nobody has in the CRM. `constants`: the CRM's field → value, from the configuration."""

    module: str
    address: str
    first_name: str
    last_name: str
    company: str
    phone: str
    owner: str | None
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewItem:
    """An activity, a deal or a note. `settings`: type, pipeline, stage, days until due.

    The marker goes into a field of its own where one is configured, else behind the text or title (`marked`).
    """

    makes: Ability
    person: PersonId
    owner: str | None
    subject: str
    text: str
    marker: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of a custom module as it should be. `key_field` holds `key`, by which it is found again; `person_field` looks the person up."""

    module: str
    key_field: str
    key: str
    person: PersonId
    person_field: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """What a call that writes costs in the vendor's unit: `units` for each `rows`, or part of so many."""

    units: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between CRMs, as data. Sizes are rows per call; an implementation is never given more.

    `margin_s` is above every delay of the vendor's index, and above the time-out of a call that makes something. `member_modules` and
    `opt_out_modules`: whose people can have a member status, an opt-out. `unproven`: abilities that no page of the vendor promises, and a run's first
    write tries. `endpoint`: the one that each call reserves (besides narrower ones).
    """

    system: str
    supports: frozenset[Ability]
    member_modules: frozenset[str]
    opt_out_modules: frozenset[str]
    find_size: int  # addresses
    read_size: int  # people by id, or asked whether they are in a filter
    marker_size: int  # people whose items are listed
    batch: Mapping[Ability, int]
    endpoint: str
    limits: Mapping[str, tuple[Window, ...]]
    unproven: frozenset[Ability] = frozenset()
    lock_s: float = 60.0
    margin_s: float = 60.0
    prices: Mapping[Ability, Price] = field(default_factory=dict)

    def cost(self, ability: Ability, rows: int) -> int:
        """Of one call that writes so many rows."""
        price = self.prices.get(ability)
        return 1 if price is None else price.units * -(-rows // price.rows)


class Crm(Protocol):
    """One organisation of one CRM.

    Every method raises VendorUnavailable where there was no usable answer (of a write nobody knows then whether it took effect), RateLimited where
    nothing took effect (locked for `retry_after` seconds), ConfigError where nobody can be written, or a filter, module or field is missing. Reads
    retry inside themselves. An error is never given as an empty answer. Before each HTTP request an implementation calls the
    `reserve(endpoint, cost)` it was built with; BudgetSpent from it passes through, and means that the request was not made. The CRM's automation
    stays off unless the configuration asks for it. There is no method that deletes.
    """

    @property
    def traits(self) -> Traits:
        """Constant for a run, but for what is unproven and turns out not to be there."""

    @property
    def people_modules(self) -> tuple[str, ...]:
        """Where people are looked for."""

    def organisation_id(self) -> str | None:
        """The vendor's id of this organisation, None where no call tells."""

    def find(self, addresses: Sequence[str]) -> Mapping[str, Sequence[Person]]:
        """Everybody alive who has one of these address keys now, in the configured modules, all e-mail fields of a module.

        Each person was compared by `address_key`, not by what a search says. An address that could not be looked up completely is absent from the
        answer: look-up failed. An empty sequence means that nobody has it, which a caller believes only a margin after the newest call that could
        have made somebody.
        """

    def people(self, ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """These people by id; absent from the answer: no such person, deleted, or merged away. Converted leads are gone.

        An id may come from a link that anybody can write: one that no record can have is absent, and reaches no query.
        """

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of these people of the filter's module is in it now."""

    def write_campaigns(self, rows: Sequence[CampaignRow]) -> Sequence[Outcome]:
        """Update by `id`; without one, find by our key and update, else make it. One outcome a row, in order.

        DONE carries the CRM's id; CAMPAIGN_GONE: there was an `id`, and it is deleted.
        """

    def write_member_statuses(self, campaign_id: str, rows: Sequence[tuple[PersonId, str]]) -> Sequence[Outcome]:
        """Link people of one module to a campaign with a status, or change it. One outcome a row, in order."""

    def write_fields(self, rows: Sequence[tuple[PersonId, Mapping[str, Value]]]) -> Sequence[Outcome]:
        """Update fields of people of one module. One outcome a row, in order."""

    def opt_out(self, ids: Sequence[PersonId]) -> Sequence[Outcome]:
        """Set the e-mail opt-out of people of one module. One outcome a row, in order."""

    def markers(self, makes: Ability, ids: Sequence[PersonId]) -> Mapping[PersonId, Mapping[str, str]]:
        """Our markers (see `markers_in`) among each person's items of this kind → the item's id; open, done, won and lost ones alike.

        A person absent from the answer: look-up failed.
        """

    def heirs(self, ids: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """Who stands for records that are no longer there, as far as the CRM shows it: the contact of a converted lead."""

    def rewrite_notes(self, notes: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        """Give notes (id, as it should be) their text anew. One outcome a row, in order; GONE: no such note."""

    def rows_by_key(self, module: str, key_field: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Rows of a custom module that hold these keys: key → id. A key absent from the answer is not there."""

    def make_rows(self, rows: Sequence[NewRow]) -> Sequence[Outcome]:
        """Make rows of one custom module in one request. One outcome a row, in order."""

    def rewrite_rows(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        """Write rows (id, as it should be) of one custom module anew. One outcome a row, in order; GONE: no such row."""

    def make_items(self, items: Sequence[NewItem]) -> Sequence[Outcome]:
        """Make items of one kind in one request. One outcome a row, in order."""

    def missing_fields(self, person: NewPerson) -> Sequence[str]:
        """Fields that the layout requires and this person lacks, by the CRM's name; from metadata, without a call per person."""

    def make_people(self, people: Sequence[NewPerson]) -> Sequence[Outcome]:
        """Make people of one module in one request. One outcome a row, in order."""


_MARKER = re.compile(r"\[ms-([0-9a-f]{16})\]")


def marker_of(account: str, sync: str, rule: str, campaign: str = "") -> str:
    """What an item is found again by, under the person.

    No address and no person is in it, so that a merge brings it along, and no key of the ledger, so that a lost one makes the same.
    """
    return hashlib.blake2b(f"{account}\x00{sync}\x00{rule}\x00{campaign}".encode(), digest_size=8).hexdigest()


def marked(text: str, marker: str) -> str:
    """The text with the marker as its last line, visible: invisible ones are sanitised away."""
    return f"{text}\n[ms-{marker}]".lstrip()


def markers_in(text: str | None) -> list[str]:
    """Every marker in a text read back from the CRM, whatever the CRM did to its line breaks or wrapped around them."""
    return _MARKER.findall(text or "")
