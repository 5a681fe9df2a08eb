"""One run of the stream of members: what it shows, what it reports as gone, and the checkpoints between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.instants import instant
from mailsync.zoho.api import CrmApi
from mailsync.zoho.members import PERSON, STATUS, Campaign, Departure, MemberLists, Row
from mailsync.zoho.values import Canonical
from source_crm import columns
from source_crm.emission import Data, Emission, Recent
from source_crm.task import OVERLAP_S, SETTLED_AFTER_S
from source_crm.zoho.members.known import Known, mark
from source_crm.zoho.members.state import MembersState

STREAM = "Campaign_Members"
PAGES_PER_CHECKPOINT = 10


@dataclass(frozen=True, slots=True)
class People:
    """A module whose records may be members: the fields asked for, the one among them that dates a change ("": none), their converter."""

    module: str
    fields: tuple[str, ...]
    dated: str
    canonical: Canonical


@dataclass(slots=True)
class Task:
    """What the steps share. `now` is the vendor's time when the run began, `lower` the instant since which changes of people are shown again."""

    voice: Voice
    state: MembersState
    api: CrmApi
    lists: MemberLists
    people: Sequence[People]
    now: float = field(init=False)
    lower: str = field(init=False)
    emission: Emission = field(init=False)
    recent: Recent = field(init=False)
    known: Known = field(init=False)
    pages: int = 0
    _due: int = PAGES_PER_CHECKPOINT

    def __post_init__(self) -> None:
        state = self.state
        self.now = self.api.clock.now()
        self.lower = instants.earlier(state.upto, OVERLAP_S) if state.upto else ""
        self.emission = Emission(state.cursor, self.now, columns.UPDATED_AT)
        self.recent = Recent(state.recent, instants.earlier(state.started or self.settled, OVERLAP_S), columns.UPDATED_AT)
        self.known = Known(state.members)

    @property
    def settled(self) -> str:
        """The instant up to which the vendor's data is complete now."""
        return instants.text(self.api.clock.now() - SETTLED_AFTER_S)

    @property
    def is_due(self) -> bool:
        """Whether a checkpoint is due: ever rarer, because each carries all members so far."""
        return self.pages >= self._due

    def checkpoint(self) -> None:
        """Everything emitted so far is in the state from here on."""
        state = self.state
        state.cursor = self.emission.cursor
        state.members = self.known.packed()
        state.names = {campaign: name for campaign, name in state.names.items() if campaign in state.members}
        state.recent = self.recent.kept(instants.earlier(state.upto, OVERLAP_S) if state.upto else "")
        self._due = self.pages + max(PAGES_PER_CHECKPOINT, self.pages // 20)
        self.voice.state(state.dump())

    def show(self, campaign: Campaign, people: People, row: Row) -> Iterator[Data]:
        """One member, where something of it is new since it was shown: the link, the status, the campaign's name, or the person."""
        record = _record(campaign, people, row)
        person, status = int(row["id"]), mark(row.get(STATUS))
        shown = self.known.mark_of(campaign.id, people.module, person)
        is_old = shown == status and self.state.names.get(campaign.id) == mark(campaign.name)
        if is_old and (not self.lower or str(record.get(columns.UPDATED_AT) or "") < self.lower):
            return
        self.known.put(campaign.id, people.module, person, status, old=shown)
        if not self.recent.is_repeated(record):
            yield self.emission.record(record)

    def gone(self, campaign: str, module: str, person: int, departure: Departure) -> Iterator[Data]:
        """A tombstone. Who became a member of another module has that membership as heir."""
        identifier = identifier_of(campaign, module, str(person))
        heir = (STREAM, identifier_of(campaign, *departure.heir)) if departure.heir else None
        self.recent.forget(identifier)
        self.known.drop(campaign, module, person)
        yield self.emission.tombstone(identifier, at=departure.at, reason=departure.reason, heir=heir)


def identifier_of(campaign: str, module: str, person: str) -> str:
    """The primary key of a member."""
    return f"{campaign}:{module}:{person}"


def _record(campaign: Campaign, people: People, row: Row) -> Data:
    """One member as the stream shows it; what is empty is left out."""
    person = people.canonical.from_json(row)
    identifier = str(row["id"])
    record: dict[str, Any] = {
        "id": identifier_of(campaign.id, people.module, identifier),
        "campaign_id": campaign.id,
        "campaign_name": campaign.name,
        "module": people.module,
        "member_id": identifier,
        **{name: person.get(name) for name in PERSON},
        "member_status": row.get(STATUS),
        columns.UPDATED_AT: instant(str(person[people.dated])) if person.get(people.dated) else None,
    }
    return {name: value for name, value in record.items() if value not in (None, "")}


_TEXT = {"type": ["null", "string"]}
SCHEMA: Mapping[str, Mapping[str, Any]] = {
    "id": {**_TEXT, "description": "campaign_id:module:member_id"},
    "campaign_id": {**_TEXT, "description": "The campaign of the CRM."},
    "campaign_name": _TEXT,
    "module": {**_TEXT, "description": "The module of the person."},
    "member_id": {**_TEXT, "description": "The id of the person in that module."},
    **{name: _TEXT for name in PERSON if name != "Email_Opt_Out"},
    "Email_Opt_Out": {"type": ["null", "boolean"]},
    "member_status": {**_TEXT, "description": "The status in the campaign, where the vendor shows it."},
}
