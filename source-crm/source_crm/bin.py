"""Records we reported as gone that may come back: by day of the report, forgotten when the vendor can no longer restore them."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from source_crm import id_set
from source_crm.id_set import KnownIds

DAY_S = 86400.0


class Bin:
    """Ids with the day on which they were reported."""

    def __init__(self, days: dict[str, str], *, today: str, kept_days: int) -> None:
        """`today` is an instant; reports of more than `kept_days` ago are dropped: the vendor can no longer restore those records."""
        oldest = instants.earlier(today, kept_days * DAY_S)[:10]
        self._days = {day: KnownIds(packed, id_set.count(packed)) for day, packed in days.items() if day >= oldest}

    def __contains__(self, identifier: int) -> bool:
        return any(identifier in ids for ids in self._days.values())

    def __len__(self) -> int:
        return sum(map(len, self._days.values()))

    def __iter__(self) -> Iterator[int]:
        for day in sorted(self._days, reverse=True):
            yield from self._days[day]

    def add(self, identifier: int, at: str) -> None:
        """Reported as gone, on the day of an instant."""
        self._days.setdefault(at[:10], KnownIds(id_set.EMPTY, 0)).add(identifier)

    def discard(self, identifier: int) -> None:
        """It is back."""
        for ids in self._days.values():
            ids.discard(identifier)

    def packed(self) -> dict[str, str]:
        """What the state keeps."""
        return {day: ids.packed() for day, ids in sorted(self._days.items()) if len(ids)}
