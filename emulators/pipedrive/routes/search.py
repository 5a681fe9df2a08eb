"""v2 searches: late by some seconds, ten in two seconds (docs/systems/pipedrive.md#search)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from emulators.pipedrive import cursors, listing, times
from emulators.pipedrive.account import Account
from emulators.pipedrive.cursors import Place
from emulators.pipedrive.errors import invalid
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.table import Record

MOST_OF_ITEMS = 100
TYPES = {"person": "persons", "organization": "organizations", "deal": "deals"}
_FIELDS = ("name", "email", "phone", "notes", "custom_fields", "title")
_SEARCHABLE = ("address", "varchar", "text", "varchar_auto", "double", "monetary", "phone")


def endpoints() -> list[Endpoint]:
    """One for each entity, the one for all, and the one for a field's values."""
    made = [
        Endpoint("v2", "GET", f"/{entity}/search", 20, _of(kind), (f"{'deals' if kind == 'deal' else 'contacts'}:read", "search:read"), search=True)
        for kind, entity in TYPES.items()
    ]
    return [
        *made,
        Endpoint("v2", "GET", "/itemSearch", 20, _items, ("search:read",), search=True),
        Endpoint("v2", "GET", "/itemSearch/field", 20, _values, ("search:read",), search=True),
    ]


def _of(kind: str) -> Any:
    return lambda account, call: _page(account, call, _found(account, call, [kind]), listing.MOST)


def _items(account: Account, call: Call) -> Answer:
    kinds = [kind for kind in call.query.get("item_types", ",".join(TYPES)).split(",") if kind in TYPES]
    return _page(account, call, _found(account, call, kinds), MOST_OF_ITEMS, related=True)


def _found(account: Account, call: Call, kinds: Iterable[str]) -> Iterator[dict[str, Any]]:
    term, exact = call.query.get("term", "").strip().casefold(), call.query.get("exact_match") == "true"
    if len(term) < (1 if exact else 2):
        raise invalid("term: String must contain at least 2 character(s)")
    fields = {one for one in call.query.get("fields", ",".join(_FIELDS)).split(",") if one}
    for kind in kinds:
        quick = account.with_address(term) if kind == "person" and exact and fields == {"email"} else None
        for record in _records(account, TYPES[kind], quick):
            if not account.sees(TYPES[kind], record, call.user):
                continue
            values = [value for name in fields for value in _texts(account, kind, record, name)]
            if any(value == term if exact else term in value for value in values):
                yield {"result_score": 1.0 if exact else 0.5, "item": _item(account, kind, record)}


def _records(account: Account, entity: str, only: Iterable[int] | None = None) -> Iterator[Record]:
    table = account.table(entity)
    for identifier in table.ids() if only is None else only:
        record = table.get(identifier)
        shown = account.as_found(record) if record is not None and entity == "persons" else record
        if shown is not None and (entity == "persons" or not shown["is_deleted"]):
            yield shown


def _texts(account: Account, kind: str, record: Record, name: str) -> Iterator[str]:
    if name in ("email", "phone"):
        yield from (one["value"].casefold() for one in record.get(f"{name}s") or ())
    elif name == "custom_fields":
        for field in account.fields[TYPES[kind]].customs():
            value = (record.get("custom_fields") or {}).get(field.key)
            if value is not None and field.type in _SEARCHABLE:
                yield str(value["value"] if isinstance(value, dict) else value).casefold()
    elif name in ("name", "title") and record.get(name):
        yield str(record[name]).casefold()


def _item(account: Account, kind: str, record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": record["id"], "type": kind, "visible_to": record["visible_to"], "owner": {"id": record["owner_id"]},
                             "custom_fields": [], "notes": [], "update_time": times.v2(record["update_time"])}  # fmt: skip
    if kind == "deal":
        return {**shown, "title": record["title"], "value": record["value"], "currency": record["currency"], "status": record["status"]}
    shown["name"] = record["name"]
    if kind == "person":
        shown["emails"] = [one["value"] for one in record["emails"]]
        shown["phones"] = [one["value"] for one in record["phones"]]
        organization = account.tables["organizations"].live(record["org_id"]) if record["org_id"] else None
        shown["organization"] = {"id": organization["id"], "name": organization["name"], "address": None} if organization else None
    return shown


def _page(account: Account, call: Call, found: Iterable[dict[str, Any]], most: int, *, related: bool = False) -> Answer:
    limit, place = listing.limit_of(account, call, most), listing.place_of(account, call)
    rows, start = list(found), place.id if place else 0
    end = start + limit
    cursor = cursors.encoded("score", Place(end, end), descending=True) if end < len(rows) else None
    data: dict[str, Any] = {"items": rows[start:end], **({"related_items": []} if related else {})}
    return Answer(data, {"additional_data": {"next_cursor": cursor}})


def _values(account: Account, call: Call) -> Answer:
    """Ids whose field has a value; this one minds the case."""
    kind, code, term = call.query.get("entity_type", "person"), call.query.get("field", ""), call.query.get("term", "")
    if kind not in TYPES:
        raise invalid("entity_type: Invalid enum value")
    tests = {"exact": lambda value: value == term, "beginning": lambda value: value.startswith(term), "middle": lambda value: term in value}
    test = tests.get(call.query.get("match", "exact"))
    if test is None:
        raise invalid("match: Invalid enum value")
    rows = []
    for record in _records(account, TYPES[kind]):
        value = (record.get("custom_fields") or {}).get(code, record.get(code))
        if isinstance(value, str) and test(value):
            rows.append({"id": record["id"], code: value})
    return Answer(rows, {"additional_data": {"next_cursor": None}})
