"""Responses as records of the streams `survey_responses` and `survey_answers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mailsync.zoho_survey.intake import Shown
from mailsync.zoho_survey.responses import SurveyResponse, Value, joined
from source_campaigns.stream_run import DELETED_AT, moment
from source_campaigns.zoho_survey.state import ResponsesState

Data = dict[str, Any]
Records = Callable[[Shown, ResponsesState, float], Iterator[Data]]


def responses(*, with_ip_address: bool) -> Records:
    """One record a response."""

    def records(shown: Shown, _state: ResponsesState, _now: float) -> Iterator[Data]:
        one = shown.response
        told = {name: getattr(one, name) for name in ("survey_name", "status", "collector_id", "collector_name", "time_taken", "record_id")}
        yield {
            **_identity(shown),
            **told,
            "module": one.module,
            "email": one.email,
            "started_at": moment(one.started_at),
            "ended_at": moment(one.ended_at),
            "answers": _by_label(one),
            **({"ip_address": one.ip_address} if with_ip_address else {}),
        }

    return records


def answers(shown: Shown, state: ResponsesState, now: float) -> Iterator[Data]:
    """One record a question that was answered; a tombstone for each that a later version does not answer any more."""
    one = shown.response
    known = state.questions.setdefault(one.survey_id, [])
    given: set[str] = set()
    for question, answer in one.answers:
        given.add(question.key)
        several = {"choices": answer, "answer": "; ".join(answer)} if isinstance(answer, list) else {"answer": answer}
        yield {**_identity(shown), "question_key": question.key, "question": question.label, **several}
    for key in known if not shown.is_first else ():
        if key not in given:
            yield {**_identity(shown), "question_key": key, DELETED_AT: moment(now)}
    known += sorted(given - set(known))


def _identity(shown: Shown) -> Data:
    return {"survey_id": shown.response.survey_id, "response_id": shown.response.response_id, "version": shown.version}


def _by_label(one: SurveyResponse) -> dict[str, Value]:
    """Two questions with one text are one list."""
    told: dict[str, Value] = {}
    for question, answer in one.answers:
        told[question.label] = joined(told.get(question.label), answer)
    return told
