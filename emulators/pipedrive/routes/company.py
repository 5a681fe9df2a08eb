"""v1 settings of the company: users, activity types, currencies, lead labels (docs/systems/pipedrive.md#versions)."""

from __future__ import annotations

import re
from typing import Any

from emulators.pipedrive import times
from emulators.pipedrive.account import COMPANY, Account
from emulators.pipedrive.errors import bad_request, forbidden, not_found
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.offsets import empty
from emulators.pipedrive.seed.settings import CURRENCIES
from emulators.pipedrive.table import Record

ICONS = frozenset(("task", "email", "meeting", "deadline", "call", "lunch", "calendar", "phone", "flag", "star", "envelope", "bell"))


def endpoints() -> list[Endpoint]:
    """All of them."""
    return [
        Endpoint("v1", "GET", "/users", 20, _users, ("users:read",)),
        Endpoint("v1", "GET", "/users/me", 2, _me, ("base",)),
        Endpoint("v1", "GET", "/users/find", 40, _find_user, ("users:read",), search=True),
        Endpoint("v1", "GET", "/users/{id}", 2, _user, ("users:read",)),
        Endpoint("v1", "GET", "/userSettings", 2, _user_settings, ("base",)),
        Endpoint("v1", "GET", "/currencies", 20, _currencies, ("base",)),
        Endpoint("v1", "GET", "/activityTypes", 20, _activity_types, ("activities:read", "admin")),
        Endpoint("v1", "POST", "/activityTypes", 10, _create_activity_type, ("admin",)),
        Endpoint("v1", "GET", "/leadLabels", 10, _lead_labels, ("leads:read",)),
    ]


def _shown_user(call: Call, user: Record) -> dict[str, Any]:
    return {**user, "is_you": user["id"] == call.user}


def _users(account: Account, call: Call) -> Answer:
    return Answer([_shown_user(call, one) for one in account.users], {"additional_data": {"company_id": COMPANY["id"]}})


def _me(account: Account, call: Call) -> Answer:
    user = account.user(call.user) or {}
    company = {f"company_{name}": value for name, value in COMPANY.items()}
    industry = {"company_industry": None, "language": {"language_code": "en", "country_code": "US"}}
    return Answer({**_shown_user(call, user), **company, **industry})


def _user(account: Account, call: Call) -> Answer:
    user = account.user(call.number())
    if user is None:
        raise not_found("User")
    return Answer(_shown_user(call, user))


def _find_user(account: Account, call: Call) -> Answer:
    term, by_email = call.query.get("term", "").casefold(), call.query.get("search_by_email") == "1"
    field = "email" if by_email else "name"
    return Answer([_shown_user(call, one) for one in account.users if term in str(one[field]).casefold()] or empty(account))


def _user_settings(account: Account, _call: Call) -> Answer:
    return Answer({"marketplace_team": False, "list_limit": 250, "beta_app": False, "prevent_salesphone_callto_override": False,
                   "file_upload_destination": "s3", "callto_link_syntax": "callto://", "autofill_deal_expected_close_date": True,
                   "person_duplicate_condition": "strict", "campaigns": account.campaigns})  # fmt: skip


def _currencies(account: Account, call: Call) -> Answer:
    term = call.query.get("term", "").casefold()
    rows = [
        {"id": place, "code": code, "name": name, "decimal_points": digits, "symbol": symbol, "active_flag": True, "is_custom_flag": False}
        for place, (code, name, symbol, digits) in enumerate(CURRENCIES, start=1)
        if term in (code + name).casefold()
    ]
    return Answer(rows or empty(account))


def _v1_times(row: Record) -> dict[str, Any]:
    return {**row, "add_time": times.v1(row["add_time"]), "update_time": times.v1(row["update_time"])}


def _activity_types(account: Account, _call: Call) -> Answer:
    return Answer([_v1_times(one) for one in account.activity_types])


def _create_activity_type(account: Account, call: Call) -> Answer:
    body = call.body()
    if not body.get("name") or body.get("icon_key") not in ICONS:
        raise bad_request("Name and a known icon_key must be given.")
    if not account.is_admin(call.user):
        raise forbidden()
    number = max(one["id"] for one in account.activity_types) + 1
    key = re.sub(r"\W+", "_", body["name"].lower()).strip("_")
    now = int(account.now())
    made = {"id": number, "order_nr": number, "name": body["name"], "key_string": key, "icon_key": body["icon_key"], "active_flag": True,
            "color": body.get("color"), "is_custom_flag": True, "add_time": now, "update_time": now}  # fmt: skip
    account.activity_types.append(made)
    return Answer(_v1_times(made), status=201)


def _lead_labels(account: Account, _call: Call) -> Answer:
    rows = [{**one, "add_time": times.v2(one["add_time"]), "update_time": times.v2(one["update_time"])} for one in account.lead_labels]
    return Answer(rows or empty(account))
