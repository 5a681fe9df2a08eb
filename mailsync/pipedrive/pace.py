"""Staying below the two-second burst, and knowing what the day's budget has left (docs/systems/pipedrive.md#limits).

The vendor counts the calls of a token in any two seconds, and does not say how many are allowed before it has answered once: the smallest plan's
limit is assumed until then. Searches have a limit of their own. Thread-safe; one for each process and token.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from mailsync.clock import Clock

WINDOW_S = 2.0
# Two calls sent two seconds apart may reach the vendor a little closer.
MARGIN_S = 0.05
# A call reaches the vendor before its answer is here, and within this time where the answer takes longer.
ARRIVAL_S = 1.0
LOOK_S = 0.02  # while what is waited for is an answer, which may come at any moment
SHARE = 0.95
SMALLEST_BURST = 20
SEARCHES = 10


@dataclass(frozen=True, slots=True)
class Left:
    """The day's budget as the vendor last told it: the balance before that call. None where it does not tell."""

    limit: int | None
    remaining: int | None


@dataclass(slots=True)
class Call:
    """One call on its way: when it was sent, and by when it had certainly reached the vendor."""

    sent: float
    arrived: float


class Pace:
    """Asked before each call, told of each answer.

    Two rules. Of the calls sent in any window our share is never exceeded. And however unevenly calls travel, so many may never be
    in one of the vendor's windows that one of ours is refused: a call counts from its answer on, since it may have arrived as late as that.
    """

    def __init__(self, clock: Clock, *, share: float = SHARE) -> None:
        """`share` of each window is ours, and never its last call."""
        self._clock = clock
        self._share = share
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._travelled: list[Call] = []
        self._searches: deque[float] = deque()
        self._burst = SMALLEST_BURST
        self._held_until = 0.0
        self.calls = 0
        self.tokens = 0
        self.waited_s = 0.0
        self.left = Left(None, None)

    def enter(self, price: int, *, search: bool = False) -> Call:
        """Wait until one more call may be made, and count it."""
        while True:
            with self._lock:
                now = self._clock.now()
                pause = self._pause(now, search=search)
                if pause <= 0:
                    return self._count(now, price, search=search)
            self.waited_s += pause
            self._clock.sleep(pause)

    def _pause(self, now: float, *, search: bool) -> float:
        """Seconds to wait before looking again; 0 where there is room."""
        if self._held_until > now:
            return min(self._held_until - now, WINDOW_S)
        pause = _full(self._calls, self._allowed(self._burst), now)
        if search:
            pause = max(pause, _full(self._searches, self._allowed(SEARCHES), now))
        return max(pause, self._crowded(now))

    def _crowded(self, now: float) -> float:
        """Seconds until the vendor's window has room for certain."""
        held = self._travelled = [call for call in self._travelled if call.arrived > now - WINDOW_S]
        if len(held) < self._burst:
            return 0.0
        first = min(call.arrived for call in held)
        return LOOK_S if first > now else first + WINDOW_S - now

    def _count(self, now: float, price: int, *, search: bool) -> Call:
        self._calls.append(now)
        if search:
            self._searches.append(now)
        self.calls += 1
        self.tokens += price
        call = Call(now, now + ARRIVAL_S)
        self._travelled.append(call)
        return call

    def _allowed(self, limit: int) -> int:
        return max(1, min(limit - 1, int(limit * self._share)))

    def answered(self, call: Call) -> None:
        """Its answer is here, of whatever kind."""
        call.arrived = min(call.arrived, max(call.sent, self._clock.now()))

    def told(self, headers: Mapping[str, str], *, search: bool = False) -> None:
        """The headers of an answer: the burst limit, what others used of it, the day's budget. Those of a search may tell its own, smaller limit."""
        with self._lock:
            burst, remaining, reset = (_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
            if burst and not search:
                self._burst = burst
            now = self._clock.now()
            if remaining == 0 and burst and not self._filled_by_us(burst, now):
                self._held_until = now + min(float(reset or WINDOW_S), WINDOW_S)
            limit, left = (_number(headers.get(f"x-daily-ratelimit-token-{name}")) for name in ("limit", "remaining"))
            if left is not None:
                self.left = Left(limit, left)

    def _filled_by_us(self, burst: int, now: float) -> bool:
        return sum(call.arrived > now - WINDOW_S for call in self._travelled) >= burst - 1

    def affords(self, tokens: int, *, share: float = 0.9) -> bool:
        """Whether the day's budget holds so many tokens more and leaves others a part; True where the vendor does not tell."""
        limit, remaining = self.left.limit, self.left.remaining
        return remaining is None or tokens <= remaining - (limit or 0) * (1 - share)

    def __str__(self) -> str:
        left = self.left
        told = f", {left.remaining} of {left.limit} left today" if left.remaining is not None and left.limit else ""
        return f"{self.calls} calls, about {self.tokens} tokens{told}"


def _full(times: deque[float], allowed: int, now: float) -> float:
    """Seconds until a window has room."""
    while times and (times[0] <= now - WINDOW_S - MARGIN_S or times[0] > now + WINDOW_S):  # the clock may have been corrected backwards
        times.popleft()
    return times[-allowed] + WINDOW_S + MARGIN_S - now if len(times) >= allowed else 0.0


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
