"""The first read of a module: by Bulk Read where it is large, by COQL where it is small, by list pages where COQL refuses it.

It notes when it began; everything changed since is read again by the increment that follows it, so rows edited meanwhile come with both values.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing

from mailsync import instants
from mailsync.zoho import bulk_csv, bulk_read
from mailsync.zoho.bulk_read import Result
from mailsync.zoho.fields import MODIFIED_TIME
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.values import boolean
from mailsync.zoho_crm import bulk_query, coql, record_pages
from mailsync.zoho_crm.bulk_query import Query
from mailsync.zoho_crm.conversions import CONVERTED
from source_crm.emission import Data
from source_crm.id_set import Collector, KnownIds
from source_crm.task import SETTLED_AFTER_S
from source_crm.zoho_crm.state import Backfill
from source_crm.zoho_crm.task import Task

ROWS_PER_CHECKPOINT = 20_000
JOB_TRIES = 3
BROKEN_TRIES = 3


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
    names = [name for name in task.canonical.names if name != "id"]
    query = Query(task.module, names, task.selected.view_id, task.selected.bulk)
    restarts = 0
    while True:
        try:
            result = _job(task, progress, query)
        except CrmRefusal as error:
            if progress.page == 1 and bulk_read.cannot_bulk(error):
                task.voice.info(f"Zoho CRM does not read this by bulk ({error.code}); reading by COQL instead.")
                progress.road, progress.job = "coql", ""
                return
            raise
        try:
            yield from _rows(task, progress, result)
        except CrmRefusal as error:
            if error.code not in bulk_read.GONE or restarts == JOB_TRIES:
                raise
            task.voice.info("The result of the bulk read job is gone; reading this part again by a new job.")
            progress.job, restarts = "", restarts + 1
            continue
        progress.done += result.count
        progress.job, progress.rows = "", 0
        if not result.more:
            return
        progress.page, progress.token = progress.page + 1, result.next_token or ""
        task.checkpoint()


def _job(task: Task, progress: Backfill, query: Query) -> Result:
    """The finished job of the current page: the one the state knows, or a new one."""
    for attempt in range(1, JOB_TRIES + 1):
        if not progress.job:
            progress.job, progress.rows = _created(task, progress, query), 0
            task.checkpoint()
        try:
            return bulk_read.wait(task.api, progress.job, expected_rows=progress.job_rows - progress.done, on_poll=lambda *seen: _say(task, *seen))
        except bulk_read.JobFailed:
            if attempt == JOB_TRIES:
                raise
        except CrmRefusal as error:
            if error.code not in bulk_read.GONE or attempt == JOB_TRIES:
                raise
        task.voice.info("The bulk read job failed or is gone; starting it again.")
        progress.job = ""
    raise AssertionError("the loop returns or raises")


def _created(task: Task, progress: Backfill, query: Query) -> str:
    """By token first, by page number where the vendor does not take the token any more."""
    if progress.token:
        try:
            return bulk_read.create(task.api, bulk_query.after(progress.token))
        except CrmRefusal as error:
            task.voice.info(f"The page token is not taken ({error.code}); asking for page {progress.page} by number.")
            progress.token = ""
    return bulk_read.create(task.api, query.body(progress.page))


def _say(task: Task, state: str, waited: float) -> None:
    task.voice.info(f"Bulk read job: {state} after {waited:.0f} s.")


def _rows(task: Task, progress: Backfill, result: Result) -> Iterator[Data]:
    """The rows of a finished job, from the first one that no checkpoint has. A broken result is fetched again."""
    for attempt in range(1, BROKEN_TRIES + 1):
        try:
            yield from _of_archive(task, progress, result)
        except bulk_csv.BrokenArchive as error:
            if attempt == BROKEN_TRIES:
                raise
            task.voice.info(f"{error} Fetching it again.")
        else:
            return


def _of_archive(task: Task, progress: Backfill, result: Result) -> Iterator[Data]:
    with closing(tempfile.TemporaryFile()) as archive:
        task.api.download(f"/read/{result.job_id}/result", archive)
        with bulk_csv.rows(archive, announced=result.count) as (header, rows):
            yield from _emitted(task, progress, header, rows)


def _emitted(task: Task, progress: Backfill, header: list[str], rows: Iterator[list[str]]) -> Iterator[Data]:
    """The ids of rows done earlier are gathered too: a checkpoint within a job does not carry them."""
    convert = task.canonical.from_cells(header)
    converted_at = header.index(CONVERTED) if CONVERTED in header else None
    collected = Collector(task.state.ids)
    repeated, number, skip = task.recent.is_repeated, task.emission.record, progress.rows
    for position, cells in enumerate(rows, start=1):
        if converted_at is None or boolean(cells[converted_at]) is not True:
            record = convert(cells)
            collected.add(int(record["id"]))
            if position > skip and not repeated(record):
                yield number(record)
        if position % ROWS_PER_CHECKPOINT == 0:
            collected.settle()
            if position > skip:
                progress.rows = position
                task.checkpoint()
    task.known = KnownIds(collected.packed(), len(collected))
