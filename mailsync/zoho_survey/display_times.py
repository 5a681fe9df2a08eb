"""Times as Zoho Survey shows them: texts without a zone, which is the account's (docs/systems/zoho_survey.md#payload)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailsync.errors import ConfigError

_MONTHS = {name: number for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
_DATE = (
    re.compile(r"(?P<month>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}),? (?P<year>\d{4})"),  # Jun 03, 2024
    re.compile(r"(?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3})[a-z]*[ -](?P<year>\d{4})"),  # 03 Jun 2024
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
)
_TIME = re.compile(
    r"[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)? ?(?P<half>[AaPp]\.?[Mm]\.?)?(?P<zone>Z|[+-]\d{2}:\d{2})?"
)


class UnreadableTime(ValueError):
    """A text that is no time we know. Its own text is not repeated: a wrong column may hold anything."""


def zone_of(name: str) -> ZoneInfo:
    """A zone of the IANA's database. Raises ConfigError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"time_zone is {name[:60]!r}, which is no zone of the IANA database such as Europe/Berlin. Zoho Survey shows times in the account's zone."
        ) from None


class DisplayTimes:
    """Reads times of one account. `form` is a format of Python's `strptime` for exports that were written anew by another program."""

    def __init__(self, zone: ZoneInfo, form: str | None = None) -> None:
        self._zone = zone
        self._form = form
        self.epoch = lru_cache(maxsize=4096)(self._epoch)

    def _epoch(self, text: str) -> float | None:
        """Epoch seconds; None for an empty text. Raises UnreadableTime."""
        text = text.strip()
        if not text:
            return None
        try:
            at = datetime.strptime(text, self._form) if self._form else _known(text)  # noqa: DTZ007 - the zone is set below
        except (ValueError, KeyError):
            raise UnreadableTime from None
        return at.replace(tzinfo=at.tzinfo or self._zone).astimezone(UTC).timestamp()


def _known(text: str) -> datetime:
    for form in _DATE:
        if (day := form.match(text)) and (time := _TIME.fullmatch(text, day.end())):
            month = day["month"]
            number = int(month) if month.isdigit() else _MONTHS[month.lower()]
            at = datetime(int(day["year"]), number, int(day["day"]), _hour(time), int(time["minute"]), int(time["second"] or 0))  # noqa: DTZ001 - see above
            return at if time["zone"] is None else datetime.fromisoformat(at.isoformat() + time["zone"])
    raise ValueError


def _hour(time: re.Match[str]) -> int:
    hour = int(time["hour"])
    if time["half"] is None:
        return hour
    return hour % 12 + (12 if time["half"][0] in "Pp" else 0)
