"""CRM modules as streams of the CDK's concurrent framework: one partition each, which runs the module's plan and writes its own checkpoints.

The framework emits state when a partition closes; a module has one, so checkpoints go through the message repository instead, which feeds the
queue that carries the records: a STATE is behind every record that was yielded before it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from mailsync.airbyte.tracing import traced
from mailsync.airbyte.voice import Voice
from mailsync.zoho_crm.fields import MODIFIED_TIME, Field, has_a_column, json_schema
from source_crm import columns
from source_crm.zoho_crm import reading
from source_crm.zoho_crm.connection import Connection
from source_crm.zoho_crm.reading import Request

logger = logging.getLogger("airbyte")


class ModulePartition(Partition):
    """The one partition of a module."""

    def __init__(self, request: Request, connection: Connection, voice: Voice) -> None:
        self._request = request
        self._connection = connection
        self._voice = voice

    def read(self) -> Iterable[Record]:
        """Records in order, checkpoints between them. Raises AirbyteTracedException only."""
        name = self._request.module
        try:
            for data in reading.run(self._request, self._connection, self._voice):
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


def to_read(request: Request, connection: Connection, messages: MessageRepository, schema: Mapping[str, Any]) -> DefaultStream:
    """A stream for `read`; its schema is the catalog's, so that no metadata is fetched before the stream's own turn."""
    voice = Voice(request.module, messages)
    partitions = ModulePartitions(ModulePartition(request, connection, voice))
    return _stream(request.module, partitions, schema, Checkpoints(request.given, voice), is_incremental=True)


def to_discover(module: str, fields: tuple[Field, ...], connection: Connection, messages: MessageRepository) -> DefaultStream:
    """A stream for `discover`, with the schema of its fields; those that no road gives are named in the log."""
    left_out = [f"{field.api_name} ({field.data_type})" for field in fields if not has_a_column(field)]
    if left_out:
        logger.info("%s: left out, because neither COQL nor Bulk Read gives them: %s.", module, ", ".join(left_out))
    voice = Voice(module, messages)
    partitions = ModulePartitions(ModulePartition(Request(module, {}, frozenset()), connection, voice))
    is_incremental = any(field.api_name == MODIFIED_TIME for field in fields)
    return _stream(module, partitions, schema_of(fields), Checkpoints({}, voice), is_incremental=is_incremental)


def _stream(name: str, partitions: PartitionGenerator, schema: Mapping[str, Any], cursor: Cursor, *, is_incremental: bool) -> DefaultStream:
    return DefaultStream(
        partition_generator=partitions,
        name=name,
        json_schema=schema,
        primary_key=["id"],
        cursor_field=CursorField(columns.CURSOR) if is_incremental else None,
        logger=logger,
        cursor=cursor,
    )


def schema_of(fields: tuple[Field, ...]) -> dict[str, Any]:
    """A stream's JSON schema: every field that can be read, and our own columns; open to new ones."""
    properties = {field.api_name: json_schema(field) for field in fields if has_a_column(field)}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "properties": {**properties, **columns.SCHEMAS},
    }
