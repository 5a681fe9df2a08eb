"""Time, injected: no test sleeps, and a scaled clock lets hours of vendor limits pass in minutes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from mailsync.loopback import is_loopback

TIME_SCALE_VARIABLE = "MAILSYNC_TIME_SCALE"


class Clock(Protocol):
    """What the product asks of time. Both are in the *vendor's* seconds."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""


class SystemClock:
    """The machine's clock; with a scale, run so many times as fast since the start of the current month (UTC).

    The anchor is not the start of the process, so that every process of one scaled run reads the same time.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._anchor = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()

    @property
    def scale(self) -> float:
        """How many seconds of this clock pass in one of the machine's."""
        return self._scale

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._anchor + (time.time() - self._anchor) * self._scale

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock."""
        if seconds > 0:
            time.sleep(seconds / self._scale)


class VendorClock:
    """The vendor's time: the machine's, corrected by the `Date` header of the vendor's answers.

    A machine whose clock is off would otherwise miss changes (upper bounds) or misjudge limits (windows). `Date` has whole seconds, so a
    difference below two of them is noise and corrects nothing.
    """

    def __init__(self, machine: SystemClock) -> None:
        self._machine = machine
        self._offset_s = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as the vendor sees them."""
        return self._machine.now() + self._offset_s

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of the vendor's time."""
        self._machine.sleep(seconds)

    def observe(self, date_header: str | None) -> None:
        """Correct by one answer's `Date` header; a missing or odd header corrects nothing."""
        if not date_header:
            return
        try:
            vendor = parsedate_to_datetime(date_header).timestamp()
        except ValueError:
            return
        if abs(vendor - self.now()) > 2.0 * self._machine.scale:
            self._offset_s = vendor - self._machine.now()


def clock_for(base_urls: Iterable[str], environment: dict[str, str] | None = None) -> tuple[SystemClock, str | None]:
    """The clock to use, and a warning when a scale was asked for but a base URL is not loopback (then it is ignored)."""
    wanted = float((environment or dict(os.environ)).get(TIME_SCALE_VARIABLE, "1") or 1)
    if wanted == 1.0:
        return SystemClock(), None
    if all(is_loopback(url) for url in base_urls):
        return SystemClock(wanted), None
    return SystemClock(), f"{TIME_SCALE_VARIABLE} is ignored: it is meant for local emulators, and a base URL is not loopback."
