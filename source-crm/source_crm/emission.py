"""Numbering what is emitted, and not repeating what the overlap of two runs shows twice."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from source_crm import columns

Data = dict[str, Any]

# A run that breaks off may have shown numbers that no state knows of. Starting at the vendor's microseconds, every later run is above them.
TICKS_PER_SECOND = 1_000_000
MOST_RECENT = 2500


class Emission:
    """Gives each record its cursor."""

    def __init__(self, last: int, now: float, modified_field: str) -> None:
        """`last` is the cursor of the state; `now` the vendor's epoch seconds; `modified_field` holds a record's modified time, "" for none."""
        self._modified_field = modified_field
        self.cursor = max(last, int(now * TICKS_PER_SECOND))

    def record(self, data: Data) -> Data:
        """A canonical record with its columns, changed in place: it is ours alone."""
        self.cursor += 1
        data[columns.CURSOR] = self.cursor
        modified = data.get(self._modified_field)
        if modified is not None:
            data[columns.UPDATED_AT] = modified
        return data

    def tombstone(self, identifier: str | int, *, at: str, reason: str, heir: tuple[str, str] | None = None) -> Data:
        """A record that left; `heir` is the stream and id of the one that takes its place."""
        self.cursor += 1
        data = {"id": identifier, columns.CURSOR: self.cursor, columns.UPDATED_AT: at, columns.DELETED_AT: at, columns.REASON: reason}
        if heir:
            data[columns.HEIR_STREAM], data[columns.HEIR_ID] = heir
        return data


class Recent:
    """What was shown of records changed near the upper bound of a run, by content.

    The next run reads that stretch again, because a change may be committed later than its own time says. A record that is the same as shown is
    not repeated; at most MOST_RECENT are remembered, so a mass update may be repeated once.
    """

    def __init__(self, shown: dict[str, str], floor: str, modified_field: str) -> None:
        """`floor` is the instant from which changes are remembered; `modified_field` as in Emission."""
        self._modified_field = modified_field
        self._shown = dict(shown)
        self.floor = floor

    def is_repeated(self, data: Data) -> bool:
        """Whether an earlier run, or an earlier step of this one, showed exactly this; otherwise it is remembered as shown now."""
        modified = data.get(self._modified_field) or ""
        identifier = str(data["id"])  # the keys of a JSON object
        known = self._shown.get(identifier)
        if known is None and modified < self.floor:
            return False
        mark = f"{modified}|{hashlib.blake2b(orjson.dumps(data), digest_size=8).hexdigest()}"
        if known == mark:
            return True
        if known is not None or len(self._shown) < MOST_RECENT:
            self._shown[identifier] = mark
        return False

    def is_repeated_leaving(self, identifier: str, at: str) -> bool:
        """Whether it was told already that the record left by the change of that instant; otherwise it is remembered as told now."""
        mark = f"{at}|left"
        if self._shown.get(identifier) == mark:
            return True
        if identifier in self._shown or len(self._shown) < MOST_RECENT:
            self._shown[identifier] = mark
        return False

    def forget(self, identifier: str) -> None:
        """The record left: when it comes back unchanged, it has to be shown again."""
        self._shown.pop(identifier, None)

    def kept(self, floor: str) -> dict[str, str]:
        """What the state keeps: changes at or after an instant."""
        return {identifier: mark for identifier, mark in self._shown.items() if mark >= floor}
