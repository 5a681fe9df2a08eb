"""One canonical form for a record, whichever way it was read.

The vendor spells the same value differently by road: an object in list pages, `{"id"}` in COQL and a bare id in bulk CSV for a lookup; a JSON
array or joined text for a multi-select; numbers or text; instants with the reading user's offset. Here each becomes one value, so that a
record read by any road is the same, byte for byte: absent and empty are left out (null), references are `{"id"}`, instants are UTC with `Z`,
whole numbers are integers, choices stand in the order of the picklist.
Source: Zoho CRM API v8, Get Records, COQL, Bulk Read (CSV); checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from mailsync.instants import instant
from mailsync.zoho.fields import NUMBERS, REFERENCES, Field

Record = dict[str, Any]
Convert = Callable[[Any], Any]

# Beyond this a float no longer holds every whole number, and `int()` would invent digits.
EXACT_INTEGERS = 2.0**53


def number(value: Any) -> int | float | None:
    """A number, whole ones as integers, from JSON or text."""
    try:
        parsed = value if value.__class__ is float else float(value)
    except (TypeError, ValueError):
        return None
    if parsed.is_integer() and abs(parsed) < EXACT_INTEGERS:
        return int(parsed)
    return parsed if parsed - parsed == 0 else None  # neither infinite nor NaN: JSON knows neither


def integer(value: Any) -> int | None:
    """A whole number from JSON or text."""
    try:
        return int(value)
    except (TypeError, ValueError):
        parsed = number(value)
        return parsed if isinstance(parsed, int) else None


def boolean(value: Any) -> bool | None:
    """True or false, from JSON or text."""
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(str(value).strip().lower())


_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def reference(value: Any) -> dict[str, str] | None:
    """`{"id"}` of an object, or of a bare id. Names are left out: bulk CSV does not give them, and they change without the record changing."""
    identifier = value.get("id") if value.__class__ is dict else value
    return {"id": identifier if identifier.__class__ is str else str(identifier)} if identifier not in (None, "") else None


def tags(value: Any) -> list[str] | None:
    """Tag names, sorted. The vendor separates them by comma, so a name holds none."""
    names = [str(tag.get("name")) if isinstance(tag, Mapping) else str(tag) for tag in value] if isinstance(value, list) else str(value).split(",")
    return sorted(name.strip() for name in names if name.strip()) or None


def choices_of(picklist: Sequence[str]) -> Convert:
    """A converter for a multi-select: an array, or its values joined by comma or semicolon (the vendor's pages differ on which)."""
    order = {choice: position for position, choice in enumerate(picklist)}
    by_length = sorted(order, key=len, reverse=True)

    def convert(value: Any) -> list[str] | None:
        chosen = [str(item) for item in value if item not in (None, "")] if isinstance(value, list) else _split(str(value), by_length)
        if len(chosen) > 1:
            chosen.sort(key=lambda choice: (order.get(choice, len(order)), choice))
        return chosen or None

    return convert


def _split(text: str, known: Sequence[str]) -> list[str]:
    """Cut joined text into known choices, the longest first, so that a choice with a comma in it stays whole."""
    chosen: list[str] = []
    rest = text.strip()
    while rest:
        match = next((choice for choice in known if choice and rest.startswith(choice) and rest[len(choice) :].lstrip()[:1] in ("", ",", ";")), None)
        if match is None:
            ends = [position for position in (rest.find(","), rest.find(";")) if position >= 0]
            match = rest[: min(ends)] if ends else rest
        if match.strip():
            chosen.append(match.strip())
        rest = rest[len(match) :].lstrip()[1:].lstrip()
    return chosen


def converter(field: Field) -> Convert | None:
    """What a value of this field goes through; None where text is text already."""
    kind = field.value_type
    if kind == "multiselectpicklist":
        return choices_of(field.picklist)
    if kind in REFERENCES:
        return reference
    if kind in NUMBERS:
        return number
    plain: dict[str, Convert] = {"datetime": instant, "integer": integer, "boolean": boolean, "tags": tags, "bigint": str, "autonumber": str}
    return plain.get(kind)


class Canonical:
    """The converter of one stream, made once: field order fixed, empty values left out, and a loop for each way a value can be odd.

    It runs for every record, so the loops are written out, the likely case inline and the odd one in a function.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._names = tuple(field.api_name for field in fields)
        by_name = {field.api_name: converter(field) for field in fields}

        def of(*converters: Convert | None) -> tuple[str, ...]:
            return tuple(name for name, convert in by_name.items() if convert in converters)

        self._instants, self._references, self._numbers = of(instant), of(reference), of(number)
        self._texts, self._integers, self._booleans = of(None, str), of(integer), of(boolean)
        handled = {instant, reference, number, None, str, integer, boolean}
        self._others = tuple((name, convert) for name, convert in by_name.items() if convert is not None and convert not in handled)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields, in the order of the record's keys."""
        return self._names

    def from_json(self, row: Mapping[str, Any]) -> Record:  # noqa: C901 - written out, see above
        """A record from an object of COQL, list pages or a single read. Keys of the vendor that are no fields (`$state`, …) are left out."""
        get = row.get
        record = {name: value for name in self._names if (value := get(name)) is not None}
        if "" in record.values():
            record = {name: value for name, value in record.items() if value != ""}
        get = record.get
        for name in self._instants:
            if (value := get(name)) is not None:
                record[name] = instant(value)
        for name in self._references:
            if (value := get(name)) is not None:
                _place(record, name, reference(value))
        for name in self._texts:
            if (value := get(name)) is not None and value.__class__ is not str:
                _place(record, name, _as_text(value))
        for names, kind, convert in ((self._booleans, bool, boolean), (self._integers, int, integer), (self._numbers, int, number)):
            for name in names:
                if (value := get(name)) is not None and value.__class__ is not kind:
                    _place(record, name, convert(value))
        for name, convert_odd in self._others:
            if (value := get(name)) is not None:
                _place(record, name, convert_odd(value))
        return record

    def from_cells(self, header: Sequence[str]) -> Callable[[Sequence[str]], Record]:
        """A converter for the rows of a CSV with this header. Columns that are no fields are left out."""
        position = {("id" if name == "Id" else name): index for index, name in enumerate(header)}
        names = tuple(name for name in self._names if name in position)
        pick = itemgetter(*(position[name] for name in names)) if len(names) > 1 else _single(position[names[0]])
        instants, references, booleans = (_those(names, group) for group in (self._instants, self._references, self._booleans))
        others = [(name, number) for name in self._numbers] + [(name, integer) for name in self._integers] + list(self._others)
        odd = tuple((name, convert) for name, convert in others if name in position)

        def convert_row(cells: Sequence[str]) -> Record:
            record: Record = {name: cell for name, cell in zip(names, pick(cells), strict=False) if cell}
            get = record.get
            for name in instants:
                if (cell := get(name)) is not None:
                    record[name] = instant(cell)
            for name in references:
                if (cell := get(name)) is not None:
                    record[name] = {"id": cell}
            for name in booleans:
                if (cell := get(name)) is not None:
                    _place(record, name, _BOOLEANS[cell] if cell in _BOOLEANS else boolean(cell))
            for name, convert in odd:
                if (cell := get(name)) is not None:
                    _place(record, name, convert(cell))
            return record

        return convert_row


def _those(names: Sequence[str], group: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in group if name in names)


def _single(index: int) -> Callable[[Sequence[str]], tuple[str, ...]]:
    return lambda cells: (cells[index],)


def _place(record: Record, name: str, value: Any) -> None:
    if value is None:
        del record[name]
    else:
        record[name] = value


def _as_text(value: Any) -> str:
    """A value of a type this program does not know, where text was expected; the same text that bulk CSV holds for scalars."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    if isinstance(value, list):
        return ",".join(_as_text(item) for item in value)
    return str(value)
