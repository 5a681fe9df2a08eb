"""When the seeded records were made and changed: whole seconds, in the order of ids, with many records sharing one second.

Most records were imported in groups of four and never touched; a fifth were changed in one of a few mass updates
(all in one second); the rest at some moment of their own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

FIRST_CREATED = 1_614_556_800  # 2021-03-01
LAST_CREATED = 1_782_777_600  # 2026-06-30
LAST_MODIFIED = 1_788_134_400  # 2026-08-31
MASS_UPDATES = (1_667_210_400, 1_711_846_801, 1_741_600_800, 1_761_440_400, 1_775_000_000, 1_786_000_000)
_GROUP = 4


def created(count: int) -> Callable[[int], int]:
    """Row number → epoch seconds."""
    span = LAST_CREATED - FIRST_CREATED

    def at(n: int) -> int:
        return FIRST_CREATED + span * min(n // _GROUP * _GROUP, count) // max(count, 1)

    return at


def modified(seed: int, count: int) -> Callable[[int], int]:
    """Row number → epoch seconds, never before the creation."""
    made = created(count)

    def at(n: int) -> int:
        bits = ((n + 1) * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF
        bits ^= bits >> 31
        first, kind = made(n), bits % 100
        if kind < 40:
            return first
        if kind < 60:
            update = bisect_left(MASS_UPDATES, first) + (bits >> 8) % 3
            return MASS_UPDATES[update] if update < len(MASS_UPDATES) else first
        return first + (bits >> 16) % (LAST_MODIFIED - first)

    return at
