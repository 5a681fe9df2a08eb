"""`source read | destination write`, with the host in the middle.

Records pass through as bytes: only their first characters are looked at. States get an id, as Airbyte's platform gives them, and only an echo that
carries it is an acknowledgement. Stream statuses pass through; a stream whose source died under it is told INCOMPLETE.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from mailsync import json_lines
from mailsync.runner.child import Child
from mailsync.runner.messages import Voice, descriptor, incomplete, parse, stream_status
from mailsync.runner.outcome import Problem
from mailsync.runner.tally import StreamId, Tally

RECORD = b'{"type":"RECORD","record":{"stream":"'
PATIENCE_AFTER_SIGNAL_S = 150.0
"""A destination asked to stop finishes the call in flight: connect and read time-outs together are 70 s, and a commit follows."""


class Pipe:
    """One run of two started children. `acknowledge(state)` is called, in another thread, for each state the destination gave back."""

    def __init__(
        self,
        source: Child,
        destination: Child,
        *,
        streams: Iterable[StreamId],
        voice: Voice,
        tally: Tally,
        acknowledge: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._source = source
        self._destination = destination
        self._voice = voice
        self._tally = tally
        self._acknowledge = acknowledge
        # The stream's name as the fast path meets it: its JSON text without the quotes.
        self._fast = {orjson.dumps(name)[1:-1]: tally[namespace, name] for namespace, name in streams if namespace is None}
        self._pending: dict[int, StreamId | None] = {}
        self._last_id = 0
        self._broken = False
        self._interrupted = threading.Event()

    @property
    def unacknowledged(self) -> int:
        """States the destination has not given back."""
        return len(self._pending)

    def run(self) -> None:
        """Both to their ends. Problems go to the voice; nothing is raised for what the connectors do."""
        listener = threading.Thread(target=self._listen, name="destination-stdout", daemon=True)
        listener.start()
        self._forward()
        self._end_source()
        self._close_destination()
        listener.join()
        self._end_destination()

    def interrupt(self) -> None:
        """From a signal handler: ask both to stop; the second time, end them."""
        if self._interrupted.is_set():
            self._kill()
            return
        self._interrupted.set()
        self._source.ask_to_stop()
        self._destination.ask_to_stop()
        watchdog = threading.Timer(PATIENCE_AFTER_SIGNAL_S, self._kill)
        watchdog.daemon = True
        watchdog.start()

    def _kill(self) -> None:
        self._source.kill()
        self._destination.kill()

    def _forward(self) -> None:
        start, fast = len(RECORD), self._fast
        try:
            write = self._destination.stdin.write
            for line in self._source.stdout:
                if line.startswith(RECORD) and line.endswith(b"\n"):
                    counts = fast.get(line[start : line.find(b'"', start)])
                    if counts is not None:
                        counts.read += 1
                        write(line)
                        continue
                self._forward_other(line)
        except BrokenPipeError:
            self._broken = True  # the destination ended first: what it says decides
            self._source.ask_to_stop()
            self._drain_source()

    def _drain_source(self) -> None:
        """Hear what a source that was stopped still has to say, so that it can end."""
        for line in self._source.stdout:
            if not line.startswith(RECORD):
                self._voice.hear(self._source.name, line)

    def _forward_other(self, line: bytes) -> None:
        message = self._voice.hear(self._source.name, line)
        if message is None:
            self._stray(line)
            return
        kind = message["type"]
        if kind == "RECORD":
            record = message.get("record") or {}
            self._tally[record.get("namespace"), str(record.get("stream"))].read += 1
            self._destination.stdin.write(line if line.endswith(b"\n") else line + b"\n")
        elif kind == "STATE":
            self._forward_state(message.get("state") or {})
        elif (status := stream_status(message)) is not None:
            self._note_status(*status)
            self._destination.stdin.write(line)
            self._destination.stdin.flush()
        elif kind == "TRACE" and (message.get("trace") or {}).get("type") == "ESTIMATE":
            self._destination.stdin.write(line)

    def _forward_state(self, state: dict[str, Any]) -> None:
        self._last_id += 1
        stream = descriptor(state["stream"]) if "stream" in state else None
        self._pending[self._last_id] = stream
        self._destination.stdin.write(json_lines.dumps({"type": "STATE", "state": state | {"id": self._last_id}}) + b"\n")
        self._destination.stdin.flush()

    def _note_status(self, stream: StreamId, status: str, reason: Mapping[str, Any]) -> None:
        counts = self._tally[stream]
        counts.status = status
        counts.waiting = reason.get("type") == "RATE_LIMITED"

    def _stray(self, line: bytes) -> None:
        """A line of the source that is no message. One that looks like JSON may have been a record, so the run must not succeed."""
        self._source.unshown_lines += 1
        if line.startswith(b"{") and not self._interrupted.is_set():
            text = f"a line of {len(line)} bytes begins like a message and is none; a record may be lost, so the run fails (content not shown)."
            self._voice.report(Problem(self._source.name, "system_error", text))

    def _end_source(self) -> None:
        code = self._source.wait()
        if code and not self._broken and not self._interrupted.is_set() and not self._voice.problems_of(self._source.name):
            self._voice.report(self._source.silence(code))
        if code and not self._broken:
            self._tell_incomplete()

    def _tell_incomplete(self) -> None:
        for stream, counts in self._tally.items():
            if counts.status not in {"COMPLETE", "INCOMPLETE"}:
                counts.status = "INCOMPLETE"
                try:
                    self._destination.stdin.write(incomplete(stream, time.time() * 1000))
                except BrokenPipeError:
                    self._broken = True
                    return

    def _close_destination(self) -> None:
        try:
            self._destination.stdin.close()
        except BrokenPipeError:
            self._broken = True

    def _end_destination(self) -> None:
        code = self._destination.wait()
        if code and not self._interrupted.is_set() and not self._voice.problems_of(self._destination.name):
            self._voice.report(self._destination.silence(code))
        elif self._broken and not code and not self._interrupted.is_set():
            text = "it ended before all records were handed over, and said that all was well."
            self._voice.report(Problem(self._destination.name, "system_error", text))

    def _listen(self) -> None:
        for line in self._destination.stdout:
            message = parse(line) if line.startswith(b'{"type":"STATE"') else self._voice.hear(self._destination.name, line)
            if message is None:
                self._destination.unshown_lines += 1
            elif message["type"] == "STATE":
                self._echo(message.get("state") or {})

    def _echo(self, state: dict[str, Any]) -> None:
        identity = state.get("id")
        if not isinstance(identity, int) or identity not in self._pending:
            text = "it gave back a state without the id it was stamped with (or twice): that acknowledges nothing, and Airbyte would fail here."
            self._voice.report(Problem(self._destination.name, "system_error", text))
            return
        stream = self._pending.pop(identity)
        if stream is not None:
            self._tally[stream].settle(state.get("sourceStats") or {}, state.get("destinationStats") or {})
        self._acknowledge(state)
