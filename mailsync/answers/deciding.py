"""Deciding responses to surveys (docs/responses.md, "Survey answers"): who is meant, then fields, notes and rows, from what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from mailsync.answers.absorb import left_out
from mailsync.answers.documents import Documents
from mailsync.answers.fields import AnswerFields
from mailsync.answers.people import Respondents
from mailsync.answers.plan import COMPLETED, Survey, survey_of
from mailsync.answers.work import AnswerWork
from mailsync.ledger import survey_responses
from mailsync.ledger.recipients import Pair
from mailsync.ledger.survey_responses import SurveyRow
from mailsync.responses.held import Held


@dataclass(slots=True)
class Answers:
    """Decides the responses of one run."""

    held: Held
    people: Respondents
    fields: AnswerFields
    documents: Documents

    @classmethod
    def of(cls, held: Held) -> Answers:
        """All parts."""
        return cls(held, Respondents(held), AnswerFields(held), Documents(held))

    def decide(self, pairs: Sequence[Pair], *, relearning: bool, patient: bool) -> list[AnswerWork]:
        """These responses; what became of each. The caller commits the decisions."""
        held = self.held
        if not pairs:
            return []
        with held.ledger.begin() as connection:
            rows = survey_responses.load(connection, held.plan.sync_name, pairs)
        works = [AnswerWork(rows.get(pair) or _unknown(held.plan.sync_name, pair)) for pair in pairs]
        for work in works:
            self._look_at_plan(work)
        self.people.choose([work for work in works if work.open])
        self.fields.act([work for work in works if work.open and work.row.person], relearning=relearning)
        self.documents.act([work for work in works if work.open and work.row.person], patient=patient)
        with held.commit() as connection:
            survey_responses.place(connection, [work.row for work in works if work.changed])
        return works

    def _look_at_plan(self, work: AnswerWork) -> None:
        columns = orjson.loads(work.row.told).get("columns", {})
        survey = survey_of(self.held.plan.surveys, work.row.survey, str(columns.get("survey_name", "")))
        reason = left_out(survey, complete=str(columns.get("status", "")).upper() == COMPLETED)
        if reason is not None:
            work.left_out(reason)
        work.survey = survey or Survey(work.row.survey, writes=False)


def _unknown(sync: str, pair: Pair) -> SurveyRow:
    """Erased meanwhile: nothing is told, and nothing is written."""
    return SurveyRow(sync, pair[0].removeprefix(survey_responses.PREFIX), pair[1])
