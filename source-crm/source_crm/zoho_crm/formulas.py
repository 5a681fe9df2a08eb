"""Computed values (formulas, roll-ups, tags) change without the record's modified time moving: every N days they are read again, and records
whose values differ are shown.

Three bytes of each record's computed values are kept, with the ids as compressed differences: about four bytes a record, only with this option.
"""

from __future__ import annotations

import base64
import hashlib
from array import array
from collections.abc import Iterator
from typing import Any

import orjson

from mailsync import instants
from mailsync.zoho.fields import COMPUTED, Field
from mailsync.zoho_crm.coql import EVERYTHING, IDS_PER_QUERY
from mailsync.zoho_crm.coql_read import CoqlReader
from source_crm import id_set
from source_crm.emission import Data
from source_crm.zoho_crm.task import Task

DAY_S = 86400.0
WIDTH = 3


def computed(fields: tuple[Field, ...]) -> list[Field]:
    """The fields whose values move by themselves."""
    return [field for field in fields if field.data_type in COMPUTED or field.api_name == "Tag"]


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
    if not is_wanted(task) or not _is_due(task):
        return
    task.voice.info("Reading computed fields again.")
    batch: list[str] = []
    for identifier in _differing(task):
        batch.append(identifier)
        if len(batch) == IDS_PER_QUERY:
            yield from task.shown(task.coql.by_id(batch))
            batch = []
    yield from task.shown(task.coql.by_id(batch))


def _is_due(task: Task) -> bool:
    if not task.state.formulas_at:
        return True
    return task.now - instants.epoch(task.state.formulas_at) >= task.options.refresh_formulas_every_days * DAY_S


def _differing(task: Task) -> Iterator[str]:
    """Ids whose values are other than noted, or not noted yet; the new values are noted when all are read."""
    noted = _unpacked(task.state.formulas)
    ids, marks = array("Q"), bytearray()
    old = next(noted, None)
    for identifier, mark in _read(task):
        while old is not None and old[0] < identifier:
            old = next(noted, None)
        ids.append(identifier)
        marks += mark
        if old is None or old != (identifier, mark):
            yield str(identifier)
    task.state.formulas = f"{id_set.pack(ids)}.{base64.b64encode(marks).decode()}"
    task.state.formulas_at = instants.text(task.now)


def _read(task: Task) -> Iterator[tuple[int, bytes]]:
    names = [field.api_name for field in computed(task.fields)]
    reader = CoqlReader(task.api, task.module, names, source=task.selected.source)
    last, where = "", task.selected.where or EVERYTHING
    while True:
        page = reader.after_id(last, where)
        for row in page.rows:
            yield int(row["id"]), _mark([row.get(name) for name in names])
        if not page.more or not page.rows:
            return
        last = str(page.rows[-1]["id"])


def _mark(values: list[Any]) -> bytes:
    return hashlib.blake2b(orjson.dumps(values), digest_size=WIDTH).digest()


def _unpacked(text: str) -> Iterator[tuple[int, bytes]]:
    if not text:
        return
    packed, _, encoded = text.partition(".")
    marks = base64.b64decode(encoded)
    for position, identifier in enumerate(id_set.unpack(packed)):
        yield identifier, marks[position * WIDTH : (position + 1) * WIDTH]
