"""v1 persons, organizations, deals and activities: out of support since 2026-08-01, still called by public clients, still answered.

See docs/systems/pipedrive.md#versions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulators.pipedrive import views, writing
from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import Refusal, bad_request, not_found
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.entities import NAMED, SCOPE
from emulators.pipedrive.routes.offsets import page_of
from emulators.pipedrive.table import Record

_NEW = {"persons": writing.person, "organizations": writing.organization, "deals": writing.deal, "activities": writing.activity}
_REQUIRED = {"persons": ("name", "Name"), "organizations": ("name", "Name"), "deals": ("title", "Title"), "activities": ("subject", "Subject")}
_WHOLE = ("owner_id", "org_id", "person_id", "pipeline_id", "stage_id", "visible_to", "deal_id", "user_id")
_CHANGEABLE = ("name", "title", "subject", "type", "status", "due_date", "lost_reason", "currency", "note", "first_name", "last_name")


def endpoints() -> list[Endpoint]:
    """List, search, read, create, change, delete."""
    made = []
    for entity, scope in SCOPE.items():
        read, full = (f"{scope}:read",), (f"{scope}:full",)
        made += [
            Endpoint("v1", "GET", f"/{entity}", 20, _list(entity), read),
            Endpoint("v1", "POST", f"/{entity}", 10, _create(entity), full),
            Endpoint("v1", "DELETE", f"/{entity}", 10, _delete_several(entity), full),
            Endpoint("v1", "GET", f"/{entity}/{{id:int}}", 2, _get(entity), read),
            Endpoint("v1", "PUT", f"/{entity}/{{id:int}}", 10, _update(entity), full),
            Endpoint("v1", "DELETE", f"/{entity}/{{id:int}}", 6, _delete(entity), full),
        ]
    return made


def _list(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        table = account.table(entity)
        rows = [one for one in table.records(table.ids()) if account.sees(entity, one, call.user)]
        answer = page_of(account, call, rows)
        return Answer([views.v1_record(account, entity, one) for one in answer.data or ()] or answer.data, answer.beside)

    return handle


def _found(account: Account, call: Call, entity: str) -> Record:
    record = account.table(entity).get(call.number())
    if record is None or not account.sees(entity, record, call.user):
        raise not_found(NAMED[entity])
    return record


def _get(entity: str) -> Callable[[Account, Call], Answer]:
    """Also a deleted one, with active_flag false."""
    return lambda account, call: Answer(views.v1_record(account, entity, _found(account, call, entity)))


def _values(account: Account, entity: str, body: Mapping[str, Any]) -> Record:
    """v1 takes numbers as text, one address as text, custom fields at the root."""
    values: Record = {name: body[name] for name in _CHANGEABLE if name in body}
    for name in _WHOLE:
        if body.get(name) not in (None, ""):
            if not str(body[name]).isdigit():
                raise bad_request(f"{name} must be a number")
            values["owner_id" if name == "user_id" else name] = int(body[name])
    for name, plural in (("email", "emails"), ("phone", "phones")):
        if name in body:
            given = body[name] if isinstance(body[name], list) else [body[name]]
            values[plural] = writing.contacts([one if isinstance(one, dict) else {"value": str(one)} for one in given if one])
    if "done" in body:
        values["done"] = body["done"] in (1, "1", True, "true")
    if "value" in body:
        values["value"] = float(body["value"] or 0)
    fields = account.fields[entity].fields
    customs = {key: value for key, value in body.items() if key in fields and fields[key].custom}
    return values | ({"custom_fields": customs} if customs else {})


def _create(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        body = call.body()
        name, said = _REQUIRED[entity]
        if not body.get(name) and not (entity == "persons" and body.get("first_name")):
            raise bad_request(f"{said} must be given.")
        values = _values(account, entity, body)
        if entity == "activities" and values.pop("person_id", None):
            values["participants"] = [{"person_id": int(body["person_id"]), "primary": True}]
        try:
            made = account.create(entity, _NEW[entity](account, values, user=call.user))
        except Refusal as refusal:
            raise bad_request(refusal.error) from refusal
        return Answer(views.v1_record(account, entity, made), status=201)

    return handle


def _update(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        record, values = _found(account, call, entity), _values(account, entity, call.body())
        if entity == "persons" and "name" in values:
            values |= writing.names(values["name"], values)
        return Answer(views.v1_record(account, entity, account.update(entity, record, values)))

    return handle


def _delete(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        record = _found(account, call, entity)
        account.delete(entity, record)
        return Answer({"id": record["id"]}, status=410 if entity == "persons" else 200)

    return handle


def _delete_several(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        wanted = [int(part) for part in call.query.get("ids", "").split(",") if part.isdigit()]
        found = [one for one in map(account.table(entity).live, wanted) if one is not None]
        for record in found:
            account.delete(entity, record)
        return Answer({"id": [one["id"] for one in found]})

    return handle
