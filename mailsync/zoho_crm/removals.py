"""Records that left a module: deleted ones, and leads that became contacts.

The list of deleted records goes back 120 days (60 in the recycle bin) and has no order, so it is read whole from a moment on. Converted leads
are no deletion: they leave ordinary reads and are listed with `converted=true`.
Source: Zoho CRM API v8, Get Deleted Records, Get Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailsync.instants import instant
from mailsync.zoho_crm.api import CrmApi

RETENTION_S = 120 * 86400.0
ROWS_PER_PAGE = 200
CREDITS_PER_PAGE = 2
CONVERTED = "Converted__s"
CONVERTED_CONTACT = "Converted_Contact"
CONVERTED_AT = "Converted_Date_Time"
CONVERTING_MODULE = "Leads"
HEIR_MODULE = "Contacts"


@dataclass(frozen=True, slots=True)
class Deleted:
    """One deleted record. `at` is a UTC instant. A permanent one can no longer be restored."""

    id: str
    at: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """A lead that became a contact (None: the vendor does not say which, or made none)."""

    id: str
    at: str
    contact_id: str | None


def deleted(api: CrmApi, module: str, *, since: str) -> Iterator[Deleted]:
    """Records deleted since an instant, in the vendor's order; 2 credits a page of 200."""
    page = 1
    while True:
        params = {"type": "all", "page": str(page), "per_page": str(ROWS_PER_PAGE)}
        answer = api.get(f"/{module}/deleted", params=params, since=since, cost=CREDITS_PER_PAGE) or {}
        for row in answer.get("data") or ():
            yield Deleted(str(row["id"]), instant(str(row["deleted_time"])), row.get("type") == "permanent")
        if not (answer.get("info") or {}).get("more_records"):
            return
        page += 1


def conversions(api: CrmApi, *, since: str) -> Iterator[Conversion]:
    """Leads converted and touched since an instant; 1 credit a page of 200."""
    token: str | None = None
    columns = f"id,{CONVERTED_CONTACT},{CONVERTED_AT},Modified_Time"
    while True:
        params = {"fields": columns, "converted": "true", "per_page": str(ROWS_PER_PAGE), **({"page_token": token} if token else {})}
        answer = api.get(f"/{CONVERTING_MODULE}", params=params, since=since) or {}
        yield from map(conversion, answer.get("data") or ())
        info = answer.get("info") or {}
        token = info.get("next_page_token")
        if not info.get("more_records") or not token:
            return


def conversion(row: dict[str, Any]) -> Conversion:
    """A converted lead from a raw row."""
    contact = row.get(CONVERTED_CONTACT)
    identifier = contact.get("id") if isinstance(contact, dict) else contact
    moment = row.get(CONVERTED_AT) or row.get("Modified_Time") or ""
    return Conversion(str(row["id"]), instant(str(moment)), str(identifier) if identifier else None)
