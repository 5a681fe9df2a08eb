"""Leads that became contacts: no deletion, they leave ordinary reads and are listed with `converted=true`.

Source: Zoho CRM API v8, Get Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailsync.instants import instant
from mailsync.zoho.api import CrmApi

ROWS_PER_PAGE = 200
IDS_PER_CALL = 100  # of the parameter ids
CONVERTED = "Converted__s"
CONVERTED_CONTACT = "Converted_Contact"
CONVERTED_AT = "Converted_Date_Time"
CONVERTING_MODULE = "Leads"
HEIR_MODULE = "Contacts"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A lead that became a contact (None: the vendor does not say which, or made none)."""

    id: str
    at: str
    contact_id: str | None


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


def contacts_of(api: CrmApi, leads: Sequence[str]) -> dict[str, str]:
    """Lead → the contact it became, for those of these ids that were converted; 1 credit for a page of 200."""
    found: dict[str, str] = {}
    for first in range(0, len(leads), IDS_PER_CALL):
        ids = ",".join(leads[first : first + IDS_PER_CALL])
        params = {"fields": f"id,{CONVERTED_CONTACT}", "converted": "true", "ids": ids, "per_page": str(ROWS_PER_PAGE)}
        answer = api.get(f"/{CONVERTING_MODULE}", params=params) or {}
        for row in answer.get("data") or ():
            contact = conversion(row).contact_id
            found |= {} if contact is None else {str(row["id"]): contact}
    return found


def conversion(row: dict[str, Any]) -> Conversion:
    """A converted lead from a raw row."""
    contact = row.get(CONVERTED_CONTACT)
    identifier = contact.get("id") if isinstance(contact, dict) else contact
    moment = row.get(CONVERTED_AT) or row.get("Modified_Time") or ""
    return Conversion(str(row["id"]), instant(str(moment)), str(identifier) if identifier else None)
