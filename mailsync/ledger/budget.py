"""Calls are reserved in the ledger before they are made, so that all syncs on one account together stay below the vendor's windows.

Each documented window is counted in 240 buckets of its own. A bucket counts until its *end* has left the window, so we may wait up to 1/240 of a
window too long and never call too early.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.clock import Clock
from mailsync.errors import TransientError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import lock, reservation
from mailsync.membership.tool import Window

BUCKETS = 240
DAY_S = 86_400.0
LONGEST_NAP_S = 60.0


class BudgetSpent(TransientError):
    """A day's share of an endpoint is used up: not an error, a reason to postpone. `free_in` seconds until a call is allowed again."""

    def __init__(self, endpoint: str, free_in: float) -> None:
        super().__init__(f"The day's share of {endpoint} is used up; the next call is allowed in {free_in / 3600:.1f} h.")
        self.endpoint = endpoint
        self.free_in = free_in


@dataclass(frozen=True, slots=True)
class Use:
    """One window of one endpoint: calls reserved in it now, and our share of it."""

    endpoint: str
    window_s: float
    used: int
    allowed: int


class Budget:
    """The reservations of one account."""

    def __init__(
        self,
        ledger: Ledger,
        account: str,
        limits: Mapping[str, tuple[Window, ...]],
        *,
        share: float,
        clock: Clock,
        on_wait: Callable[[str, float], None] = lambda _endpoint, _seconds: None,
    ) -> None:
        """`share` of each window is ours, and never its last call. `on_wait(endpoint, seconds)` is told before a wait."""
        self._ledger = ledger
        self._account = account
        self._windows = {endpoint: tuple((w.seconds, _share(w.calls, share)) for w in windows) for endpoint, windows in limits.items()}
        self._clock = clock
        self._on_wait = on_wait
        self.spent: dict[str, int] = {}
        self._prepaid: str | None = None

    def prepaid(self, endpoint: str | None) -> None:
        """The next `reserve` of this endpoint was made already, together with the intent of the call. None: take that back."""
        self._prepaid = endpoint

    def reserve(self, endpoint: str) -> None:
        """Wait until one more call is allowed, and reserve it. Raises BudgetSpent where a day's share is used up."""
        if self._prepaid == endpoint:
            self._prepaid = None
            return
        while True:
            with self._ledger.begin() as connection:
                wait = self.try_reserve(connection, endpoint)
            if wait is None:
                return
            self.wait(endpoint, wait)

    def try_reserve(self, connection: sa.Connection, endpoint: str) -> float | None:
        """Reserve inside the caller's transaction. None: done. Else seconds to wait. Raises BudgetSpent for a day's window."""
        now = self._clock.now()
        locked = connection.execute(
            sa.select(lock.c.until).where(lock.c.account == self._account, lock.c.endpoint == endpoint, lock.c.until > now)
        ).scalar()
        if locked is not None:
            return float(locked) - now
        for seconds, allowed in self._windows.get(endpoint, ()):
            wait = self._wait_in(connection, endpoint, seconds, allowed, now)
            if wait is not None and seconds >= DAY_S:
                raise BudgetSpent(endpoint, wait)
            if wait is not None:
                return wait
        self._count(connection, endpoint, now)
        return None

    def wait(self, endpoint: str, seconds: float) -> None:
        """Sleep so long, in naps: the clock may be corrected meanwhile."""
        self._on_wait(endpoint, seconds)
        self._clock.sleep(min(seconds, LONGEST_NAP_S))

    def locked(self, endpoint: str, seconds: float) -> None:
        """The vendor locked this endpoint, by whoever's calls: all syncs of the account keep still."""
        with self._ledger.begin() as connection:
            values = {"account": self._account, "endpoint": endpoint, "until": self._clock.now() + seconds}
            connection.execute(self._ledger.upsert(lock), values)

    def uses(self) -> list[Use]:
        """Every window in which something was reserved."""
        now, found = self._clock.now(), []
        with self._ledger.begin() as connection:
            for endpoint, windows in self._windows.items():
                for seconds, allowed in windows:
                    used = self._used(connection, endpoint, seconds, now)
                    if used:
                        found.append(Use(endpoint, seconds, used, allowed))
        return found

    def seconds_for(self, calls: int, endpoint: str) -> float:
        """How long so many calls take at the pace that every window of the endpoint allows."""
        return max((calls / allowed * seconds for seconds, allowed in self._windows.get(endpoint, ()) if calls > allowed), default=0.0)

    def _wait_in(self, connection: sa.Connection, endpoint: str, seconds: float, allowed: int, now: float) -> float | None:
        if self._used(connection, endpoint, seconds, now) < allowed:
            return None
        width = seconds / BUCKETS
        oldest = connection.execute(sa.select(sa.func.min(reservation.c.bucket)).where(self._mine(endpoint, seconds, now))).scalar_one()
        return float((int(oldest) + 1) * width + seconds - now) + 0.001

    def _used(self, connection: sa.Connection, endpoint: str, seconds: float, now: float) -> int:
        total = connection.execute(sa.select(sa.func.sum(reservation.c.calls)).where(self._mine(endpoint, seconds, now))).scalar()
        return int(total or 0)

    def _mine(self, endpoint: str, seconds: float, now: float) -> sa.ColumnElement[bool]:
        first = math.floor((now - seconds) / (seconds / BUCKETS))
        c = reservation.c
        return sa.and_(c.account == self._account, c.endpoint == endpoint, c.window_s == seconds, c.bucket >= first)

    def _count(self, connection: sa.Connection, endpoint: str, now: float) -> None:
        self.spent[endpoint] = self.spent.get(endpoint, 0) + 1
        for seconds, _ in self._windows.get(endpoint, ()):
            self._count_in(connection, endpoint, seconds, math.floor(now / (seconds / BUCKETS)))

    def _count_in(self, connection: sa.Connection, endpoint: str, seconds: float, bucket: int) -> None:
        c = reservation.c
        key = sa.and_(c.account == self._account, c.endpoint == endpoint, c.window_s == seconds)
        updated = connection.execute(sa.update(reservation).where(key, c.bucket == bucket).values(calls=c.calls + 1))
        if updated.rowcount:
            return
        connection.execute(sa.delete(reservation).where(key, c.bucket < bucket - BUCKETS - 1))
        statement = self._ledger.upsert(reservation)
        connection.execute(statement, {"account": self._account, "endpoint": endpoint, "window_s": seconds, "bucket": bucket, "calls": 1})


def _share(calls: int, share: float) -> int:
    """Our part of a window: never its last call, at least one."""
    return max(1, min(math.floor(calls * share), calls - 1))
