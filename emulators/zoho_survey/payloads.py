"""A response as a webhook pushes it: with the questions' texts, or with variables' keys (docs/systems/zoho_survey.md#payload)."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from emulators.zoho_survey.account import Account
from emulators.zoho_survey.models import Question, Response, Survey
from emulators.zoho_survey.times import shown, taken

OTHERS = "Others"  # a free key that recordings show, always empty there
JOINED = {"comma_text": ", ", "semicolon_text": ";"}


def columns(survey: Survey) -> Iterator[tuple[str, str, Question, str]]:
    """Key, label, question and matrix row of each variable that holds an answer."""
    for question in survey.questions:
        if question.kind != "matrix":
            yield question.key, question.label, question, ""
        for number, row in enumerate(question.rows, 1):
            yield f"{question.key}_{number}", f"{question.label} - {row}", question, row


def answered(response: Response, question: Question, row: str) -> str | list[str]:
    """The answer in one column; empty where there is none."""
    given = response.answers.get(question.key, "")
    if isinstance(given, dict):
        return given.get(row, "")
    return "" if row else given


def metadata(account: Account, survey: Survey, response: Response) -> dict[tuple[str, str], str]:
    """What is known of every response, by (key, label)."""
    zone, form = account.zone, account.reading("time_format")
    ended = response.ended_at
    return {
        ("RESPONSE_ID", "Response ID"): response.key,
        ("RESPONSE_STATUS", "Response Status"): account.status(response),
        ("COLLECTOR_ID", "Collector ID"): response.collector,
        ("COLLECTOR_NAME", "Collector Name"): survey.collectors[response.collector].name,
        ("RESPONSE_START_TIME", "Response Start Time"): shown(response.started_at, zone, form),
        ("RESPONSE_END_TIME", "Response End Time"): "" if ended is None else shown(ended, zone, form),
        ("TIME_TAKEN_TO_RESPOND", "Time Taken to Respond"): "" if ended is None else taken(ended - response.started_at),
        ("IP_ADDRESS", "IP Address"): response.ip_address,
        ("RESPONSE_URL", "Response URL"): "",
    }


def payload(account: Account, survey: Survey, response: Response, *, style: str) -> dict[str, Any]:
    """The flat object of one push."""
    place = 1 if style == "labels" else 0
    body: dict[str, Any] = {names[place]: value for names, value in metadata(account, survey, response).items()}
    is_bare = response.ended_at is None and account.reading("created_event") == "metadata_only"
    keeps_empty = account.reading("unanswered") == "empty"
    for variable in survey.variables:
        value = response.known.get(variable.key, "")
        if value or keeps_empty:
            body[(variable.key, variable.label)[place]] = value
    for key, label, question, row in () if is_bare else columns(survey):
        answer = answered(response, question, row)
        if answer or keeps_empty:
            body[(key, label)[place]] = _multiple(account, answer) if isinstance(answer, list) else answer
    if keeps_empty and style == "labels":
        body[OTHERS] = ""
    return {encoded(account, name): encoded(account, value) for name, value in body.items()}


def _multiple(account: Account, chosen: list[str]) -> str | list[str]:
    form = account.reading("multiple_in_webhook")
    return chosen if form == "list" else JOINED[form].join(chosen)


def encoded(account: Account, value: Any) -> Any:
    """Texts with entities, under that reading."""
    if account.reading("entities") == "plain":
        return value
    if isinstance(value, list):
        return [encoded(account, one) for one in value]
    return escape(value) if isinstance(value, str) else value
