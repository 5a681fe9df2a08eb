"""A CRM's modules as streams of the CDK's concurrent framework: one partition each, which runs the module's plan and writes its own checkpoints.

The framework emits state when a partition closes; a module has one, so checkpoints go through the message repository instead, which feeds the
queue that carries the records: a STATE is behind every record that was yielded before it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from mailsync.airbyte.tracing import traced
from mailsync.airbyte.voice import Voice
from source_crm import columns
from source_crm.emission import Data

logger = logging.getLogger("airbyte")


@dataclass(frozen=True, slots=True)
class Request:
    """What the platform asks of one stream: its module, the state it gives, and the columns of its catalog (none: all)."""

    module: str
    given: Mapping[str, Any]
    columns: frozenset[str]


# A system's plan of one run: records in order, its STATE messages said by the Voice between them; the first one is the state given.
Plan = Callable[[Request, Voice], Iterator[Data]]


class ModulePartition(Partition):
    """The one partition of a module."""

    def __init__(self, request: Request, plan: Plan, voice: Voice) -> None:
        self._request = request
        self._plan = plan
        self._voice = voice

    def read(self) -> Iterable[Record]:
        """Records in order, checkpoints between them. Raises AirbyteTracedException only."""
        name = self._request.module
        try:
            for data in self._plan(self._request, self._voice):
                yield Record(data, name)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens becomes one of the platform's three classes
            raise traced(error) from None

    def to_slice(self) -> Mapping[str, Any] | None:
        """Nothing: the module is the slice."""
        return None

    def stream_name(self) -> str:
        """The module's API name."""
        return self._request.module

    def __hash__(self) -> int:
        return hash(self._request.module)


class ModulePartitions(PartitionGenerator):
    """Generates the one partition."""

    def __init__(self, partition: ModulePartition) -> None:
        self._partition = partition

    def generate(self) -> Iterable[Partition]:
        """The partition."""
        yield self._partition


class Checkpoints(Cursor):
    """The framework's view of our state: it is written by the partition; only a stream that never began gets one from here."""

    def __init__(self, given: Mapping[str, Any], voice: Voice) -> None:
        self._given = given
        self._voice = voice

    @property
    def state(self) -> MutableMapping[str, Any]:
        """What the stream was given."""
        return dict(self._given)

    def observe(self, record: Record) -> None:
        """Nothing: positions are noted per page."""

    def close_partition(self, partition: Partition) -> None:
        """Nothing: the partition wrote its last checkpoint itself."""

    def ensure_at_least_one_state_emitted(self) -> None:
        """The state given, when the partition did not come to write one."""
        if not self._voice.states:
            self._voice.state(self._given)

    def should_be_synced(self, record: Record) -> bool:  # noqa: ARG002 - the framework's signature
        """Always."""
        return True


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
    return DefaultStream(
        partition_generator=ModulePartitions(ModulePartition(request, plan, voice)),
        name=request.module,
        json_schema=schema,
        primary_key=["id"],
        cursor_field=CursorField(columns.CURSOR) if is_incremental else None,
        logger=logger,
        cursor=Checkpoints(request.given, voice),
    )


def schema_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A stream's JSON schema: every field that can be read, and our own columns; open to new ones."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": {**properties, **columns.SCHEMAS},
    }
