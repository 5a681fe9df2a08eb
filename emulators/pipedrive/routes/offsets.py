"""v1's paging by start and limit (docs/systems/pipedrive.md#versions)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import bad_request
from emulators.pipedrive.guard import Answer, Call

MOST, USUAL = 500, 100


def page_of(account: Account, call: Call, rows: Sequence[Any], *, beside: dict[str, Any] | None = None, usual: int = USUAL) -> Answer:
    """One page of rows that are all known; `next_start` stands on all pages but the last."""
    start, limit = _number(call, "start", 0), min(_number(call, "limit", usual), MOST)
    shown = list(islice(rows, start, start + limit))
    more = start + limit < len(rows)
    paging: dict[str, Any] = {"start": start, "limit": limit, "more_items_in_collection": more}
    if more:
        paging["next_start"] = start + limit
    return Answer(shown or empty(account), {"additional_data": {**(beside or {}), "pagination": paging}})


def empty(account: Account) -> list[Any] | None:
    """What an empty list of v1 is."""
    return None if account.reading("empty_v1_list") == "null" else []


def _number(call: Call, name: str, usual: int) -> int:
    text = call.query.get(name, str(usual))
    if not text.isdigit():
        raise bad_request(f"{name} must be a number")
    return int(text)
