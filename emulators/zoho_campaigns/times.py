"""The vendor's many ways to write a time (docs/systems/zoho_campaigns.md#wire). The account's zone is an hour ahead of UTC all year."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

ZONE_NAME = "CET"
ZONE = timezone(timedelta(hours=1), ZONE_NAME)


def epoch_ms(seconds: float) -> str:
    """Milliseconds as text."""
    return str(int(seconds * 1000))


def long_date(seconds: float) -> str:
    """`19 Aug 2013, 11:26 AM`: lists, campaigns, `sentdate`."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%d %b %Y, %I:%M %p")


def timeline_date(seconds: float) -> str:
    """`Feb 12, 2026 12:08 PM`: event times in XML reports."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%b %d, %Y %I:%M %p")
