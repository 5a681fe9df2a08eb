"""Calls are reserved in the ledger before they are made, so that all syncs on one account together stay below the vendor's windows.

Each documented window is counted in 240 buckets of its own. A bucket counts until its *end* has left the window, so we may wait up to 1/240 of a
window too long and never call too early. Where a vendor prices calls (credits, tokens), a reservation has a cost and the windows count that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mailsync.clock import Clock
from mailsync.errors import TransientError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.pace import seconds_needed
from mailsync.ledger.schema import lock, reservation
from mailsync.membership.tool import Window

BUCKETS = 240
DAY_S = 86_400.0
LONGEST_NAP_S = 60.0
CLEAN_EVERY = 50


class BudgetSpent(TransientError):
    """A day's share of an endpoint is used up: not an error, a reason to postpone. `free_in` seconds until a call is allowed again."""

    repeatable = False

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
        self._calls = 0

    def prepaid(self, endpoint: str | None) -> None:
        """The next `reserve` of this endpoint was made already, together with the intent of the call. None: take that back."""
        self._prepaid = endpoint

    def reserve(self, endpoint: str, cost: int = 1) -> None:
        """Wait until one more call is allowed, and reserve it. Raises BudgetSpent where a day's share is used up."""
        if self._prepaid == endpoint:
            self._prepaid = None
            return
        while True:
            with self._ledger.begin() as connection:
                wait = self.try_reserve(connection, endpoint, cost)
            if wait is None:
                return
            self.wait(endpoint, wait)

    def reserve_within(self, endpoint: str, cost: int, seconds: float) -> bool:
        """Reserve, waiting so long at most. Whether it was possible. Raises BudgetSpent as `reserve`."""
        until = self._clock.now() + seconds
        while True:
            with self._ledger.begin() as connection:
                wait = self.try_reserve(connection, endpoint, cost)
            if wait is None:
                return True
            if self._clock.now() + wait > until:
                return False
            self.wait(endpoint, wait)

    def try_reserve(self, connection: sa.Connection, endpoint: str, cost: int = 1) -> float | None:
        """Reserve inside the caller's transaction. None: done. Else seconds to wait. Raises BudgetSpent for a day's window."""
        self._ledger.serialize(connection, f"budget {self._account}")
        now = self._clock.now()
        locked = connection.execute(_LOCKED, {"account": self._account, "endpoint": endpoint, "now": now}).scalar()
        if locked is not None:
            return float(locked) - now
        used = self._used(connection, endpoint, now)
        for seconds, allowed in self._windows.get(endpoint, ()):
            calls, oldest = used.get(seconds, (0, 0))
            if calls + cost <= allowed or calls == 0:  # a call dearer than the whole share must not wait for ever
                continue
            wait = (oldest + 1) * (seconds / BUCKETS) + seconds - now + 0.001
            if seconds >= DAY_S:
                raise BudgetSpent(endpoint, wait)
            return wait
        self._count(connection, endpoint, now, cost)
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
                used = self._used(connection, endpoint, now)
                found += [Use(endpoint, seconds, used[seconds][0], allowed) for seconds, allowed in windows if seconds in used]
        return found

    def seconds_for(self, calls: int, endpoint: str) -> float:
        """How long so many calls take at the fastest pace that the endpoint's windows allow, after what was called already."""
        windows = self._windows.get(endpoint, ())
        if calls <= 0 or not windows:
            return 0.0
        now, made = self._clock.now(), dict[float, list[tuple[float, int]]]()
        c = reservation.c
        with self._ledger.begin() as connection:
            rows = connection.execute(sa.select(c.window_s, c.bucket, c.calls).where(c.account == self._account, c.endpoint == endpoint))
            for seconds, bucket, count in sorted(rows):
                ends = (bucket + 1) * (seconds / BUCKETS)
                if ends + seconds > now:
                    made.setdefault(float(seconds), []).append((now - ends, int(count)))
        return seconds_needed(calls, windows, made)

    def left_today(self, endpoint: str) -> int | None:
        """Calls of our share that the endpoint's day still allows; None where it has no window of a day."""
        day = next(((seconds, allowed) for seconds, allowed in self._windows.get(endpoint, ()) if seconds >= DAY_S), None)
        if day is None:
            return None
        with self._ledger.begin() as connection:
            return max(0, day[1] - self._used(connection, endpoint, self._clock.now()).get(day[0], (0, 0))[0])

    def days_for(self, calls: int, endpoint: str) -> int:
        """On how many days so many calls are made, where the endpoint has a window of a day; otherwise 1 at most."""
        left = self.left_today(endpoint)
        if left is None or calls <= left:
            return min(1, calls)
        allowed = next(allowed for seconds, allowed in self._windows[endpoint] if seconds >= DAY_S)
        return (1 if left else 0) + math.ceil((calls - left) / allowed)

    def _used(self, connection: sa.Connection, endpoint: str, now: float) -> dict[float, tuple[int, int]]:
        """Window → calls reserved in it, and its oldest bucket that still counts."""
        windows = self._windows.get(endpoint, ())
        if not windows:
            return {}
        mine = {"account": self._account, "endpoint": endpoint}
        firsts = {f"first_{number}": math.floor((now - seconds) / (seconds / BUCKETS)) for number, (seconds, _) in enumerate(windows)}
        rows = connection.execute(_used_query(tuple(seconds for seconds, _ in windows)), mine | firsts)
        return {float(row[0]): (int(row[1]), int(row[2])) for row in rows}

    def _count(self, connection: sa.Connection, endpoint: str, now: float, cost: int) -> None:
        self.spent[endpoint] = self.spent.get(endpoint, 0) + cost
        self._calls += 1
        windows = self._windows.get(endpoint, ())
        if not windows:
            return
        key = {"account": self._account, "endpoint": endpoint, "calls": cost}
        rows = [key | {"window_s": seconds, "bucket": math.floor(now / (seconds / BUCKETS))} for seconds, _ in windows]
        connection.execute(_count_statement(self._ledger.is_sqlite), rows)
        if self._calls % CLEAN_EVERY == 1:
            for row in rows:
                old = {"account": self._account, "endpoint": endpoint, "window_s": row["window_s"], "before": row["bucket"] - BUCKETS - 1}  # type: ignore[operator]
                connection.execute(_CLEAN, old)


