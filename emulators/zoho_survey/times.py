"""Times as the vendor shows them: in the account's zone and without naming it (docs/systems/zoho_survey.md#payload)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown(seconds: float, zone: str, form: str) -> str:
    """`Jun 03, 2024 11:07:29`, or with `form` 12h `Jun 03, 2024 11:07:29 AM`."""
    at = datetime.fromtimestamp(int(seconds), ZoneInfo(zone))
    day = f"{MONTHS[at.month - 1]} {at.day:02d}, {at.year}"
    if form == "24h":
        return f"{day} {at:%H:%M:%S}"
    return f"{day} {at.hour % 12 or 12:02d}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}"


def taken(seconds: float) -> str:
    """`3 mins 27 secs `, with the space that recordings show."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} mins {rest} secs " if minutes else f"{rest} secs "
