"""Instants as text, UTC, whole seconds, `Z`: they sort as they stand."""

from __future__ import annotations

from datetime import UTC, datetime

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_HOUR = len("2026-03-09T08")
_SECOND = len("2026-03-09T08:05:00")
_MOST_HOURS = 50_000

_utc_hours: dict[str, str] = {}


def text(epoch: float) -> str:
    """An instant of the vendor's epoch seconds, rounded down."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime(FORMAT)


def epoch(instant: str) -> float:
    """The epoch seconds of such a text."""
    return datetime.strptime(instant, FORMAT).replace(tzinfo=UTC).timestamp()


def earlier(instant: str, seconds: float) -> str:
    """So many seconds before."""
    return text(epoch(instant) - seconds)


def instant(text: str) -> str:
    """An ISO instant as UTC, whole seconds, `Z`. What is no instant stays as it is.

    Millions of rows share few hours, so for offsets of whole hours the hour is converted once and remembered.
    """
    hour = _utc_hours.get(text[:_HOUR] + text[_SECOND:])
    return f"{hour}{text[_HOUR:_SECOND]}Z" if hour is not None else _converted(text)


def _converted(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime(FORMAT)
    offset = text[_SECOND:]
    if offset[:1] in ("+", "-", "Z") and utc[_HOUR:_SECOND] == text[_HOUR:_SECOND]:
        if len(_utc_hours) > _MOST_HOURS:
            _utc_hours.clear()
        _utc_hours[text[:_HOUR] + offset] = utc[:_HOUR]
    return utc
