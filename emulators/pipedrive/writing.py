"""What a written value must look like, and its native form (docs/systems/pipedrive.md#writes)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import Refusal, bad_request, invalid, unknown_fault
from emulators.pipedrive.fields import COMPOSITE, Field
from emulators.pipedrive.seed.definitions import CONTACT_SYNC, MARKETING
from emulators.pipedrive.table import Record
from emulators.pipedrive.times import day, parsed_v2

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Check = Callable[[Any], str | None]


def _expects(kind: str, test: Callable[[Any], bool]) -> Check:
    return lambda value: None if value is None or test(value) else f"Expected '{kind}'"


_TEXT = _expects("string", lambda value: isinstance(value, str))
_WHOLE = _expects("integer", lambda value: isinstance(value, int) and not isinstance(value, bool))
_NUMBER = _expects("number", lambda value: isinstance(value, int | float) and not isinstance(value, bool))
_FLAG = _expects("boolean", lambda value: isinstance(value, bool))
_LIST = _expects("array", lambda value: isinstance(value, list))
_OBJECT = _expects("object", lambda value: isinstance(value, dict))
_WHOLES = _expects("array", lambda value: isinstance(value, list) and all(isinstance(one, int) for one in value))
_DAY = _expects("date", lambda value: isinstance(value, str) and bool(_DATE.fullmatch(value)))


def _contacts(value: Any) -> str | None:
    if not isinstance(value, list):
        return "Expected 'array'"
    good = all(isinstance(one, dict) and isinstance(one.get("value"), str) for one in value)
    if not good:
        return "value: Required"
    return "only one item can be primary" if sum(bool(one.get("primary")) for one in value) > 1 else None


def _moment(value: Any) -> str | None:
    return None if value is None or (isinstance(value, str) and parsed_v2(value) is not None) else "This value is not a valid datetime."


_COMMON: dict[str, Check] = {"owner_id": _WHOLE, "custom_fields": lambda _: None}
_BODIES: dict[str, dict[str, Check]] = {
    "persons": _COMMON | {
        "name": _TEXT, "first_name": _TEXT, "last_name": _TEXT, "org_id": _WHOLE, "add_time": _moment, "emails": _contacts, "phones": _contacts,
        "visible_to": _WHOLE, "label_ids": _WHOLES, "marketing_status": _TEXT, "postal_address": _OBJECT, "notes": _TEXT, "im": _LIST,
        "birthday": _DAY, "job_title": _TEXT,
    },
    "organizations": _COMMON | {
        "name": _TEXT, "add_time": _moment, "visible_to": _WHOLE, "label_ids": _WHOLES, "address": _OBJECT, "website": _TEXT, "linkedin": _TEXT,
        "industry": _WHOLE, "annual_revenue": _WHOLE, "employee_count": _WHOLE,
    },
    "deals": _COMMON | {
        "title": _TEXT, "person_id": _WHOLE, "org_id": _WHOLE, "pipeline_id": _WHOLE, "stage_id": _WHOLE, "value": _NUMBER, "currency": _TEXT,
        "is_deleted": _FLAG, "is_archived": _FLAG, "archive_time": _moment, "status": _TEXT, "probability": _NUMBER, "lost_reason": _TEXT,
        "visible_to": _WHOLE, "close_time": _moment, "won_time": _moment, "lost_time": _moment, "expected_close_date": _DAY, "label_ids": _WHOLES,
    },
    "activities": {
        "subject": _TEXT, "type": _TEXT, "owner_id": _WHOLE, "deal_id": _WHOLE, "lead_id": _TEXT, "person_id": _WHOLE, "org_id": _WHOLE,
        "project_id": _WHOLE, "due_date": _DAY, "due_time": _TEXT, "duration": _TEXT, "busy": _FLAG, "done": _FLAG, "location": _OBJECT,
        "participants": _LIST, "attendees": _LIST, "public_description": _TEXT, "priority": _WHOLE, "note": _TEXT,
    },
}  # fmt: skip
_BY_TYPE = {"date": _DAY, "double": _NUMBER, "user": _WHOLE, "org": _WHOLE, "people": _WHOLE}
_READ_ONLY_ON_UPDATE = {"persons": ("add_time",), "organizations": ("add_time",)}
_LINKS = {"org_id": "organizations", "deal_id": "deals"}


def native(account: Account, entity: str, body: Mapping[str, Any], *, update: bool) -> Record:
    """The native values of a v2 body. Raises Refusal."""
    _check_form(entity, body, update=update)
    if entity == "persons" and not account.contact_sync and set(CONTACT_SYNC) & set(body):
        raise Refusal(403, "Contact sync is not enabled for this company", code="ERR_FORBIDDEN")
    values = {name: value for name, value in body.items() if name != "custom_fields"}
    for name in ("add_time", "archive_time", "close_time", "won_time", "lost_time"):
        if isinstance(values.get(name), str):
            values[name] = parsed_v2(values[name])
    _check_links(account, values)
    for name in ("emails", "phones"):
        if name in values:
            values[name] = contacts(values[name])
    if "custom_fields" in body:
        values["custom_fields"] = customs(account, entity, body["custom_fields"])
    return values


def _check_form(entity: str, body: Mapping[str, Any], *, update: bool) -> None:
    checks = _BODIES[entity]
    problems = []
    for name, value in body.items():
        if name not in checks or (update and name in _READ_ONLY_ON_UPDATE.get(entity, ())):
            problems.append(f"{name}: Parameter '{name}' is not allowed for this request")
        elif reason := checks[name](value):
            problems.append(f"{name}: {reason}")
    if problems:
        raise invalid(*problems)


def _check_links(account: Account, values: Record) -> None:
    for name, entity in _LINKS.items():
        if values.get(name) and account.tables[entity].live(values[name]) is None:
            raise bad_request(f"{name}: no such record")
    if values.get("owner_id") and account.user(values["owner_id"]) is None:
        raise bad_request("owner_id: no such user")


def contacts(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Addresses or numbers as stored: a label each, one primary."""
    stored = [{"value": one["value"], "primary": bool(one.get("primary")), "label": one.get("label") or "work"} for one in values]
    if stored and not any(one["primary"] for one in stored):
        stored[0]["primary"] = True
    return stored


