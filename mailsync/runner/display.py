"""What a person sees: a live table on a terminal, plain dated lines in cron and in pipes."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from mailsync.runner.tally import StreamTally, Tally

PLAIN_EVERY_S = 30.0
LIVE_PER_SECOND = 4


class Display(Protocol):
    """Shows lines at any time, and a tally from `watch` on."""

    def say(self, who: str, level: str, text: str) -> None:
        """One line."""

    def watch(self, tally: Tally) -> None:
        """Show this tally until the end."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def display_for(*, quiet: bool) -> Display:
    """The live one where a person waits at a terminal."""
    console = Console(stderr=True)
    return LiveDisplay(console) if console.is_terminal and not quiet else PlainDisplay(quiet=quiet)


class PlainDisplay:
    """Lines on standard error; the counts every half minute. `quiet` leaves only warnings and errors."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._stop = threading.Event()
        self._ticker: threading.Thread | None = None

    def say(self, who: str, level: str, text: str) -> None:
        """One line with time and level."""
        if self._quiet and level in {"INFO", "DEBUG", "TRACE"}:
            return
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        print(f"{now} {level:5} {who + ': ' if who else ''}{text}", file=sys.stderr, flush=True)  # noqa: T201 - a command line's own output

    def watch(self, tally: Tally) -> None:
        """Start counting aloud."""
        self._ticker = threading.Thread(target=self._tick, args=(tally,), name="progress", daemon=True)
        self._ticker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        if self._ticker:
            self._ticker.join()

    def _tick(self, tally: Tally) -> None:
        started = time.monotonic()
        while not self._stop.wait(PLAIN_EVERY_S):
            elapsed = time.monotonic() - started
            for (_, name), counts in tally.items():
                self.say("", "INFO", f"{name}: {_sentence(counts, elapsed)}")


class LiveDisplay:
    """A table that is drawn anew four times a second, below the lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tally: Tally | None = None
        self._started = time.monotonic()
        self._live = Live(console=console, refresh_per_second=LIVE_PER_SECOND, get_renderable=self._table, transient=True)

    def say(self, who: str, level: str, text: str) -> None:
        """One line above the table."""
        style = {"ERROR": "bold red", "FATAL": "bold red", "WARN": "yellow", "WARNING": "yellow"}.get(level, "")
        self._console.print(f"{who + ': ' if who else ''}{text}", style=style, markup=False, highlight=False)

    def watch(self, tally: Tally) -> None:
        """Draw this tally."""
        self._tally, self._started = tally, time.monotonic()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2))
        elapsed = time.monotonic() - self._started
        for (_, name), counts in self._tally.items() if self._tally else ():
            table.add_row(name, _sentence(counts, elapsed))
        return table


def _sentence(counts: StreamTally, elapsed_s: float) -> str:
    rate = counts.read / elapsed_s if elapsed_s > 0 else 0.0
    parts = [f"{counts.read:,} read", f"{counts.settled:,} settled", f"{rate:,.0f}/s", counts.status.lower()]
    if counts.waiting:
        parts.append("waiting for the vendor's rate limit")
    return ", ".join(parts)
