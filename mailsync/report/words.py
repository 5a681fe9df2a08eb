"""Numbers, times and codes as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

FATES = {
    "written": "added or updated in this run",
    "unchanged": "nothing new",
    "shadowed": "another record owns the address",
    "released": "gave its address up, or is gone",
    "postponed": "waits for a later run",
    "pending_confirmation": "waits for a click or an answer",
    "not_ours": "deleted, and never known here",
    "skipped": "left out, for the reason given",
    "rejected": "refused, for the reason given",
}
"""The closed set of fates, in the order in which they are shown."""

ACTIONS = {
    "added_or_updated": "added or updated",
    "attached": "put on the list",
    "taken_off": "taken off, having left",
    "removed": "removed, nobody claims them",
    "suppressed": "moved to do-not-mail",
    "forgotten": "taken off, erased on request",
    "kept": "left alone, no longer ours",
    "confirmation_sent": "asked for a confirmation",
    "refused": "refused by the vendor",
    "lost": "without an answer",
    "invited": "invited",
}

STATUS = {
    "done": "finished",
    "braked": "finished, with something held back",
    "stopped": "stopped on request",
    "failed": "failed",
    "under way": "under way",
    "cut off": "cut off",
}


def when(seconds: float | None) -> str:
    """A moment in UTC, to the minute."""
    return "–" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M UTC")


def iso(seconds: float) -> str:
    """A moment for machines."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def window(seconds: float) -> str:
    """The length of a vendor's window."""
    names = {60.0: "minute", 300.0: "5 minutes", 3600.0: "hour", 86_400.0: "day"}
    return names.get(seconds, span(seconds))


def remedy(text: str) -> str:
    """What to do, also where that is nothing."""
    return "Nothing to do." if text == "Nothing." else text


def plain(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ")
