"""Date-times as the vendor writes them: whole seconds, with the account zone's offset *at that date* (docs/systems/zoho_crm.md#values)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 2000, 2060
_DAY_S = 86_400


@lru_cache(maxsize=40_000)
def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat() + "T"


@lru_cache(maxsize=1)
def _seconds() -> list[str]:
    return [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(_DAY_S)]


class Zone:
    """Epoch seconds → `2026-03-09T08:05:00+01:00`, by a table of the zone's changes (some 0.4 µs a value)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._starts, self._offsets = _changes(ZoneInfo(name))
        self._suffixes = [_suffix(offset) for offset in self._offsets]
        self._clock = _seconds()

    def text(self, epoch_s: int) -> str:
        """The vendor's text of one instant."""
        at = bisect_right(self._starts, epoch_s) - 1
        day, second = divmod(epoch_s + self._offsets[at], _DAY_S)
        return _day(day) + self._clock[second] + self._suffixes[at]

    def day(self, epoch_s: float) -> str:
        """The local date, `2026-03-09`."""
        return self.text(int(epoch_s))[:10]


def _changes(zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """All instants between 2000 and 2060 at which the zone's offset changes, to the hour."""
    starts, offsets = [-(10**12)], [_offset(zone, int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()))]
    at = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    while at < end:
        if _offset(zone, at + _DAY_S) != offsets[-1]:
            hour = next(h for h in range(at, at + _DAY_S + 1, 3600) if _offset(zone, h) != offsets[-1])
            starts.append(hour)
            offsets.append(_offset(zone, hour))
        at += _DAY_S
    return starts, offsets


def _offset(zone: ZoneInfo, epoch_s: int) -> int:
    offset = datetime.fromtimestamp(epoch_s, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _suffix(offset_s: int) -> str:
    sign = "+" if offset_s >= 0 else "-"
    return f"{sign}{abs(offset_s) // 3600:02d}:{abs(offset_s) // 60 % 60:02d}"


def parse_instant(text: str) -> int | None:
    """Epoch seconds of an ISO 8601 text with an offset or `Z`; None where it is not one. Fractions are dropped."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(moment.timestamp()) if moment.tzinfo else None


def parse_day(text: str) -> str | None:
    """A `yyyy-MM-dd` date, checked; None where it is not one."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
