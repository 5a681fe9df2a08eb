"""Complete reads of the vendor's lists: without totals or cursor, and with a largest page that is not documented everywhere.

So only an empty page, or one that repeats, is the end; who knows the number of rows may stop earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mailsync.zoho_campaigns.client import CampaignsClient

Row = dict[str, Any]
Window = Callable[[int], Mapping[str, str]]
"""Parameters for the page that begins after so many rows."""


def rows(value: Any) -> list[Row]:
    """The vendor's list of objects; one object stands for a list of one, anything else for none."""
    if isinstance(value, dict):
        return [value]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def from_index(size: int, params: Mapping[str, str] | None = None) -> Window:
    """Most methods: `fromindex` counts from 1, `range` is the size."""
    return lambda after: {**(params or {}), "fromindex": str(after + 1), "range": str(size)}


def in_details(size: int) -> Window:
    """`topics`: an object in one parameter, counting from 0."""
    return lambda after: {"details": f'{{"from_index":{after},"range":{size}}}'}


def fresh_pages(client: CampaignsClient, method: str, window: Window, *, rows_in: str, identity: str) -> Iterator[list[Row]]:
    """Pages of rows not seen before, told apart by the column `identity`."""
    known: set[str] = set()
    after = 0
    while True:
        page = rows(client.read(method, window(after)).body.get(rows_in))
        fresh = {str(row[identity]): row for row in page if row.get(identity) and str(row[identity]) not in known}
        if not fresh:
            return
        known.update(fresh)
        yield list(fresh.values())
        after += len(page)
