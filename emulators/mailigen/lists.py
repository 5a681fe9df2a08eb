"""Lists, who is on them, and the account itself (docs/systems/mailigen.md#lists, #reads)."""

from __future__ import annotations

from typing import Any

from emulators.mailigen.account import USER_ID, Account, key_of
from emulators.mailigen.errors import MISSING, NO_MEMBER, TOO_MANY, MailigenError
from emulators.mailigen.models import VENDOR, MailingList, Member, Status
from emulators.mailigen.php_form import Params
from emulators.mailigen.times import written

PONG = "Everything's Ok!"
MOST_MEMBERS, USUAL_MEMBERS, USUAL_LISTS = 15_000, 100, 1000
LIST_OPTIONS = ("permission_reminder", "notify_to", "subscription_notify", "unsubscription_notify", "has_email_type_option", "public_title")


def ping(_account: Account, _params: Params) -> Any:
    """`ping`."""
    return PONG


def get_account_details(account: Account, _params: Params) -> Any:
    """`getAccountDetails`."""
    return {
        "user_id": USER_ID,
        "username": "emulated",
        "is_trial": False,
        "emails_left": 100_000,
        "first_payment": written(account, account.now() - 9e6),
        "last_payment": written(account, account.now() - 9e5),
        "times_logged_in": 42,
        "last_login": written(account, account.now() - 9e4),
        "contact": {"fname": "Emulated", "lname": "Account", "email": "owner@example.com"},
        "orders": [],
    }


def lists(account: Account, params: Params) -> Any:
    """`lists`: pages by number, a thousand rows unless asked otherwise."""
    limit = max(params.number("limit", USUAL_LISTS), 1)
    first = params.number("start", 0) * limit
    return [_list_row(account, one) for one in list(account.lists.values())[first : first + limit]]


def _list_row(account: Account, one: MailingList) -> dict[str, Any]:
    counted = len(one.view(Status.ACTIVE)) if account.reading("member_count") == "subscribed" else len(one.members)
    return {
        "id": one.key,
        "web_id": one.number,
        "name": one.name,
        "date_created": written(account, one.created_at),
        "member_count": counted,
        "sms_member_count": 0,
        "unsubscribe_count": len(one.view(Status.UNSUBSCRIBED)),
        "email_type_option": False,
        "default_from_name": "Emulated",
        "default_from_email": "news@example.com",
        "default_subject": "",
        "default_language": "en",
    }


def list_create(account: Account, params: Params) -> Any:
    """`listCreate`: an empty list; answers its id."""
    made = account.create_list(params.need("title"))
    made.options = params.struct("options")
    return made.key


def list_update(account: Account, params: Params) -> Any:
    """`listUpdate`: one option by name."""
    one = account.list_for(params.need("id"))
    name = params.need("name")
    if name in ("title", "name"):
        one.name = params.need("value")
    elif name in LIST_OPTIONS:
        one.options[name] = params.text("value")
    else:
        raise MailigenError(MISSING, "Unknown list option")
    return True


def list_delete(account: Account, params: Params) -> Any:
    """`listDelete`: irreversible."""
    one = account.list_for(params.need("id"))
    del account.lists[one.key]
    return True


def lists_for_email(account: Account, params: Params) -> Any:
    """`listsForEmail`."""
    found = [one.key for one, member in account.memberships(key_of(params.need("email_address"))) if member.status is Status.ACTIVE]
    if not found:
        raise MailigenError(NO_MEMBER)
    return found


def list_members(account: Account, params: Params) -> Any:
    """`listMembers`: addresses of one status, in the order they were added; no fields and no times of change."""
    rows = _of_status(account, params)
    return _page(account, params, rows)


def list_members_by_merge(account: Account, params: Params) -> Any:
    """`listMembersByMerge`: those with one value in one field."""
    tag, value = params.need("merge_var").upper(), params.text("merge_value")
    return _page(account, params, [one for one in _of_status(account, params) if one.merges.get(tag, "") == value])


def list_member_info(account: Account, params: Params) -> Any:
    """`listMemberInfo`: one member with fields, by address or id."""
    one = account.list_for(params.need("id"))
    member = account.member_for(one, params.need("email_address"))
    if member is None:
        raise MailigenError(NO_MEMBER)
    return {
        "id": member.number,
        "email": member.email,
        "email_type": member.email_type,
        "merges": {"EMAIL": member.email, **{tag: member.merges.get(tag, "") for tag in one.fields if tag != "EMAIL"}},
        "status": VENDOR[member.status],
        "ip_opt": "",
        "ip_signup": "",
        "timestamp": written(account, member.added_at),
    }


def _of_status(account: Account, params: Params) -> list[Member]:
    one = account.list_for(params.need("id"))
    wanted = params.text("status") or "subscribed"
    status = next((mine for mine, theirs in VENDOR.items() if theirs == wanted), None)
    if status is None:
        raise MailigenError(MISSING, "Invalid status")
    return one.view(status)


def _page(account: Account, params: Params, rows: list[Member]) -> Any:
    limit = params.number("limit", USUAL_MEMBERS)
    limit = USUAL_MEMBERS if limit < 1 else limit
    if limit > MOST_MEMBERS:
        if account.reading("limit_over_maximum") == "refused":
            raise MailigenError(TOO_MANY)
        limit = MOST_MEMBERS
    first = max(params.number("start", 0), 0) * limit
    page = [{"email": one.email, "timestamp": written(account, one.added_at)} for one in rows[first : first + limit]]
    if account.reading("members_form") == "indexed_object" and page:
        return {str(index): row for index, row in enumerate(page)}
    return page
