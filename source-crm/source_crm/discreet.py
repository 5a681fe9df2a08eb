"""Streams of a manifest, with errors that quote nothing: the framework's internal messages hold whole answers and URLs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_crm.tracing import traced


class DiscreetPartition(Partition):
    """A partition whose failures keep the sentence for the user and their class, and drop the rest."""

    def __init__(self, inner: Partition) -> None:
        self._inner = inner

    def read(self) -> Iterable[Record]:
        """The records. Raises AirbyteTracedException only."""
        try:
            yield from self._inner.read()
        except AirbyteTracedException as error:
            raise AirbyteTracedException(message=error.message, internal_message=error.message, failure_type=error.failure_type) from None
        except Exception as error:  # noqa: BLE001 - the boundary
            raise traced(error) from None

    def to_slice(self) -> Mapping[str, Any] | None:
        """As before."""
        return self._inner.to_slice()

    def stream_name(self) -> str:
        """As before."""
        return self._inner.stream_name()

    def __hash__(self) -> int:
        return hash(self._inner)


class DiscreetStream(DefaultStream):
    """A stream of the framework, made discreet."""

    @classmethod
    def of(cls, stream: DefaultStream) -> DiscreetStream:
        """The same stream; it shares everything with the one given."""
        discreet = cls.__new__(cls)
        discreet.__dict__.update(stream.__dict__)
        return discreet

    def generate_partitions(self) -> Iterable[Partition]:
        """The stream's partitions."""
        for partition in super().generate_partitions():
            yield DiscreetPartition(partition)
