"""When the seeded records were made and changed: whole seconds, ids in the order of making, imports of four records in one second."""

from __future__ import annotations

from emulators.people import mixed

FIRST_CREATED = 1_614_556_800  # 2021-03-01
LAST_CREATED = 1_782_777_600  # 2026-06-30
LAST_UPDATED = 1_788_134_400  # 2026-08-31
MASS_UPDATES = (1_711_846_801, 1_761_440_400, 1_786_000_000)
_IMPORTED_AT_ONCE = 4
# Out of a hundred.
_NEVER_UPDATED, _UNTOUCHED, _MASS = 2, 42, 62


def created(identifier: int, count: int) -> int:
    """Epoch seconds."""
    place = (identifier - 1) // _IMPORTED_AT_ONCE * _IMPORTED_AT_ONCE
    return FIRST_CREATED + (LAST_CREATED - FIRST_CREATED) * place // max(count, 1)


def updated(seed: int, identifier: int, count: int, salt: int) -> int | None:
    """Epoch seconds, never before the making; None for the few that nobody ever touched."""
    first = created(identifier, count)
    bits = mixed(seed, identifier, salt)
    kind = bits % 100
    if kind < _NEVER_UPDATED:
        return None
    if kind < _UNTOUCHED:
        return first
    if kind < _MASS:
        return max(first, MASS_UPDATES[(bits >> 8) % len(MASS_UPDATES)])
    return first + (bits >> 16) % (LAST_UPDATED - first)
