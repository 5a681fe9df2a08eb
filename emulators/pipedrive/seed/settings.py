"""Users, pipelines, stages, activity types, lead labels and filters of the seed, native."""

from __future__ import annotations

from typing import Any

from emulators.pipedrive.fields import CREATED, Field, FieldSet
from emulators.pipedrive.table import Record

LEAD_LABELS = (("f08b42a0-4e75-11ea-9643-03698ef1cfd6", "Hot", "red"), ("f08b42a1-4e75-11ea-9643-03698ef1cfd6", "Cold", "blue"))
CURRENCIES = (("EUR", "Euro", "€", 2), ("USD", "US Dollar", "$", 2), ("JPY", "Japanese Yen", "¥", 0), ("GBP", "Pound Sterling", "£", 2))


def users() -> list[Record]:
    """An administrator (whose API token it is), two colleagues, and one who left."""
    return [
        _user(11, "Ada Admin", "ada@example.com", ("sales", "global", "account_settings"), admin=True),
        _user(12, "Ben Seller", "ben@example.com", ("sales", "global"), admin=False),
        _user(13, "Cleo Seller", "cleo@example.com", ("sales", "global", "nova"), admin=False),
        {**_user(14, "(deleted user)", "deleted@example.com", ("sales",), admin=False), "active_flag": False, "is_deleted": True},
    ]


def _user(identifier: int, name: str, email: str, apps: tuple[str, ...], *, admin: bool) -> Record:
    return {
        "id": identifier, "name": name, "default_currency": "EUR", "locale": "en_US", "lang": 1, "email": email, "phone": None, "activated": True,
        "last_login": "2026-08-31 08:00:00", "created": "2021-03-01 00:00:00", "modified": "2026-08-31 08:00:00", "has_created_company": admin,
        "access": [{"app": app, "admin": admin, "permission_set_id": f"00000000-0000-4000-8000-{identifier:06d}{place:06d}"}
                   for place, app in enumerate(apps)],
        "active_flag": True, "timezone_name": "Europe/Tallinn", "timezone_offset": "+03:00", "role_id": 1, "icon_url": None, "is_deleted": False,
        "is_admin": int(admin),
    }  # fmt: skip


def pipelines() -> list[Record]:
    """Two."""
    return [
        {"id": number, "name": name, "order_nr": number, "is_deleted": False, "is_deal_probability_enabled": False, **_times()}
        for number, name in ((1, "Sales"), (2, "Partners"))
    ]


def stages() -> list[Record]:
    """Three of the first pipeline, two of the second."""
    rows = ((1, 1, "Qualified"), (2, 1, "Proposal made"), (3, 1, "Negotiations"), (4, 2, "First talk"), (5, 2, "Signed"))
    return [
        {
            "id": number, "order_nr": number, "name": name, "is_deleted": False, "deal_probability": 100, "pipeline_id": pipeline,
            "is_deal_rot_enabled": False, "days_to_rotten": None, **_times(),
        }
        for number, pipeline, name in rows
    ]  # fmt: skip


def activity_types() -> list[Record]:
    """Four that every account has, one of its own, and one that is switched off."""
    rows = (("Call", "call"), ("Meeting", "meeting"), ("Task", "task"), ("Email", "email"), ("Newsletter follow-up", "newsletter_follow_up"))
    made = [_activity_type(number, name, key, custom=number > 4) for number, (name, key) in enumerate(rows, start=1)]
    return [*made, {**_activity_type(6, "Lunch", "lunch", custom=False), "active_flag": False}]


def _activity_type(number: int, name: str, key: str, *, custom: bool) -> Record:
    return {
        "id": number, "order_nr": number, "name": name, "key_string": key, "icon_key": "call" if custom else key, "active_flag": True,
        "color": "FFFFFF", "is_custom_flag": custom, **_times(),
    }  # fmt: skip


def lead_labels() -> list[Record]:
    """Two; their ids are UUIDs."""
    return [{"id": key, "name": name, "color": color, **_times()} for key, name, color in LEAD_LABELS]


def _times() -> dict[str, int]:
    return {"add_time": CREATED, "update_time": CREATED}


def filters(fields: dict[str, FieldSet]) -> list[Record]:
    """Filters of several kinds; the last one of people is private to a colleague."""
    person, organization, deal = (fields[name] for name in ("persons", "organizations", "deals"))
    opt_out, level = person.find("Newsletter opt-out"), person.find("Level")
    return [
        filter_record(1, "Everybody", "people", all_of=[condition("person", person.find("name"), "IS NOT NULL", None)]),
        filter_record(2, "Gold customers", "people", all_of=[condition("person", level, "=", _option(level, "Gold"))]),
        filter_record(3, "Newsletter readers", "people",
                      any_of=[condition("person", opt_out, "=", _option(opt_out, "No")), condition("person", opt_out, "IS NULL", None)]),
        filter_record(4, "With a won deal", "people", all_of=[condition("deal", deal.find("status"), "=", "won")]),
        filter_record(5, "Added lately", "people", all_of=[condition("person", person.find("add_time"), ">", "12_months_ago")]),
        filter_record(6, "Of organizations with a tier", "people",
                      all_of=[condition("organization", organization.find("Tier"), "IS NOT NULL", None)]),
        {**filter_record(7, "Mine", "people", all_of=[condition("person", person.find("owner_id"), "=", "12")]), "user_id": 12, "visible_to": 1},
        filter_record(8, "Big deals", "deals", all_of=[condition("deal", deal.find("value"), ">", "50000")]),
        filter_record(9, "With a web site", "org", all_of=[condition("organization", organization.find("website"), "IS NOT NULL", None)]),
    ]  # fmt: skip


def filter_record(number: int, name: str, kind: str, *, all_of: list[Any] | None = None, any_of: list[Any] | None = None) -> Record:
    """A filter with its two groups of conditions."""
    groups = [{"glue": "and", "conditions": all_of or []}, {"glue": "or", "conditions": any_of or []}]
    return {
        "id": number, "name": name, "filter_code": None, "type": kind, "active_flag": True, "is_editable": True, "temporary_flag": None,
        "user_id": 11, "visible_to": 3, "last_used_time": None, "custom_view_id": None, "conditions": {"glue": "and", "conditions": groups},
        **_times(),
    }  # fmt: skip


def condition(kind: str, field: Field, operator: str, value: Any) -> dict[str, Any]:
    """One condition, as the vendor keeps it: the field's number as text."""
    return {"object": kind, "field_id": str(field.id), "operator": operator, "value": None if value is None else str(value), "extra_value": None}


def _option(field: Field, label: str) -> int:
    return next(int(one["id"]) for one in field.options or () if one["label"] == label)
