"""A CRM's modules as streams, each of which runs the plan of its system (see `plan_stream`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from mailsync.airbyte.plan_stream import plan_stream
from mailsync.airbyte.voice import Voice
from source_crm import columns
from source_crm.emission import Data


@dataclass(frozen=True, slots=True)
class Request:
    """What the platform asks of one stream: its module, the state it gives, and the columns of its catalog (none: all)."""

    module: str
    given: Mapping[str, Any]
    columns: frozenset[str]


# A system's plan of one run: records in order, its STATE messages said by the Voice between them; the first one is the state given.
Plan = Callable[[Request, Voice], Iterator[Data]]


def to_read(stream: ConfiguredAirbyteStream, given: Mapping[str, Any], plan: Plan, messages: MessageRepository) -> DefaultStream:
    """A stream for `read`; its schema is the catalog's, so that no metadata is fetched before the stream's own turn."""
    name, schema = stream.stream.name, stream.stream.json_schema or {}
    request = Request(name, dict(given), frozenset(schema.get("properties") or ()))
    return _stream(request, schema, plan, messages, is_incremental=True)


def to_discover(name: str, properties: Mapping[str, Any], plan: Plan, messages: MessageRepository, *, is_incremental: bool) -> DefaultStream:
    """A stream for `discover`, with the JSON schemas of its fields; our own columns are added."""
    return _stream(Request(name, {}, frozenset()), schema_of(properties), plan, messages, is_incremental=is_incremental)


def _stream(request: Request, schema: Mapping[str, Any], plan: Plan, messages: MessageRepository, *, is_incremental: bool) -> DefaultStream:
    voice = Voice(request.module, messages)
    return plan_stream(
        request.module,
        lambda: plan(request, voice),
        voice=voice,
        given=request.given,
        schema=schema,
        primary_key=["id"],
        cursor=columns.CURSOR if is_incremental else None,
    )


def schema_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A stream's JSON schema: every field that can be read, and our own columns; open to new ones."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": {**properties, **columns.SCHEMAS},
    }
