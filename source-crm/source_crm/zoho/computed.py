"""Computed values (formulas, roll-ups, tags) change without the record's change time moving: every N days they are read again, and records whose
values differ are shown.

Three bytes of each record's computed values are kept, with the ids as compressed differences: about four bytes a record, only with this option.
"""

from __future__ import annotations

import base64
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from mailsync import instants
from mailsync.zoho.fields import COMPUTED, Field
from source_crm import id_set
from source_crm.zoho.task import ZohoTask

DAY_S = 86400.0
WIDTH = 3


def computed(fields: Iterable[Field]) -> list[Field]:
    """The fields whose values move by themselves."""
    return [field for field in fields if field.data_type in COMPUTED or field.api_name == "Tag"]


def mark(values: list[Any]) -> bytes:
    """What is kept of a record's computed values."""
    return hashlib.blake2b(orjson.dumps(values), digest_size=WIDTH).digest()


def packed(ids: array[int], marks: bytearray) -> str:
    """The text of ascending ids and their marks."""
    return f"{id_set.pack(ids)}.{base64.b64encode(marks).decode()}"


def unpacked(text: str) -> Iterator[tuple[int, bytes]]:
    """Ids and marks of such a text, ascending."""
    if not text:
        return
    ids, _, encoded = text.partition(".")
    marks = base64.b64decode(encoded)
    for position, identifier in enumerate(id_set.unpack(ids)):
        yield identifier, marks[position * WIDTH : (position + 1) * WIDTH]


class Computed:
    """The marks of one read of all records, in whatever order they come; inert where it is not due."""

    def __init__(self, task: ZohoTask[Any]) -> None:
        self._task = task
        self._names = [field.api_name for field in computed(task.fields)]
        self.is_due = bool(self._names) and is_due(task)
        self._ids: array[int] = array("Q")
        self._marks = bytearray()
        self._old_ids: array[int] = array("Q")
        self._old_marks = b""
        if self.is_due and task.state.formulas:
            ids, _, encoded = task.state.formulas.partition(".")
            self._old_ids, self._old_marks = array("Q", id_set.unpack(ids)), base64.b64decode(encoded)

    def differs(self, identifier: int, record: Mapping[str, Any]) -> bool:
        """Whether the record's values are other than noted, or not noted yet; they are noted."""
        if not self.is_due:
            return False
        now = mark([record.get(name) for name in self._names])
        self._ids.append(identifier)
        self._marks += now
        place = bisect_left(self._old_ids, identifier)
        known = place < len(self._old_ids) and self._old_ids[place] == identifier
        return not known or self._old_marks[place * WIDTH : (place + 1) * WIDTH] != now

    def keep(self) -> None:
        """All were read: what was noted goes into the state."""
        if not self.is_due:
            return
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        marks = bytearray().join(self._marks[place * WIDTH : (place + 1) * WIDTH] for place in order)
        self._task.state.formulas = packed(array("Q", (self._ids[place] for place in order)), marks)
        self._task.state.formulas_at = instants.text(self._task.now)


def is_due(task: ZohoTask[Any]) -> bool:
    """Whether the option is on and the last read was so many days ago."""
    days = task.options.refresh_formulas_every_days
    if not days:
        return False
    return not task.state.formulas_at or task.now - instants.epoch(task.state.formulas_at) >= days * DAY_S
