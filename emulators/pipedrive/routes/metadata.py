"""Fields of both versions, and v2's pipelines and stages (docs/systems/pipedrive.md#fields)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulators.pipedrive import cursors, listing, times
from emulators.pipedrive.account import Account
from emulators.pipedrive.cursors import Place
from emulators.pipedrive.errors import bad_request, forbidden, invalid, not_found
from emulators.pipedrive.fields import Field
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.offsets import page_of
from emulators.pipedrive.table import Record

PATHS = {
    "personFields": ("persons", "contacts:read"),
    "organizationFields": ("organizations", "contacts:read"),
    "dealFields": ("deals", "deals:read"),
    "activityFields": ("activities", "activities:read"),
}
TYPES = frozenset(
    (
        "varchar", "text", "double", "monetary", "date", "set", "enum", "user", "org", "people", "phone", "time", "timerange", "daterange",
        "address", "int",
    )
)  # fmt: skip
_ENTITY_CODES = {"email": "emails", "phone": "phones", "label": "label_ids"}


def endpoints() -> list[Endpoint]:
    """All of them."""
    made = [
        Endpoint("v2", "GET", "/pipelines", 5, _listed(lambda account: account.pipelines), ("deals:read",)),
        Endpoint("v2", "GET", "/pipelines/{id}", 1, _one("Pipeline", lambda account: account.pipelines), ("deals:read",)),
        Endpoint("v2", "GET", "/stages", 5, _stages, ("deals:read",)),
        Endpoint("v2", "GET", "/stages/{id}", 1, _one("Stage", lambda account: account.stages), ("deals:read",)),
    ]
    for path, (entity, scope) in PATHS.items():
        made += [
            Endpoint("v2", "GET", f"/{path}", 10, _v2_fields(entity), (scope, "admin")),
            Endpoint("v2", "GET", f"/{path}/{{code}}", 1, _v2_field(entity), (scope, "admin")),
            Endpoint("v1", "GET", f"/{path}", 20, _v1_fields(entity), (scope, "admin")),
        ]
        if entity != "activities":
            made.append(Endpoint("v2", "POST", f"/{path}", 5, _create_field(entity), ("contact-fields:full", "admin")))
    return made


def _v2_fields(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        rows = list(account.fields[entity].fields.values())
        limit, place = listing.limit_of(account, call, listing.MOST), listing.place_of(account, call)
        start = place.id if place else 0
        cursor = cursors.encoded("id", Place(start + limit, start + limit), descending=False) if start + limit < len(rows) else None
        shown = [_shown(account, one) for one in rows[start : start + limit]]
        return Answer(shown, {"additional_data": {"next_cursor": cursor}})

    return handle


def _v2_field(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        field = account.fields[entity].fields.get(call.request.path_params["code"])
        if field is None:
            raise not_found("Field")
        return Answer(_shown(account, field))

    return handle


def _shown(account: Account, field: Field) -> dict[str, Any]:
    shown = field.as_v2()
    if account.reading("builtin_codes") == "as_entity":
        shown["field_code"] = _ENTITY_CODES.get(field.key, field.key)
    return shown


def _v1_fields(entity: str) -> Callable[[Account, Call], Answer]:
    return lambda account, call: page_of(account, call, [one.as_v1() for one in account.fields[entity].fields.values()])


def _create_field(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        body = call.body()
        name, kind = body.get("field_name"), body.get("field_type")
        if not isinstance(name, str) or not name:
            raise invalid("field_name: Required")
        if kind not in TYPES:
            raise invalid(f"field_type: Invalid enum value '{kind}'")
        if not account.is_admin(call.user):
            raise forbidden()
        labels = tuple(str(one.get("label")) for one in body.get("options") or ())
        if kind in ("enum", "set") and not labels:
            raise bad_request("options: Required")
        account.fields_changed = True
        return Answer(account.fields[entity].add(name, kind, labels).as_v2())

    return handle


def _settings(rows: list[Record]) -> list[dict[str, Any]]:
    return [{**one, "add_time": times.v2(one["add_time"]), "update_time": times.v2(one["update_time"])} for one in rows if not one["is_deleted"]]


def _listed(rows: Callable[[Account], list[Record]]) -> Callable[[Account, Call], Answer]:
    return lambda account, _: Answer(_settings(rows(account)), {"additional_data": {"next_cursor": None}})


def _stages(account: Account, call: Call) -> Answer:
    wanted = call.query.get("pipeline_id")
    rows = [one for one in account.stages if wanted is None or str(one["pipeline_id"]) == wanted]
    return Answer(_settings(rows), {"additional_data": {"next_cursor": None}})


def _one(name: str, rows: Callable[[Account], list[Record]]) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        found = [one for one in rows(account) if one["id"] == call.number()]
        if not found:
            raise not_found(name)
        return Answer({**found[0], "add_time": times.v2(found[0]["add_time"]), "update_time": times.v2(found[0]["update_time"])})

    return handle
