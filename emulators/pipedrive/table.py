"""One entity's records: seeded ones are computed when asked, edited ones are kept. Ids count from 1.

Records are native: instants are epoch seconds or None; `views` turns them into what a version shows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Record = dict[str, Any]
NEVER = -1
# "Permanent after 30 days" (docs/systems/pipedrive.md#deletion)
RETENTION_S = 30 * 86_400


class Table:
    """All records of one entity, those deleted included."""

    def __init__(self, seeded: int, make: Callable[[int], Record]) -> None:
        """`make(id)` gives a seeded record with its `add_time` and `update_time`."""
        self.make = make
        self.seeded = self.last = seeded
        self._edited: dict[int, Record] = {}
        self._updated = array("q", [0]) * (seeded + 1)
        self._updated_known = False
        self._indexes: dict[str, dict[Any, set[int]]] = {}
        self._orders: dict[str, list[tuple[int, int]]] = {}
        self._purged: set[int] = set()

    def get(self, identifier: int) -> Record | None:
        """A record, not to be changed in place; None for one that never was or is gone for good."""
        known = self._edited.get(identifier)
        if known is not None:
            return known
        if not 0 < identifier <= self.last or identifier in self._purged:
            return None
        return self.make(identifier)

    def live(self, identifier: int) -> Record | None:
        """A record that is not deleted."""
        record = self.get(identifier)
        return record if record is not None and not record["is_deleted"] else None

    def add(self, record: Record) -> Record:
        """A new record under the next id."""
        self.last += 1
        self._updated.append(0)
        self.put({**record, "id": self.last})
        return self._edited[self.last]

    def put(self, record: Record) -> None:
        """Store a record as it is now."""
        identifier = record["id"]
        for field, index in self._indexes.items():
            before = self.get(identifier)
            if before is not None and before.get(field) in index:
                index[before[field]].discard(identifier)
            index.setdefault(record.get(field), set()).add(identifier)
        self._edited[identifier] = record
        if self._updated_known:
            self._updated[identifier] = _second(record)
        self._orders.clear()

    def purge(self, identifier: int) -> None:
        """Gone for good."""
        self._edited.pop(identifier, None)
        self._purged.add(identifier)
        self._orders.clear()

    def expire(self, now: float) -> None:
        """Purge what was deleted more than thirty days ago."""
        for record in list(self._edited.values()):
            if record["is_deleted"] and (record["update_time"] or 0) < now - RETENTION_S:
                self.purge(record["id"])

    def ids(self, *, after: int = 0, descending: bool = False) -> Iterator[int]:
        """Ids in order, behind `after` (0: from the start)."""
        numbers = range((after or self.last + 1) - 1, 0, -1) if descending else range(after + 1, self.last + 1)
        return (one for one in numbers if one not in self._purged) if self._purged else iter(numbers)

    def updated(self, identifier: int) -> int:
        """Epoch seconds of the last change, NEVER where there was none; quick."""
        if not self._updated_known:
            self._updated_known = True
            for one in self.ids():
                record = self.get(one)
                self._updated[one] = _second(record) if record else NEVER
        return self._updated[identifier]

    def ordered(self, field: str, *, after: tuple[int, int] | None, descending: bool) -> Iterator[int]:
        """Ids in the order of (field, id), behind a place."""
        order = self._orders.get(field)
        if order is None:
            order = self._orders[field] = sorted((self._number(one, field), one) for one in self.ids())
        if descending:
            start = len(order) if after is None else bisect_left(order, after)
            return (order[place][1] for place in range(start - 1, -1, -1))
        start = 0 if after is None else bisect_right(order, after)
        return (order[place][1] for place in range(start, len(order)))

    def _number(self, identifier: int, field: str) -> int:
        value = (self.get(identifier) or {}).get(field)
        return value if isinstance(value, int) else NEVER

    def having(self, field: str, value: Any) -> list[int]:
        """Ids of the records, deleted ones too, whose field has this value; ascending."""
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for identifier in self.ids():
                record = self.get(identifier)
                if record is not None:
                    index.setdefault(record.get(field), set()).add(identifier)
        return sorted(index.get(value, ()))

    def records(self, identifiers: Iterable[int]) -> Iterator[Record]:
        """Those that are there and not deleted."""
        for identifier in identifiers:
            record = self.live(identifier)
            if record is not None:
                yield record


def _second(record: Record) -> int:
    value = record.get("update_time")
    return NEVER if value is None else value
