"""COQL: text of queries, and running them.

Limits (Zoho CRM API v8, COQL Overview and Limits; checked 2026-11): 2,000 rows a call for 3 credits (1 up to 200, 2 up to 1,000); 500 selected
fields; 25 criteria in WHERE; 100 values in IN; a WHERE is always sent. Lookups come as `{"id"}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

ROWS_PER_CALL = 2000
IDS_PER_IN = 100
# Ten groups of IN are ten of the 25 criteria; the rest is left to the caller's own conditions.
IDS_PER_QUERY = 10 * IDS_PER_IN
FIELDS_PER_SELECT = 490

EVERYTHING = "id is not null"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: raw rows, and whether the vendor has more that match."""

    rows: list[dict[str, Any]]
    more: bool


def text(value: str) -> str:
    """A string literal. Backslashes and quotes are escaped, so no value ends the literal early."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def both(*conditions: str | None) -> str:
    """All conditions, in nested pairs `((a and b) and c)`: older versions refuse a flat chain. None and EVERYTHING are left out."""
    return _paired("and", [condition for condition in conditions if condition and condition != EVERYTHING])


def either(*conditions: str) -> str:
    """Any of the conditions, in nested pairs."""
    return _paired("or", list(conditions))


def _paired(operator: str, conditions: Sequence[str]) -> str:
    if not conditions:
        return EVERYTHING
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = f"({joined} {operator} {condition})"
    return joined


def id_in(ids: Sequence[str]) -> str:
    """A condition on up to IDS_PER_QUERY ids, 100 a group."""
    return any_of("id", ids)


def any_of(column: str, values: Sequence[str]) -> str:
    """A condition that a column has one of these texts, 100 a group."""
    groups = [values[start : start + IDS_PER_IN] for start in range(0, len(values), IDS_PER_IN)]
    return either(*(f"{column} in ({', '.join(map(text, group))})" for group in groups))


def select(columns: Iterable[str], source: str, where: str, *, order: str = "id asc", limit: int = ROWS_PER_CALL) -> str:
    """One statement. `source` is a module's API name, or a custom view's id."""
    return f"select {', '.join(columns)} from {source} where {where} order by {order} limit {limit}"  # noqa: S608 - values went through `text`


def credits_of(rows: int) -> int:
    """What a call that returned so many rows cost."""
    return 1 if rows <= 200 else 2 if rows <= 1000 else 3


def run(api: CrmApi, statement: str) -> Page:
    """One call."""
    answer = api.post("/coql", {"select_query": statement}, cost=1)
    if not answer:
        return Page([], more=False)
    rows = answer.get("data") or []
    api.usage.count_more(credits_of(len(rows)) - 1)
    return Page(rows, more=bool((answer.get("info") or {}).get("more_records")))


def count(api: CrmApi, source: str, where: str) -> int | None:
    """How many rows match; 1 credit. None where the vendor does not count this module."""
    try:
        page = run(api, f"select COUNT(id) from {source} where {where}")  # noqa: S608 - values went through `text`
    except CrmRefusal:
        return None
    values = [value for row in page.rows for value in row.values()]
    return int(values[0]) if len(values) == 1 and str(values[0]).isdigit() else None


def refused_column(error: CrmRefusal, columns: Iterable[str]) -> str | None:
    """The selected column that the vendor names in its refusal, None when it names none."""
    named = {str(value) for value in _leaves(error.details)}
    return next((column for column in columns if column != "id" and column in named), None)


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value
