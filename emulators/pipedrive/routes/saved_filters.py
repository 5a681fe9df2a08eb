"""v1 filters: there is no v2 of them (docs/systems/pipedrive.md#filters)."""

from __future__ import annotations

from typing import Any

from emulators.pipedrive import times
from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import bad_request, not_found
from emulators.pipedrive.filters import ENTITY_OF_TYPE, OBJECTS
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.offsets import empty
from emulators.pipedrive.seed.settings import filter_record
from emulators.pipedrive.table import Record

MOST_CONDITIONS = 16
READ = ("contacts:read", "deals:read", "activities:read")
FULL = ("contacts:full", "deals:full", "activities:full")
OPERATORS = {
    "int": ["=", "!=", ">", "<", ">=", "<=", "IS NULL", "IS NOT NULL"],
    "varchar": ["=", "!=", "IS NULL", "IS NOT NULL", "LIKE '%$%'", "LIKE '$%'", "NOT LIKE '$%'"],
    "enum": ["=", "!=", "IS NULL", "IS NOT NULL"],
    "set": ["=", "!=", "contains", "not_contains", "IS NULL", "IS NOT NULL"],
    "date": ["=", "!=", ">", "<", ">=", "<=", "IS NULL", "IS NOT NULL"],
}


def endpoints() -> list[Endpoint]:
    """All of them."""
    return [
        Endpoint("v1", "GET", "/filters", 20, _list, READ),
        Endpoint("v1", "POST", "/filters", 10, _create, FULL),
        Endpoint("v1", "DELETE", "/filters", 10, _delete_several, FULL),
        Endpoint("v1", "GET", "/filters/helpers", 20, _operators, READ),
        Endpoint("v1", "GET", "/filters/{id}", 2, _get, READ),
        Endpoint("v1", "PUT", "/filters/{id}", 10, _update, FULL),
        Endpoint("v1", "DELETE", "/filters/{id}", 6, _delete, FULL),
    ]


def _seen(account: Account, call: Call) -> list[Record]:
    return [one for one in account.filters if one["visible_to"] != 1 or one["user_id"] == call.user]


def _shown(record: Record) -> dict[str, Any]:
    shown = {name: value for name, value in record.items() if name != "conditions"}
    return {
        **shown,
        "visible_to": str(record["visible_to"]),
        "add_time": times.v1(record["add_time"]),
        "update_time": times.v1(record["update_time"]),
    }


def _list(account: Account, call: Call) -> Answer:
    kind = call.query.get("type")
    return Answer([_shown(one) for one in _seen(account, call) if kind in (None, one["type"])] or empty(account))


def _found(account: Account, call: Call) -> Record:
    found = next((one for one in _seen(account, call) if one["id"] == call.number()), None)
    if found is None:
        raise not_found("Filter")
    return found


def _get(account: Account, call: Call) -> Answer:
    record = _found(account, call)
    coded = call.query.get("include_field_code") in ("true", "1")
    groups = [
        {"glue": group["glue"], "conditions": [_condition(account, one, coded=coded) for one in group["conditions"]]}
        for group in record["conditions"]["conditions"]
    ]
    return Answer({**_shown(record), "conditions": {"glue": "and", "conditions": groups}})


def _condition(account: Account, condition: dict[str, Any], *, coded: bool) -> dict[str, Any]:
    if not coded:
        return condition
    entity = OBJECTS.get(condition["object"])
    field = account.fields[entity].by_number(condition["field_id"]) if entity else None
    return {**condition, "field_code": field.key if field else None}


def _parsed(body: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The two groups, as the vendor keeps them. Raises Refusal."""
    groups: dict[str, list[dict[str, Any]]] = {"and": [], "or": []}
    given = (body.get("conditions") or {}).get("conditions") or []
    for group in given:
        for one in group.get("conditions") or []:
            if one.get("object") not in OBJECTS or "operator" not in one or "field_id" not in one:
                raise bad_request("Invalid filter conditions")
            value = one.get("value")
            kept = {"object": one["object"], "field_id": str(one["field_id"]), "operator": one["operator"],
                    "value": None if value is None else str(value), "extra_value": one.get("extra_value")}  # fmt: skip
            groups[group.get("glue", "and")].append(kept)
    if not sum(map(len, groups.values())) <= MOST_CONDITIONS:
        raise bad_request(f"A filter has at most {MOST_CONDITIONS} conditions")
    return groups


def _create(account: Account, call: Call) -> Answer:
    body = call.body()
    if not body.get("name") or body.get("type") not in ENTITY_OF_TYPE:
        raise bad_request("Name and type must be given.")
    groups, now = _parsed(body), int(account.now())
    number = max((one["id"] for one in account.filters), default=0) + 1
    made = filter_record(number, body["name"], body["type"], all_of=groups["and"], any_of=groups["or"])
    account.filters.append({**made, "user_id": call.user, "add_time": now, "update_time": now})
    return Answer({"id": number})


def _update(account: Account, call: Call) -> Answer:
    record, body = _found(account, call), call.body()
    groups = _parsed(body) if body.get("conditions") else None
    if groups is not None:
        record["conditions"] = filter_record(0, "", "", all_of=groups["and"], any_of=groups["or"])["conditions"]
    record |= {"name": body.get("name", record["name"]), "update_time": int(account.now())}
    return Answer({"id": record["id"]})


def _delete(account: Account, call: Call) -> Answer:
    record = _found(account, call)
    account.filters.remove(record)
    return Answer({"id": record["id"]})


def _delete_several(account: Account, call: Call) -> Answer:
    wanted = {int(part) for part in call.query.get("ids", "").split(",") if part.isdigit()}
    account.filters[:] = [one for one in account.filters if one["id"] not in wanted]
    return Answer({"id": sorted(wanted)})


def _operators(_account: Account, _call: Call) -> Answer:
    shown = {kind: {operator: operator for operator in operators} for kind, operators in OPERATORS.items()}
    return Answer({"operators": shown, "deprecated_operators": {}, "relative_dates": {"today": "today", "last_month": "last month"},
                   "address_field_components": {}})  # fmt: skip
