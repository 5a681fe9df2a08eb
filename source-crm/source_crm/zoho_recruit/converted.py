"""Records that were converted: no deletion, they leave lists and are listed with `converted=true`; bulk files may hold them all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mailsync.zoho_recruit import record_pages
from mailsync.zoho_recruit.record_pages import List, Row
from source_crm import columns
from source_crm.emission import Data
from source_crm.zoho_recruit.task import Task


def leaving(task: Task, *, since: str) -> Iterator[Data]:
    """Tombstones of those touched since an instant. The vendor does not say what became of them."""
    if not task.convertable:
        return
    for row in _listed(task, since):
        at = record_pages.time_of(row, task.modified_field) or since
        yield from task.gone(str(row["id"]), at=at, reason=columns.CONVERTED)


def ids(task: Task) -> frozenset[int]:
    """All of them."""
    return frozenset(int(row["id"]) for row in _listed(task, None)) if task.convertable else frozenset()


def left_out(header: list[str], those: frozenset[int]) -> Callable[[Sequence[str]], bool] | None:
    """Which rows of a bulk file they are."""
    place = next((index for index, name in enumerate(header) if name in ("Id", "id")), None)
    if place is None or not those:
        return None
    return lambda cells: int(cells[place]) in those


def _listed(task: Task, since: str | None) -> Iterator[Row]:
    wanted = List(task.module, task.modified_field, fields=("id", task.modified_field) if task.modified_field else ("id",), converted=True)
    first = record_pages.page(task.api, wanted, since=since, ascending=True)
    for rows in record_pages.every(task.api, wanted, first, since=since):
        yield from rows
