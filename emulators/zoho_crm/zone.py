"""Date-times as the vendor writes them: whole seconds, with the account zone's offset *at that date* (docs/systems/zoho_crm.md#values)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 2000, 2060
_DAY_S, _HOUR_S = 86_400, 3600


class Zone:
    """Epoch seconds → `2026-03-09T08:05:00+01:00`, by a table of hours that fills as it is used (some 0.3 µs a value).

    Right for zones whose offsets are whole hours since 2000.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._starts, self._offsets = _changes(name)
        self._hours: dict[int, tuple[str, str]] = {}
        self._within = [f"{second // 60:02d}:{second % 60:02d}" for second in range(_HOUR_S)]

    def text(self, epoch_s: int) -> str:
        """The vendor's text of one instant."""
        hour, second = divmod(epoch_s, _HOUR_S)
        known = self._hours.get(hour)
        if known is None:
            known = self._hours[hour] = self._hour(hour)
        return known[0] + self._within[second] + known[1]

    def _hour(self, hour: int) -> tuple[str, str]:
        offset = self._offsets[bisect_right(self._starts, hour * _HOUR_S) - 1]
        local = datetime.fromtimestamp(hour * _HOUR_S + offset, UTC)
        return f"{local:%Y-%m-%dT%H}:", _suffix(offset)

    def day(self, epoch_s: float) -> str:
        """The local date, `2026-03-09`."""
        return self.text(int(epoch_s))[:10]


@cache
def _changes(name: str) -> tuple[list[int], list[int]]:
    """All instants between 2000 and 2060 at which the zone's offset changes, to the hour; found once, since accounts are made anew at every reset."""
    zone = ZoneInfo(name)
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
