"""Streams that run a plan of their own: one partition each, which yields records and writes its own checkpoints.

The framework emits state when a partition closes; such a stream has one, so checkpoints go through the message repository instead, which feeds the
queue that carries the records: a STATE is behind every record that was yielded before it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from airbyte_cdk.sources.streams.concurrent.cursor import Cursor, CursorField
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.partition_generator import PartitionGenerator
from airbyte_cdk.sources.types import Record

from mailsync.airbyte.tracing import traced
from mailsync.airbyte.voice import Voice

Plan = Callable[[], Iterator[dict[str, Any]]]


class PlanPartition(Partition):
    """The one partition of a stream."""

    def __init__(self, name: str, plan: Plan) -> None:
        self._name = name
        self._plan = plan

    def read(self) -> Iterable[Record]:
        """Records in order, checkpoints between them. Raises AirbyteTracedException only."""
        try:
            for data in self._plan():
                yield Record(data, self._name)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever happens becomes one of the platform's three classes
            raise traced(error) from None

    def to_slice(self) -> Mapping[str, Any] | None:
        """Nothing: the stream is the slice."""
        return None

    def stream_name(self) -> str:
        """The stream."""
        return self._name

    def __hash__(self) -> int:
        return hash(self._name)


class PlanPartitions(PartitionGenerator):
    """Generates the one partition."""

    def __init__(self, partition: PlanPartition) -> None:
        self._partition = partition

    def generate(self) -> Iterable[Partition]:
        """The partition."""
        yield self._partition


class Checkpoints(Cursor):
    """The framework's view of our state: it is written by the plan; only a stream that never began gets one from here."""

    def __init__(self, given: Mapping[str, Any], voice: Voice) -> None:
        self._given = given
        self._voice = voice

    @property
    def state(self) -> MutableMapping[str, Any]:
        """What the stream was given."""
        return dict(self._given)

    def observe(self, record: Record) -> None:
        """Nothing: positions are noted by the plan."""

    def close_partition(self, partition: Partition) -> None:
        """Nothing: the plan wrote its last checkpoint itself."""

    def ensure_at_least_one_state_emitted(self) -> None:
        """The state given, when the plan did not come to write one."""
        if not self._voice.states:
            self._voice.state(self._given)

    def should_be_synced(self, record: Record) -> bool:  # noqa: ARG002 - the framework's signature
        """Always."""
        return True


def plan_stream(
    name: str, plan: Plan, *, voice: Voice, given: Mapping[str, Any], schema: Mapping[str, Any], primary_key: list[str], cursor: str | None
) -> DefaultStream:
    """A stream of the framework. `given` is its state, `cursor` the column it grows by, None for one that is only read whole."""
    return DefaultStream(
        partition_generator=PlanPartitions(PlanPartition(name, plan)),
        name=name,
        json_schema=schema,
        primary_key=primary_key,
        cursor_field=CursorField(cursor) if cursor else None,
        logger=logging.getLogger("airbyte"),
        cursor=Checkpoints(given, voice),
    )
