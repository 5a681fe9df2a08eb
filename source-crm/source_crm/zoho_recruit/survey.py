"""Reading all of the selection once more, to find what no change and no deletion tells: who entered or left it, and computed values that moved.

It is due where the selection changed or drifts, after a gap in the vendor's list of deletions, where very much changed at once, and once a
day anyway: Recruit counts nothing, so a restored or hidden record shows by nothing else. One read serves all of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailsync import instants
from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.bulk_query import Query
from source_crm import columns
from source_crm.comparing import compared, was_compared_today
from source_crm.emission import Data
from source_crm.id_set import Collector, unpack
from source_crm.zoho.bulk_chain import BulkChain
from source_crm.zoho.computed import Computed
from source_crm.zoho.progress import Backfill
from source_crm.zoho_recruit import converted, rows
from source_crm.zoho_recruit.rows import Seen
from source_crm.zoho_recruit.task import Task

ONE_BY_ONE = 50  # a look at a record costs a credit, a job fifty
BATCH = 1000


def why(task: Task) -> str | None:
    """Why a survey is due whatever changed; None where it is not."""
    if task.selected.drifts:
        return "the view depends on the day, the user or other records"
    if Computed(task).is_due:
        return "computed fields are read again"
    return None if was_compared_today(task) else "once a day"


def run(task: Task, *, because: str, changed_since: str) -> Iterator[Data]:
    """Records that this stream does not know, or that changed at or after an instant ("": none), or whose computed values moved; then who is gone."""
    task.voice.info(f"Reading all of {task.selected.title} to compare: {because}.")
    seen, present, computed = Seen(), Collector(), Computed(task)
    those = converted.ids(task)
    for record in rows.snapshot(task, seen):
        identifier = int(record["id"])
        if identifier in those:
            continue
        present.add(identifier)
        present.settle()
        changed = bool(changed_since) and str(record.get(task.modified_field) or "") >= changed_since
        if computed.differs(identifier, record) or changed or identifier not in task.known:
            yield from task.show(record)
    computed.keep()
    departed = partial(_departed, task, seen)
    yield from compared(task, unpack(present.packed()), arrived=_nobody, departed=departed, batch=BATCH)
    task.surveyed = True


def remember(task: Task) -> None:
    """Note computed values before the first read, so that a change during it is found later."""
    computed = Computed(task)
    if computed.is_due and not task.state.formulas_at:
        for record in rows.snapshot(task, Seen()):
            computed.differs(int(record["id"]), record)
        computed.keep()


def _nobody(ids: list[int]) -> Iterator[Data]:
    """Whoever is present is known by now."""
    assert not ids  # noqa: S101 - shown above
    return iter(())


def _departed(task: Task, seen: Seen, ids: list[int]) -> Iterator[Data]:
    """Left the selection where they are still in the module, else deleted. Nobody leaves "all records" and is still there."""
    is_certain = task.selected.is_all and seen.exact
    there = set() if is_certain else _there(task, ids)
    at = instants.text(task.now)
    for identifier in ids:
        if identifier not in there:
            yield from task.gone(str(identifier), at=at, reason=columns.DELETED)
        elif not task.selected.is_all:
            yield from task.gone(str(identifier), at=at, reason=columns.LEFT_SELECTION)


def _there(task: Task, ids: list[int]) -> set[int]:
    """Which of them are still in the module."""
    if len(ids) <= ONE_BY_ONE or task.state.without_bulk:
        return {one for one in ids if record_pages.single(task.api, task.module, str(one)) is not None}
    asked = set(ids)
    found: set[int] = set()

    def emit(header: list[str], cells: Iterator[list[str]]) -> Iterator[Data]:
        place = next(index for index, name in enumerate(header) if name in ("Id", "id"))
        found.update(asked & {int(row[place]) for row in cells})
        return iter(())

    query = Query(task.module, [task.modified_field] if task.modified_field else [])
    for _ in BulkChain(task.api, task.voice, query, Backfill("bulk", ""), save=lambda: None, emit=emit).rows():
        raise AssertionError("nothing is emitted")
    return found