def customs(account: Account, entity: str, given: Any) -> dict[str, Any]:
    """Values of custom fields. An unknown key fails the whole request; a list or text instead of an object is a fault of the vendor's."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise unknown_fault()
    fields = account.fields[entity].fields
    problems = []
    for key, value in given.items():
        field = fields.get(key)
        if field is None or not field.custom:
            problems.append(f"custom_fields.{key}: Parameter '{key}' is not allowed for this request")
        elif reason := _custom_problem(field, value):
            problems.append(f"custom_fields.{key}: {reason}")
    if problems:
        raise invalid(*problems)
    return {key: _composed(fields[key], value) for key, value in given.items()}


def _custom_problem(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    if field.type == "set":
        if not isinstance(value, list) or not value:
            return "Expected a non-empty 'array' or null"
        return None if all(field.option(one) for one in value) else "Invalid option"
    if field.type == "enum":
        return _WHOLE(value) or (None if field.option(value) else "Invalid option")
    if field.type in COMPOSITE:
        return None if isinstance(value, dict) and "value" in value else "Expected 'object' with 'value'"
    return _BY_TYPE.get(field.type, _TEXT)(value)


def _composed(field: Field, value: Any) -> Any:
    if value is None or field.type not in COMPOSITE:
        return value
    return {part: value.get(part) for part in COMPOSITE[field.type]}


def person(account: Account, values: Record, *, user: int) -> Record:
    """A new person. Raises Refusal without a name."""
    name = values.get("name") or f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
    if not name:
        raise invalid("name: Required")
    blank = {one.key: None for one in account.fields["persons"].customs()}
    return {
        "owner_id": user, "org_id": None, "emails": [], "phones": [], "visible_to": 3, "label_ids": [], "picture_id": None,
        "last_incoming_mail_time": None, "last_outgoing_mail_time": None, "marketing_status": "no_consent", "doi_status": None,
        "postal_address": None, "notes": None, "im": [], "birthday": None, "job_title": None,
        **values, **names(name, values), "custom_fields": blank | values.get("custom_fields", {}),
    }  # fmt: skip


def names(name: str, values: Record) -> Record:
    """Name, first and last name that belong together: without the parts the first word is the first name."""
    if "first_name" in values or "last_name" in values:
        return {"name": name, "first_name": values.get("first_name") or None, "last_name": values.get("last_name") or None}
    first, _, last = name.partition(" ")
    return {"name": name, "first_name": first, "last_name": last or None}


def organization(account: Account, values: Record, *, user: int) -> Record:
    """A new organization. Raises Refusal without a name."""
    if not values.get("name"):
        raise invalid("name: Required")
    blank = {one.key: None for one in account.fields["organizations"].customs()}
    return {
        "owner_id": user, "visible_to": 3, "label_ids": [], "address": None, "website": None, "linkedin": None, "industry": None,
        "annual_revenue": None, "employee_count": None, **values, "custom_fields": blank | values.get("custom_fields", {}),
    }  # fmt: skip


def deal(account: Account, values: Record, *, user: int) -> Record:
    """A new deal, in the first stage of the default pipeline where none is named. Raises Refusal."""
    if not values.get("title"):
        raise invalid("title: Required")
    if values.get("person_id") and account.tables["persons"].live(values["person_id"]) is None:
        raise bad_request("person_id: no such record")
    blank = {one.key: None for one in account.fields["deals"].customs()}
    return {
        "creator_user_id": user, "owner_id": user, "person_id": None, "org_id": None, "value": 0, "currency": "EUR", "status": "open",
        "is_archived": False, "close_time": None, "won_time": None, "lost_time": None, "lost_reason": None, "expected_close_date": None,
        "probability": None, "visible_to": 3, "label_ids": [], "stage_change_time": None, "archive_time": None,
        **values, **_stage(account, values), "custom_fields": blank | values.get("custom_fields", {}),
    }  # fmt: skip


def _stage(account: Account, values: Record) -> Record:
    stage_id, pipeline_id = values.get("stage_id"), values.get("pipeline_id")
    if stage_id is None:
        pipeline_id = pipeline_id or account.pipelines[0]["id"]
        stage = next((one for one in account.stages if one["pipeline_id"] == pipeline_id and not one["is_deleted"]), None)
    else:
        stage = next((one for one in account.stages if one["id"] == stage_id), None)
    if stage is None or (pipeline_id is not None and stage["pipeline_id"] != pipeline_id):
        raise bad_request("stage_id: the stage does not belong to the pipeline")
    return {"stage_id": stage["id"], "pipeline_id": stage["pipeline_id"]}


def activity(account: Account, values: Record, *, user: int) -> Record:
    """A new activity; its person is the primary participant. Raises Refusal."""
    _check_activity(account, values)
    today = day(account.now()) if account.reading("due_date_default") == "today" else None
    return {
        "subject": "Call", "type": account.activity_types[0]["key_string"], "owner_id": user, "creator_user_id": user, "deal_id": None,
        "lead_id": None, "org_id": None, "project_id": None, "due_date": today, "due_time": None, "duration": None, "busy": False, "done": False,
        "location": None, "participants": [], "attendees": None, "conference_meeting_client": None, "conference_meeting_url": None,
        "conference_meeting_id": None, "public_description": None, "priority": None, "note": None,
        **values, **participants(account, values), "marked_as_done_time": int(account.now()) if values.get("done") else None,
    }  # fmt: skip


def _check_activity(account: Account, values: Record) -> None:
    if values.get("person_id") is not None:
        raise bad_request("person_id is read-only; use participants")
    if "type" in values and not any(one["key_string"] == values["type"] for one in account.activity_types):
        status = int(account.reading("unknown_activity_type"))
        raise Refusal(status, "type: no such activity type", code="ERR_BAD_REQUEST" if status == 400 else "ERR_NOT_FOUND")
    if values.get("due_time") and not re.fullmatch(r"\d\d:\d\d(:\d\d)?", values["due_time"]):
        raise invalid("due_time: This value is not a valid datetime.")


def participants(account: Account, values: Record) -> Record:
    """Participants with the person they make the activity's own."""
    if "participants" not in values:
        return {"person_id": None}
    given = values["participants"] or []
    if not all(isinstance(one, dict) and isinstance(one.get("person_id"), int) for one in given):
        raise invalid("participants: person_id: Required")
    if any(account.tables["persons"].live(one["person_id"]) is None for one in given):
        raise bad_request("participants: no such person")
    shown = [{"person_id": one["person_id"], "primary": bool(one.get("primary"))} for one in given]
    primary = next((one["person_id"] for one in shown if one["primary"]), None)
    return {"participants": shown, "person_id": primary}


def marketing(account: Account, record: Record, wanted: str) -> Record:
    """The change of a marketing status: allowed once, only to a known status, only with an address; what is not allowed is dropped in silence."""
    if wanted not in MARKETING:
        raise invalid("marketing_status: Invalid enum value")
    allowed = account.campaigns and record["emails"] and not record.get("$marketing_set")
    if not allowed or (wanted == "archived" and record["marketing_status"] != "subscribed"):
        return {}
    return {"marketing_status": wanted, "$marketing_set": True}
