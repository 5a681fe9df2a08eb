"""A run's events and its summary as log lines: counts and reasons by stream and target, budget spent and left. No address is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mailsync.membership.plan import RecordFate
from mailsync.membership.reasons import About
from mailsync.membership.told import Event, EventKind, Summary


def event_line(event: Event) -> tuple[str, str]:
    """Text and level of one event."""
    return event.text, "WARN" if event.kind is EventKind.WARNING else "INFO"


@dataclass(frozen=True, slots=True)
class Report:
    """How one destination tells its summary.

    `target` names where a key leads ("list Newsletter"); `action` puts an action and its count into words; `about` explains each reason, `explained`
    are the fates whose reasons are explained; `nothing` says of a stream that no record of it led anywhere.
    """

    target: Callable[[str], str]
    action: Callable[[str, str, int], str]
    about: Mapping[str, About]
    explained: frozenset[RecordFate]
    nothing: str

    def lines(self, summary: Summary) -> Iterator[tuple[str, str]]:
        """(level, text) of each line."""
        yield from self._fates(summary)
        for (stream, name, how), count in sorted(summary.changes.items()):
            yield "INFO", f"Stream {stream}, field {name}: {count} values changed on the way: {how}."
        for (key, action), count in sorted(summary.actions.items()):
            yield "INFO", self.action(key, action, count)
        for one in summary.spending:
            left = "" if one.left is None else f", {one.left} of our share left"
            yield "INFO", f"Calls of {one.endpoint}: {one.spent} spent{left}."
        if summary.forecast.calls:
            yield "INFO", f"Waiting in the ledger for the next run: {summary.forecast}."
        for note in summary.notes:
            yield "WARN", note

    def _fates(self, summary: Summary) -> Iterator[tuple[str, str]]:
        feeds = sorted({(stream, key) for stream, key, _, _ in summary.fates})
        for stream, key in feeds:
            found = {(fate, reason): count for (name, one, fate, reason), count in summary.fates.items() if (name, one) == (stream, key)}
            mine = sorted(found.items(), key=lambda item: (item[0][0].value, item[0][1]))
            parts = ", ".join(f"{count} {_fate(fate, reason)}" for (fate, reason), count in mine)
            yield "INFO", f"Stream {stream} → {self.target(key)}: {summary.records_in.get(stream, 0)} records: {parts}."
            for (fate, reason), _ in mine:
                known = self.about.get(reason)
                examples = summary.examples.get((stream, key, fate.value, reason), {})
                shown = ", ".join(f"{name} ({detail})" if detail else name for name, detail in examples.items())
                if fate is RecordFate.SHADOWED and shown:
                    yield "INFO", f"shadowed: another record, in brackets, has the address. Records: {shown}."
                elif known is not None and fate in self.explained:
                    yield "INFO", f"{_fate(fate, reason)}: {known.meaning} {known.remedy}" + (f" Records: {shown}." if shown else "")
        for stream in sorted(set(summary.records_in) - {stream for stream, _ in feeds}):
            yield "INFO", f"Stream {stream}: {self.nothing}"


def _fate(fate: RecordFate, reason: str) -> str:
    return f"{fate.value}({reason})" if reason else fate.value
