"""The company's daily token budget, the two-second burst of each token, the wall behind ignored refusals (docs/systems/pipedrive.md#limits)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from emulators.pipedrive.errors import BLOCKED_PAGE, Refusal
from emulators.pipedrive.times import DAY_S
from emulators.world import World

BASE_TOKENS = 30_000
MULTIPLIERS = {"lite": 1, "growth": 2, "premium": 5, "ultimate": 7}
BURSTS = {"lite": 20, "growth": 40, "premium": 100, "ultimate": 120}
OAUTH_FACTOR = 4
SEARCHES = 10
WINDOW_S = 2.0
REQUESTS_A_DAY = 10_000
# Undocumented: so many refused calls of an API token within a minute and the wall goes up for a quarter of an hour.
IGNORED = 10
IGNORED_WITHIN_S = 60.0
WALL_S = 900.0


@dataclass(slots=True)
class Window:
    """One token's calls of the last two seconds."""

    calls: deque[float] = field(default_factory=deque)
    searches: deque[float] = field(default_factory=deque)
    refused: deque[float] = field(default_factory=deque)
    wall_until: float = 0.0


class Limits:
    """With the world's limits off everything is counted and nothing refused."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.plan, self.seats, self.top_up = "growth", 5, 0
        self.spent = 0.0
        self._day = self._today()
        self._windows: dict[str, Window] = {}
        self.writes_today = 0
        self.refused = {"daily": 0, "burst": 0, "wall": 0}

    # -- the day

    def budget(self) -> int:
        """Tokens a day."""
        return BASE_TOKENS * MULTIPLIERS[self.plan] * self.seats + self.top_up

    def left(self) -> int:
        """Tokens left today."""
        self._turn()
        return max(0, math.floor(self.budget() - self.spent))

    def spend(self, tokens: float) -> None:
        """Take tokens of today's budget."""
        self._turn()
        self.spent += tokens

    def _offset(self) -> int:
        return 7200 if self._world.switches["pipedrive_daily_reset"] == "midnight_utc_plus_2" else 0

    def _today(self) -> int:
        return int(self._world.clock.now() + self._offset()) // DAY_S

    def _turn(self) -> None:
        today = self._today()
        if today != self._day:
            self._day, self.spent, self.writes_today = today, 0.0, 0

    # -- the gate

    def burst(self, *, oauth: bool) -> int:
        """Calls in two seconds."""
        return BURSTS[self.plan] * (OAUTH_FACTOR if oauth else 1)

    def enter(self, token: str, *, oauth: bool, search: bool, price: float) -> dict[str, str]:
        """One more call, its price charged; the headers that tell about it. Raises the 429s, and the 403 of the wall."""
        window, now = self._windows.setdefault(token, Window()), self._world.clock.now()
        if now < window.wall_until:
            self.refused["wall"] += 1
            raise Refusal(403, "blocked", html=BLOCKED_PAGE)
        _forget(window.calls, now - WINDOW_S)
        _forget(window.searches, now - WINDOW_S)
        over = len(window.calls) >= self.burst(oauth=oauth) or (search and len(window.searches) >= SEARCHES)
        headers = self._headers(window, now, oauth=oauth)
        if self._world.limits and over:
            self._refuse(window, now, oauth=oauth)
            raise Refusal(429, self._world.switches["pipedrive_burst_text"], gateway=True, headers=headers)
        if self._world.limits and self.left() < price:
            self._refuse(window, now, oauth=oauth, kind="daily")
            raise Refusal(429, "daily request budget exceeded", gateway=True, headers={**headers, **self._retry_after(now)})
        window.calls.append(now)
        if search:
            window.searches.append(now)
        self.spend(price)
        return headers

    def _headers(self, window: Window, now: float, *, oauth: bool) -> dict[str, str]:
        most = self.burst(oauth=oauth)
        reset = math.ceil(max(0.0, window.calls[0] + WINDOW_S - now)) if window.calls else 2
        told = {
            "x-ratelimit-limit": str(most),
            "x-ratelimit-remaining": str(max(0, most - len(window.calls) - 1)),
            "x-ratelimit-reset": str(max(1, reset)),
        }
        if self._world.switches["pipedrive_daily_headers"] == "present":
            told["x-daily-ratelimit-token-limit"] = str(self.budget())
            told["x-daily-ratelimit-token-remaining"] = str(self.left())  # the balance before this call is charged
        return told

    def _refuse(self, window: Window, now: float, *, oauth: bool, kind: str = "burst") -> None:
        self.refused[kind] += 1
        window.refused.append(now)
        _forget(window.refused, now - IGNORED_WITHIN_S)
        if not oauth and len(window.refused) > IGNORED:
            window.wall_until = now + WALL_S
            window.refused.clear()

    def _retry_after(self, now: float) -> dict[str, str]:
        if self._world.switches["pipedrive_daily_retry_after"] == "absent":
            return {}
        shifted = now + self._offset()
        return {"Retry-After": str(int((shifted // DAY_S + 1) * DAY_S - shifted) + 1)}

    # -- from outside

    def exhaust(self, *, leave: int = 0) -> None:
        """Other programs of the company use the day's tokens up."""
        self.spend(max(0, self.left() - leave))

    def fill_burst(self, token: str, *, oauth: bool) -> None:
        """Another program uses the same token just now."""
        window = self._windows.setdefault(token, Window())
        window.calls.extend([self._world.clock.now()] * self.burst(oauth=oauth))


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
