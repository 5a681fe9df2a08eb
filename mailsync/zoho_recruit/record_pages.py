"""Get Records: 200 a page for three credits, all fields, by number. No query language, no count, no page tokens.

Pages by number move under the reader when records come and go, so lists of more than a page are read by the change time where the vendor
sorts by it: each page begins at the last time of the one before.
Source: Zoho Recruit API v2, Get Records, API Limits; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.instants import instant
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

ROWS_PER_PAGE = 200
CREDITS_PER_PAGE = 3
RICH_TEXT_CUT = 500

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class List:
    """What is listed. `fields` None for all; `converted` lists what ordinary lists hide. A view is in no order that we could ask for."""

    module: str
    change_field: str
    view_id: str | None = None
    fields: Sequence[str] | None = None
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    rows: list[Row]
    more: bool


def page(api: CrmApi, wanted: List, number: int = 1, *, since: str | None = None, ascending: bool = False, per_page: int | None = None) -> Page:
    """One page. Raises CrmRefusal, also where the vendor lists no deeper."""
    params = {"page": str(number), "per_page": str(per_page or ROWS_PER_PAGE)}
    if wanted.view_id:
        params["cvid"] = wanted.view_id
    elif wanted.change_field:
        params |= {"sort_by": wanted.change_field, "sort_order": "asc" if ascending else "desc"}
    if wanted.fields:
        params["fields"] = ",".join(wanted.fields)
    if wanted.converted:
        params["converted"] = "true"
    answer = api.get(f"/{wanted.module}", params=params, since=since, cost=CREDITS_PER_PAGE) or {}
    return Page(answer.get("data") or [], bool((answer.get("info") or {}).get("more_records")))


def has_page(api: CrmApi, wanted: List, number: int, *, since: str | None) -> bool:
    """Whether the list is so long; a page that the vendor refuses lies beyond what it lists, so the list is longer."""
    try:
        return bool(page(api, wanted, number, since=since).rows)
    except CrmRefusal:
        return True


def is_sorted(api: CrmApi, wanted: List, first: Page, *, since: str | None) -> bool:
    """Whether the vendor sorts by the change time: the first page rises, and the other order begins elsewhere and later."""
    if wanted.view_id or not wanted.change_field or not first.rows:
        return False
    times = [time_of(row, wanted.change_field) for row in first.rows]
    newest = page(api, wanted, since=since, per_page=1).rows[:1]
    if not newest or times != sorted(times):
        return False
    return str(newest[0]["id"]) != str(first.rows[0]["id"]) and time_of(newest[0], wanted.change_field) >= times[-1]


def by_time(api: CrmApi, wanted: List, first: Page, *, since: str | None) -> Iterator[list[Row]]:
    """A sorted list from its first page on, the oldest change first; each page again from the last time, what was shown of that second left out."""
    seen: set[str] = set()
    current, number = first, 1
    while True:
        fresh = [row for row in current.rows if str(row["id"]) not in seen]
        if fresh:
            yield fresh
        if not current.more or not current.rows:
            return
        last = time_of(current.rows[-1], wanted.change_field)
        if last == since:
            number += 1
        else:
            since, number, seen = last, 1, set()
        seen |= {str(row["id"]) for row in current.rows if time_of(row, wanted.change_field) == last}
        current = page(api, wanted, number, since=since, ascending=True)


def by_number(api: CrmApi, wanted: List, first: Page, *, since: str | None) -> Iterator[list[Row]]:
    """A list that the vendor does not sort, page by page. Raises ConfigError where it ends before its last record."""
    current, number = first, 1
    while current.rows:
        yield current.rows
        if not current.more:
            return
        number += 1
        try:
            current = page(api, wanted, number, since=since, ascending=True)
        except CrmRefusal as error:
            raise ConfigError(
                f"Zoho Recruit lists no more than {(number - 1) * ROWS_PER_PAGE:,} records of {wanted.module} ({error.code}), and neither a bulk job "
                "nor a change time leads to the rest. Choose a smaller custom view, or leave the stream out."
            ) from error


def every(api: CrmApi, wanted: List, first: Page, *, since: str | None) -> Iterator[list[Row]]:
    """The whole list from its first page on, sorted where the vendor sorts."""
    if first.more and is_sorted(api, wanted, first, since=since):
        yield from by_time(api, wanted, first, since=since)
    else:
        yield from by_number(api, wanted, first, since=since)


def single(api: CrmApi, module: str, identifier: str) -> Row | None:
    """One record; None where there is none (any more)."""
    try:
        rows = (api.get(f"/{module}/{identifier}") or {}).get("data") or []
    except CrmRefusal:
        return None
    return rows[0] if rows else None


def time_of(row: Row, change_field: str) -> str:
    """The change time of a raw row as a UTC instant, empty where it has none."""
    return instant(str(row.get(change_field) or ""))
