"""SIGTERM: finish the call in flight, commit, leave."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import TypeVar

from mailsync.clock import SystemClock
from mailsync.membership.told import Stopped

T = TypeVar("T")
LONGEST_DEAFNESS_S = 1.0


class Stopping:
    """Remembers that a stop was asked for. While input is awaited nothing is in flight, so there the stop comes at once."""

    def __init__(self) -> None:
        self._asked = False
        self._idle = False
        self._on_stop: Callable[[], None] = lambda: None

    def on_stop(self, act: Callable[[], None]) -> None:
        """Tell this one as well. It must be fit for a signal handler."""
        self._on_stop = act

    def listen(self) -> None:
        """Take over SIGTERM and SIGINT. Another thread than the main one hears no signal, so there nothing is taken over."""
        if threading.current_thread() is not threading.main_thread():
            return
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def check(self) -> None:
        """Raise Stopped if a stop was asked for: called between calls, never inside one."""
        if self._asked:
            raise Stopped("Stopped on request (SIGTERM). Nothing is lost: run the sync again.")

    def awaited(self, items: Iterable[T]) -> Iterator[T]:
        """The items; a stop asked for while waiting for the next one is raised here."""
        iterator = iter(items)
        while True:
            self._idle = True
            try:
                self.check()
                item = next(iterator)
            except StopIteration:
                self.check()
                return
            finally:
                self._idle = False
            yield item

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        self._on_stop()
        if self._idle:
            self.check()


class StoppableClock(SystemClock):
    """The machine's clock; a long wait ends, by raising Stopped, within a second of a stop."""

    def __init__(self, scale: float, stopping: Stopping) -> None:
        super().__init__(scale)
        self._stopping = stopping

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock. Raises Stopped."""
        left = seconds
        while left > 0:
            self._stopping.check()
            step = min(left, LONGEST_DEAFNESS_S * self.scale)
            super().sleep(step)
            left -= step
