"""Instants as the two API versions write them: v1 with a space, v2 as RFC 3339, both UTC in whole seconds (docs/systems/pipedrive.md#versions)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

DAY_S = 86_400
_V2 = "%Y-%m-%dT%H:%M:%SZ"
_V1 = "%Y-%m-%d %H:%M:%S"
_WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def v2(second: int | None) -> str | None:
    """An instant as v2 shows it."""
    return None if second is None else datetime.fromtimestamp(second, UTC).strftime(_V2)


def v1(second: int | None) -> str | None:
    """An instant as v1 shows it."""
    return None if second is None else datetime.fromtimestamp(second, UTC).strftime(_V1)


def day(second: float) -> str:
    """The UTC date of an instant."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d")


def parsed_v2(text: str) -> int | None:
    """Epoch seconds of RFC 3339 in whole seconds; None for anything else (fractions are refused)."""
    if not _WHOLE_SECONDS.fullmatch(text):
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return None


def parsed_v1(text: str) -> int | None:
    """Epoch seconds of `YYYY-MM-DD HH:MM:SS`, or of v2's form, which v1 takes too; None for anything else."""
    try:
        return int(datetime.strptime(text, _V1).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return parsed_v2(text)
