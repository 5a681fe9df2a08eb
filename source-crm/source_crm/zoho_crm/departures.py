"""Who left since the last run: leads that became contacts, and deleted records."""

from __future__ import annotations

from collections.abc import Iterator

from mailsync import instants
from mailsync.zoho import deleted
from mailsync.zoho_crm import conversions as converted
from source_crm import columns
from source_crm.emission import Data
from source_crm.task import OVERLAP_S
from source_crm.zoho_crm.task import Task

# A day less than the vendor's 120, so that a run which begins near the edge is on the safe side of it.
ALL = "all"
BEYOND_RETENTION_S = deleted.RETENTION_S - 86400.0


def is_beyond_retention(task: Task) -> bool:
    """Whether the vendor's list of deleted records no longer reaches back to the last run."""
    return task.now - instants.epoch(task.state.deleted_upto) > BEYOND_RETENTION_S


def conversions(task: Task) -> Iterator[Data]:
    """Leads that became contacts: the contact inherits."""
    if task.module != converted.CONVERTING_MODULE or not any(field.api_name == converted.CONVERTED for field in task.fields):
        return
    for lead in converted.conversions(task.api, since=instants.earlier(task.state.deleted_upto, OVERLAP_S)):
        heir = (converted.HEIR_MODULE, lead.contact_id) if lead.contact_id else None
        yield from task.gone(lead.id, at=lead.at, reason=columns.CONVERTED, heir=heir)


def deletions(task: Task, until: str) -> Iterator[Data]:
    """Deleted records, up to a bound taken before they were asked for."""
    if not is_beyond_retention(task):
        for record in deleted.deleted(task.api, task.module, since=instants.earlier(task.state.deleted_upto, OVERLAP_S), kind=ALL):
            yield from task.gone(record.id, at=record.at, reason=columns.DELETED)
    task.state.deleted_upto = max(task.state.deleted_upto, until)
