"""What connectors say besides records and states: log lines, errors, estimates, stream statuses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson

from mailsync import json_lines
from mailsync.errors import FailureType
from mailsync.runner.outcome import Problem, printable

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL")
_FAILURES: dict[str, FailureType] = {
    "config_error": "config_error",
    "transient_error": "transient_error",
    "system_error": "system_error",
}
# The CDK closes a read in which streams failed with this summary, classed as a configuration error whatever the streams' own errors were.
_CDK_SUMMARY = "Concurrent read failure"


class Voice:
    """Hears both connectors (from two threads), keeps their problems, passes log lines on.

    `say(who, level, text)` gets what is worth showing. `quiet` names connectors whose INFO lines are not.
    """

    def __init__(self, say: Callable[[str, str, str], None], *, quiet: frozenset[str] = frozenset(), verbose: bool = False) -> None:
        self._say = say
        self._quiet = quiet
        self._verbose = verbose
        self._lock = threading.Lock()
        self._problems: list[Problem] = []

    def hear(self, who: str, line: bytes) -> dict[str, Any] | None:
        """The parsed message; None for a line that is no Airbyte message. Log lines and errors are dealt with here."""
        message = parse(line)
        if message is None:
            return None
        if message["type"] == "LOG":
            self._log(who, message.get("log") or {})
        elif message["type"] == "TRACE" and (message.get("trace") or {}).get("type") == "ERROR":
            self._error(who, message["trace"].get("error") or {})
        return message

    def report(self, problem: Problem) -> None:
        """Keep a problem and show it at once."""
        with self._lock:
            if problem in self._problems:
                return
            self._problems.append(problem)
        self._say("", "ERROR", str(problem))

    def problems(self) -> list[Problem]:
        """All so far."""
        with self._lock:
            return list(self._problems)

    def problems_of(self, who: str) -> list[Problem]:
        """Those of one connector."""
        return [problem for problem in self.problems() if problem.who == who]

    def _log(self, who: str, log: dict[str, Any]) -> None:
        level = str(log.get("level", "INFO"))
        if self._verbose or level in LEVELS[3:] or (level == "INFO" and who not in self._quiet):
            self._say(who, level, printable(str(log.get("message", ""))))

    def _error(self, who: str, error: dict[str, Any]) -> None:
        if error.get("internal_message") == _CDK_SUMMARY and self.problems_of(who):
            return
        stream = (error.get("stream_descriptor") or {}).get("name")
        kind = _FAILURES.get(str(error.get("failure_type")), "system_error")
        self.report(Problem(who, kind, str(error.get("message") or "failed without a message"), stream))


def parse(line: bytes) -> dict[str, Any] | None:
    """One line as an Airbyte message, None where it is none."""
    try:
        message = json_lines.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and isinstance(message.get("type"), str) else None


def stream_status(message: dict[str, Any]) -> tuple[tuple[str | None, str], str, dict[str, Any]] | None:
    """((namespace, stream), status, reason) of a stream status, None for any other message."""
    trace = message.get("trace") or {}
    if message["type"] != "TRACE" or trace.get("type") != "STREAM_STATUS":
        return None
    status = trace.get("stream_status") or {}
    reasons = status.get("reasons") or [{}]
    return descriptor(status), str(status.get("status")), reasons[0]


def descriptor(holder: dict[str, Any]) -> tuple[str | None, str]:
    """(namespace, name) out of whatever carries a `stream_descriptor`."""
    named = holder.get("stream_descriptor") or {}
    return named.get("namespace"), str(named.get("name"))


def incomplete(stream: tuple[str | None, str], emitted_at_ms: float) -> bytes:
    """The status a host sends for a stream whose source died under it."""
    namespace, name = stream
    named = {"name": name} | ({"namespace": namespace} if namespace else {})
    status = {"stream_descriptor": named, "status": "INCOMPLETE"}
    return orjson.dumps({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": emitted_at_ms, "stream_status": status}}) + b"\n"
