"""Answers as fields of the person: each field shows the newest response that answers its question, whatever the order of arrival."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import orjson

from mailsync.answers.absorb import left_out
from mailsync.answers.conversion import Unfit, converted
from mailsync.answers.plan import COMPLETED, Mapped, survey_of
from mailsync.answers.work import AnswerWork, told
from mailsync.ledger import survey_responses
from mailsync.ledger.survey_responses import Filled, SurveyRow
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Ability, Fate, Outcome, PersonId, Value
from mailsync.responses.held import Held
from mailsync.responses.reasons import Reason

Places = Mapping[tuple[str, str], Filled]


@dataclass(slots=True)
class _Job:
    """One person's write. `works`: the responses that are told."""

    person: PersonId
    works: list[AnswerWork]
    values: dict[str, Value] = field(default_factory=dict)
    filled: dict[str, Filled] = field(default_factory=dict)


class AnswerFields:
    """Writes answers into fields."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def act(self, works: Sequence[AnswerWork], *, relearning: bool) -> None:
        """Fields of the people behind these responses; `relearning`: a part of the responses would show an older one than the CRM has."""
        by_person: dict[str, list[AnswerWork]] = {}
        for work in works:
            by_person.setdefault(str(work.row.person), []).append(work)
        sync = self._held.plan.sync_name
        with self._held.ledger.begin() as connection:
            rows = survey_responses.of_people(connection, sync, list(by_person))
            places = survey_responses.filled(connection, sync, list(by_person))
        of_person: dict[str, list[SurveyRow]] = {}
        for row in rows:
            of_person.setdefault(str(row.person), []).append(row)
        jobs = [self._job(person, some, of_person.get(person, ()), places) for person, some in by_person.items()]
        jobs = [job for job in jobs if job.values]
        if relearning:
            for job in jobs:
                _tell(job, lambda work: work.holds(Reason.RELEARNING))
            return
        self._write(jobs)

    def _job(self, person: str, works: list[AnswerWork], rows: Sequence[SurveyRow], places: Places) -> _Job:
        """What is not shown yet."""
        job = _Job(PersonId.parse(person), works)
        for name, (row, mapped) in self._newest(job.person.module, rows).items():
            before = places.get((person, name))
            if before is not None and before.order > row.order and not self._is_known(before, rows):
                continue  # from a survey that is switched off now: what it wrote stays
            value = self._value(row, mapped, works)
            if value is None:
                continue
            now = Filled(*row.order, _hash(value))
            if before is None or before.hash != now.hash:
                job.values[name], job.filled[name] = value, now
        return job

    def _newest(self, module: str, rows: Sequence[SurveyRow]) -> dict[str, tuple[SurveyRow, Mapped]]:
        """Field → the newest response that answers its question."""
        found: dict[str, tuple[SurveyRow, Mapped]] = {}
        for row in sorted(rows, key=lambda one: one.order):
            says = told(row)
            survey = survey_of(self._held.plan.surveys, row.survey, says.columns.get("survey_name", ""))
            if survey is None or left_out(survey, complete=says.columns.get("status", "").upper() == COMPLETED) is not None:
                continue
            found |= {one.target.field: (row, one) for one in survey.fields.get(module, ()) if says.of(one) is not None}
        return found

    def _is_known(self, filled: Filled, rows: Sequence[SurveyRow]) -> bool:
        """Whether the response that filled it is still one that may be written: then it answers the question no longer."""
        surveys = self._held.plan.surveys
        mine = next((row for row in rows if (row.survey, row.response) == (filled.survey, filled.response)), None)
        survey = survey_of(surveys, mine.survey, told(mine).columns.get("survey_name", "")) if mine is not None else None
        return survey is not None and survey.writes

    def _value(self, row: SurveyRow, mapped: Mapped, works: Sequence[AnswerWork]) -> Value:
        """None where the answer does not fit, which its response is told."""
        answer = told(row).of(mapped)
        try:
            return converted(mapped.target, answer) if answer is not None else None
        except Unfit as why:
            for work in works:
                if work.pair == row.pair:
                    work.refused(Reason.ANSWER_UNFIT, f"{mapped.target.field}: {why}")
            return None

    def _write(self, jobs: Sequence[_Job]) -> None:
        size = self._held.crm.traits.batch.get(Ability.FIELD, 1)
        for module in sorted({job.person.module for job in jobs}):
            for batch in in_batches([job for job in jobs if job.person.module == module], size):
                rows = [(job.person, job.values) for job in batch]
                try:
                    outcomes = self._held.calls.repeatable(lambda rows=rows: self._held.crm.write_fields(rows), Reason.NO_ANSWER)  # type: ignore[misc]
                except NoAnswer as silence:
                    for work in [work for job in batch for work in job.works]:
                        work.waits(silence.reason)
                    continue
                self._note(list(zip(batch, outcomes, strict=True)))

    def _note(self, answered: Sequence[tuple[_Job, Outcome]]) -> None:
        """Commit ③."""
        held = self._held
        done = [job for job, outcome in answered if outcome.fate is Fate.DONE]
        with held.commit() as connection:
            rows = [(str(job.person), name, filled) for job in done for name, filled in job.filled.items()]
            survey_responses.note_filled(held.ledger, connection, held.plan.sync_name, rows)
        held.calls.done["answers"] += len(done)
        for job, outcome in answered:
            if outcome.fate is Fate.GONE:
                held.gone(str(job.person))
                _tell(job, AnswerWork.person_changed)
            elif outcome.fate is Fate.DONE:
                _tell(job, AnswerWork.wrote)
            else:
                text = " ".join(filter(None, (outcome.field, outcome.code, outcome.message)))
                _tell(job, partial(AnswerWork.refused, reason=Reason.ANSWER_FIELDS, detail=text))


def _tell(job: _Job, tell: Callable[[AnswerWork], object]) -> None:
    """The responses whose answers are written, else all that were decided with them."""
    sources = {(one.survey, one.response) for one in job.filled.values()}
    meant = [work for work in job.works if (work.row.survey, work.row.response) in sources] or job.works
    for work in meant:
        tell(work)


def _hash(value: Value) -> str:
    return hashlib.blake2b(orjson.dumps(value), digest_size=16).hexdigest()
