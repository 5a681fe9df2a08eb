"""One stream's run: what all its steps share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mailsync.airbyte.voice import Voice
from mailsync.zoho_crm.api import CrmApi
from mailsync.zoho_crm.coql_read import CoqlReader
from mailsync.zoho_crm.fields import MODIFIED_TIME, Field
from mailsync.zoho_crm.removals import CONVERTED
from mailsync.zoho_crm.values import Canonical, Record, boolean
from source_crm import columns
from source_crm.zoho_crm import instants
from source_crm.zoho_crm.bin import Bin
from source_crm.zoho_crm.config import Config
from source_crm.zoho_crm.emission import Data, Emission, Recent
from source_crm.zoho_crm.id_set import KnownIds
from source_crm.zoho_crm.selecting import Selected
from source_crm.zoho_crm.state import StreamState

# The vendor may commit a change some seconds after the time written in it: nothing younger than this is believed complete …
SETTLED_AFTER_S = 60.0
# … and this much before the last bound is looked at again.
OVERLAP_S = 300.0


@dataclass(slots=True)
class Task:
    """`now` is the vendor's time when the run of this stream began; `fields` those of the module that are read."""

    module: str
    config: Config
    api: CrmApi
    voice: Voice
    state: StreamState
    fields: tuple[Field, ...]
    selected: Selected
    canonical: Canonical
    reader: CoqlReader | None
    emission: Emission
    recent: Recent
    known: KnownIds
    bin: Bin
    now: float

    @property
    def coql(self) -> CoqlReader:
        """The reader, where COQL serves the module."""
        if self.reader is None:
            raise AssertionError(f"{self.module} is not read by COQL")
        return self.reader

    @property
    def has_modified_time(self) -> bool:
        """Whether changes can be asked for."""
        return any(field.api_name == MODIFIED_TIME for field in self.fields)

    @property
    def settled(self) -> str:
        """The instant up to which the vendor's data is complete now."""
        return instants.text(self.api.clock.now() - SETTLED_AFTER_S)

    def checkpoint(self) -> None:
        """Everything emitted so far is in the state from here on."""
        state = self.state
        state.cursor = self.emission.cursor
        state.ids, state.count = self.known.packed(), len(self.known)
        state.bin = self.bin.packed()
        state.recent = self.recent.kept(instants.earlier(state.upto, OVERLAP_S) if state.upto else "")
        self.voice.state(state.dump())

    def shown(self, rows: Iterable[dict[str, Any]]) -> Iterator[Data]:
        """Records to emit from raw rows: canonical, converted leads left out, repetitions left out."""
        for row in rows:
            if not is_converted(row):
                yield from self.show(self.canonical.from_json(row))

    def show(self, record: Record) -> Iterator[Data]:
        """One canonical record, unless exactly this was shown before."""
        identifier = int(record["id"])
        self.known.add(identifier)
        self.bin.discard(identifier)
        if not self.recent.is_repeated(record):
            yield self.emission.record(record)

    def gone(self, identifier: str, *, at: str, reason: str, heir: tuple[str, str] | None = None) -> Iterator[Data]:
        """A tombstone, unless it was reported already."""
        number = int(identifier)
        if number in self.bin and number not in self.known:
            return
        if reason == columns.LEFT_SELECTION:
            if self.recent.is_repeated_leaving(identifier, at):
                return
        else:
            self.recent.forget(identifier)
            self.bin.add(number, instants.text(self.now))
        self.known.discard(number)
        yield self.emission.tombstone(identifier, at=at, reason=reason, heir=heir)


def is_converted(row: dict[str, Any]) -> bool:
    """Whether a raw row is a lead that became a contact."""
    value = row.get(CONVERTED)
    return value is True or (isinstance(value, str) and boolean(value) is True)
