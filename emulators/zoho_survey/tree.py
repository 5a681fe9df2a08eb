"""The private tree: what each call answers (docs/systems/zoho_survey.md#tree). One function a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulators.zoho_survey.account import Account
from emulators.zoho_survey.deliveries import COMPLETED, CREATED
from emulators.zoho_survey.errors import invalid, not_found
from emulators.zoho_survey.invitations import invite
from emulators.zoho_survey.models import Collector, Survey, Webhook
from emulators.zoho_survey.payloads import encoded

PAGE = 50


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `path` are the ids in its path, by name."""

    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def portals(account: Account, _call: Call) -> Any:
    """Every portal with its departments."""
    return [
        {
            "portalId": portal.key,
            "portalName": encoded(account, portal.name),
            "departments": [{"groupUniqueId": key, "name": encoded(account, name)} for key, name in portal.departments.items()],
        }
        for portal in account.portals.values()
    ]


def surveys(account: Account, call: Call) -> Any:
    """The surveys of a department, a page of them."""
    portal, department = call.path["portal"], call.path["department"]
    if portal not in account.portals or department not in account.portals[portal].departments:
        raise not_found("department")
    published_only = call.query.get("filterby") == "published"
    found = [
        one for one in account.surveys.values() if (one.portal, one.department) == (portal, department) and (one.published or not published_only)
    ]
    return _items(account, {one.key: one.name for one in _page(account, call, found)})


def _page(account: Account, call: Call, rows: list[Survey]) -> list[Survey]:
    reading = account.reading("paging")
    if reading == "ignored":
        return rows
    size_in, start_in = ("offset", "range") if reading == "offset_is_size" else ("range", "offset")
    size = min(_number(call, size_in, PAGE), int(account.reading("page_cap")))
    start = _number(call, start_in, 1)
    return rows[start - 1 : start - 1 + size]


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise invalid(f"{name} must be a number from 1")
    return int(text)


def _items(account: Account, named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "name": encoded(account, name)} for key, name in named.items()]


def collectors(account: Account, call: Call) -> Any:
    """The collectors of a survey."""
    return _items(account, {one.key: one.name for one in _survey(account, call).collectors.values()})


def distributions(account: Account, call: Call) -> Any:
    """The distributions by mail of a collector; only those of type trigger exist here."""
    found = _collector(account, call)
    return _items(account, found.distributions if call.query.get("type", "trigger") == "trigger" else {})


def fields(account: Account, call: Call) -> Any:
    """What a contact of an invitation may hold."""
    survey, _ = _distribution(account, call)
    return [{"key": one.key, "label": encoded(account, one.label), "required": one.required} for one in survey.variables]


def send_invitation(account: Account, call: Call) -> Any:
    """Invite contacts; the answer does not tell what became of each."""
    survey, distribution = _distribution(account, call)
    invite(account, survey, distribution, call.body.get("contactsList") if isinstance(call.body, dict) else None)
    return {"message": {"status": "success", "message": "Invitation sent"}, "empty_object": {}, "no_body": None}[account.reading("invitation_answer")]


def variables(account: Account, call: Call) -> Any:
    """The question dictionary: groups of variables, a matrix nested once more."""
    survey = _survey(account, call)
    questions: list[dict[str, Any]] = []
    for one in survey.questions:
        label = encoded(account, one.label)
        if one.kind == "matrix":
            rows = [{"key": f"{one.key}_{number}", "label": encoded(account, f"{one.label} - {row}")} for number, row in enumerate(one.rows, 1)]
            questions.append({"label": label, "variables": rows})
        else:
            questions.append({"key": one.key, "label": label})
    respondent = [{"key": one.key, "label": encoded(account, one.label)} for one in survey.variables]
    return {"variables": [{"label": "Questions", "variables": questions}, {"label": "Respondent Variables", "variables": respondent}]}


def create_webhook(account: Account, call: Call) -> Any:
    """Let responses be pushed."""
    survey = _survey(account, call)
    if account.reading("partner_header") == "needed" and not call.headers.get("x-zoho-service"):
        raise invalid("Invalid service")
    body = call.body if isinstance(call.body, dict) else {}
    event, url = str(body.get("event", "")), str(body.get("callbackUrl", ""))
    if event not in (CREATED, COMPLETED) or not url or (body.get("surveyId"), body.get("departmentId")) != (survey.key, survey.department):
        raise invalid("Invalid webhook")
    style = "variables" if body.get("responseFormat") == "variables" else "labels"
    made = Webhook(account.key(10), event, url, style, str(body.get("name", "")))
    survey.webhooks[made.key] = made
    return {"id": made.key}


def delete_webhook(account: Account, call: Call) -> Any:
    """Stop pushing."""
    if _survey(account, call).webhooks.pop(call.path["webhook"], None) is None:
        raise not_found("webhook")
    return {"status": "success"}


def _survey(account: Account, call: Call) -> Survey:
    return account.survey_in(call.path["portal"], call.path["department"], call.path["survey"])


def _collector(account: Account, call: Call) -> Collector:
    found = _survey(account, call).collectors.get(call.path["collector"])
    if found is None:
        raise not_found("collector")
    return found


def _distribution(account: Account, call: Call) -> tuple[Survey, str]:
    key = call.path["distribution"]
    if key not in _collector(account, call).distributions:
        raise not_found("distribution")
    return _survey(account, call), key
