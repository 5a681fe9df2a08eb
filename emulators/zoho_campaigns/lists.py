"""Mailing lists (docs/systems/zoho_campaigns.md#lists)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import checked, is_taken, key_of
from emulators.zoho_campaigns.bulk import attach
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import MailingList, Status
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.times import epoch_ms, long_date

DEFAULT_RANGE = 20
MOST_FIRST_CONTACTS = 10


def getmailinglists(account: Account, params: Params) -> dict[str, Any]:
    """Every list of the account, a page at a time."""
    descending = params.get("sort", "asc").lower().startswith("desc")
    first, size = params.number("fromindex", 1), params.number("range", DEFAULT_RANGE)
    lists = sorted(account.living_lists(), key=lambda one: one.number, reverse=descending)
    page = lists[first - 1 : first - 1 + size]
    if not page and (not lists or account.reading("lists_past_end") == "code_2401"):
        raise CampaignsError(2401)
    return {
        "sort": "Descending Order" if descending else "Ascending Order",
        "range": str(size),
        "fromindex": str(first),
        "list_of_details": [_details(one, place) for place, one in enumerate(page, first)],
    }


def _details(one: MailingList, place: int) -> dict[str, Any]:
    return {
        "listkey": one.key,
        "listunino": str(one.number),
        "listname": one.name,
        "listdesc": one.description,
        "listtype": "public" if one.has_form else "private",
        "issmart": "false",
        "is_public": "true" if one.has_form else "false",
        "noofcontacts": str(len(one.view(Status.ACTIVE))),
        "noofunsubcnt": str(len(one.view(Status.UNSUBSCRIBED))),
        "noofbouncecnt": str(len(one.view(Status.BOUNCED))),
        "sentcnt": "0",
        "created_time": epoch_ms(one.created_at),
        "created_time_gmt": epoch_ms(one.created_at),
        "updated_time_gmt": epoch_ms(one.updated_at),
        "list_created_date": long_date(one.created_at),
        "owner": "Ann Owner",
        "zuid": "20070001",
        "lockstatus": "unlocked",
        "editable": "true",
        "deletable": "true",
        "otherslist": "false",
        "servicetype": "2",
        "sno": str(place),
        "segments": {},
    }


def getlistadvanceddetails(account: Account, params: Params) -> dict[str, Any]:
    """One list with its counts and campaigns."""
    one = account.list_for(params.need("listkey"), unknown=2202, deleted=2206)
    first, size = params.number("fromindex", 1), params.number("range", DEFAULT_RANGE)
    sent = [campaign for campaign in account.campaigns.values() if one.key in campaign.list_keys and not campaign.parent and campaign.sent_at]
    shown = [] if params.get("filtertype", "sentcampaigns") == "scheduledcampaigns" else sent[first - 1 : first - 1 + size]
    return {
        "list_details": {"ispublic": "true" if one.has_form else "false", "noofcontacts": str(len(one.view(Status.ACTIVE))), "listname": one.name},
        "list_dashboard_data": {
            "contact_stats": {
                "no_of_active": str(len(one.view(Status.ACTIVE))),
                "no_of_bounce": str(len(one.view(Status.BOUNCED))),
                "no_of_unsub": str(len(one.view(Status.UNSUBSCRIBED))),
                "sent_count": str(len(sent)),
                "schedule_count": "0",
            }
        },
        "list_campaigns": [{"campaign_key": c.key, "campaign_name": c.name, "sent_time": epoch_ms(c.sent_at)} for c in shown],
    }


def addlistandcontacts(account: Account, params: Params) -> dict[str, Any]:
    """Create a list with one to ten first contacts: an empty list cannot be created."""
    name, form = params.need("listname"), _form(params)
    emails = [part.strip() for part in params.need("emailids").split(",") if part.strip()]
    if params.need("mode") != "newlist" or len(emails) > MOST_FIRST_CONTACTS:
        raise CampaignsError(1001)
    if any(one.name.casefold() == name.casefold() for one in account.living_lists()):
        raise CampaignsError(2205)
    taken = [email for email in emails if is_taken(email)]
    if not taken:
        checked(emails[0])
    if account.is_full(len({key_of(email) for email in taken} - account.contacts.keys())):
        raise CampaignsError(2302)
    made = account.create_list(name, has_form=form, description=params.get("listdescription"))
    attach(account, made, taken)
    answer = {"message": "List created successfully.", "listname": made.name}
    return {**answer, "listkey": made.key} if account.reading("new_list_key") == "given" else answer


def updatelistdetails(account: Account, params: Params) -> dict[str, Any]:
    """Rename a list, or switch its sign-up form on or off."""
    one = account.list_for(params.need("listkey"), unknown=2102, deleted=2206)
    name, form = params.need("newlistname"), _form(params)
    one.name, one.has_form, one.updated_at = name, form, account.now()
    return {"message": "List updated successfully."}


def deletemailinglist(account: Account, params: Params) -> dict[str, Any]:
    """Delete a list; `deletecontacts=on` erases everybody on it from the organisation."""
    one = account.list_for(params.need("listkey"), unknown=2202, deleted=2206)
    erase = params.get("deletecontacts") or account.reading("delete_contacts_default")
    account.delete_list(one, erase_contacts=erase == "on")
    return {"message": "List deleted successfully."}


def _form(params: Params) -> bool:
    wanted = params.need("signupform")
    if wanted not in ("public", "private"):
        raise CampaignsError(1001)
    return wanted == "public"
