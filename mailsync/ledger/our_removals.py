"""Which leavings are our own: removals that the forward sync made, read from its ledger. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import member
from mailsync.membership.address import address_key

# A leaving and our call are the same event when they lie so close together: the vendor writes minutes, and a call may be answered late.
SAME_EVENT_S = 900.0
BATCH = 500


class OurRemovals:
    """Bound to one ledger and one account."""

    def __init__(self, ledger: Ledger, account: str) -> None:
        self._ledger = ledger
        self._account = account

    def among(self, list_keys: Sequence[str], leavings: Iterable[tuple[str, float | None]]) -> list[bool]:
        """For each (address, time or None) whether it was us who took it off one of these lists.

        A leaving at another time than our removal is the person's own: doubt counts as the person's wish only where the time is known.
        """
        wanted = [(address_key(address) or address.lower(), at) for address, at in leavings]
        removed = self._removed(list_keys, sorted({address for address, _ in wanted}))
        return [any(_is_same(at, ours) for ours in removed.get(address, ())) for address, at in wanted]

    def _removed(self, list_keys: Sequence[str], addresses: Sequence[str]) -> dict[str, list[float | None]]:
        lists = [f"{self._account}/{key}" for key in list_keys]
        found: dict[str, list[float | None]] = {}
        for first in range(0, len(addresses), BATCH):
            some = addresses[first : first + BATCH]
            c = member.c
            query = sa.select(c.address, c.removed_at).where(c.list.in_(lists), c.address.in_(some), c.removed.is_not(None))
            with self._ledger.begin() as connection:
                for address, removed_at in connection.execute(query):
                    found.setdefault(address, []).append(removed_at)
        return found


def _is_same(at: float | None, removed_at: float | None) -> bool:
    return at is None or removed_at is None or abs(at - removed_at) <= SAME_EVENT_S
