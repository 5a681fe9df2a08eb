"""Comparing ids: what the CRM has in the selection now against what this stream showed as present.

It finds what no change and no deletion tells: a view that somebody edited, dates relative to today, records hidden from this user, restored
records with their old modified time, deletions older than the vendor's list. Whether it is due is found by one count where that suffices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mailsync.zoho_crm import coql
from mailsync.zoho_crm.coql import EVERYTHING, IDS_PER_QUERY, both, text
from mailsync.zoho_crm.coql_read import ids_in_order
from mailsync.zoho_crm.removals import CONVERTED
from source_crm import columns
from source_crm.zoho_crm import instants
from source_crm.zoho_crm.emission import Data
from source_crm.zoho_crm.task import Task

DAY_S = 86400.0
BIN_QUERIES = 10


def run(task: Task, *, why: str | None) -> Iterator[Data]:
    """Compare where `why` says so, or where the counts differ: then first what may be restored, and all ids at most once a day."""
    if task.reader is None:
        return
    if why is None and not task.selected.drifts:
        if _agrees(task):
            return
        yield from _restored(task)
        if _agrees(task) or _was_swept_today(task):
            return
        why = "the CRM counts other than this stream"
    yield from _compared(task, why or "the view depends on the day, the user or other records")


def _agrees(task: Task) -> bool:
    """Whether the vendor's count of the selection is ours; also where the vendor does not count."""
    names = {field.api_name for field in task.fields}
    created = f"Created_Time <= {text(task.settled)}" if "Created_Time" in names else None
    unconverted = f"{CONVERTED} = false" if CONVERTED in names else None
    counted = coql.count(task.api, task.selected.source, both(task.selected.where, created, unconverted))
    return counted is None or counted == len(task.known)


def _was_swept_today(task: Task) -> bool:
    return bool(task.state.swept) and task.now - instants.epoch(task.state.swept) < DAY_S


def _restored(task: Task) -> Iterator[Data]:
    """Records reported as gone that are there again, the newest reports first."""
    candidates = iter(task.bin)
    for _ in range(BIN_QUERIES):
        if not (ids := list(islice(candidates, IDS_PER_QUERY))):
            return
        yield from task.shown(task.coql.by_id([str(one) for one in ids], where=task.selected.where))


def _compared(task: Task, why: str) -> Iterator[Data]:
    task.voice.info(f"Comparing all ids with those known: {why}.")
    present = ids_in_order(task.api, task.selected.source, task.selected.where or EVERYTHING)
    missing: list[int] = []
    unknown: list[int] = []
    before = task.known
    for identifier, is_known in _differences(iter(before), present):
        (missing if is_known else unknown).append(identifier)
        if len(unknown) >= IDS_PER_QUERY:
            yield from _arrived(task, unknown)
            unknown = []
        if len(missing) >= IDS_PER_QUERY:
            yield from _departed(task, missing)
            missing = []
    yield from _arrived(task, unknown)
    yield from _departed(task, missing)
    task.state.swept = instants.text(task.now)


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


def _arrived(task: Task, ids: Iterable[int]) -> Iterator[Data]:
    yield from task.shown(task.coql.by_id([str(one) for one in ids]))


def _departed(task: Task, ids: list[int]) -> Iterator[Data]:
    """Left the selection when it is still in the module, else deleted. Nobody leaves "all records" and is still there: it was created meanwhile."""
    there = (
        {int(row["id"]) for row in coql.run(task.api, coql.select(["id"], task.module, coql.id_in([str(one) for one in ids]))).rows} if ids else set()
    )
    at = instants.text(task.now)
    for identifier in ids:
        if identifier not in there:
            yield from task.gone(str(identifier), at=at, reason=columns.DELETED)
        elif not task.selected.is_all or task.selected.where:
            yield from task.gone(str(identifier), at=at, reason=columns.LEFT_SELECTION)
