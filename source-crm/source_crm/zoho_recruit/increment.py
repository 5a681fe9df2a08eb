"""What changed since the last run, up to a bound that lies a minute back.

Lists tell what changed in the module, not in a selection by criteria, and not who left a view. So the changed ids of the module come first;
those that a view does not list have left it. Where criteria select, or where more changed than a few pages hold, the selection is surveyed.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.record_pages import List, Page, Row
from source_crm import columns
from source_crm.emission import Data
from source_crm.task import OVERLAP_S
from source_crm.zoho_recruit import rows, survey
from source_crm.zoho_recruit.task import Task

FEW_PAGES = 10


def run(task: Task) -> Iterator[Data]:
    """Changes from the state's bound on; afterwards `state.upto` is the new bound. Sets `state.swept` where everything was compared on the way."""
    upper = task.settled
    lower = instants.earlier(task.state.upto, OVERLAP_S)
    task.recent.floor = min(instants.earlier(upper, OVERLAP_S), task.state.upto)
    if task.selected.is_all:
        yield from _of_all(task, max(lower, task.selected.since), upper)
    else:
        yield from _of_selection(task, lower, upper)
    task.state.upto = max(task.state.upto, upper)


def _of_all(task: Task, lower: str, upper: str) -> Iterator[Data]:
    first = record_pages.page(task.api, task.listed, since=lower, ascending=True)
    if not first.more:
        yield from _settled(task, first.rows, upper)
    elif _are_few(task, task.listed, lower) and record_pages.is_sorted(task.api, task.listed, first, since=lower):
        for page in record_pages.by_time(task.api, task.listed, first, since=lower):
            yield from _settled(task, page, upper)
            task.state.upto = max(task.state.upto, min(record_pages.time_of(page[-1], task.modified_field), upper))
            task.checkpoint()
    else:
        yield from survey.run(task, because="much changed", changed_since=lower)


def _of_selection(task: Task, lower: str, upper: str) -> Iterator[Data]:
    """The changed ids of the module first: what changes while the selection is read is in the next run."""
    module = List(task.module, task.modified_field, fields=("id", task.modified_field))
    changed = record_pages.page(task.api, module, since=lower, ascending=True)
    if not changed.rows:
        return
    matching = None if changed.more or task.selected.criteria else record_pages.page(task.api, task.listed, since=max(lower, task.selected.since))
    if matching is None or matching.more:
        yield from survey.run(task, because="records of the module changed", changed_since=lower)
        return
    yield from _settled(task, [row for row in matching.rows if record_pages.time_of(row, task.modified_field) >= lower], upper)
    yield from _left(task, changed, {str(row["id"]) for row in matching.rows}, upper)


def _left(task: Task, changed: Page, matching: set[str], upper: str) -> Iterator[Data]:
    """Tombstones of what changed and does not match. One may never have matched; its tombstone removes nothing."""
    for row in changed.rows:
        at = record_pages.time_of(row, task.modified_field)
        if str(row["id"]) not in matching and at <= upper:
            yield from task.gone(str(row["id"]), at=at, reason=columns.LEFT_SELECTION)


def _settled(task: Task, page: list[Row], upper: str) -> Iterator[Data]:
    yield from task.shown(rows.whole(task, [row for row in page if record_pages.time_of(row, task.modified_field) <= upper]))


def _are_few(task: Task, wanted: List, since: str) -> bool:
    return task.state.without_bulk or not record_pages.has_page(task.api, wanted, FEW_PAGES, since=since)
