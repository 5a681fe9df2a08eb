"""Absorbing responses to surveys: the newest version told replaces what was known. No call is made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import orjson
import sqlalchemy as sa

from mailsync.answers.plan import Survey, SurveyResponse, survey_of
from mailsync.ledger import recipients, survey_responses
from mailsync.ledger.engine import Ledger
from mailsync.ledger.recipients import Pair
from mailsync.ledger.suppressions import ForgottenAddresses
from mailsync.ledger.survey_responses import SurveyRow, pair_of
from mailsync.membership.address import address_key
from mailsync.membership.plan import RecordFate
from mailsync.responses.absorb import Absorbed, Chunk
from mailsync.responses.plan import Plan
from mailsync.responses.reasons import Reason


@dataclass(slots=True)
class _Known:
    """What the ledger knows of the batch's responses, changed in place."""

    rows: dict[Pair, SurveyRow]
    heard: set[Pair]
    saved: dict[Pair, SurveyRow] = field(default_factory=dict)


class AnswerAbsorber:
    """Absorbs batches for one sync."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        self._ledger, self._plan = ledger, plan
        self._forgotten = ForgottenAddresses(ledger)

    def absorb(self, connection: sa.Connection, messages: Sequence[SurveyResponse], chunk: Chunk) -> None:
        """Take a batch in, in order. The caller commits."""
        if not messages:
            return
        pairs = {pair_of(one.survey, one.response) for one in messages}
        sync = self._plan.sync_name
        known = _Known(survey_responses.load(connection, sync, pairs), set(recipients.load_due(connection, sync, pairs)))
        chunk.absorbed += [self._one(one, known, chunk) for one in messages]
        survey_responses.save(self._ledger, connection, list(known.saved.values()))
        touched = [pair for pair in pairs if pair in chunk.touched]
        recipients.add_due(self._ledger, connection, sync, touched)
        recipients.mark_dirty(connection, touched)

    def _one(self, one: SurveyResponse, known: _Known, chunk: Chunk) -> Absorbed:
        key = address_key(one.address) if one.address else None
        fate = self._fate(one, key)
        if fate is not None:
            return Absorbed(one.stream, one.response, *fate)
        pair = pair_of(one.survey, one.response)
        before = known.rows.get(pair)
        if before is None or before.version < one.version:
            known.rows[pair] = known.saved[pair] = _row(before or SurveyRow(self._plan.sync_name, one.survey, one.response), one, key or "")
            chunk.touched.add(pair)
        elif pair not in known.heard:
            chunk.touched.add(pair)
        return Absorbed(one.stream, one.response, None, pair=pair)

    def _fate(self, one: SurveyResponse, key: str | None) -> tuple[RecordFate, str] | None:
        """What is decided without the CRM."""
        if one.taken_back:
            return RecordFate.UNCHANGED, ""
        if (key or one.address.strip().lower()) in self._forgotten:
            return RecordFate.SKIPPED, Reason.FORGOTTEN
        reason = left_out(survey_of(self._plan.surveys, one.survey, one.name), complete=one.is_complete)
        return None if reason is None else (RecordFate.SKIPPED, reason)


def left_out(survey: Survey | None, *, complete: bool) -> Reason | None:
    """Why the configuration wants nothing written of a response."""
    if survey is None:
        return Reason.SURVEY_NOT_CHOSEN
    if not survey.writes:
        return Reason.SURVEY_SWITCHED_OFF
    return None if complete or survey.partial else Reason.NOT_COMPLETED


def _row(before: SurveyRow, one: SurveyResponse, address: str) -> SurveyRow:
    told = orjson.dumps({"columns": dict(one.columns), "answers": dict(one.answers)}).decode()
    return replace(before, version=one.version, ended_at=one.ended_at, address=address, record=one.record, module=one.module, told=told)
