"""Credits in a rolling day, calls at once, downloads a minute (docs/systems/zoho_crm.md#limits)."""

from __future__ import annotations

import time
from collections import deque

from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.state import Crm

WINDOW_S = 86_400
SUB_LIMIT = 10
DOWNLOADS_A_MINUTE = 10
_SLICE_S = 60


class Limits:
    """The organisation's budget. With the world's limits off everything is counted and nothing refused."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self.product = crm.product
        self._slices: deque[list[float]] = deque()  # [start of a minute, credits spent in it]
        self._spent = 0.0
        self._handled: deque[float] = deque()
        self._handled_sub: deque[float] = deque()
        self._downloads: deque[float] = deque()

    def maximum(self) -> int | None:
        """Credits in 24 h; None: unlimited."""
        base, each, _, most = self.product.licenses[self._crm.edition]
        wanted = base + each * self._crm.licenses
        return None if most is None else min(wanted, most)

    def spent(self) -> float:
        """Credits of the last 24 h."""
        oldest = self._crm.now() - WINDOW_S
        while self._slices and self._slices[0][0] <= oldest:
            self._spent -= self._slices.popleft()[1]
        return self._spent

    def check(self, credits_: float) -> None:
        """Raises the 429 where so many credits are not left."""
        most = self.maximum()
        if self._crm.world.limits and most is not None and self.spent() + credits_ > most:
            raise self._too_many("the credits of the last 24 hours are used up")

    def spend(self, credits_: float) -> None:
        """Take credits; the caller checked before."""
        start = self._crm.now() // _SLICE_S * _SLICE_S
        if not self._slices or self._slices[-1][0] < start:
            self._slices.append([start, 0.0])
        self._slices[-1][1] += credits_
        self._spent += credits_

    def remaining(self) -> int | None:
        """What the header tells: only once half is used."""
        most = self.maximum()
        if not self.product.tells_credits or most is None or self.spent() * 2 < most:
            return None
        return int(most - self.spent())

    def enter(self, *, sub_limited: bool) -> None:
        """One more call at this moment. Raises the 429 when too many overlap.

        The server waits out its latency before a handler runs, so a call that is handled now was under way for that long: those handled within
        the last `latency` were under way when this one arrived. Without latency calls of one process never overlap.
        """
        latency = self._crm.world.latency_s
        if not latency or not self._crm.world.limits:
            return
        now = time.monotonic()
        at_once = self.product.licenses[self._crm.edition][2]
        _forget(self._handled, now - latency)
        _forget(self._handled_sub, now - latency)
        if len(self._handled) >= at_once or (sub_limited and len(self._handled_sub) >= SUB_LIMIT):
            raise self._too_many("too many calls at the same time")
        self._handled.append(now)
        if sub_limited:
            self._handled_sub.append(now)

    def download(self) -> None:
        """One more bulk result. Raises the 429 after the tenth in a minute."""
        now = self._crm.now()
        _forget(self._downloads, now - 60)
        if self._crm.world.limits and len(self._downloads) >= DOWNLOADS_A_MINUTE:
            raise self._too_many("too many downloads in a minute")
        self._downloads.append(now)

    def exhaust(self, share: float = 1.0) -> None:
        """Spend what is left (or so much of the whole), as other programs of the organisation would."""
        most = self.maximum()
        if most is not None:
            self.spend(max(0.0, most * share - self.spent()))

    def _too_many(self, message: str) -> CrmError:
        return CrmError(429, self._crm.reading("rate_limit_code"), message)


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
