"""What a stream says to the platform, in order: all of it goes through the queue that carries its records."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteEstimateTraceMessage,
    AirbyteLogMessage,
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    AirbyteStreamStatus,
    AirbyteStreamStatusReason,
    AirbyteStreamStatusReasonType,
    AirbyteStreamStatusTraceMessage,
    AirbyteTraceMessage,
    EstimateType,
    Level,
    StreamDescriptor,
    TraceType,
    Type,
)
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from mailsync.errors import RateLimited, TransientError


class Voice:
    """One stream's messages."""

    def __init__(self, stream: str, messages: MessageRepository) -> None:
        self._stream = stream
        self._descriptor = StreamDescriptor(name=stream)
        self._messages = messages
        self.states = 0

    def state(self, blob: Mapping[str, Any]) -> None:
        """A checkpoint: everything emitted before it is in it, and nothing that comes later.

        The message waits in a queue and is written by another thread while the stream reads on, so it takes what the blob holds now: one that still
        changed would say of records that they were shown before they are.
        """
        self.states += 1
        now = orjson.loads(orjson.dumps(blob))
        stream_state = AirbyteStreamState(stream_descriptor=self._descriptor, stream_state=AirbyteStateBlob(now))
        message = AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream_state)
        self._messages.emit_message(AirbyteMessage(type=Type.STATE, state=message))

    def estimate(self, rows: int) -> None:
        """How many records this stream will bring; platforms show progress by it."""
        estimate = AirbyteEstimateTraceMessage(name=self._stream, type=EstimateType.STREAM, row_estimate=rows)
        self._trace(AirbyteTraceMessage(type=TraceType.ESTIMATE, emitted_at=_now_ms(), estimate=estimate))

    def waiting(self, error: TransientError, seconds: float) -> None:
        """A wait before a call is repeated; under a limit the stream's status says so."""
        self.info(f"Waiting {seconds:.0f} s: {error}")
        if isinstance(error, RateLimited):
            reason = AirbyteStreamStatusReason(type=AirbyteStreamStatusReasonType.RATE_LIMITED)
            status = AirbyteStreamStatusTraceMessage(self._descriptor, AirbyteStreamStatus.RUNNING, [reason])
            self._trace(AirbyteTraceMessage(type=TraceType.STREAM_STATUS, emitted_at=_now_ms(), stream_status=status))

    def info(self, text: str) -> None:
        """A line of the log."""
        self._log(Level.INFO, text)

    def warn(self, text: str) -> None:
        """A line of the log that a person should read."""
        self._log(Level.WARN, text)

    def _log(self, level: Level, text: str) -> None:
        line = AirbyteLogMessage(level=level, message=filter_secrets(f"{self._stream}: {text}"))
        self._messages.emit_message(AirbyteMessage(type=Type.LOG, log=line))

    def _trace(self, trace: AirbyteTraceMessage) -> None:
        self._messages.emit_message(AirbyteMessage(type=Type.TRACE, trace=trace))


def _now_ms() -> float:
    return time.time() * 1000
