"""Comparing ids: what no change shows. Deleted persons, records that entered or left a filter, records hidden from this user.

Every list is walked with as few properties as the vendor allows; what is new is read by id, what is missing is confirmed one by one: only 404 and
`is_deleted` mean deleted, 200 means that the record left the filter, 403 means nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from heapq import merge
from itertools import groupby

from mailsync import instants
from mailsync.pipedrive.endpoints import IDS_PER_CALL, RECORDS_PER_PAGE
from mailsync.pipedrive.entities import MAIL_TIMES, has_left
from mailsync.pipedrive.refusals import PipedriveRefusal
from source_crm import columns, comparing
from source_crm.emission import Data
from source_crm.pipedrive.around import joined
from source_crm.pipedrive.task import Raw, Task, changed

# Below so many a single read of each (1 token) is as cheap as a list of them (10 tokens).
FEW = 10
GONE = frozenset({404, 410})
UNKNOWN = frozenset({403})


def price(task: Task) -> int:
    """Tokens of one comparison."""
    calls = len(task.known) // RECORDS_PER_PAGE + 1
    return sum(calls * price for _, price in task.entity.lists[:1]) + sum(price for _, price in task.entity.lists[1:])


def run(task: Task, *, why: str, lower: str = "") -> Iterator[Data]:
    """Compare all. With a filter, `lower` is the instant since which known records are shown again where they changed."""
    task.voice.info(f"Comparing all ids with those known, for about {price(task)} tokens: {why}.")
    touched = array("Q")
    moved = Moved(task, lower, task.state.swept)
    present = _present(task, moved, touched)
    yield from comparing.compared(
        task, present, arrived=lambda ids: _arrived(task, ids), departed=lambda ids: _departed(task, ids), batch=IDS_PER_CALL
    )
    for start in range(0, len(touched), IDS_PER_CALL):
        yield from task.shown(list(task.by_ids(touched[start : start + IDS_PER_CALL])))


class Moved:
    """Which known records are to be shown again: what the walk over all shows beside their ids.

    A mail or a marketing status may come without `update_time` moving (not verified), so a person mailed since the last comparison, and one whose
    leaving or return we have not shown, is shown again.
    """

    def __init__(self, task: Task, lower: str, compared: str) -> None:
        """`lower`: changes since this instant count, "" for none. `compared`: when ids were last compared."""
        self._lower, self._compared = lower, compared
        self._mails, self._opted_out = task.tracks_mails, task.opted_out

    def __call__(self, row: Raw) -> bool:
        """Whether a raw record is one of them."""
        if self._lower and str(row.get("update_time") or "") >= self._lower:
            return True
        if self._mails and self._compared and max(str(row.get(name) or "") for name in MAIL_TIMES) >= self._compared:
            return True
        return self._opted_out is not None and has_left(row) != (int(row["id"]) in self._opted_out)


def _present(task: Task, moved: Moved, touched: array[int]) -> Iterator[int]:
    """Ids the CRM has, ascending; known ones that moved are noted in `touched`."""
    for identifier, rows in groupby(merge(*(_ids(task, place, moved) for place in range(len(task.entity.lists)))), key=lambda row: row[0]):
        if any(has_moved for _, has_moved in rows) and identifier in task.known:
            touched.append(identifier)
        yield identifier


def _ids(task: Task, place: int, moved: Moved) -> Iterator[tuple[int, bool]]:
    for page in task.pages(place, task.asking(bare=True), bare=True):
        for row in page.rows:
            if not row.get("is_deleted") and changed(row) >= task.since:
                yield int(row["id"]), moved(row)


def _arrived(task: Task, ids: list[int]) -> Iterator[Data]:
    if ids:
        yield from task.shown(list(task.by_ids(ids)))


def _departed(task: Task, ids: list[int]) -> Iterator[Data]:
    """Tombstones of ids that are no longer listed, for the reason that a look at each gives."""
    there = _still_there(task, ids) if len(ids) > FEW else set()
    doubtful = [identifier for identifier in ids if identifier not in there]
    reasons = dict(zip(doubtful, task.connection.lookups.map(lambda one: _fate(task, one), doubtful), strict=True))
    for identifier in ids:
        at, reason = reasons.get(identifier, (instants.text(task.now), columns.LEFT_SELECTION))
        if reason == columns.DELETED or (reason == columns.LEFT_SELECTION and (task.chosen is not None or task.since)):
            yield from task.gone(identifier, at=at, reason=reason)


def _still_there(task: Task, ids: list[int]) -> set[int]:
    return {int(row["id"]) for some in joined(ids) for row in task.api.page(task.entity.path, {"ids": some}).rows if not row.get("is_deleted")}


def _fate(task: Task, identifier: int) -> tuple[str, str]:
    """(when, why) one record left; why is "" where the vendor does not let us know."""
    now = instants.text(task.now)
    try:
        row = task.api.get(f"{task.entity.path}/{identifier}") or {}
    except PipedriveRefusal as error:
        if error.status not in UNKNOWN | GONE:
            raise
        return now, columns.DELETED if error.status in GONE else ""
    return (changed(row) or now, columns.DELETED) if row.get("is_deleted") else (now, columns.LEFT_SELECTION)
