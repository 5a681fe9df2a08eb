"""Sliding windows and locks per endpoint (docs/systems/zoho_campaigns.md#limits), on the vendors' clock."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from emulators.world import World
from emulators.zoho_campaigns.errors import Locked

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
USUAL: tuple[tuple[tuple[int, float], ...], float] = (((500, 5 * MINUTE),), 30 * MINUTE)
# endpoint → (calls, seconds) windows, and seconds of the lock; every endpoint not named here has the usual ones
SPECIAL: dict[str, tuple[tuple[tuple[int, float], ...], float]] = {
    "listsubscribe": (((500, MINUTE), (12_500, HOUR), (75_000, DAY)), 30 * MINUTE),
    "addlistsubscribersinbulk": (((2_000, MINUTE),), 10 * MINUTE),
    "contact/allfields": (((100, 5 * MINUTE),), 30 * MINUTE),
    "custom/add": (((100, 5 * MINUTE),), 30 * MINUTE),
}
ME, SOMEBODY_ELSE = "me", "somebody else"


@dataclass(slots=True)
class Window:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float
    made: deque[float] = field(default_factory=deque)

    def left(self, now: float) -> int:
        """How many calls may still be made."""
        while self.made and self.made[0] <= now - self.seconds:
            self.made.popleft()
        return self.calls - len(self.made)


class Meter:
    """One endpoint's windows and lock, for one owner of the count."""

    def __init__(self, endpoint: str) -> None:
        windows, self.lock_s = SPECIAL.get(endpoint, USUAL)
        self.windows = [Window(calls, seconds) for calls, seconds in windows]
        self.locked_until = 0.0

    def call(self, now: float, *, at_last_call: bool) -> bool:
        """Count one call; whether a lock began with it. Raises Locked."""
        if now < self.locked_until:
            raise Locked
        if any(window.left(now) <= 0 for window in self.windows):
            self.lock(now)
            raise Locked
        for window in self.windows:
            window.made.append(now)
        if at_last_call and any(window.left(now) <= 0 for window in self.windows):
            self.lock(now)
            return True
        return False

    def lock(self, now: float) -> None:
        """Lock now; when the lock ends, the count begins anew."""
        self.locked_until = now + self.lock_s
        for window in self.windows:
            window.made.clear()


class Limits:
    """All meters of the account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._meters: dict[tuple[str, str], Meter] = {}
        self.locks: Counter[tuple[str, str]] = Counter()  # how many locks ever began, by endpoint and by whose call

    def call(self, endpoint: str, user: str = ME) -> None:
        """Count one call of a user. Raises Locked."""
        if not self._world.limits:
            return
        meter, now = self._meter(endpoint, user), self._world.clock.now()
        was_locked = now < meter.locked_until
        try:
            began = meter.call(now, at_last_call=self._world.switches["zoho_campaigns_lock_starts"] == "at_last_call")
        except Locked:
            self.locks[endpoint, user] += not was_locked
            raise
        self.locks[endpoint, user] += began

    def lock(self, endpoint: str) -> None:
        """Lock an endpoint for everybody, as too many calls would."""
        self._meter(endpoint, ME).lock(self._world.clock.now())

    def foreign_calls(self, endpoint: str, count: int) -> None:
        """Calls that another program of another user makes; it stops when it is locked out."""
        try:
            for _ in range(count):
                self.call(endpoint, SOMEBODY_ELSE)
        except Locked:
            return

    def summary(self) -> dict[str, dict[str, object]]:
        """Per endpoint of ours: calls left in each window, seconds of lock left, locks ever begun, those begun by our calls."""
        now = self._world.clock.now()
        return {
            endpoint: {
                "left": [window.left(now) for window in meter.windows],
                "locked_s": max(0.0, meter.locked_until - now),
                "locks": self.locks[endpoint, ME] + self.locks[endpoint, SOMEBODY_ELSE],
                "locks_by_us": self.locks[endpoint, ME],
            }
            for (endpoint, owner), meter in self._meters.items()
            if owner != SOMEBODY_ELSE
        }

    def _meter(self, endpoint: str, user: str) -> Meter:
        per_user = self._world.switches["zoho_campaigns_counter_owner"] == "user"
        key = (endpoint, user if per_user else ME)
        if key not in self._meters:
            self._meters[key] = Meter(endpoint)
        return self._meters[key]
