"""Who left since the last run: deleted records. The vendor's guide does not say for how long it lists them; sixty days are sure."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from mailsync.zoho import deleted
from source_crm import columns
from source_crm.emission import Data
from source_crm.task import OVERLAP_S
from source_crm.zoho_recruit.task import Task

ALL = "All"
DAY_S = 86400.0
BEYOND_RETENTION_S = 59 * DAY_S


def is_beyond_retention(task: Task) -> bool:
    """Whether the vendor's list of deleted records may no longer reach back to the last run."""
    return task.now - instants.epoch(task.state.deleted_upto) > BEYOND_RETENTION_S


def deletions(task: Task, until: str) -> Iterator[Data]:
    """Deleted records, up to a bound taken before they were asked for."""
    if not is_beyond_retention(task):
        for record in deleted.deleted(task.api, task.module, since=instants.earlier(task.state.deleted_upto, OVERLAP_S), kind=ALL):
            yield from task.gone(record.id, at=record.at, reason=columns.DELETED)
    task.state.deleted_upto = max(task.state.deleted_upto, until)
