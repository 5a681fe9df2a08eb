"""Runs a checked COQL query: picks the index that serves it, walks candidates in order, stops as soon as the page is full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import islice
from typing import Any

from emulators.zoho_crm.coql.tree import Column, Order, Query
from emulators.zoho_crm.criteria import AllOf, Comparison, Node, Predicate, compiled, native
from emulators.zoho_crm.rows import Rows, folded
from emulators.zoho_crm.state import Crm, Module, ModuleNames
from emulators.zoho_crm.values import records
from emulators.zoho_crm.views import View

_END_OF_TIME = 1 << 34
_BY_TIME = (Order("Modified_Time"), Order("id"))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the top-level conjuncts say about the two indexed columns: since ≤ Modified_Time < until, after < n < before."""

    since: int = 0
    until: int = _END_OF_TIME
    after: int = -1
    before: int | None = None
    timed: bool = False


def run(query: Query, crm: Crm, module: Module, view: View | None) -> tuple[list[dict[str, Any]], bool]:
    """The shown rows, and whether there are more."""
    where = _with_view(query.where, view)
    converted = "both" if crm.reading("coql_converted_leads") == "included" else "false"
    if view and view.system_name == "CONVERTEDVIEWS":
        converted = "true"
    if query.group_by or any(column.function for column in query.columns):
        rows = _grouped(query, crm, module, where, converted)
        return rows[query.offset : query.offset + query.limit], len(rows) > query.offset + query.limit
    found = list(islice(_ordered(query, crm, module, where, converted), query.offset, query.offset + query.limit + 1))
    cells = crm.cells(module, [column.path for column in query.columns], "coql")
    named = [cell._replace(name=column.name) for cell, column in zip(cells, query.columns, strict=True)]
    if not any(cell.name == "id" for cell in named):
        named += crm.cells(module, ["id"], "coql")
    return records(module.records().content, found[: query.limit], named), len(found) > query.limit


def _with_view(where: Node | None, view: View | None) -> Node | None:
    conditions = [one for one in (view.criteria if view else None, where) if one]
    return AllOf(tuple(conditions)) if len(conditions) > 1 else (conditions[0] if conditions else None)


def _ordered(query: Query, crm: Crm, module: Module, where: Node | None, converted: str) -> Iterator[int]:
    """Row numbers in the asked order; walks an index where the order is the index's."""
    rows = module.records()
    bounds = _bounds(where, crm, module)
    holds = compiled(where, ModuleNames(crm, module, hidden_too=True)) if where else None  # `check` looked at the query's own part
    orders = query.order_by or (Order("id"),)
    if rows.has_modified_time and (orders[:2] == _BY_TIME or orders == _BY_TIME[:1]):
        walk = rows.by_time(since=bounds.since, until=bounds.until, converted=converted)
        return _filtered(walk, holds, rows)
    if orders[0] == Order("id") and not bounds.timed:
        walk = rows.by_id(after=bounds.after, until=bounds.before, converted=converted)
        return _filtered(walk, holds, rows)
    candidates = _candidates(where, bounds, crm, module, converted)
    return iter(_sorted(_filtered(candidates, holds, rows), orders, crm, module))


def _candidates(where: Node | None, bounds: Bounds, crm: Crm, module: Module, converted: str) -> Iterable[int]:
    rows = module.records()
    if rows.has_modified_time and bounds.timed:
        return rows.by_time(since=bounds.since, until=bounds.until, converted=converted)
    equal = _equality(where, crm, module)
    if equal is not None:
        found = rows.by_value(*equal)
        return [n for n in found if converted == "both" or n not in rows.converted]
    return rows.by_id(after=bounds.after, until=bounds.before, converted=converted)


def _filtered(walk: Iterable[int], holds: Predicate | None, rows: Rows) -> Iterator[int]:
    if holds is None:
        yield from walk
        return
    content = rows.content
    for n in walk:
        if holds(content.row(n)):
            yield n


def _conjuncts(where: Node | None) -> list[Node]:
    if isinstance(where, AllOf):
        return [inner for part in where.parts for inner in _conjuncts(part)]
    return [where] if where else []


def _bounds(where: Node | None, crm: Crm, module: Module) -> Bounds:
    rows, since, until, after, before = module.records(), 0, _END_OF_TIME, -1, None
    names = ModuleNames(crm, module, hidden_too=True)
    for one in _conjuncts(where):
        if not isinstance(one, Comparison) or one.path not in {"Modified_Time", "id"}:
            continue
        field = module.fields[one.path]
        low, high = _range(one, lambda value, field=field: native(field, value, names))
        if one.path == "id":
            after = max(after, _row_below(rows, low)) if low is not None else after
            before = _row_above(rows, high) if high is not None else before
        else:
            since = max(since, low) if low is not None else since
            until = min(until, high + 1) if high is not None else until
    return Bounds(since, until, after, before, timed=since > 0 or until < _END_OF_TIME)


