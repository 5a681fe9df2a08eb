"""The first read of an entity: its lists from end to end, five hundred records a call; it notes when it began, and the changes since come after it.

A cursor is a place in the order of ids and no snapshot, so a record that is there all the time is never missed. A cursor that the vendor no longer
takes begins its list again: records come twice then, and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailsync.pipedrive.endpoints import LIST_V2, RECORDS_PER_PAGE
from mailsync.pipedrive.refusals import PipedriveRefusal
from source_crm.emission import Data
from source_crm.pipedrive.state import FirstRead
from source_crm.pipedrive.task import Task

ROWS_PER_CHECKPOINT = 2000


def run(task: Task) -> Iterator[Data]:
    """Every record, from where an earlier run stopped. Afterwards `state.first` is None and `state.upto` is set."""
    progress = task.state.first
    if progress is None:
        _announce(task)
        progress = task.state.first = FirstRead(task.settled)
    while progress.place < len(task.entity.lists):
        yield from _list(task, progress)
        progress.place, progress.next_page = progress.place + 1, ""
    task.state.upto = task.state.deleted_upto = progress.started
    task.state.swept = progress.started  # everything there was has just been seen
    task.state.first = None
    task.checkpoint()


def _announce(task: Task) -> None:
    """The newest id is a bound of how many there are; one call, and the vendor has no count."""
    if task.chosen is not None:
        task.voice.info(f"Reading the records of the filter {task.chosen.name!r}.")
        return
    newest = task.api.page(task.entity.path, {"sort_by": "id", "sort_direction": "desc", "limit": "1"}).rows
    most = int(newest[0]["id"]) if newest else 0
    calls = -(-most // RECORDS_PER_PAGE)
    left = task.api.pace.left.remaining
    told = "" if left is None else f", {left} are left today"
    task.voice.info(f"At most {most} records to read, in about {calls} calls for {calls * LIST_V2} tokens{told}.")
    if not task.api.pace.affords(calls * LIST_V2, share=1.0):
        task.voice.warn("The day's tokens will not be enough for all of them. What is read is kept, and the next sync goes on from there.")


def _list(task: Task, progress: FirstRead) -> Iterator[Data]:
    try:
        yield from _from(task, progress, progress.next_page or None)
    except PipedriveRefusal as error:
        if not progress.next_page or error.status != 400:
            raise
        task.voice.info("Pipedrive no longer takes the cursor of the last sync; this list is read again from its beginning.")
        yield from _from(task, progress, None)


def _from(task: Task, progress: FirstRead, cursor: str | None) -> Iterator[Data]:
    for page in task.pages(progress.place, task.asking(), cursor=cursor):
        yield from task.shown(page.rows, page.along)
        progress.done += len(page.rows)
        if page.cursor is None:
            return
        progress.next_page = page.cursor
        if _is_due(progress.done, len(page.rows)):
            task.checkpoint()


def _is_due(done: int, step: int) -> bool:
    """Every so many rows at first; ever rarer later, because each checkpoint carries all ids so far."""
    every = max(ROWS_PER_CHECKPOINT, done // 20 // ROWS_PER_CHECKPOINT * ROWS_PER_CHECKPOINT)
    return done // every != (done - step) // every
