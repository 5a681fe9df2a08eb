"""Criteria of every dialect (COQL, bulk read, search, custom views) as one small tree, compiled to a predicate over records.

What may be compared with what is told in docs/systems/zoho_crm.md#criteria.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from emulators.zoho_crm.fields import LOOKUP_TYPES, NUMBER_TYPES, USER_TYPES, Field
from emulators.zoho_crm.rows import Row, folded
from emulators.zoho_crm.zone import parse_day, parse_instant

Predicate = Callable[[Row], bool]
Getter = Callable[[Row], Any]
Match = Callable[[Any], bool]

NEGATED = {"ne": "eq", "not_in": "in", "not_contains": "contains", "not_between": "between"}
_RELATIVE = re.compile(r"\$\{(TODAY|NOW)\}([+-]\d+)?")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison. `op` is one of eq ne in not_in lt le gt ge between not_between contains not_contains starts_with ends_with null not_null."""

    path: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]


Node = Comparison | AllOf | AnyOf


class UnknownPath(LookupError):
    """The module has no such field; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class BadValue(ValueError):
    """A value that cannot be compared with its field."""

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(field.api_name)
        self.field, self.value = field, value


class Names(Protocol):
    """What compiling needs to know about a module and the account."""

    def resolve(self, path: str) -> tuple[Getter, Field]:
        """How to read a path, and what it is. Raises UnknownPath."""

    def user_index(self, user_id: str) -> int:
        """The native form of a user's id; -1 for nobody."""

    def now(self) -> float:
        """The vendors' clock."""

    def today(self, days: int) -> str:
        """The account's date, so many days from now."""

    def empty_is_not_equal(self) -> bool:
        """The reading for empty values under negated comparisons."""


def tests(node: Node) -> list[Comparison]:
    """All comparisons of a tree, left to right."""
    if isinstance(node, Comparison):
        return [node]
    return [test for part in node.parts for test in tests(part)]


def is_relative(node: Node) -> bool:
    """Whether the answer changes by the mere passing of time."""
    return any(isinstance(test.value, str) and _RELATIVE.fullmatch(test.value) for test in tests(node))


def compiled(node: Node, names: Names) -> Predicate:
    """The predicate of a tree. Raises UnknownPath or BadValue."""
    if isinstance(node, Comparison):
        return _test(node, names)
    parts = tuple(compiled(part, names) for part in node.parts)
    if len(parts) == 1:
        return parts[0]
    if isinstance(node, AllOf):
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def _test(test: Comparison, names: Names) -> Predicate:
    get, field = names.resolve(test.path)
    if test.op == "null":
        return lambda row: get(row) in (None, "", ())
    if test.op == "not_null":
        return lambda row: get(row) not in (None, "", ())
    positive = NEGATED.get(test.op)
    match = _match(positive or test.op, field, test.value, names)
    if field.value_type == "boolean":
        return (lambda row: not match(bool(get(row)))) if positive else (lambda row: match(bool(get(row))))
    if positive is None:
        return lambda row: (value := get(row)) is not None and match(value)
    empty = names.empty_is_not_equal()
    return lambda row: empty if (value := get(row)) is None else not match(value)


def _match(op: str, field: Field, value: Any, names: Names) -> Match:
    if op in {"in", "between"}:
        given = value if isinstance(value, (list, tuple)) else [value]
        wanted = [native(field, one, names) for one in given]
        return _in(wanted, field) if op == "in" else (lambda found: wanted[0] <= _comparable(found) <= wanted[1])
    if op in {"contains", "starts_with", "ends_with"}:
        return _text_match(op, str(value).casefold())
    one = native(field, value, names)
    if op == "eq" and field.json_type == "jsonarray":
        parts = frozenset(str(value).casefold().split(";"))
        return lambda found: frozenset(map(folded, found)) == parts
    return _ORDERED[op](one)


_ORDERED: dict[str, Callable[[Any], Match]] = {
    "eq": lambda one: lambda found: _comparable(found) == one,
    "lt": lambda one: lambda found: _comparable(found) < one,
    "le": lambda one: lambda found: _comparable(found) <= one,
    "gt": lambda one: lambda found: _comparable(found) > one,
    "ge": lambda one: lambda found: _comparable(found) >= one,
}


def _in(wanted: list[Any], field: Field) -> Match:
    choices = frozenset(wanted)
    if field.json_type == "jsonarray":
        return lambda found: any(folded(one) in choices for one in found)
    return lambda found: _comparable(found) in choices


def _text_match(op: str, part: str) -> Match:
    def text(found: Any) -> str:
        return ";".join(found).casefold() if isinstance(found, tuple) else str(found).casefold()

    if op == "contains":
        return lambda found: part in text(found)
    if op == "starts_with":
        return lambda found: text(found).startswith(part)
    return lambda found: text(found).endswith(part)


def _comparable(found: Any) -> Any:
    return found.casefold() if isinstance(found, str) else found


def native(field: Field, value: Any, names: Names) -> Any:
    """A literal in the form in which the field's values are stored. Raises BadValue."""
    made = _native(field, value, names)
    if made is None:
        raise BadValue(field, value)
    return made


def _native(field: Field, value: Any, names: Names) -> Any:
    kind = field.value_type
    if field.api_name == "id" or kind in LOOKUP_TYPES:
        return _id(value)
    if kind in USER_TYPES:
        user = _id(value)
        return names.user_index(user) if user is not None else None
    if kind in {"datetime", "date"}:
        return _time(kind, value, names)
    if kind in NUMBER_TYPES:
        return _number(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).lower())
    return str(value).casefold() if isinstance(value, (str, int, float)) else None


def _id(value: Any) -> str | None:
    text = str(value.get("id")) if isinstance(value, dict) else str(value)
    return text if text.isdigit() else None


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return None


def _time(kind: str, value: Any, names: Names) -> Any:
    if not isinstance(value, str):
        return None
    relative = _RELATIVE.fullmatch(value)
    if relative:
        days = int(relative[2] or 0)
        return names.today(days) if kind == "date" else int(names.now()) + days * _DAY_S
    return parse_instant(value) if kind == "datetime" else parse_day(value)
