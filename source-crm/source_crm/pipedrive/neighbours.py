"""Persons whose own record did not change and whose columns did: their organization changed, or an activity of theirs was done.

Either is found by one list of what changed since the last run. An activity or organization that was passed on is remembered with its time of
change as far as the next run looks back, so that nobody comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailsync import instants
from mailsync.pipedrive.endpoints import LIST_V2, RECORDS_PER_PAGE
from source_crm.emission import Data
from source_crm.pipedrive.task import Task, changed
from source_crm.task import OVERLAP_S

Raw = Mapping[str, Any]


def run(task: Task, *, lower: str, upper: str) -> Iterator[Data]:
    """Show those persons again."""
    if task.around.wants_organizations:
        yield from _of_organizations(task, lower)
    if task.around.wants_activities:
        yield from _of_activities(task, lower)
    floor = instants.earlier(upper, OVERLAP_S)
    task.state.around = {key: at for key, at in task.state.around.items() if at >= floor}


def _changed(task: Task, path: str, lower: str) -> Iterator[list[dict[str, Any]]]:
    """Pages of what changed and was not passed on yet."""
    for page in task.api.pages(path, {"sort_by": "id", "updated_since": lower}):
        # What the vendor gives no time of change may be listed for ever (not verified): then only new ones count.
        moved = [row for row in page.rows if changed(row) >= lower]
        fresh = [row for row in moved if task.state.around.get(f"{path}/{row['id']}") != changed(row)]
        if fresh:
            yield fresh
        task.state.around |= {f"{path}/{row['id']}": changed(row) for row in fresh}


def _of_activities(task: Task, lower: str) -> Iterator[Data]:
    for rows in _changed(task, "/activities", lower):
        ids = {identifier for row in rows for identifier in _persons_of(row) if identifier in task.known}
        yield from task.shown(list(task.by_ids(ids)))


def _persons_of(activity: Raw) -> set[int]:
    participants = {one.get("person_id") for one in activity.get("participants") or () if isinstance(one, Mapping)}
    return {int(one) for one in (*participants, activity.get("person_id")) if one}


def _of_organizations(task: Task, lower: str) -> Iterator[Data]:
    ids = {int(row["id"]) for rows in _changed(task, "/organizations", lower) for row in rows}
    task.around.forget(ids)
    walk = (len(task.known) // RECORDS_PER_PAGE + 1) * LIST_V2
    if len(ids) * LIST_V2 <= walk:
        for identifier in sorted(ids):
            yield from _members(task, {"org_id": str(identifier)}, ids)
    else:
        yield from _members(task, {}, ids)


def _members(task: Task, which: Mapping[str, str], organizations: set[int]) -> Iterator[Data]:
    """Persons of these organizations: of one of them by a list of its own, of many by a walk over all."""
    for page in task.api.pages(task.entity.path, {"sort_by": "id", **task.shaping(), **which}):
        yield from task.shown([row for row in page.rows if row.get("org_id") in organizations and int(row["id"]) in task.known])