def _range(test: Comparison, convert: Any) -> tuple[int | None, int | None]:
    """The inclusive range that a comparison allows at most; the predicate itself is exact."""
    if test.op == "between":
        return int(convert(test.value[0])), int(convert(test.value[1]))
    if test.op not in {"eq", "lt", "le", "gt", "ge"}:
        return None, None
    value = int(convert(test.value))
    return (value if test.op in {"eq", "gt", "ge"} else None), (value if test.op in {"eq", "lt", "le"} else None)


def _row_below(rows: Rows, record_id: int) -> int:
    return max(-1, -((rows.content.first_id - record_id) // 13) - 2)


def _row_above(rows: Rows, record_id: int) -> int:
    return max(0, (record_id - rows.content.first_id) // 13 + 1)


def _equality(where: Node | None, crm: Crm, module: Module) -> tuple[str, list[Any]] | None:
    """A top-level `field = value` or `field in (…)` on an address, a name or a lookup, which the value index serves."""
    names = ModuleNames(crm, module, hidden_too=True)
    for one in _conjuncts(where):
        if isinstance(one, Comparison) and one.op in {"eq", "in"} and "." not in one.path:
            field = module.fields[one.path]
            if field.value_type in {"email", "lookup", "phone"} or (field.value_type == "text" and field.json_type == "string"):
                given = one.value if isinstance(one.value, list) else [one.value]
                return one.path, [native(field, value, names) for value in given]
    return None


def _sorted(found: Iterable[int], orders: tuple[Order, ...], crm: Crm, module: Module) -> list[int]:
    rows, names = module.records(), crm.names(module)
    readers = [(names.resolve(order.name)[0], order.descending) for order in orders]
    keyed = [(n, [read(row) for read, _ in readers]) for n in found for row in [rows.row(n)]]
    flags = [descending for _, descending in readers]

    def compare(a: tuple[int, list[Any]], b: tuple[int, list[Any]]) -> int:
        for left, right, descending in zip(a[1], b[1], flags, strict=True):
            if order := _compared(left, right):
                return -order if descending else order
        return a[0] - b[0]

    keyed.sort(key=cmp_to_key(compare))
    return [n for n, _ in keyed]


def _compared(left: Any, right: Any) -> int:
    """Empty values come first."""
    if left is None or right is None:
        return (left is not None) - (right is not None)
    left, right = folded(left), folded(right)
    return int(left > right) - int(left < right)


# -- aggregates


def _grouped(query: Query, crm: Crm, module: Module, where: Node | None, converted: str) -> list[dict[str, Any]]:
    rows, names = module.records(), crm.names(module)
    ungrouped = Query(query.columns, query.source, query.source_is_view, where, (), (), 0, 0)
    keys = [(path, *names.resolve(path)) for path in query.group_by]
    groups: dict[tuple[Any, ...], list[int]] = {} if keys else {(): []}
    for n in _ordered(ungrouped, crm, module, where, converted):
        row = rows.row(n)
        groups.setdefault(tuple(read(row) for _, read, _ in keys), []).append(n)
    made = [_group_row(query.columns, members, crm, module) for members in groups.values() if members or not keys]
    for order in reversed(query.order_by):
        made.sort(
            key=lambda row, name=order.name: ((value := row.get(name)) is not None, folded(value) if value is not None else 0),  # type: ignore[misc]
            reverse=order.descending,
        )
    return made


def _group_row(columns: tuple[Column, ...], members: list[int], crm: Crm, module: Module) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    plain = [column for column in columns if not column.function]
    if plain and members:
        cells = crm.cells(module, [column.path for column in plain], "coql")
        named = [cell._replace(name=column.name) for cell, column in zip(cells, plain, strict=True)]
        shown.update(records(module.records().content, members[:1], named)[0])
    for column in columns:
        if column.function:
            shown[column.name] = _aggregate(column, members, crm, module)
    return shown


def _aggregate(column: Column, members: list[int], crm: Crm, module: Module) -> Any:
    rows = module.records()
    read, field = crm.names(module).resolve(column.path)
    values = [value for n in members if (value := read(rows.row(n))) is not None]
    if column.function == "COUNT":
        return len(values)
    if not values:
        return None
    if column.function == "SUM":
        return sum(values)
    if column.function == "AVG":
        return sum(values) / len(values)
    value = min(values) if column.function == "MIN" else max(values)
    return crm.instant(value) if field.value_type == "datetime" else value
