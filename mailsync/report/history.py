"""The history of syncs as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsync.report import words
from mailsync.report.launched import LaunchTold
from mailsync.report.runs import RunTold


def lines(history: Sequence[RunTold]) -> Iterator[str]:
    """One line a run, newest first, and under it why it did not finish."""
    for run in history:
        counts = ", ".join(f"{run.by_fate[fate]:,} {words.plain(fate)}" for fate in words.FATES if run.by_fate[fate])
        took = "" if run.ended_at is None else f" in {words.span(run.ended_at - run.started_at)}"
        came = f"{run.records_in:,} records in" + (f": {counts}" if counts else "")
        yield f"{run.sync} #{run.number}  {words.when(run.started_at)}  {words.STATUS[run.status]}{took}  {came}"
        if run.error:
            yield f"    {run.error}"


def launch_lines(launches: Sequence[LaunchTold]) -> Iterator[str]:
    """One line a launch: where it stands, and why."""
    for one in launches:
        people = "" if one.mails is None else f", {one.mails:,} people"
        yield f"launch {one.key}  {one.standing}  since {words.when(one.since)}{people}{f': {one.reason}' if one.reason else ''}"


def as_data(run: RunTold) -> dict[str, object]:
    """One run for `--json`."""
    return {
        "sync": run.sync,
        "number": run.number,
        "started_at": words.iso(run.started_at),
        "ended_at": None if run.ended_at is None else words.iso(run.ended_at),
        "status": run.status,
        "error": run.error,
        "records": run.records,
        "fates": [
            {"stream": stream, "target": target, "fate": fate, "reason": reason, "records": count}
            for (stream, target, fate, reason), count in sorted(run.fates.items())
        ],
        "actions": [{"target": target, "action": action, "count": count} for (target, action), count in sorted(run.actions.items())],
        "calls": [
            {"endpoint": one.endpoint, "spent": one.spent, "used": one.used, "allowed": one.allowed, "window_s": one.window_s} for one in run.calls
        ],
        "notes": list(run.notes),
    }
