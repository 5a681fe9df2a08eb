"""One stream's run: what it shows, what it reports as gone, and the checkpoints between; the same for every system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.clock import Clock
from source_crm import columns
from source_crm.bin import Bin
from source_crm.emission import Data, Emission, Recent
from source_crm.id_set import KnownIds
from source_crm.state import StreamState

# The vendor may commit a change some seconds after the time written in it: nothing younger than this is believed complete …
SETTLED_AFTER_S = 60.0
# … and this much before the last bound is looked at again.
OVERLAP_S = 300.0

S = TypeVar("S", bound=StreamState)


@dataclass(slots=True)
class Task(Generic[S]):
    """What a stream's steps share. A system's own task adds its API and what it selected.

    `clock` is the vendor's; `now` its time when the run began. `modified_field` holds a record's modified time ("": the module has none).
    `restorable_days` is how long the vendor can bring a deleted record back.
    """

    module: str
    voice: Voice
    state: S
    clock: Clock
    modified_field: str
    restorable_days: int
    now: float = field(init=False)
    emission: Emission = field(init=False)
    recent: Recent = field(init=False)
    known: KnownIds = field(init=False)
    bin: Bin = field(init=False)

    def __post_init__(self) -> None:
        state, now = self.state, self.clock.now()
        self.now = now
        self.emission = Emission(state.cursor, now, self.modified_field)
        self.recent = Recent(state.recent, instants.text(now - OVERLAP_S), self.modified_field)
        self.known = KnownIds(state.ids, state.count)
        self.bin = Bin(state.bin, today=instants.text(now), kept_days=self.restorable_days)

    @property
    def settled(self) -> str:
        """The instant up to which the vendor's data is complete now."""
        return instants.text(self.clock.now() - SETTLED_AFTER_S)

    def checkpoint(self) -> None:
        """Everything emitted so far is in the state from here on."""
        state = self.state
        state.cursor = self.emission.cursor
        state.ids, state.count = self.known.packed(), len(self.known)
        state.bin = self.bin.packed()
        state.recent = self.recent.kept(instants.earlier(state.upto, OVERLAP_S) if state.upto else "")
        self.voice.state(state.dump())

    def show(self, record: dict[str, Any]) -> Iterator[Data]:
        """One canonical record, unless exactly this was shown before."""
        identifier = int(record["id"])
        self.known.add(identifier)
        self.bin.discard(identifier)
        if not self.recent.is_repeated(record):
            yield self.emission.record(record)

    def gone(self, identifier: str | int, *, at: str, reason: str, heir: tuple[str, str] | None = None) -> Iterator[Data]:
        """A tombstone, unless it was reported already. `heir`: stream and id of the record that takes its place."""
        number = int(identifier)
        if number in self.bin and number not in self.known:
            return
        if reason == columns.LEFT_SELECTION:
            if self.recent.is_repeated_leaving(str(identifier), at):
                return
        else:
            self.recent.forget(str(identifier))
            self.bin.add(number, instants.text(self.now))
        self.known.discard(number)
        yield self.emission.tombstone(identifier, at=at, reason=reason, heir=heir)

    def whole_again(self) -> None:
        """Begin a full read of a module without changes to ask for: whatever was shown before is shown again."""
        self.recent = Recent({}, "9999", self.modified_field)
