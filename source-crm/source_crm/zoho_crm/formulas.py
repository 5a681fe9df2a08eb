"""Computed fields of Zoho CRM, read again by COQL in the order of ids: only the records that differ are read in full."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from mailsync import instants
from mailsync.zoho_crm.coql import EVERYTHING, IDS_PER_QUERY
from mailsync.zoho_crm.coql_read import CoqlReader
from source_crm.emission import Data
from source_crm.zoho.computed import computed, is_due, mark, packed, unpacked
from source_crm.zoho_crm.task import Task


def is_wanted(task: Task) -> bool:
    """Whether the option is on and this module has such fields."""
    return bool(task.options.refresh_formulas_every_days and task.reader is not None and computed(task.fields))


def remember(task: Task) -> None:
    """Note the values before the first read, so that a change during it is found later."""
    if is_wanted(task) and not task.state.formulas_at:
        for _ in _differing(task):
            pass


def run(task: Task) -> Iterator[Data]:
    """Where it is due, records whose computed values differ from those noted."""
    if not is_wanted(task) or not is_due(task):
        return
    task.voice.info("Reading computed fields again.")
    batch: list[str] = []
    for identifier in _differing(task):
        batch.append(identifier)
        if len(batch) == IDS_PER_QUERY:
            yield from task.shown(task.coql.by_id(batch))
            batch = []
    yield from task.shown(task.coql.by_id(batch))


def _differing(task: Task) -> Iterator[str]:
    """Ids whose values are other than noted, or not noted yet; the new values are noted when all are read."""
    noted = unpacked(task.state.formulas)
    ids, marks = array("Q"), bytearray()
    old = next(noted, None)
    for identifier, now in _read(task):
        while old is not None and old[0] < identifier:
            old = next(noted, None)
        ids.append(identifier)
        marks += now
        if old is None or old != (identifier, now):
            yield str(identifier)
    task.state.formulas = packed(ids, marks)
    task.state.formulas_at = instants.text(task.now)


def _read(task: Task) -> Iterator[tuple[int, bytes]]:
    names = [field.api_name for field in computed(task.fields)]
    reader = CoqlReader(task.api, task.module, names, source=task.selected.source)
    last, where = "", task.selected.where or EVERYTHING
    while True:
        page = reader.after_id(last, where)
        for row in page.rows:
            yield int(row["id"]), mark([row.get(name) for name in names])
        if not page.more or not page.rows:
            return
        last = str(page.rows[-1]["id"])
