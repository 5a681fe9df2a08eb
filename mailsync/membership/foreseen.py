"""What a rehearsed run has seen and planned, in the private copy of its ledger: the lists as they are and would be, and every write in order.

Plain SQL text: each planned write comes by here, and building statements would cost as much as the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsync.ledger.engine import Ledger
from mailsync.membership.address import address_key
from mailsync.membership.tool import ListedStatus

BATCH = 500
_TABLES = (
    (
        "CREATE TABLE rehearsal_shown (list TEXT NOT NULL, status TEXT NOT NULL, address TEXT NOT NULL, spelling TEXT NOT NULL, "
        "PRIMARY KEY (list, status, address)) WITHOUT ROWID"
    ),
    "CREATE TABLE rehearsal_write (number INTEGER PRIMARY KEY, list TEXT NOT NULL, action TEXT NOT NULL, address TEXT NOT NULL)",
)
# The later list of a complete read counts: active, then unsubscribed, then bounced. Named one by one, so that the key finds them.
_STATUSES = tuple(status.value for status in ListedStatus)
_ONE = f"list = ? AND status IN ({', '.join('?' * len(_STATUSES))}) AND address = ?"
_STATUS_OF = f"SELECT status FROM rehearsal_shown WHERE {_ONE}"  # noqa: S608 - of constants
_DROP = f"DELETE FROM rehearsal_shown WHERE {_ONE}"  # noqa: S608 - of constants
_PUT = "INSERT OR REPLACE INTO rehearsal_shown (list, status, address, spelling) VALUES (?, ?, ?, ?)"
_NOTE = "INSERT INTO rehearsal_write (list, action, address) VALUES (?, ?, ?)"


class Foreseen:
    """Bound to one private copy."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._places: dict[tuple[str, ListedStatus], tuple[int, str]] = {}
        with ledger.begin() as connection:
            for statement in _TABLES:
                connection.exec_driver_sql(statement)

    def forget(self, list_key: str, status: ListedStatus) -> None:
        """These are read anew."""
        with self._ledger.begin() as connection:
            connection.exec_driver_sql("DELETE FROM rehearsal_shown WHERE list = ? AND status = ?", (list_key, status.value))

    def show(self, list_key: str, status: ListedStatus, addresses: Sequence[str]) -> None:
        """A page of the real list."""
        rows = [(list_key, status.value, _key(one), one) for one in addresses]
        if rows:
            with self._ledger.begin() as connection:
                connection.exec_driver_sql(_PUT, rows)

    def status(self, list_key: str, address: str) -> ListedStatus | None:
        """What somebody is on a list now; None where they are not on it."""
        with self._ledger.begin() as connection:
            found = {row[0] for row in connection.exec_driver_sql(_STATUS_OF, (list_key, *_STATUSES, _key(address)))}
        return next((status for status in reversed(ListedStatus) if status.value in found), None)

    def plan(self, list_key: str, action: str, address: str) -> None:
        """Note a write."""
        with self._ledger.begin() as connection:
            connection.exec_driver_sql(_NOTE, (list_key, action, _key(address)))

    def put(self, list_key: str, address: str, status: ListedStatus | None) -> None:
        """Somebody would be this on a list from now on; None: not on it."""
        self._places.clear()
        with self._ledger.begin() as connection:
            connection.exec_driver_sql(_DROP, (list_key, *_STATUSES, _key(address)))
            if status is not None:
                connection.exec_driver_sql(_PUT, (list_key, status.value, _key(address), address))

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many there would be."""
        with self._ledger.begin() as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM rehearsal_shown WHERE list = ? AND status = ?", (list_key, status.value))
            return int(found.scalar_one())

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[str]:
        """Spellings in order of the address. A page begins at the last row of the one before, so its place is remembered instead of counted."""
        place = self._places.get((list_key, status))
        known = place is not None and place[0] == first
        query = "SELECT address, spelling FROM rehearsal_shown WHERE list = ? AND status = ? AND address >= ? ORDER BY address LIMIT ? OFFSET ?"
        asked = (list_key, status.value, place[1] if place is not None and known else "", size, 0 if known else first)
        with self._ledger.begin() as connection:
            rows = connection.exec_driver_sql(query, asked).all()
        if rows:
            self._places[list_key, status] = (first + len(rows) - 1, rows[-1][0])
        return [row[1] for row in rows]

    def writes(self) -> Iterator[tuple[str, str, str]]:
        """What would be written, in order: (list key, action, address)."""
        after = 0
        while True:
            with self._ledger.begin() as connection:
                query = "SELECT number, list, action, address FROM rehearsal_write WHERE number > ? ORDER BY number LIMIT ?"
                rows = connection.exec_driver_sql(query, (after, BATCH)).all()
            if not rows:
                return
            yield from ((row[1], row[2], row[3]) for row in rows)
            after = rows[-1][0]

    def counts(self) -> dict[tuple[str, str], int]:
        """(list key, action) → addresses."""
        with self._ledger.begin() as connection:
            rows = connection.exec_driver_sql("SELECT list, action, count(*) FROM rehearsal_write GROUP BY list, action")
            return {(row[0], row[1]): int(row[2]) for row in rows}


def _key(address: str) -> str:
    return address_key(address) or address.strip().lower()
