"""What changed since the last run, where nothing is filtered: by time of change, and the newest records by id.

The second is for records that the vendor gave no time of change yet: whether the first finds those is not verified.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from mailsync.pipedrive.endpoints import LIST_V2, RECORDS_PER_PAGE
from source_crm import columns
from source_crm.emission import Data
from source_crm.pipedrive.task import Task, changed
from source_crm.task import OVERLAP_S

RETENTION_S = 29 * 86400.0


def run(task: Task, *, lower: str) -> Iterator[Data]:
    """Changed and new records."""
    params = {**task.asking(), "updated_since": lower}
    for place in range(len(task.entity.lists)):
        for page in task.pages(place, params):
            # A record without a time of change is shown as a new one, once: whether it is listed here is not verified.
            yield from task.shown([row for row in page.rows if row.get("update_time") or int(row["id"]) not in task.known], page.along)
    yield from _newest(task)


def _newest(task: Task) -> Iterator[Data]:
    """From the newest id back to the first that was shown before."""
    params = {**task.asking(), "sort_direction": "desc", "limit": str(RECORDS_PER_PAGE)}
    cursor = None
    while True:
        page = task.api.page(task.entity.path, params, cursor=cursor, price=LIST_V2)
        unknown = [row for row in page.rows if int(row["id"]) not in task.known]
        yield from task.shown(unknown)
        cursor = page.cursor
        if cursor is None or len(unknown) < len(page.rows):
            return


def is_beyond_retention(task: Task) -> bool:
    """Whether deleted records of this entity may have gone for good since the last run."""
    return task.now - instants.epoch(task.state.deleted_upto) > RETENTION_S


def deletions(task: Task, *, until: str) -> Iterator[Data]:
    """Where the vendor lists deleted records (deals): those deleted since the last run."""
    if task.entity.lists_deleted and not is_beyond_retention(task):
        since = instants.earlier(task.state.deleted_upto, OVERLAP_S)
        for page in task.api.pages(task.entity.path, {"sort_by": "id", "status": "deleted", "updated_since": since}):
            for row in page.rows:
                yield from task.gone(row["id"], at=changed(row), reason=columns.DELETED)
    task.state.deleted_upto = max(task.state.deleted_upto, until)
