"""Stops a row of writes whose answers nobody can use, before the row grows long."""

from __future__ import annotations

from mailsync.clock import Clock
from mailsync.errors import RateLimited

UNUSABLE_IN_A_ROW = 2


class Breaker:
    """One per client. Methods are known by name."""

    def __init__(self, label: str, clock: Clock) -> None:
        self._label = label
        self._clock = clock
        self._unusable: dict[str, int] = {}
        self._closed_until: dict[str, float] = {}

    def before(self, method: str) -> None:
        """Raises RateLimited while the method is left alone."""
        remaining = self._closed_until.get(method, 0.0) - self._clock.now()
        if remaining > 0:
            raise RateLimited(
                f"{self._label} gave {UNUSABLE_IN_A_ROW} writes in a row of {method} no usable answer; it is left alone for a while.",
                retry_after=remaining,
            )

    def unusable(self, method: str, pause_s: float) -> None:
        """A write without an answer: the second in a row closes the method for `pause_s`."""
        count = self._unusable.get(method, 0) + 1
        self._unusable[method] = count % UNUSABLE_IN_A_ROW
        if count >= UNUSABLE_IN_A_ROW:
            self._closed_until[method] = self._clock.now() + pause_s

    def answered(self, method: str) -> None:
        """A usable answer opens the method."""
        self._unusable[method] = 0
