"""Airbyte messages out, one JSON line each, flushed at once; and the lines that come in."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, BinaryIO

import orjson

from mailsync import json_lines
from mailsync.errors import FailureType, MailsyncError

TYPES = frozenset({"RECORD", "STATE", "LOG", "TRACE", "SPEC", "CONNECTION_STATUS", "CATALOG", "CONTROL", "DESTINATION_CATALOG"})
# Airbyte's dataclasses have no such field yet, the protocol has: the platform reads it.
REJECTED_COUNT = "rejectedRecordCount"
_SHORTEST_SECRET = 6


class Output:
    """Where messages go. Texts are searched for known secrets before they are printed."""

    def __init__(self, stream: BinaryIO | IO[bytes]) -> None:
        self._stream = stream
        self._secrets: list[str] = []

    def hide(self, secret: str) -> None:
        """Never print this text."""
        if len(secret) >= _SHORTEST_SECRET and secret not in self._secrets:
            self._secrets.append(secret)

    def masked(self, text: str) -> str:
        """The text with every known secret starred out."""
        for secret in self._secrets:
            text = text.replace(secret, "****")
        return text

    def send(self, message: Mapping[str, Any]) -> None:
        """Print one message and flush: a state that sits in a buffer is a state not kept."""
        self._stream.write(json_lines.dumps(message) + b"\n")
        self._stream.flush()

    def log(self, text: str, level: str = "INFO") -> None:
        """A LOG message; one per line of text."""
        for line in self.masked(text).splitlines():
            self.send({"type": "LOG", "log": {"level": level, "message": line}})

    def spec(self, specification: Mapping[str, Any]) -> None:
        """The SPEC message."""
        self.send({"type": "SPEC", "spec": specification})

    def status(self, problem: str | None) -> None:
        """CONNECTION_STATUS: succeeded, or failed with what a person must do."""
        status = {"status": "SUCCEEDED"} if problem is None else {"status": "FAILED", "message": self.masked(problem)}
        self.send({"type": "CONNECTION_STATUS", "connectionStatus": status})

    def destination_catalog(self, operations: Sequence[Mapping[str, Any]]) -> None:
        """The DESTINATION_CATALOG message: what streams can be mapped to."""
        self.send({"type": "DESTINATION_CATALOG", "destination_catalog": {"operations": list(operations)}})

    def error(self, error: BaseException) -> None:
        """TRACE ERROR. An error that is not ours is a bug: its text may hold data, so only its kind is told."""
        ours = isinstance(error, MailsyncError)
        failure: FailureType = error.failure_type if isinstance(error, MailsyncError) else "system_error"
        text = str(error) if ours else f"This is a bug in the connector: {type(error).__name__} at {_place(error)}. Please report it."
        trace = {"message": self.masked(text), "internal_message": type(error).__name__, "failure_type": failure}
        self.send({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": time.time() * 1000, "error": trace}})

    def state(self, message: Mapping[str, Any], *, records: int, rejected: int) -> None:
        """A STATE as it came in, unknown fields too, with what became of the records before it."""
        stats = {"recordCount": float(records), REJECTED_COUNT: float(rejected)}
        self.send({**message, "state": {**message["state"], "destinationStats": stats}})


class NoMessage(MailsyncError):
    """A line of the input is no Airbyte message. Its content is never told: it may be a person's data."""


def messages(stream: BinaryIO | IO[bytes]) -> Iterator[dict[str, Any]]:
    """Each line as a raw object. Raises NoMessage."""
    for number, line in enumerate(stream, start=1):
        if not line.isspace():
            yield _message(line, number)


def _message(line: bytes, number: int) -> dict[str, Any]:
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = _hard_to_read(line)
    if rb"\u0000" in line and _is_message(message) and message["type"] == "RECORD":
        message = json_lines.storable(line, message)
    if not _is_message(message):
        raise NoMessage(f"Line {number} of the input ({len(line)} bytes) is no Airbyte message, so the sync stops. The source prints something else.")
    return message  # type: ignore[no-any-return]  # checked by _is_message


def _hard_to_read(line: bytes) -> Any:
    try:
        message = json_lines.loads(line)
    except (ValueError, RecursionError):
        return None
    return json_lines.storable(line, message) if isinstance(message, dict) and message.get("type") == "RECORD" else message


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or message.get("type") not in TYPES:
        return False
    if message["type"] == "RECORD":
        record = message.get("record")
        return isinstance(record, dict) and isinstance(record.get("stream"), str) and isinstance(record.get("data"), dict)
    return message["type"] != "STATE" or isinstance(message.get("state"), dict)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "an unknown place"
