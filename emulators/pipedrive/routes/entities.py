"""v2 persons, organizations, deals and activities (docs/systems/pipedrive.md#persons)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.pipedrive import listing, writing
from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import bad_request, invalid, not_found
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.table import Record
from emulators.pipedrive.views import V2View

SCOPE = {"persons": "contacts", "organizations": "contacts", "deals": "deals", "activities": "activities"}
NAMED = {"persons": "Person", "organizations": "Organization", "deals": "Deal", "activities": "Activity"}
_NEW = {"persons": writing.person, "organizations": writing.organization, "deals": writing.deal, "activities": writing.activity}


class Entities:
    """The endpoints of one entity."""

    def __init__(self, entity: str) -> None:
        self._entity = entity

    def endpoints(self) -> list[Endpoint]:
        """List, read, create, change, delete; deals also archived ones."""
        entity, scope = self._entity, SCOPE[self._entity]
        read, full = (f"{scope}:read",), (f"{scope}:full",)
        made = [
            Endpoint("v2", "GET", f"/{entity}", 10, self.list, read),
            Endpoint("v2", "POST", f"/{entity}", 5, self.create, full),
            Endpoint("v2", "GET", f"/{entity}/{{id}}", 1, self.get, read),
            Endpoint("v2", "PATCH", f"/{entity}/{{id}}", 5, self.update, full),
            Endpoint("v2", "DELETE", f"/{entity}/{{id}}", 3, self.delete, full),
        ]
        if entity == "deals":
            made.insert(0, Endpoint("v2", "GET", "/deals/archived", 20, self.archived, read))
        return made

    def list(self, account: Account, call: Call) -> Answer:
        """One page."""
        view = _view(account, self._entity, call.query)
        records, cursor = listing.page(account, call, self._entity)
        return Answer([view.show(one) for one in records], {"additional_data": {"next_cursor": cursor}})

    def archived(self, account: Account, call: Call) -> Answer:
        """One page of archived deals."""
        view = _view(account, self._entity, call.query)
        records, cursor = listing.page(account, call, self._entity, archived=True)
        return Answer([view.show(one) for one in records], {"additional_data": {"next_cursor": cursor}})

    def get(self, account: Account, call: Call) -> Answer:
        """One record, also one deleted within thirty days."""
        record = self._found(account, call, deleted_too=account.reading("get_deleted") == "is_deleted")
        return Answer(_view(account, self._entity, call.query).show(record))

    def create(self, account: Account, call: Call) -> Answer:
        """A new record; of persons and deals the answer has no update_time yet."""
        body = call.body()
        values = writing.native(account, self._entity, body, update=False)
        if "first_name" not in values and "last_name" not in values:
            values = {name: value for name, value in values.items() if name not in ("first_name", "last_name")}
        wanted = values.pop("marketing_status", None)
        record = account.create(self._entity, _NEW[self._entity](account, values, user=call.user))
        if wanted is not None:
            record = account.update(self._entity, record, writing.marketing(account, record, wanted))
        shown = _view(account, self._entity, call.query).show(record)
        if self._entity in ("persons", "deals"):
            shown["update_time"] = None
        return Answer(shown)

    def update(self, account: Account, call: Call) -> Answer:
        """A changed record."""
        record = self._found(account, call, deleted_too=True)
        values = writing.native(account, self._entity, call.body(), update=True)
        if record["is_deleted"] and set(values) != {"is_deleted"}:
            raise bad_request("A deleted record cannot be edited")
        if self._entity == "deals" and record["is_archived"] and values.get("is_archived") is not False:
            raise bad_request("An archived deal cannot be edited")
        changed = account.update(self._entity, record, self._changes(account, record, values))
        return Answer(_view(account, self._entity, call.query).show(changed))

    def _changes(self, account: Account, record: Record, values: Record) -> Record:
        if self._entity == "persons":
            if "name" in values and not values["name"]:
                raise invalid("name: must not be empty")
            if {"name", "first_name", "last_name"} & set(values):
                parts = {name: values.get(name, record[name]) for name in ("first_name", "last_name")}
                name = values.get("name") or f"{parts['first_name'] or ''} {parts['last_name'] or ''}".strip()
                values |= writing.names(name, values if "name" in values else parts)
            if (wanted := values.pop("marketing_status", None)) is not None:
                values |= writing.marketing(account, record, wanted)
        if self._entity == "activities":
            values |= _activity_changes(account, record, values)
        if self._entity == "deals":
            values |= _deal_changes(account, record, values)
        if "custom_fields" in values and account.reading("patch_customs") == "cleared":
            blank = {one.key: None for one in account.fields[self._entity].customs()}
            values["custom_fields"] = blank | values["custom_fields"]
        return values

    def delete(self, account: Account, call: Call) -> Answer:
        """For thirty days it can still be read."""
        record = self._found(account, call)
        account.delete(self._entity, record)
        return Answer({"id": record["id"]})

    def _found(self, account: Account, call: Call, *, deleted_too: bool = False) -> Record:
        record = account.table(self._entity).get(call.number())
        if record is None or not account.sees(self._entity, record, call.user) or (record["is_deleted"] and not deleted_too):
            raise not_found(NAMED[self._entity])
        return record


def _view(account: Account, entity: str, query: Mapping[str, str]) -> V2View:
    include = _names(query.get("include_fields"))
    known = {one.key for one in account.fields[entity].fields.values() if one.optional} | {"attendees"}
    if unknown := [name for name in include if name not in known]:
        raise invalid(f"include_fields: Invalid enum value '{unknown[0]}'")
    customs = _names(query["custom_fields"]) if "custom_fields" in query else None
    if customs is not None and len(customs) > listing.MOST_CUSTOMS:
        raise invalid(f"custom_fields: at most {listing.MOST_CUSTOMS} keys")
    flags = [query.get(name) == "true" for name in ("include_labels", "include_option_labels")]
    return V2View(account, entity, include=include, customs=customs, labels=flags[0], options=flags[1])


def _names(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _activity_changes(account: Account, record: Record, values: Record) -> Record:
    if values.get("person_id") is not None:
        raise bad_request("person_id is read-only; use participants")
    changes: Record = writing.participants(account, values) if "participants" in values else {}
    if "done" in values and values["done"] != record["done"]:
        changes["marked_as_done_time"] = int(account.now()) if values["done"] else None
    return changes


def _deal_changes(account: Account, record: Record, values: Record) -> Record:
    status, now = values.get("status"), int(account.now())
    if values.get("lost_reason") and (status or record["status"]) != "lost":
        raise bad_request("lost_reason can only be set for lost deals")
    if status is None or status == record["status"]:
        return {}
    return {
        "close_time": None if status == "open" else now,
        "won_time": now if status == "won" else None,
        "lost_time": now if status == "lost" else None,
    }


def show(account: Account, entity: str, record: Record) -> dict[str, Any]:
    """A record with everything the vendor can add, for the control plane."""
    optional = [one.key for one in account.fields[entity].fields.values() if one.optional]
    return V2View(account, entity, include=optional if entity == "persons" else ()).show(record)
