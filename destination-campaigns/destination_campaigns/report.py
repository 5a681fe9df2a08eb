"""What a run of the membership rules tells: by stream and list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailsync.airbyte.report import Report
from mailsync.membership.plan import RecordFate
from mailsync.membership.reasons import ABOUT
from mailsync.membership.told import Summary

_ACTIONS = {
    "added_or_updated": "added or updated",
    "attached": "attached",
    "taken_off": "taken off, having left",
    "removed": "removed",
    "suppressed": "moved to do-not-mail",
    "forgotten": "taken off, erased on request",
    "confirmation_sent": "asked for a confirmation",
    "refused": "refused by the vendor",
    "lost": "without an answer",
    "invited": "invited",
}


def summary_lines(summary: Summary, list_names: Mapping[str, str], noun: str = "list") -> Iterator[tuple[str, str]]:
    """(level, text) of each line. `noun`: what people are written to."""
    report = Report(
        target=lambda key: f"{noun} {list_names.get(key, key)}",
        action=lambda key, action, count: f"{noun.capitalize()} {list_names.get(key, key)}: {count} addresses {_ACTIONS.get(action, action)}.",
        about={reason.value: about for reason, about in ABOUT.items()},
        explained=frozenset({RecordFate.REJECTED, RecordFate.SKIPPED}),
        nothing=f"no record fed a {noun}.",
    )
    return report.lines(summary)
