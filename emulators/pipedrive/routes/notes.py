"""v1 notes and leads: there is no v2 of them (docs/systems/pipedrive.md#notes)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from emulators.pipedrive import times, views
from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import bad_request, forbidden, not_found
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.offsets import page_of
from emulators.pipedrive.table import Record

PARENTS = {"person_id": "persons", "org_id": "organizations", "deal_id": "deals"}
READ, FULL = ("contacts:read", "deals:read"), ("contacts:full", "deals:full")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TRUE = (1, "1", True, "true")


def endpoints() -> list[Endpoint]:
    """Both."""
    return [
        Endpoint("v1", "GET", "/notes", 20, _notes, READ),
        Endpoint("v1", "POST", "/notes", 10, _create_note, FULL),
        Endpoint("v1", "GET", "/notes/{id}", 2, _note, READ),
        Endpoint("v1", "PUT", "/notes/{id}", 10, _update_note, FULL),
        Endpoint("v1", "DELETE", "/notes/{id}", 6, _delete_note, FULL),
        Endpoint("v1", "GET", "/leads", 20, _leads, ("leads:read",)),
        Endpoint("v1", "POST", "/leads", 10, _create_lead, ("leads:full",)),
        Endpoint("v1", "GET", "/leads/{uuid}", 2, _lead, ("leads:read",)),
        Endpoint("v1", "PATCH", "/leads/{uuid}", 10, _update_lead, ("leads:full",)),
        Endpoint("v1", "DELETE", "/leads/{uuid}", 6, _delete_lead, ("leads:full",)),
    ]


# -- notes


def _notes(account: Account, call: Call) -> Answer:
    table = account.table("notes")
    link = next((name for name in PARENTS if name in call.query), None)
    ids = table.having(link, int(call.query[link])) if link and call.query[link].isdigit() else list(table.ids())
    found = [one for one in table.records(ids) if _matches(call, one)]
    return page_of(account, call, [views.note(account, one) for one in _sorted(call, found)])


def _matches(call: Call, record: Record) -> bool:
    since = times.parsed_v1(call.query.get("updated_since", "")) if "updated_since" in call.query else None
    if "updated_since" in call.query and since is None:
        raise bad_request("updated_since is not a valid datetime")
    if since is not None and (record["update_time"] or 0) < since:
        return False
    day = times.day(record["add_time"])
    if not call.query.get("start_date", "") <= day <= call.query.get("end_date", "9999"):
        return False
    links = all(str(record.get(name)) == call.query[name] for name in (*PARENTS, "user_id", "lead_id") if name in call.query)
    return links and all(
        ((kind in record["pinned"]) is (call.query[name] in ("1", "true")))
        for kind in ("person", "organization", "deal", "lead")
        if (name := f"pinned_to_{kind}_flag") in call.query
    )


def _sorted(call: Call, records: list[Record]) -> list[Record]:
    for part in reversed(call.query.get("sort", "").split(",")):
        name, _, direction = part.strip().partition(" ")
        if name in ("id", "add_time", "update_time", "user_id", "person_id", "org_id", "deal_id", "content"):
            records = sorted(records, key=_key(name), reverse=direction.upper() == "DESC")
    return records


def _key(name: str) -> Callable[[Record], tuple[bool, Any]]:
    return lambda record: (record[name] is not None, record[name] if record[name] is not None else 0)


def _found(account: Account, call: Call) -> Record:
    """Also a deleted one: reading it and changing it still work."""
    record = account.table("notes").get(call.number())
    if record is None:
        raise not_found("Note")
    return record


def _note(account: Account, call: Call) -> Answer:
    return Answer(views.note(account, _found(account, call)))


def _sanitised(account: Account, content: str) -> str:
    kept = _SCRIPT.sub("", content)
    return _COMMENT.sub("", kept) if account.reading("note_comments") == "stripped" else kept


def _create_note(account: Account, call: Call) -> Answer:
    body = call.body()
    if not body.get("content"):
        raise bad_request("Content must be given.")
    parents = {name: _parent(account, name, body[name]) for name in PARENTS if body.get(name)}
    if not parents and not body.get("lead_id"):
        raise bad_request("One of lead_id, deal_id, person_id, org_id must be given.")
    author = int(body.get("user_id") or call.user)
    if author != call.user and not account.is_admin(call.user):
        raise forbidden("Only an admin may set another author")
    pinned = [kind for kind in ("lead", "deal", "organization", "person") if body.get(f"pinned_to_{kind}_flag") in _TRUE]
    links = {name: parent["id"] for name, parent in parents.items()}
    if "deal_id" in parents:  # a note on a deal belongs to the deal's person and organization, too
        links = {"person_id": parents["deal_id"]["person_id"], "org_id": parents["deal_id"]["org_id"], **links}
    at = times.parsed_v1(str(body["add_time"])) if body.get("add_time") else None
    made = account.create(
        "notes",
        {"person_id": None, "org_id": None, "deal_id": None, "lead_id": body.get("lead_id"), **links, "user_id": author,
         "content": _sanitised(account, str(body["content"])), "pinned": pinned, **({"add_time": at} if at else {})},
    )  # fmt: skip
    return Answer(views.note(account, made), status=201)


def _parent(account: Account, name: str, identifier: Any) -> Record:
    record = account.tables[PARENTS[name]].live(int(identifier)) if str(identifier).isdigit() else None
    if record is None:
        raise bad_request(f"{name}: no such record")
    return record


def _update_note(account: Account, call: Call) -> Answer:
    body, record = call.body(), _found(account, call)
    changes = {"content": _sanitised(account, str(body["content"]))} if body.get("content") else {}
    return Answer(views.note(account, account.update("notes", record, changes)))


def _delete_note(account: Account, call: Call) -> Answer:
    account.delete("notes", _found(account, call))
    return Answer(data=True)


# -- leads


def _live_leads(account: Account) -> list[Record]:
    table = account.table("leads")
    return list(table.records(table.ids()))


def _leads(account: Account, call: Call) -> Answer:
    found = [one for one in _live_leads(account) if all(str(one[name]) == call.query[name]
             for name in ("person_id", "organization_id", "owner_id") if name in call.query)]  # fmt: skip
    since = times.parsed_v1(call.query["updated_since"]) if "updated_since" in call.query else None
    return page_of(account, call, [views.lead(one) for one in found if since is None or (one["update_time"] or 0) >= since])


def _found_lead(account: Account, call: Call) -> Record:
    wanted = call.request.path_params["uuid"]
    found = next((one for one in _live_leads(account) if one["uuid"] == wanted), None)
    if found is None:
        raise not_found("Lead")
    return found


def _lead(account: Account, call: Call) -> Answer:
    return Answer(views.lead(_found_lead(account, call)))


def _create_lead(account: Account, call: Call) -> Answer:
    body = call.body()
    if not body.get("title"):
        raise bad_request("Title must be given.")
    if not body.get("person_id") and not body.get("organization_id"):
        raise bad_request("A lead must be linked to a person or an organization.")
    customs = {key: value for key, value in body.items() if key in account.fields["deals"].fields and account.fields["deals"].fields[key].custom}
    made = account.create(
        "leads",
        {"uuid": str(uuid.UUID(int=int(account.now() * 1e6) << 40 | account.tables["leads"].last)), "title": body["title"],
         "owner_id": body.get("owner_id") or call.user, "person_id": body.get("person_id"), "organization_id": body.get("organization_id"),
         "label_ids": body.get("label_ids") or [], "value": body.get("value"), "expected_close_date": body.get("expected_close_date"),
         "is_archived": False, "custom_fields": customs},
    )  # fmt: skip
    return Answer(views.lead(made), status=201)


def _update_lead(account: Account, call: Call) -> Answer:
    known = ("title", "owner_id", "label_ids", "value", "expected_close_date", "is_archived")
    changes = {name: value for name, value in call.body().items() if name in known}
    return Answer(views.lead(account.update("leads", _found_lead(account, call), changes)))


def _delete_lead(account: Account, call: Call) -> Answer:
    record = _found_lead(account, call)
    account.delete("leads", record)
    return Answer({"id": record["uuid"]})
