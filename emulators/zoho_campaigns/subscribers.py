"""Reading lists (docs/systems/zoho_campaigns.md#reads)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import MailingList, Member, Status
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.times import epoch_ms, long_date

DEFAULT_RANGE = 20
MOST = 650
STATUSES = {"active": Status.ACTIVE, "unsub": Status.UNSUBSCRIBED, "bounce": Status.BOUNCED, "spam": Status.SPAM}
# How long `recent` and `mostrecent` reach back is undocumented; nobody should rely on these.
RECENT_S = {"recent": 7 * 86400.0, "mostrecent": 86400.0}


def getlistsubscribers(account: Account, params: Params) -> dict[str, Any]:
    """A page of a list's members of one status; past the end code 2502."""
    one = account.list_for(params.get("listkey"), unknown=2501, deleted=2203)
    first, size = params.number("fromindex", 1), _size(account, params)
    members = _members(account, one, params.get("status", "active") or "active")
    page = members[first - 1 : first - 1 + size]
    if not page:
        raise CampaignsError(2502)
    as_date = long_date if account.reading("added_time") == "date_text" else epoch_ms
    return {
        "range": str(size),
        "fromindex": str(first),
        "list_of_details": [_row(member, account.fields_of(member), as_date(member.added_at)) for member in page],
    }


def _size(account: Account, params: Params) -> int:
    size = params.number("range", DEFAULT_RANGE)
    if size > MOST and account.reading("range_over_maximum") == "refused":
        raise CampaignsError(1001)
    return min(size, MOST)


def _members(account: Account, one: MailingList, status: str) -> list[Member]:
    if status in RECENT_S:
        since = account.now() - RECENT_S[status]
        return [member for member in one.view(Status.ACTIVE) if member.added_at >= since]
    if status not in STATUSES or (status == "spam" and account.reading("spam_contacts") == "refused"):
        raise CampaignsError(1001)
    return one.view(STATUSES[status])


def _row(member: Member, fields: dict[str, str], added: str) -> dict[str, str]:
    return {
        "contact_email": member.contact.email,
        "firstname": fields.get("First Name", ""),
        "lastname": fields.get("Last Name", ""),
        "companyname": fields.get("Company Name", ""),
        "phone": fields.get("Phone", ""),
        "added_time": added,
        "zuid": str(member.contact.number),
    }


def listsubscriberscount(account: Account, params: Params) -> dict[str, Any]:
    """How many members of one status; a real number."""
    one = account.list_for(params.get("listkey"), unknown=2202, deleted=2707)
    status = params.get("status", "active") or "active"
    if status not in STATUSES:
        raise CampaignsError(1001)
    return {"no_of_contacts": len(one.view(STATUSES[status]))}
