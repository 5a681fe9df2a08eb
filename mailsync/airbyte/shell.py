"""The loop of a destination's `write`: messages in, records to the rules, states back once they are settled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from mailsync.airbyte.messages import NoMessage, Output
from mailsync.airbyte.states import state_digest, state_of
from mailsync.membership.told import Settled

COMPLETE, INCOMPLETE = "COMPLETE", "INCOMPLETE"
PROGRESS_EVERY = 10_000


class Reader(Protocol):
    """Reads one stream's records."""

    def read(self, data: Mapping[str, Any], /) -> Any:
        """What the rules are told of a record; None where its primary key has no value."""


class Rules(Protocol):
    """A run of the rules, as far as the loop needs it."""

    def record(self, message: Any, /) -> None:
        """Take one in."""

    def state(self, stream: str | None, state_hash: bytes, *, is_empty: bool, echoes_given: bool = True) -> Settled:
        """When it returns, every record before it is safe in the committed ledger."""

    def complete(self, stream: str) -> None:
        """The stream was read to its end."""

    def incomplete(self, stream: str) -> None:
        """It was not."""


def _nobody(_stream: str, _records: int) -> None:
    """Estimates are not wanted."""


def _never(_stream: str | None) -> Settled:
    """Every fate is final at once."""
    return Settled(0, 0)


class Shell:
    """One run. Holds no record longer than it takes to read it."""

    def __init__(
        self,
        run: Rules,
        readers: Mapping[str, Reader],
        output: Output,
        *,
        ours: Collection[str],
        echo: bool = True,
        announce: Callable[[str, int], None] = _nobody,
        late: Callable[[str | None], Settled] = _never,
    ) -> None:
        """`ours`: streams of a source that emits the state it was given as its first STATE, so that a wrong ledger is noticed.

        `echo`: give states back; a dry run keeps nothing, so it acknowledges nothing. `announce` is told how many records the source
        expects to send of a stream, where it says so. `late` tells what became of records before the last STATE of a stream since that was taken.
        """
        self._run = run
        self._ours = ours
        self._echo = echo
        self._announce = announce
        self._readers = readers
        self._output = output
        self._late = late
        self._kept: dict[str | None, tuple[Mapping[str, Any], Settled]] = {}  # the last STATE of a stream, whose records wait for their fates
        self._records = 0

    def take(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Everything up to the end of the input."""
        for message in messages:
            kind = message["type"]
            if kind == "RECORD":
                self._record(message["record"])
            elif kind == "STATE":
                self._state(message)
            elif kind == "TRACE":
                self._trace(message.get("trace") or {})

    def _record(self, record: Mapping[str, Any]) -> None:
        reader = self._readers.get(record["stream"])
        if reader is None:
            raise NoMessage(f"The input holds records of stream {record['stream']!r}, which is not in the configured catalog.")
        self._give_back(record["stream"])
        claim = reader.read(record["data"])
        if claim is None:
            raise NoMessage(f"A record of stream {record['stream']} has no value in its primary key, so nobody can be recognised by it.")
        self._run.record(claim)
        self._records += 1
        if self._records % PROGRESS_EVERY == 0:
            self._output.log(f"{self._records} records taken in.")

    def _state(self, message: Mapping[str, Any]) -> None:
        stream, content = state_of(message["state"])
        if stream is not None and stream not in self._readers:
            raise NoMessage(f"The input holds a state of stream {stream!r}, which is not in the configured catalog.")
        self._give_back(stream)
        settled = self._run.state(stream, state_digest(content), is_empty=not content, echoes_given=stream in self._ours)
        self._kept[stream] = (message, settled)
        if settled.final:
            self._give_back(stream)

    def finish(self) -> None:
        """The run came to its end: no fate changes any more."""
        self._look_again(is_over=True)

    def _look_again(self, *, is_over: bool = False) -> None:
        """A stream ended, and with it fates may have become final."""
        for stream, (message, settled) in list(self._kept.items()):
            late = self._late(stream)
            self._kept[stream] = (message, Settled(settled.records, settled.rejected + late.rejected))
            if late.final or is_over:
                self._give_back(stream)

    def _give_back(self, stream: str | None) -> None:
        """The stream's last STATE, where it was kept; one of all streams goes with any of them."""
        for key in {stream, None} & self._kept.keys():
            message, settled = self._kept.pop(key)
            if self._echo:
                self._output.state(message, records=settled.records, rejected=settled.rejected)

    def _estimate(self, told: Mapping[str, Any]) -> None:
        name, rows = told.get("name"), told.get("row_estimate")
        if told.get("type") == "STREAM" and name in self._readers and isinstance(rows, int) and rows > 0:
            self._announce(str(name), rows)

    def _trace(self, trace: Mapping[str, Any]) -> None:
        if trace.get("type") == "ESTIMATE":
            self._estimate(trace.get("estimate") or {})
        if trace.get("type") != "STREAM_STATUS":
            return
        told = trace.get("stream_status") or {}
        name, status = (told.get("stream_descriptor") or {}).get("name"), told.get("status")
        if not isinstance(name, str) or name not in self._readers:
            return
        if status == COMPLETE:
            self._run.complete(name)
        elif status == INCOMPLETE:
            self._run.incomplete(name)
        self._look_again()
