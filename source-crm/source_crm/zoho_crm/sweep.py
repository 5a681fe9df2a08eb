"""Comparing ids: what the CRM has in the selection now against what this stream showed as present.

It finds what no change and no deletion tells: a view that somebody edited, dates relative to today, records hidden from this user, restored
records with their old modified time, deletions older than the vendor's list. Whether it is due is found by one count where that suffices.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from mailsync import instants
from mailsync.zoho_crm import coql
from mailsync.zoho_crm.conversions import CONVERTED
from mailsync.zoho_crm.coql import EVERYTHING, IDS_PER_QUERY, both, text
from mailsync.zoho_crm.coql_read import ids_in_order
from source_crm import columns
from source_crm.comparing import compared, was_compared_today
from source_crm.emission import Data
from source_crm.zoho_crm.task import Task

BIN_QUERIES = 10


def run(task: Task, *, why: str | None) -> Iterator[Data]:
    """Compare where `why` says so, or where the counts differ: then first what may be restored, and all ids at most once a day."""
    if task.reader is None:
        return
    if why is None and not task.selected.drifts:
        if _agrees(task):
            return
        yield from _restored(task)
        if _agrees(task) or was_compared_today(task):
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
    yield from compared(task, present, arrived=partial(_arrived, task), departed=partial(_departed, task), batch=IDS_PER_QUERY)


def _arrived(task: Task, ids: list[int]) -> Iterator[Data]:
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
