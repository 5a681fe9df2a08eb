"""Calls of all streams of this process, reserved before they are made: in the forward sync's ledger where one is configured, else in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from mailsync.clock import Clock
from mailsync.errors import RateLimited, TransientError
from mailsync.ledger.budget import LONGEST_NAP_S, Budget
from mailsync.ledger.engine import Ledger
from mailsync.membership.tool import Window

Waiting = Callable[[TransientError, float], None]


class SharedBudget:
    """Thread-safe: the ledger is used by one thread at a time, and nobody waits while holding it."""

    def __init__(self, ledger: Ledger, account: str, limits: Mapping[str, tuple[Window, ...]], *, share: float, clock: Clock) -> None:
        """`share` of each window is ours."""
        self._ledger = ledger
        self._budget = Budget(ledger, account, limits, share=share, clock=clock)
        self._clock = clock
        self._lock = threading.Lock()

    def reserve(self, endpoint: str, on_wait: Waiting | None = None) -> None:
        """Wait until one more call is allowed, and reserve it. Raises BudgetSpent where a day's share is used up."""
        while True:
            with self._lock, self._ledger.begin() as connection:
                wait = self._budget.try_reserve(connection, endpoint)
            if wait is None:
                return
            if on_wait:
                on_wait(RateLimited(f"Our share of the calls of {endpoint} is used up for now."), wait)
            self._clock.sleep(min(wait, LONGEST_NAP_S))

    def locked(self, endpoint: str, seconds: float) -> None:
        """The vendor locked this method, by whoever's calls: all streams, and all syncs on the same ledger, keep still."""
        with self._lock:
            self._budget.locked(endpoint, seconds)

    def spent(self) -> Mapping[str, int]:
        """Calls by endpoint so far in this process."""
        return dict(self._budget.spent)

    def seconds_for(self, calls: int, endpoint: str) -> float:
        """How long so many calls take at the pace that the endpoint's windows allow."""
        with self._lock:
            return self._budget.seconds_for(calls, endpoint)
