"""Streams of a manifest, with errors and log lines that quote nothing: the framework's own hold whole answers and URLs."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from mailsync.airbyte.tracing import traced


class DiscreetPartition(Partition):
    """A partition whose failures keep the sentence for the user and their class, and drop the rest."""

    def __init__(self, inner: Partition) -> None:
        self._inner = inner

    def read(self) -> Iterable[Record]:
        """The records. Raises AirbyteTracedException only."""
        try:
            yield from self._inner.read()
        except AirbyteTracedException as error:
            message = error.message if error.message and "://" not in error.message else f"The stream {self.stream_name()} got no usable answer."
            raise AirbyteTracedException(message=message, internal_message=message, failure_type=error.failure_type) from None
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
        logging.getLogger(f"airbyte.HttpRequester.{stream.name}").addFilter(_quotes_nothing)
        discreet = cls.__new__(cls)
        discreet.__dict__.update(stream.__dict__)
        return discreet

    def generate_partitions(self) -> Iterable[Partition]:
        """The stream's partitions."""
        for partition in super().generate_partitions():
            yield DiscreetPartition(partition)


def _quotes_nothing(line: logging.LogRecord) -> bool:
    """A filter for the framework's HTTP log: failures without request and answer, no debug lines."""
    if "' request to '" in str(line.msg):
        line.msg, line.args = "A call failed; the stream's error says what the vendor said.", ()
    return line.levelno > logging.DEBUG
