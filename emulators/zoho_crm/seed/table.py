"""How the tables of the seed are written: one line a field, with the column that makes its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emulators.zoho_crm.fields import Field
from emulators.zoho_crm.rows import Column, Computed, Seeded


@dataclass(frozen=True, slots=True)
class Line:
    """A field, and where its value comes from in the seed: a column, a formula over the record, or nothing."""

    field: Field
    column: Column | None = None
    computed: Computed | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the account is, and where the ids of each module begin."""

    seed: int
    people: int
    sizes: dict[str, int]
    first_ids: dict[str, int]

    def pick(self, module: str, number: int) -> str | None:
        """The id of one seeded record of a module."""
        size = self.sizes[module]
        return str(self.first_ids[module] + number % size * 13) if size else None


def line(api_name: str, data_type: str, column: Column | None = None, **attributes: Any) -> Line:
    """One line. The label is the name with spaces unless given."""
    label = attributes.pop("label", api_name.removesuffix("__s").replace("_", " "))
    return Line(Field(api_name, data_type, label, **attributes), column)


def formula(api_name: str, returns: str, computed: Computed) -> Line:
    """A formula field."""
    made = line(api_name, "formula", custom=True, writable=False, virtual=True, returns=returns)
    return replace(made, computed=computed)


def chosen(values: Sequence[Any], shift: int) -> Column:
    """One of these, by the record's hash."""
    count = len(values)
    return lambda row: values[(row.h >> shift) % count]


def sometimes(percent: int, shift: int, column: Column) -> Column:
    """The column's value for so many of a hundred records, nothing for the rest."""
    return lambda row: column(row) if (row.h >> shift) % 100 < percent else None


def of_person(name: str) -> Column:
    """A detail of the person behind the record; empty text is no value."""
    return lambda row: getattr(row.person, name) or None


def number(low: int, high: int, shift: int, divisor: int = 1) -> Column:
    """A number between two, as a float where a divisor is given."""
    span = high - low + 1

    def column(row: Seeded) -> float | int:
        value = low + (row.h >> shift) % span
        return value / divisor if divisor > 1 else value

    return column


def system_lines(*, modified: bool = True, tag: bool = True) -> list[Line]:
    """What every module of records has. Owners are user indexes."""
    lines = [
        line("id", "bigint", length=18, writable=False, label="Record Id"),
        line("Owner", "ownerlookup", lambda row: (row.h >> 5) % 4, length=120),
        line("Created_By", "ownerlookup", lambda row: (row.h >> 7) % 4, length=120, writable=False),
        line("Created_Time", "datetime", length=120, writable=False),
    ]
    if modified:
        lines += [
            line("Modified_By", "ownerlookup", lambda row: (row.h >> 9) % 4, length=120, writable=False),
            line("Modified_Time", "datetime", length=120, writable=False),
        ]
    if tag:
        lines.append(line("Tag", "text", sometimes(10, 11, chosen((("vip",), ("vip", "press"), ("fair",)), 13)), length=2000))
    return lines


Tables = Callable[[Scale], list[Line]]
