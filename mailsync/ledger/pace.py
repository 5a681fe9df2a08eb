"""How long so many calls take under several sliding windows at once, at the fastest legal pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

Bursts = Sequence[tuple[float, int]]
"""(seconds ago, calls), the oldest first"""


def seconds_needed(calls: int, windows: Iterable[tuple[float, int]], made: Mapping[float, Bursts] | None = None) -> float:
    """Seconds until the last of so many calls may be made.

    `windows`: (seconds, calls allowed in them); `made`: window → what was called in it already. Calls go out in bursts as large as every window
    allows, so the answer is exact for a caller who needs no time for a call.
    """
    meters = [_Meter(seconds, allowed, (made or {}).get(seconds, ())) for seconds, allowed in windows]
    now, left = 0.0, calls
    while left > 0 and meters:
        now = max(meter.free_at(now) for meter in meters)
        burst = min(left, *(meter.free(now) for meter in meters))
        for meter in meters:
            meter.call(now, burst)
        left -= burst
    return now


class _Meter:
    """One window."""

    def __init__(self, seconds: float, allowed: int, made: Bursts) -> None:
        self._seconds = seconds
        self._allowed = allowed
        self._bursts = deque((-ago, calls) for ago, calls in made)
        self._used = sum(calls for _, calls in self._bursts)

    def free(self, now: float) -> int:
        """Calls allowed now."""
        while self._bursts and self._bursts[0][0] + self._seconds <= now:
            self._used -= self._bursts.popleft()[1]
        return self._allowed - self._used

    def free_at(self, now: float) -> float:
        """The earliest moment from now on at which a call is allowed."""
        if self.free(now) > 0:
            return now
        used = self._used
        for at, calls in self._bursts:
            used -= calls
            if used < self._allowed:
                return at + self._seconds
        return now

    def call(self, now: float, calls: int) -> None:
        """Count a burst."""
        self._bursts.append((now, calls))
        self._used += calls
