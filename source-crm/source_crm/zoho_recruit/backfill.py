"""The first read of a module: by pages where it is small, by Bulk Read where it is large or selected by criteria.

It notes when it began; everything changed since is read again by the increment that follows it, so rows edited meanwhile come with both values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mailsync import instants
from mailsync.instants import instant
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.record_pages import ROWS_PER_PAGE, Page
from source_crm.emission import Data
from source_crm.task import SETTLED_AFTER_S
from source_crm.zoho.bulk_chain import first_rows
from source_crm.zoho.progress import Backfill
from source_crm.zoho_recruit import converted, rows
from source_crm.zoho_recruit.rows import Seen
from source_crm.zoho_recruit.task import Task


def run(task: Task, *, before: str = "") -> Iterator[Data]:
    """Every record of the selection, from where an earlier run stopped. Afterwards `state.backfill` is None and `state.upto` is set.

    `before` is kept in the progress: the packed ids of the read before, where a module is read whole every time.
    """
    progress = task.state.backfill
    if progress is None:
        progress = task.state.backfill = Backfill("", instants.text(task.now - SETTLED_AFTER_S), before=before)
    if progress.road == "bulk":
        yield from _by_bulk(task, progress)
    if progress.road != "bulk":
        yield from _by_lists(task, progress)
    task.state.upto = task.state.deleted_upto = progress.started
    task.state.swept = instants.text(task.now)
    task.state.backfill = None
    task.checkpoint()


def _by_lists(task: Task, progress: Backfill) -> Iterator[Data]:
    """The first page tells whether there is another; where there are many, Bulk Read takes over."""
    since = progress.after_time or task.selected.since or None
    first = None if task.selected.criteria else record_pages.page(task.api, task.listed, since=since, ascending=True)
    if progress.road != "pages" and (first is None or _is_large(task, first, since)):
        progress.road = "bulk"
        yield from _by_bulk(task, progress)
        if progress.road == "bulk":
            return
        first = record_pages.page(task.api, task.listed, since=since, ascending=True)
    assert first is not None  # noqa: S101 - criteria go by bulk or raise
    progress.road = "pages"
    if not first.more:
        task.voice.estimate(len(first.rows))
    yield from _pages(task, progress, first, since)


def _is_large(task: Task, first: Page, since: str | None) -> bool:
    """Whether there are as many records as a bulk job is for."""
    if task.state.without_bulk:
        return False
    if task.options.bulk_from_rows <= len(first.rows):
        return bool(first.rows)
    page = -(-task.options.bulk_from_rows // ROWS_PER_PAGE)
    return first.more and record_pages.has_page(task.api, task.listed, page, since=since)


def _pages(task: Task, progress: Backfill, first: Page, since: str | None) -> Iterator[Data]:
    """A checkpoint after each page where the vendor sorts by the change time, so that a later run can go on from it."""
    if not (first.more and record_pages.is_sorted(task.api, task.listed, first, since=since)):
        for page in record_pages.by_number(task.api, task.listed, first, since=since):
            yield from task.shown(rows.whole(task, page))
        return
    for page in record_pages.by_time(task.api, task.listed, first, since=since):
        yield from task.shown(rows.whole(task, page))
        progress.after_time = record_pages.time_of(page[-1], task.modified_field)
        task.checkpoint()


def _by_bulk(task: Task, progress: Backfill) -> Iterator[Data]:
    """Job after job; falls back to pages where the vendor refuses this in bulk."""
    those = converted.ids(task)
    emit = first_rows(task, progress, lambda header: _left_out(task, header, those))
    try:
        yield from rows.by_jobs(task, Seen(), progress, save=True, emit=emit)
    except CrmRefusal as error:
        if progress.page > 1:
            raise
        rows.refuse_bulk(task, error)
        progress.road, progress.job = "pages", ""


def _left_out(task: Task, header: list[str], those: frozenset[int]) -> Callable[[Sequence[str]], bool] | None:
    """Which rows of a bulk file are not wanted: converted records, and changes before the start date."""
    is_converted, since = converted.left_out(header, those), task.selected.since
    if not since or task.modified_field not in header:
        return is_converted
    place = header.index(task.modified_field)
    return lambda cells: instant(cells[place]) < since or (is_converted is not None and is_converted(cells))
