"""Fields: what a record of each entity has, the column each value goes to, and how ids of options become their labels.

A custom field's code never changes, its name may, and two may share one. A column is named after the field; where names collide, each of them gets
the beginning of its code. The schema carries the code (`x_field_code`), so that a catalog keeps its column when somebody renames the field.
Source: Pipedrive's guide on custom fields and the lists of fields of v2; checked 2026-11.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.pipedrive.api import PipedriveApi

LISTS = {"persons": "/personFields", "organizations": "/organizationFields", "deals": "/dealFields", "activities": "/activityFields"}
CODE = "x_field_code"
# Values of these mean nothing outside the vendor's screens.
NOT_OFFERED = frozenset(
    (
        "activity", "json", "picture", "deal", "deals", "lead", "project", "stage", "price_list", "billing_frequency", "projects_board",
        "projects_phase", "varchar_options",
    )
)  # fmt: skip
# Composite types and the parts, beside `value`, that become columns of their own.
PARTS = {"monetary": ("currency",), "daterange": ("until",), "timerange": ("until",)}
_SUFFIX_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Field:
    """One definition. `labels` of options by id, empty for other types."""

    code: str
    name: str
    type: str
    labels: Mapping[Any, str]
    is_custom: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A custom field's column. `part` is "" for the value itself, else a part of it."""

    name: str
    field: Field
    part: str = ""

    @property
    def code(self) -> str:
        """What binds the column to the field."""
        return f"{self.field.code}.{self.part}" if self.part else self.field.code


def fields(api: PipedriveApi, entity: str) -> tuple[Field, ...]:
    """All fields of an entity, in the vendor's order; 10 tokens for each 500."""
    return tuple(_parsed(row) for page in api.pages(LISTS[entity], {}) for row in page.rows)


def _parsed(row: Mapping[str, Any]) -> Field:
    labels = {option["id"]: str(option.get("label") or "") for option in row.get("options") or () if isinstance(option, Mapping) and "id" in option}
    code = str(row["field_code"])
    return Field(code, str(row.get("field_name") or code), str(row.get("field_type") or "varchar"), labels, bool(row.get("is_custom_field")))


def columns(known: Iterable[Field], taken: Iterable[str]) -> tuple[Column, ...]:
    """Columns of the custom fields, none of which is in `taken`."""
    offered = [field for field in known if field.is_custom and field.type not in NOT_OFFERED]
    plain = {field.code: column_name(field.name) for field in offered}
    counted = Counter([name for field in offered for name in _with_parts(plain[field.code], field)])
    reserved = set(taken)
    made = []
    for field in offered:
        name = plain[field.code]
        if not name or any(counted[one] > 1 or one in reserved for one in _with_parts(name, field)):
            name = f"{name}_{field.code[:_SUFFIX_LENGTH]}".lstrip("_")
        made.append(Column(name, field))
        made += [Column(f"{name}_{part}", field, part) for part in PARTS.get(field.type, ())]
    return tuple(made)


def _with_parts(name: str, field: Field) -> list[str]:
    return [name, *(f"{name}_{part}" for part in PARTS.get(field.type, ()))]


def column_name(text: str) -> str:
    """`Newsletter opt-out` → `newsletter_opt_out`. Letters of every script stay."""
    return re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text).lower()).strip("_")


# -- schemas

_TEXT: dict[str, Any] = {"type": ["null", "string"]}
_INTEGER: dict[str, Any] = {"type": ["null", "integer"]}
_LABELS: dict[str, Any] = {"type": ["null", "array"], "items": {"type": ["null", "string"]}}
_SHAPES: dict[str, dict[str, Any]] = {
    "double": {"type": ["null", "number"]},
    "monetary": {"type": ["null", "number"]},
    "date": {"type": ["null", "string"], "format": "date"},
    "set": _LABELS,
    "org": _INTEGER,
    "people": _INTEGER,
    "int": _INTEGER,
    "boolean": {"type": ["null", "boolean"]},
}


def json_schema(column: Column) -> dict[str, Any]:
    """One property: nullable, titled with the field's name; `x_data_type` is the vendor's type, kept for destinations."""
    title = f"{column.field.name} ({column.part})" if column.part else column.field.name
    shape = _TEXT if column.part else _SHAPES.get(column.field.type, _TEXT)
    return {**shape, "title": title, "x_data_type": column.field.type, CODE: column.code}


def bound(wanted: Mapping[str, Any], known: Iterable[Column]) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Columns as a catalog's properties name them, and the names of those whose field is gone.

    A property that carries a code is bound by it, whatever the field is called now; one without, by its name. No properties: all columns.
    """
    by_code = {column.code: column for column in known}
    if not wanted:
        return tuple(by_code.values()), ()
    by_name = {column.name: column for column in by_code.values()}
    chosen, gone = [], []
    for name, schema in wanted.items():
        code = schema.get(CODE) if isinstance(schema, Mapping) else None
        column = by_code.get(code) if code else by_name.get(name)
        if column is not None:
            chosen.append(Column(name, column.field, column.part))
        elif code:
            gone.append(name)
    return tuple(chosen), tuple(gone)
