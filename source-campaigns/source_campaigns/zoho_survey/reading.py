"""One run of a stream of responses: what is due, oldest first, a checkpoint after each export and each batch of deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from mailsync.airbyte.plan_stream import plan_stream
from mailsync.airbyte.voice import Voice
from mailsync.zoho_survey.intake import Intake
from mailsync.zoho_survey.intake_settings import NAME
from source_campaigns.stream_run import CURSOR, TICKS_PER_SECOND, moment
from source_campaigns.streams import schema
from source_campaigns.zoho_survey.connection import Connection
from source_campaigns.zoho_survey.records import Records, answers, responses
from source_campaigns.zoho_survey.state import ResponsesState, load

PRIMARY_KEYS = {"survey_responses": ["survey_id", "response_id"], "survey_answers": ["survey_id", "response_id", "question_key"]}
# Records between two checkpoints within one export.
CHECKPOINT = 10_000


def stream(name: str, connection: Connection, messages: MessageRepository, given: Mapping[str, Any]) -> DefaultStream:
    """One of the two."""
    voice = Voice(name, messages)
    settings = connection.settings
    records: Records = answers if name == "survey_answers" else responses(with_ip_address=settings.with_ip_address)

    def plan() -> Iterator[dict[str, Any]]:
        voice.state(given)
        state = load(given, stream=name, system=NAME, account=settings.account)
        intake = Intake(settings, lambda survey: connection.labels(survey, voice.waiting), voice.warn)
        yield from _run(intake, records, state, voice, now=connection.clock.now())

    return plan_stream(name, plan, voice=voice, given=given, schema=schema(name), primary_key=PRIMARY_KEYS[name], cursor=CURSOR)


def _run(intake: Intake, records: Records, state: ResponsesState, voice: Voice, *, now: float) -> Iterator[dict[str, Any]]:
    state.cursor = max(state.cursor, int(now * TICKS_PER_SECOND))
    parts, shown_in_all = intake.due(state.memory), 0
    voice.info(f"To read: {', '.join(part.told for part in parts[:20]) or 'nothing new'}{' …' if len(parts) > 20 else ''}.")
    for part in parts:
        for shown in intake.read(part, state.memory):
            for data in records(shown, state, now):
                state.cursor += 1
                yield _numbered(data, state.cursor, now)
            shown_in_all += 1
            if shown_in_all % CHECKPOINT == 0:
                voice.state(state.dump())
        voice.state(state.dump())
    voice.state(state.dump())
    voice.info(f"Done: {shown_in_all} new or changed responses.")


def _numbered(data: Mapping[str, Any], cursor: int, now: float) -> dict[str, Any]:
    """What is null is left out, and so is null."""
    told = {name: value for name, value in data.items() if value is not None}
    return told | {"system": NAME, "read_at": moment(now), CURSOR: cursor}
