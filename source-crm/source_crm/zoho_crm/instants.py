"""Instants as text, UTC, whole seconds: they sort as they stand."""

from __future__ import annotations

from datetime import UTC, datetime

FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def text(epoch: float) -> str:
    """An instant of the vendor's epoch seconds, rounded down."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime(FORMAT)


def epoch(instant: str) -> float:
    """The epoch seconds of such a text."""
    return datetime.strptime(instant, FORMAT).replace(tzinfo=UTC).timestamp()


def earlier(instant: str, seconds: float) -> str:
    """So many seconds before."""
    return text(epoch(instant) - seconds)
