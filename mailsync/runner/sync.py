"""One run of a connection: discover, configure, pipe, keep what was acknowledged."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mailsync.errors import MailsyncError
from mailsync.runner.catalog import ConfiguredStream, Refresh, begin_generations, configured_catalog, end_generation
from mailsync.runner.child import Child
from mailsync.runner.connection import Connection
from mailsync.runner.display import Display
from mailsync.runner.messages import Voice
from mailsync.runner.outcome import Problem, Result, exit_code
from mailsync.runner.pipe import Pipe
from mailsync.runner.preparation import DryRun, Prepared, prepared
from mailsync.runner.state_file import StateFile, locked
from mailsync.runner.tally import Tally

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def sync(connection: Connection, *, refresh: Refresh, display: Display, verbose: bool = False, dry_run: DryRun | None = None) -> Result:
    """Run the connection once. Raises MailsyncError for what is found before anything was started; the rest is in the result.

    `dry_run`: the destination tells what it would do and does nothing, and the state file stays as it is.
    """
    started = time.monotonic()
    voice = Voice(display.say, quiet=frozenset({Path(connection.source.command).name}), verbose=verbose)
    with locked(connection.state) as lock, prepared(connection, voice) as ready:
        if dry_run is not None:
            ready.rehearse(dry_run)
        state = StateFile(connection.state, time.monotonic, keep=dry_run is None)
        display.say("", "INFO", f"{connection.name}: asking both connectors.")
        streams = ready.streams()
        if streams is None:
            return Result(exit_code(voice.problems()), time.monotonic() - started, {}, tuple(voice.problems()))
        return _Run(ready, streams, state, lock, display).go(refresh, started)


class _Run:
    """Strictly private: the part of a run that moves data."""

    def __init__(self, ready: Prepared, streams: tuple[ConfiguredStream, ...], state: StateFile, lock: int, display: Display) -> None:
        self._ready = ready
        self._streams = streams
        self._state = state
        self._lock = lock
        self._display = display
        self._tally = Tally(stream.id for stream in streams)
        self._signal: int | None = None
        self._pipe: Pipe | None = None

    def go(self, refresh: Refresh, started: float) -> Result:
        begin_generations(self._streams, self._state, refresh)
        sync_id = self._state.next_sync()
        self._state.save()  # before anything starts: a number is never given twice
        with _forwarding(SIGNALS, self._interrupt):
            self._display.watch(self._tally)
            pipe = self._pipe = self._start(sync_id)
            if self._signal is not None:  # it came while they were starting
                pipe.interrupt()
            pipe.run()
        problems = tuple(self._ready.voice.problems())
        self._finish(pipe, problems)
        return Result(
            exit_code(problems, signal_number=self._signal),
            time.monotonic() - started,
            {name: counts for (_, name), counts in self._tally.items()},
            problems,
            pipe.unacknowledged,
            self._signal,
        )

    def _start(self, sync_id: int) -> Pipe:
        ready, folder = self._ready, self._ready.connection.folder
        catalog = ready.workspace.file("catalog.json", configured_catalog(self._streams, self._state, sync_id))
        state = ready.workspace.file("state.json", self._state.for_source([stream.id for stream in self._streams]))
        keep = (self._lock,)
        destination = Child(ready.destination_name, ready.write_arguments(catalog), cwd=folder, stdin=True, keep_open=keep)
        try:
            source = Child(ready.source_name, ready.read_arguments(catalog, state), cwd=folder, stdin=False, keep_open=keep)
        except MailsyncError:
            destination.kill()
            raise
        return Pipe(
            source,
            destination,
            streams=[stream.id for stream in self._streams],
            voice=ready.voice,
            tally=self._tally,
            acknowledge=self._state.acknowledge,
        )

    def _interrupt(self, number: int) -> None:
        again = self._signal is not None
        self._signal = self._signal or number
        self._display.say("", "WARN", "ending both connectors now." if again else "asked to stop: both connectors finish what is in flight.")
        if self._pipe is not None:
            self._pipe.interrupt()

    def _finish(self, pipe: Pipe, problems: tuple[Problem, ...]) -> None:
        destination_failed = any(problem.who == self._ready.destination_name for problem in problems)
        for stream in self._streams:
            if self._tally[stream.id].status == "COMPLETE" and not pipe.unacknowledged and not destination_failed and self._signal is None:
                end_generation(stream.id, self._state)
        self._state.save()
        if pipe.unacknowledged and not self._ready.rehearses:
            self._display.say("", "WARN", f"{pipe.unacknowledged} checkpoints were not acknowledged: the next run repeats what lies behind them.")


@contextmanager
def _forwarding(signals: tuple[signal.Signals, ...], to: Callable[[int], None]) -> Iterator[None]:
    """Handle these signals by `to` while the body runs."""

    def handle(number: int, _frame: FrameType | None) -> None:
        to(number)

    before = {number: signal.signal(number, handle) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
