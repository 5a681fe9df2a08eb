"""Native records as the two versions show them (docs/systems/pipedrive.md#persons and #versions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emulators.pipedrive import times
from emulators.pipedrive.account import Account
from emulators.pipedrive.seed.definitions import CONTACT_SYNC
from emulators.pipedrive.table import Record

_MOMENTS = {
    "persons": ("add_time", "update_time"),
    "organizations": ("add_time", "update_time"),
    "deals": ("add_time", "update_time", "stage_change_time", "archive_time", "close_time", "won_time", "lost_time"),
    "activities": ("add_time", "update_time", "marked_as_done_time"),
}
_MAIL = ("last_incoming_mail_time", "last_outgoing_mail_time")
MARKETING = ("marketing_status", "doi_status")
_HIDDEN_ALWAYS = (*_MAIL, *MARKETING, "$marketing_set")
V1_TYPE = {"persons": "person", "organizations": "organization", "deals": "deal", "activities": "activity", "notes": "note"}


class V2View:
    """Shows records of one entity; the options of one call are decided once."""

    def __init__(
        self,
        account: Account,
        entity: str,
        *,
        include: Iterable[str] = (),
        customs: Iterable[str] | None = None,
        labels: bool = False,
        options: bool = False,
    ) -> None:
        self._account, self._entity, self._labels = account, entity, labels
        self._include = [name for name in include if name in account.fields[entity].fields or entity == "activities"]
        self._customs = None if customs is None else list(customs)
        fields = account.fields[entity]
        self._all = [one.key for one in fields.customs()]
        self._choices = {one.key: {o["id"]: o for o in one.options or ()} for one in fields.customs() if options and one.options is not None}
        self._primary_first = entity == "persons" and account.reading("emails_order") == "primary_first"

    def show(self, record: Record) -> dict[str, Any]:
        """One record."""
        shown = {name: value for name, value in record.items() if name not in _HIDDEN_ALWAYS}
        for name in _MOMENTS[self._entity]:
            shown[name] = times.v2(record.get(name))
        if self._entity == "persons":
            self._person(record, shown)
        elif self._entity == "deals":
            shown |= {"local_won_date": None, "local_lost_date": None, "local_close_date": None, "origin": "API", "origin_id": None,
                      "channel": None, "channel_id": None, "source_lead_id": None, "acv": None, "arr": None, "mrr": None}  # fmt: skip
        if "custom_fields" in record:
            shown["custom_fields"] = self._shown_customs(record["custom_fields"])
            if self._labels:
                label = self._account.fields[self._entity].fields["label"]
                shown["labels"] = [label.option(one) for one in record["label_ids"]]
        return shown

    def _person(self, record: Record, shown: dict[str, Any]) -> None:
        if not self._account.contact_sync:
            for name in CONTACT_SYNC:
                shown.pop(name, None)
        if self._primary_first:
            shown["emails"] = sorted(record["emails"], key=lambda one: not one["primary"])
        for name in self._include:
            shown[name] = self._optional(record, name)

    def _optional(self, record: Record, name: str) -> Any:
        if name in _MAIL:
            return times.v2(record.get(name))
        if name in MARKETING:
            return record.get(name)
        counter = _COUNTERS.get(name)
        return counter(self._account, record["id"]) if counter else None

    def _shown_customs(self, values: dict[str, Any]) -> dict[str, Any] | None:
        if not self._all:
            return None
        keys = self._all if self._customs is None else [key for key in self._all if key in self._customs]
        if not self._account.fields_changed and self._customs is None and not self._choices:
            return values
        return {key: self._chosen(key, values.get(key)) for key in keys}

    def _chosen(self, key: str, value: Any) -> Any:
        choices = self._choices.get(key)
        if choices is None or value is None:
            return value
        if isinstance(value, list):
            return [{"id": one, "label": choices[one]["label"]} for one in value if one in choices]
        return {"id": value, "label": choices[value]["label"]} if value in choices else value


def _id_of(record: Record | None) -> int | None:
    return record["id"] if record else None


def _count(entity: str, test: Callable[[Record], bool]) -> Callable[[Account, int], int]:
    return lambda account, person: sum(1 for one in account.linked(entity, "person_id", person) if test(one))


_COUNTERS: dict[str, Callable[[Account, int], Any]] = {
    "last_activity_id": lambda account, person: _id_of(account.last_activity(person)),
    "next_activity_id": lambda account, person: _id_of(account.next_activity(person)),
    "activities_count": _count("activities", lambda _: True),
    "done_activities_count": _count("activities", lambda one: bool(one["done"])),
    "undone_activities_count": _count("activities", lambda one: not one["done"]),
    "open_deals_count": _count("deals", lambda one: one["status"] == "open"),
    "closed_deals_count": _count("deals", lambda one: one["status"] != "open"),
    "won_deals_count": _count("deals", lambda one: one["status"] == "won"),
    "lost_deals_count": _count("deals", lambda one: one["status"] == "lost"),
    "notes_count": _count("notes", lambda _: True),
    "email_messages_count": lambda _account, _person: 0,
    "files_count": lambda _account, _person: 0,
    "followers_count": lambda _account, _person: 1,
}


# -- v1


def v1_record(account: Account, entity: str, record: Record) -> dict[str, Any]:
    """A record of an entity as v1 shows it: nested owners, flat custom fields, text instants, active_flag."""
    dropped = {"custom_fields", "is_deleted", "participants", "pinned", *_HIDDEN_ALWAYS}
    shown = {name: value for name, value in record.items() if name not in dropped}
    for name in _MOMENTS.get(entity, ("add_time", "update_time")):
        shown[name] = times.v1(record.get(name))
    if entity != "deals":
        shown["active_flag"] = not record["is_deleted"]
    shown |= _flat_customs(record.get("custom_fields") or {})
    if entity == "persons":
        shown["email"] = shown.pop("emails")
        shown["phone"] = shown.pop("phones") or [{"value": "", "primary": True}]
        shown["label"] = (record["label_ids"] or [None])[0]
        shown["owner_name"] = (account.user(record["owner_id"]) or {}).get("name")
    shown["visible_to"] = str(record.get("visible_to", 3))
    if "owner_id" in record and entity in ("persons", "organizations"):
        shown["owner_id"] = nested_user(account, record["owner_id"])
    for name in ("org_id", "person_id"):
        if name in record and entity in ("persons", "deals"):
            shown[name] = nested(account, "organizations" if name == "org_id" else "persons", record[name])
    return shown


def _flat_customs(values: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat[key] = value.get("value")
            flat |= {f"{key}_{part}": inner for part, inner in value.items() if part != "value"}
        elif isinstance(value, list):
            flat[key] = ",".join(map(str, value))
        else:
            flat[key] = value
    return flat


def nested_user(account: Account, identifier: int) -> dict[str, Any] | None:
    """A user inside another record."""
    user = account.user(identifier)
    if user is None:
        return None
    return {"id": user["id"], "name": user["name"], "email": user["email"], "has_pic": 0, "active_flag": user["active_flag"], "value": user["id"]}


def nested(account: Account, entity: str, identifier: int | None) -> dict[str, Any] | None:
    """A person or organization inside another record."""
    record = account.tables[entity].get(identifier) if identifier else None
    return None if record is None else {"name": record["name"], "active_flag": not record["is_deleted"], "value": record["id"]}


def note(account: Account, record: Record) -> dict[str, Any]:
    """A note; there is no v2 of it."""
    person, organization = record.get("person_id"), record.get("org_id")
    deal = account.tables["deals"].get(record["deal_id"]) if record.get("deal_id") else None
    user = account.user(record["user_id"]) or {}
    pinned = {f"pinned_to_{kind}_flag": kind in record["pinned"] for kind in ("lead", "deal", "organization", "person")}
    return {
        "id": record["id"], "user_id": record["user_id"], "deal_id": record.get("deal_id"), "person_id": person, "org_id": organization,
        "lead_id": record.get("lead_id"), "content": record["content"], "add_time": times.v1(record["add_time"]),
        "update_time": times.v1(record["update_time"]), "active_flag": not record["is_deleted"], "last_update_user_id": None, **pinned,
        "organization": _named(account, "organizations", organization), "person": _named(account, "persons", person),
        "deal": {"title": deal["title"]} if deal else None,
        "user": {"email": user.get("email"), "name": user.get("name"), "icon_url": None, "is_you": record["user_id"] == 11},
    }  # fmt: skip


def _named(account: Account, entity: str, identifier: int | None) -> dict[str, Any] | None:
    record = account.tables[entity].get(identifier) if identifier else None
    return {"name": record["name"]} if record else None


def lead(record: Record) -> dict[str, Any]:
    """A lead: its id is a UUID, instants are v2's, unset custom fields are left out."""
    customs = {key: value for key, value in (record.get("custom_fields") or {}).items() if value is not None}
    return {
        "id": record["uuid"], "title": record["title"], "owner_id": record["owner_id"], "creator_id": record["owner_id"],
        "label_ids": record["label_ids"], "person_id": record["person_id"], "organization_id": record["organization_id"], "source_name": "API",
        "origin": "API", "origin_id": None, "channel": None, "channel_id": None, "is_archived": record["is_archived"], "was_seen": False,
        "value": record["value"], "expected_close_date": record["expected_close_date"], "next_activity_id": None,
        "add_time": times.v2(record["add_time"]), "update_time": times.v2(record["update_time"]), "visible_to": "3",
        "cc_email": "emulated+lead@pipedrivemail.example.com", **_flat_customs(customs),
    }  # fmt: skip
