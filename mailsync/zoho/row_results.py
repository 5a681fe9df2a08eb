"""What Zoho says of one row of a write, the same words in CRM and Recruit: `{"code", "status", "message", "details"}`.

Source: Zoho CRM API v8, Insert, Update and Upsert Records, Update Related Records, Status Codes; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailsync.responses.crm import Fate, Outcome

# Fields that hold the record a row hangs on: an unknown id in one of them means that the person is gone.
PARENTS = frozenset({"Parent_Id", "Who_Id", "What_Id", "Contact_Name"})


def outcome(row: Mapping[str, Any]) -> Outcome:
    """Done, or why not. The vendor's text is kept, its values are not: they may be personal."""
    raw = row.get("details")
    details: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    code = str(row.get("code") or "no code")
    if row.get("status") == "success" or code == "SUCCESS":
        return Outcome(Fate.DONE, id=str(details.get("id") or ""))
    field = str(details.get("api_name") or "")
    if code == "DUPLICATE_DATA":
        holder = details.get("duplicate_record")
        known = (holder.get("id") if isinstance(holder, Mapping) else None) or details.get("id")
        return Outcome(Fate.EXISTS, id=str(known or ""), code=code, message=str(row.get("message") or ""), field=field)
    fate = Fate.GONE if code == "INVALID_DATA" and _is_about_the_id(details, field) else Fate.REJECTED
    return Outcome(fate, code=code, message=str(row.get("message") or ""), field=field)


def _is_about_the_id(details: Mapping[str, Any], field: str) -> bool:
    """An id that is no record (any more): told by the path of the refused value, or by the id given back without a field."""
    return field in PARENTS or field == "id" or str(details.get("json_path") or "").endswith(".id") or (not field and "id" in details)
