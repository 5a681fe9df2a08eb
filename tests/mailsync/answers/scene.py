"""A survey tool's messages on one side, a CRM in memory on the other: what the tests of the answer rules share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailsync.answers.plan import Holds, Mapped, RowPlan, Survey, SurveyResponse, Target
from mailsync.responses.crm import PersonId, markers_in
from tests.mailsync.membership.histories import MEMORY_DISK
from tests.mailsync.responses.scene import START, Scene

STREAM = "survey_responses"
HOW, WHY, BACK = "How satisfied are you?", "Why?", "Will you come back?"
SCORE, REASON, RETURNS = Target("Score", Holds.WHOLE_NUMBER), Target("Reason", Holds.TEXT), Target("Returns", Holds.CHOICE, ("Yes", "No"))
FIELDS = (Mapped(SCORE, HOW), Mapped(REASON, WHY), Mapped(RETURNS, BACK))
ROW = RowPlan("Answers", "Key", {"Leads": "Lead", "Contacts": "Contact"}, (Mapped(Target("Score", Holds.NUMBER), HOW), Mapped(REASON, WHY)))
ALL = {"Leads": FIELDS, "Contacts": FIELDS}
SURVEY = Survey("s1", fields=ALL, note="{survey}", row=ROW)
New = Callable[..., Scene]


def options(*surveys: Survey, **more: Any) -> dict[str, Any]:
    return {"campaigns": None, "member_statuses": {}, "fields": (), "surveys": surveys or (SURVEY,), **more}


def said(response: str, *, version: int = 1, ended: float = 0.0, survey: str = "s1", status: str = "COMPLETED", **more: Any) -> SurveyResponse:
    """`ended`: seconds after the beginning of the tests. Questions are given by `how`, `why`, `back`."""
    answers = {question: more.pop(name) for name, question in (("how", HOW), ("why", WHY), ("back", BACK)) if name in more}
    columns = {"survey_name": f"Survey {survey}", "response_id": response, "status": status}
    return SurveyResponse(STREAM, survey, response, version, START + ended, columns=columns, answers=answers, **more)


@pytest.fixture
def scene() -> Iterator[New]:
    """Makes a scene; each test has one ledger."""
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:

        def make(*surveys: Survey, crm_options: dict[str, Any] | None = None, **more: Any) -> Scene:
            return Scene(f"{directory}/ledger.db", options(*surveys, **more), crm_options or {}, streams=(STREAM,))

        yield make


def notes(s: Scene, one: PersonId) -> list[str]:
    """Texts of the living notes of a person, without their marks."""
    return sorted(item.text.rsplit("\n", 1)[0] for item in s.crm.items.values() if item.alive and item.person == one and markers_in(item.text))


def rows(s: Scene, one: PersonId) -> list[dict[str, Any]]:
    return [row.values for row in s.crm.rows.values() if row.alive and row.person == one]


def fields(s: Scene, one: PersonId) -> dict[str, Any]:
    return dict(s.crm.people_by_id[one].fields)
