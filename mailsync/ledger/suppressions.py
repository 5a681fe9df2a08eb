"""Who must not be subscribed where, by keyed hash; and which campaign responses were believed already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import response, suppression
from mailsync.membership.address import address_hash

EVERYWHERE = "*"
"""Of every account of the ledger."""
FORGOTTEN = "forgotten"

LIFTED_ON_LIST = ("left", "left_or_returned", "vanished")

_ANY = sa.select(suppression.c.list).limit(1)
_OF = sa.select(suppression.c.address_hash, suppression.c.list, suppression.c.reason, suppression.c.since).where(
    suppression.c.list.in_(sa.bindparam("scopes", expanding=True)), suppression.c.address_hash.in_(sa.bindparam("hashes", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One suppression. `list` is a list id, or the account's `*`."""

    list: str
    reason: str
    since: float


class Suppressions:
    """Bound to one ledger's key and one account."""

    def __init__(self, ledger: Ledger, account: str) -> None:
        self._ledger = ledger
        self.everywhere = f"{account}/*"

    def hash(self, address: str) -> str:
        """The keyed hash of an address."""
        return address_hash(address, self._ledger.hash_key)

    def load(self, connection: sa.Connection, list_id: str, addresses: Collection[str]) -> dict[str, list[Suppressed]]:
        """What holds for these addresses on this list and everywhere."""
        if connection.execute(_ANY).first() is None:
            return {}
        names = {self.hash(address): address for address in addresses}
        found: dict[str, list[Suppressed]] = {}
        for row in connection.execute(_OF, {"scopes": [list_id, self.everywhere, EVERYWHERE], "hashes": [*names]}):
            found.setdefault(names[row[0]], []).append(Suppressed(row[1], row[2], row[3]))
        return found

    def add(self, connection: sa.Connection, rows: Iterable[tuple[str, str, str, float]]) -> None:
        """(list id, address, reason, since); one already known keeps its time."""
        values = [{"list": one, "address_hash": self.hash(address), "reason": reason, "since": since} for one, address, reason, since in rows]
        if values:
            connection.execute(self._ledger.insert_new(suppression), values)

    def add_everywhere(self, connection: sa.Connection, address: str, reason: str, since: float) -> None:
        """One that holds for the whole account."""
        self.add(connection, [(self.everywhere, address, reason, since)])

    def shown_everywhere(self, connection: sa.Connection, addresses: Collection[str], reason: str, at: float) -> list[str]:
        """A read at `at` shows these under a reason that holds for the account; gives those that it did not hold for before."""
        hashes = {self.hash(address): address for address in addresses}
        c = suppression.c
        mine = (c.list == self.everywhere, c.reason == reason, c.address_hash.in_(hashes))
        known = set(connection.execute(sa.select(c.address_hash).where(*mine)).scalars())
        connection.execute(sa.update(suppression).where(*mine).values(since=at))
        self.add(connection, [(self.everywhere, address, reason, at) for one, address in hashes.items() if one not in known])
        return [address for one, address in hashes.items() if one not in known]

    def lift_not_shown(self, connection: sa.Connection, reason: str, at: float) -> set[str]:
        """Lift what no read since `at` has shown; gives the hashes."""
        c = suppression.c
        old = (c.list == self.everywhere, c.reason == reason, c.since < at)
        lifted = set(connection.execute(sa.select(c.address_hash).where(*old)).scalars())
        if lifted:
            connection.execute(sa.delete(suppression).where(*old))
        return lifted

    def lift(self, connection: sa.Connection, list_id: str, addresses: Sequence[str]) -> None:
        """Newer consent: left and vanished of this list, vanished of everywhere; never a complaint or an erasure."""
        if not addresses:
            return
        hashes, c = [self.hash(address) for address in addresses], suppression.c
        connection.execute(sa.delete(suppression).where(c.list == list_id, c.address_hash.in_(hashes), c.reason.in_(LIFTED_ON_LIST)))
        connection.execute(sa.delete(suppression).where(c.list == self.everywhere, c.address_hash.in_(hashes), c.reason == "vanished"))

    def believe(self, connection: sa.Connection, list_id: str, address: str, campaign: str, kind: str) -> bool:
        """Whether this response is new; remembers it."""
        values = {"list": list_id, "address_hash": self.hash(address), "campaign": campaign, "kind": kind}
        return connection.execute(self._ledger.insert_new(response), values).rowcount == 1


class ForgottenAddresses:
    """Addresses that were erased on request, never to be stored again. Erasing needs all syncs at rest, so a run reads them once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        c = suppression.c
        with ledger.begin() as connection:
            rows = connection.execute(sa.select(c.list, c.address_hash).where(c.reason == FORGOTTEN)).all()
        self._hashes = {row.address_hash for row in rows if row.list == EVERYWHERE}
        self._ours = {(row.list, row.address_hash) for row in rows}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def __contains__(self, address: str) -> bool:
        return bool(self._hashes) and address_hash(address, self._ledger.hash_key) in self._hashes

    def was_ours(self, list_id: str, address: str) -> bool:
        """Whether this ledger had put the address on that list."""
        return (list_id, address_hash(address, self._ledger.hash_key)) in self._ours
