"""Get Records, 200 a page: the road for modules that COQL refuses.

At most 50 fields a call, so wider modules are asked several times for the same page and merged by id. Pages past 2,000 rows go by token; after
100,000 rows the list is begun anew from the last modified time. Rich text is cut to 500 characters here: rows whose text is that long are read
one by one. Source: Zoho CRM API v8, Get Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import MODIFIED_TIME, Field
from mailsync.zoho.refusals import CrmRefusal

ROWS_PER_PAGE = 200
FIELDS_PER_CALL = 50
RICH_TEXT_CUT = 500
ROWS_PER_LIST = 100_000

Row = dict[str, Any]


def pages(api: CrmApi, module: str, fields: Sequence[Field], *, since: str | None, view_id: str | None = None) -> Iterator[list[Row]]:
    """Complete raw rows, a page at a time; with a modified field the oldest change first, changed at or after `since`."""
    by_time = any(field.api_name == MODIFIED_TIME for field in fields) and view_id is None
    while True:
        read, last = 0, since
        for page in _one_list(api, module, fields, since=since, sort="Modified_Time" if by_time else "id", view_id=view_id):
            read += len(page)
            last = str(page[-1].get(MODIFIED_TIME) or "") or last
            yield page
        if read < ROWS_PER_LIST:
            return
        if not by_time or last == since:
            raise ConfigError(
                f"Zoho CRM lists at most {ROWS_PER_LIST:,} records of {module}, and neither a query nor a modified time leads to the rest. "
                "Choose a smaller custom view, or leave the stream out."
            )
        since = last


def _one_list(api: CrmApi, module: str, fields: Sequence[Field], *, since: str | None, sort: str, view_id: str | None) -> Iterator[list[Row]]:
    names = [field.api_name for field in fields if field.api_name != "id"]
    chunks = [names[start : start + FIELDS_PER_CALL - 1] for start in range(0, len(names), FIELDS_PER_CALL - 1)] or [[]]
    order = {"cvid": view_id} if view_id else {"sort_by": sort, "sort_order": "asc"}
    cost = 3 if view_id else 1
    tokens: list[str | None] = [None] * len(chunks)
    read = 0
    while read < ROWS_PER_LIST:
        merged: dict[str, Row] = {}
        more = False
        for index, chunk in enumerate(chunks):
            params = {
                "fields": ",".join(["id", *chunk]),
                "per_page": str(ROWS_PER_PAGE),
                **order,
                **({"page_token": token} if (token := tokens[index]) else {}),
            }
            answer = api.get(f"/{module}", params=params, since=since, cost=cost) or {}
            _merge(merged, answer.get("data") or [], first=index == 0)
            info = answer.get("info") or {}
            tokens[index], more = info.get("next_page_token"), bool(info.get("more_records"))
        read += len(merged)
        if merged:
            yield [_complete(api, module, row, fields) for row in merged.values()]
        if not more or not tokens[0]:
            return


def _merge(merged: dict[str, Row], rows: Sequence[Row], *, first: bool) -> None:
    """The first call decides which rows a page has; one that a later call lacks changed meanwhile and is asked for by `_complete`."""
    for row in rows:
        identifier = str(row["id"])
        if first:
            merged[identifier] = {**row, "#parts": 1}
        elif identifier in merged:
            merged[identifier].update(row)
            merged[identifier]["#parts"] += 1


def _complete(api: CrmApi, module: str, row: Row, fields: Sequence[Field]) -> Row:
    parts = row.pop("#parts")
    wanted = -(-(len(fields) - 1) // (FIELDS_PER_CALL - 1)) or 1
    is_cut = any(field.is_rich_text and len(str(row.get(field.api_name) or "")) >= RICH_TEXT_CUT for field in fields)
    if parts == wanted and not is_cut:
        return row
    try:
        rows = (api.get(f"/{module}/{row['id']}") or {}).get("data") or []
    except CrmRefusal:
        return row  # deleted between the two calls: the deletion follows by its own road
    return rows[0] if rows else row
