"""One response to a survey on its way through the steps, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from mailsync.answers.plan import Answer, Mapped, Survey
from mailsync.ledger.recipients import Pair
from mailsync.ledger.survey_responses import SurveyRow
from mailsync.responses.model import Decision


@dataclass(slots=True)
class AnswerWork(Decision):
    """A response that is decided. `changed`: what the ledger holds of it is written at the end."""

    row: SurveyRow
    survey: Survey = field(default_factory=lambda: Survey("", writes=False))
    changed: bool = False

    @property
    def pair(self) -> Pair:
        """Its key in `due`."""
        return self.row.pair


@dataclass(frozen=True, slots=True)
class Told:
    """What a response says."""

    columns: Mapping[str, str]
    answers: Mapping[str, Answer]

    def of(self, mapped: Mapped) -> Answer | None:
        """What fills a field; None where it is not answered."""
        if mapped.question:
            answer = self.answers.get(mapped.question)
            return answer or None
        return mapped.value or self.columns.get(mapped.column) or None


def told(row: SurveyRow) -> Told:
    """Back from the ledger."""
    raw = orjson.loads(row.told)
    answers = {question: tuple(one) if isinstance(one, list) else one for question, one in raw.get("answers", {}).items()}
    return Told(raw.get("columns", {}), answers)
