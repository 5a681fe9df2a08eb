"""The streams that every mailing tool has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import orjson
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from mailsync.airbyte.plan_stream import Plan, plan_stream
from mailsync.airbyte.voice import Voice
from mailsync.errors import MailsyncError
from mailsync.mailings import MailingReports
from source_campaigns.campaign_reports import Reports
from source_campaigns.campaigns import Overview
from source_campaigns.campaigns_run import visit_all
from source_campaigns.contacts import run_contacts
from source_campaigns.responses import Responses
from source_campaigns.state import load
from source_campaigns.stream_run import CURSOR, Account, StreamRun

PRIMARY_KEYS = {
    "campaigns": ["campaign_key"],
    "campaign_reports": ["campaign_key"],
    "responses": ["campaign_key", "action", "address"],
    "contacts": ["list_key", "address"],
}

RUNS: Mapping[str, Callable[[StreamRun], Iterator[dict[str, Any]]]] = {
    "campaigns": lambda run: visit_all(run, Overview()),
    "campaign_reports": lambda run: visit_all(run, Reports()),
    "responses": lambda run: visit_all(run, Responses(run.config.actions)),
    "contacts": run_contacts,
}


def schema(name: str) -> dict[str, Any]:
    """A stream's JSON schema."""
    loaded: dict[str, Any] = orjson.loads(files("source_campaigns").joinpath(f"schemas/{name}.json").read_bytes())
    return loaded


def stream(
    name: str, account: Account, reports: Callable[[Voice], MailingReports], messages: MessageRepository, given: Mapping[str, Any]
) -> DefaultStream:
    """One of them. `reports` opens the account for the stream's voice."""
    voice = Voice(name, messages)

    def plan() -> Iterator[dict[str, Any]]:
        voice.state(given)
        opened = reports(voice)
        opened.begin()
        state = load(given, stream=name, system=opened.system, account=account.name)
        yield from RUNS[name](StreamRun(account, opened, voice, state))
        voice.info(
            f"Done. Calls of this sync so far: {', '.join(f'{calls} {endpoint}' for endpoint, calls in sorted(account.budget.spent().items()))}."
        )

    return _stream(name, plan, voice, given, schema(name), PRIMARY_KEYS[name])


def failing_stream(name: str, error: MailsyncError, messages: MessageRepository, given: Mapping[str, Any], known: Mapping[str, Any]) -> DefaultStream:
    """A stream of the catalog that the account does not have: it fails when it is read, alone."""

    def plan() -> Iterator[dict[str, Any]]:
        raise error

    return _stream(name, plan, Voice(name, messages), given, known, [])


def _stream(name: str, plan: Plan, voice: Voice, given: Mapping[str, Any], json_schema: Mapping[str, Any], primary_key: list[str]) -> DefaultStream:
    return plan_stream(name, plan, voice=voice, given=given, schema=json_schema, primary_key=primary_key, cursor=CURSOR)
