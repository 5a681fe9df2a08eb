"""Comparing ids: what the CRM has in the selection now against what this stream showed as present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mailsync import instants
from source_crm.emission import Data
from source_crm.task import Task

DAY_S = 86400.0

Batch = Callable[[list[int]], Iterator[Data]]


def compared(task: Task[Any], present: Iterator[int], *, arrived: Batch, departed: Batch, batch: int) -> Iterator[Data]:
    """Records of one side only: `arrived` shows ids the CRM has and this stream has not shown, `departed` reports the others.

    `present` gives the CRM's ids, ascending; both functions are called with at most `batch` ids.
    """
    missing: list[int] = []
    unknown: list[int] = []
    for identifier, is_known in _differences(iter(task.known), present):
        (missing if is_known else unknown).append(identifier)
        if len(unknown) >= batch:
            yield from arrived(unknown)
            unknown = []
        if len(missing) >= batch:
            yield from departed(missing)
            missing = []
    yield from arrived(unknown)
    yield from departed(missing)
    task.state.swept = instants.text(task.now)


def was_compared_today(task: Task[Any]) -> bool:
    """Whether the last comparison is less than a day ago."""
    return bool(task.state.swept) and task.now - instants.epoch(task.state.swept) < DAY_S


def _differences(known: Iterator[int], present: Iterator[int]) -> Iterator[tuple[int, bool]]:
    """Ids of one side only, in order; True: known and no longer present."""
    ours, theirs = next(known, None), next(present, None)
    while ours is not None or theirs is not None:
        if theirs is None or (ours is not None and ours < theirs):
            assert ours is not None  # noqa: S101 - one of the two is there
            yield ours, True
            ours = next(known, None)
        elif ours is None or theirs < ours:
            yield theirs, False
            theirs = next(present, None)
        else:
            ours, theirs = next(known, None), next(present, None)
