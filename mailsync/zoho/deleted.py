"""Deleted records of a module. The vendor's list goes back 120 days (60 in the recycle bin) and has no order, so it is read whole from a moment on.

Source: Zoho CRM API v8 and Zoho Recruit API v2, Get Deleted Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailsync.instants import instant
from mailsync.zoho.api import CrmApi

RETENTION_S = 120 * 86400.0
ROWS_PER_PAGE = 200
CREDITS_PER_PAGE = 2


@dataclass(frozen=True, slots=True)
class Deleted:
    """One deleted record. `at` is a UTC instant. A permanent one can no longer be restored."""

    id: str
    at: str
    permanent: bool


def deleted(api: CrmApi, module: str, *, since: str, kind: str) -> Iterator[Deleted]:
    """Records deleted since an instant, in the vendor's order; 2 credits a page of 200. `kind` is the product's word for all of them."""
    page = 1
    while True:
        params = {"type": kind, "page": str(page), "per_page": str(ROWS_PER_PAGE)}
        answer = api.get(f"/{module}/deleted", params=params, since=since, cost=CREDITS_PER_PAGE) or {}
        for row in answer.get("data") or ():
            yield Deleted(str(row["id"]), instant(str(row["deleted_time"])), str(row.get("type")).lower() == "permanent")
        if not (answer.get("info") or {}).get("more_records"):
            return
        page += 1
