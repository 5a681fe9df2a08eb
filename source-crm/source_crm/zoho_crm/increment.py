"""What changed since the last run, by COQL in order of (modified time, id), up to a bound that lies a minute back.

With a selection, a record can leave it by being edited, and then no query of the selection shows it. So for each stretch of changes all changed ids
are read as well, after the matching records: an id of the stretch that did not match has left. One of them may never have been in the selection;
its tombstone removes nothing, and leaving it out could lose a removal when an earlier run broke off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailsync import instants
from mailsync.instants import instant
from mailsync.zoho.fields import MODIFIED_TIME
from mailsync.zoho_crm import coql, record_pages
from mailsync.zoho_crm.coql import both, either, text
from source_crm import columns
from source_crm.emission import Data
from source_crm.task import OVERLAP_S
from source_crm.zoho_crm.task import Task, is_converted

ORDER = f"{MODIFIED_TIME} asc, id asc"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of changes."""

    at: str
    id: str

    def after(self) -> str:
        """What lies behind it."""
        return both(f"{MODIFIED_TIME} >= {text(self.at)}", either(f"{MODIFIED_TIME} > {text(self.at)}", f"id > {text(self.id)}") if self.id else None)

    def until(self) -> str:
        """What lies before it, itself included."""
        return both(
            f"{MODIFIED_TIME} <= {text(self.at)}", either(f"{MODIFIED_TIME} < {text(self.at)}", f"id <= {text(self.id)}") if self.id else None
        )


def run(task: Task) -> Iterator[Data]:
    """Changes from the state's bound on; afterwards `state.upto` is the new bound."""
    upper = task.settled
    lower = instants.earlier(task.state.upto, OVERLAP_S)
    task.recent.floor = min(instants.earlier(upper, OVERLAP_S), task.state.upto)
    if task.reader is None:
        yield from _by_pages(task, lower, upper)
    else:
        yield from _by_coql(task, Place(lower, ""), Place(upper, ""))
    task.state.upto = max(task.state.upto, upper)


def _by_coql(task: Task, start: Place, end: Place) -> Iterator[Data]:
    place = start
    while True:
        page = task.coql.page(both(task.selected.where, place.after(), end.until()), order=ORDER)
        yield from task.shown(page.rows)
        reached = _place_of(page.rows[-1]) if page.more and page.rows else end
        if not task.selected.is_all:
            yield from _left(task, place, reached, {str(row["id"]) for row in page.rows})
        if reached is end:
            return
        place = reached
        task.state.upto = max(task.state.upto, place.at)
        task.checkpoint()


def _left(task: Task, start: Place, end: Place, matching: set[str]) -> Iterator[Data]:
    """Tombstones of what changed in the stretch and does not match."""
    wanted = ["id", MODIFIED_TIME]
    place = start
    while True:
        page = coql.run(task.api, coql.select(wanted, task.module, both(place.after(), end.until()), order=ORDER))
        for row in page.rows:
            if str(row["id"]) not in matching:
                yield from task.gone(str(row["id"]), at=instant(str(row[MODIFIED_TIME])), reason=columns.LEFT_SELECTION)
        if not page.more or not page.rows:
            return
        place = _place_of(page.rows[-1])


def _place_of(row: dict[str, Any]) -> Place:
    return Place(instant(str(row[MODIFIED_TIME])), str(row["id"]))


def _by_pages(task: Task, lower: str, upper: str) -> Iterator[Data]:
    """Where COQL refuses the module: the list of records changed since, the oldest change first."""
    for page in record_pages.pages(task.api, task.module, task.fields, since=lower):
        settled = [row for row in page if instant(str(row.get(MODIFIED_TIME) or "")) <= upper]
        yield from task.shown(settled)
        if settled and not any(map(is_converted, settled)):
            task.state.upto = max(task.state.upto, instant(str(settled[-1][MODIFIED_TIME])))
            task.checkpoint()