_MINE = sa.and_(reservation.c.account == sa.bindparam("account"), reservation.c.endpoint == sa.bindparam("endpoint"))
_CLEAN = sa.delete(reservation).where(_MINE, reservation.c.window_s == sa.bindparam("window_s"), reservation.c.bucket < sa.bindparam("before"))
_LOCKED = sa.select(lock.c.until).where(
    lock.c.account == sa.bindparam("account"), lock.c.endpoint == sa.bindparam("endpoint"), lock.c.until > sa.bindparam("now")
)


@cache
def _used_query(windows: tuple[float, ...]) -> Any:
    c = reservation.c
    each = [sa.and_(c.window_s == seconds, c.bucket >= sa.bindparam(f"first_{number}")) for number, seconds in enumerate(windows)]
    return sa.select(c.window_s, sa.func.sum(c.calls), sa.func.min(c.bucket)).where(_MINE, sa.or_(*each)).group_by(c.window_s)


@cache
def _count_statement(is_sqlite: bool) -> Any:  # noqa: FBT001 - the cache's key
    statement: Any = (sqlite.insert if is_sqlite else postgresql.insert)(reservation)
    keys = [column.name for column in reservation.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={"calls": reservation.c.calls + statement.excluded.calls})


def _share(calls: int, share: float) -> int:
    """Our part of a window: never its last call, at least one."""
    return max(1, min(math.floor(calls * share), calls - 1))
