"""The first read of a module: by Bulk Read where it is large, by COQL where it is small, by list pages where COQL refuses it.

It notes when it began; everything changed since is read again by the increment that follows it, so rows edited meanwhile come with both values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mailsync import instants
from mailsync.zoho import bulk_read
from mailsync.zoho.fields import MODIFIED_TIME
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import boolean
from mailsync.zoho_crm import coql, record_pages
from mailsync.zoho_crm.bulk_query import Query
from mailsync.zoho_crm.conversions import CONVERTED
from source_crm.emission import Data
from source_crm.task import SETTLED_AFTER_S
from source_crm.zoho.bulk_chain import BulkChain, first_rows
from source_crm.zoho.progress import Backfill
from source_crm.zoho_crm.task import Task


def run(task: Task, *, before: str = "") -> Iterator[Data]:
    """Every record of the selection, from where an earlier run stopped. Afterwards `state.backfill` is None and `state.upto` is set.

    `before` is kept in the progress: the packed ids of the read before, where a module is read whole every time.
    """
    progress = task.state.backfill
    if progress is None:
        progress = task.state.backfill = _begun(task)
        progress.before = before
    if progress.road == "bulk":
        yield from _by_bulk(task, progress)
    if progress.road == "coql":
        yield from _by_coql(task, progress)
    elif progress.road == "pages":
        yield from _by_pages(task, progress)
    task.state.upto = task.state.deleted_upto = progress.started
    task.state.backfill = None
    task.checkpoint()


def _begun(task: Task) -> Backfill:
    started = instants.text(task.now - SETTLED_AFTER_S)
    if task.reader is None:
        return Backfill("pages", started)
    rows = coql.count(task.api, task.selected.source, task.selected.where or coql.EVERYTHING)
    if rows is None:
        return Backfill("coql", started)
    task.voice.estimate(rows)
    road = "bulk" if rows >= max(task.options.bulk_from_rows, 1) else "coql"
    task.voice.info(f"{rows} records to read ({task.selected.title}), by {'Bulk Read' if road == 'bulk' else 'COQL'}.")
    return Backfill(road, started, job_rows=rows)


def _by_coql(task: Task, progress: Backfill) -> Iterator[Data]:
    where = task.selected.where or coql.EVERYTHING
    while True:
        page = task.coql.after_id(progress.after_id, where)
        yield from task.shown(page.rows)
        if page.rows:
            progress.after_id = str(page.rows[-1]["id"])
            progress.done += len(page.rows)
        if not page.more or not page.rows:
            return
        if _is_due(progress.done, len(page.rows)):
            task.checkpoint()


def _is_due(done: int, step: int) -> bool:
    """After each page at first; ever rarer later, because each checkpoint carries all ids so far."""
    every = max(2000, done // 20 // 2000 * 2000)
    return done // every != (done - step) // every


def _by_pages(task: Task, progress: Backfill) -> Iterator[Data]:
    since = progress.after_time or task.options.start_date
    for page in record_pages.pages(task.api, task.module, task.fields, since=since, view_id=task.selected.view_id):
        yield from task.shown(page)
        if task.has_modified_time and task.selected.view_id is None:
            progress.after_time = str(page[-1].get(MODIFIED_TIME) or progress.after_time)
            task.checkpoint()


def _by_bulk(task: Task, progress: Backfill) -> Iterator[Data]:
    """Job after job; falls back to COQL where the vendor refuses this query in bulk."""
    query = Query(task.module, task.names, task.selected.view_id, task.selected.bulk)
    emit = first_rows(task, progress, _converted)
    try:
        yield from BulkChain(task.api, task.voice, query, progress, save=task.checkpoint, emit=emit).rows()
    except CrmRefusal as error:
        if progress.page > 1 or not bulk_read.cannot_bulk(error):
            raise
        task.voice.info(f"Zoho CRM does not read this by bulk ({error.code}); reading by COQL instead.")
        progress.road, progress.job = "coql", ""


def _converted(header: list[str]) -> Callable[[Sequence[str]], bool] | None:
    """Converted leads are contacts by now."""
    if CONVERTED not in header:
        return None
    place = header.index(CONVERTED)
    return lambda cells: boolean(cells[place]) is True
