"""The run's events and its summary as log lines: counts and reasons by stream and list, budget spent and left. No address is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailsync.membership.plan import RecordFate
from mailsync.membership.reasons import ABOUT, Reason
from mailsync.membership.told import Event, EventKind, Summary

_REASONS = frozenset(one.value for one in Reason)
_ACTIONS = {
    "added_or_updated": "added or updated",
    "attached": "attached",
    "taken_off": "taken off, having left",
    "removed": "removed",
    "suppressed": "moved to do-not-mail",
    "confirmation_sent": "asked for a confirmation",
    "refused": "refused by the vendor",
    "lost": "without an answer",
}


def event_line(event: Event) -> tuple[str, str]:
    """Text and level of one event."""
    return event.text, "WARN" if event.kind is EventKind.WARNING else "INFO"


def summary_lines(summary: Summary, list_names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(level, text) of each line."""
    yield from _fates(summary, list_names)
    for (key, action), count in sorted(summary.actions.items()):
        yield "INFO", f"List {list_names.get(key, key)}: {count} addresses {_ACTIONS.get(action, action)}."
    for one in summary.spending:
        left = "" if one.left is None else f", {one.left} of our share left"
        yield "INFO", f"Calls of {one.endpoint}: {one.spent} spent{left}."
    if summary.forecast.calls:
        yield "INFO", f"Waiting in the ledger for the next run: {summary.forecast.calls} calls, about {summary.forecast.seconds / 60:.0f} minutes."
    for note in summary.notes:
        yield "WARN", note


def _fates(summary: Summary, list_names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    feeds = sorted({(stream, key) for stream, key, _, _ in summary.fates})
    for stream, key in feeds:
        mine = {(fate, reason): count for (name, one, fate, reason), count in summary.fates.items() if (name, one) == (stream, key)}
        parts = [f"{count} {_fate(fate, reason)}" for (fate, reason), count in sorted(mine.items(), key=lambda item: (item[0][0].value, item[0][1]))]
        yield "INFO", f"Stream {stream} → list {list_names.get(key, key)}: {summary.records_in.get(stream, 0)} records: {', '.join(parts)}."
        for fate, reason in sorted(mine, key=lambda item: (item[0].value, item[1])):
            known = ABOUT.get(Reason(reason)) if reason in _REASONS else None
            if known is not None and fate in (RecordFate.REJECTED, RecordFate.SKIPPED):
                ids = ", ".join(summary.examples.get((stream, key, fate.value, reason), ()))
                yield "INFO", f"{_fate(fate, reason)}: {known.meaning} {known.remedy} Records: {ids}."
    for stream in sorted(set(summary.records_in) - {stream for stream, _ in feeds}):
        yield "INFO", f"Stream {stream}: no record fed a list."


def _fate(fate: RecordFate, reason: str) -> str:
    return f"{fate.value}({reason})" if reason else fate.value
