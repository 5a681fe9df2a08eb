"""The account's own list of addresses that it never mails, where a call tells of it: whoever is on it is not subscribed, for as long as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import sqlalchemy as sa

from mailsync.ledger import members, records
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.address import address_key
from mailsync.membership.situations import Situations
from mailsync.membership.tool import MailingTool

REASON = "suppressed"
BATCH = 1000


class Registry:
    """Reads it into the ledger. Every entry bears the time at which a read last showed it; one that a complete read did not show is lifted."""

    def __init__(
        self, ledger: Ledger, tool: MailingTool, *, lease: Lease, situations: Situations, suppressions: Suppressions, check_stop: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._tool = tool
        self._lease = lease
        self._situations = situations
        self._suppressions = suppressions
        self._check_stop = check_stop

    def read(self) -> None:
        """One complete read; a read that breaks off lifts nobody."""
        began, shown = self._ledger.clock.now(), self._tool.suppressed()
        if shown is None:
            return
        while batch := list(islice(shown, BATCH)):
            self._check_stop()
            self._take({address_key(raw) or raw.strip().lower() for raw in batch}, began)
        self._lift(began)

    def _take(self, addresses: set[str], began: float) -> None:
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            new = self._suppressions.shown_everywhere(connection, addresses, REASON, began)
            if new:
                members.mark_dirty(self._ledger, connection, self._situations.lists, self._situations.reach(connection, new))

    def _lift(self, began: float) -> None:
        """Only hashes are kept, so whoever is lifted is found among the records' addresses; in a quiet account that is nobody."""
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            lifted = self._suppressions.lift_not_shown(connection, REASON, began)
            for batch in _addresses(connection) if lifted else ():
                again = [address for address in batch if self._suppressions.hash(address) in lifted]
                members.mark_dirty(self._ledger, connection, self._situations.lists, again)


def _addresses(connection: sa.Connection) -> Iterator[list[str]]:
    after = ""
    while batch := records.addresses_after(connection, after, BATCH):
        yield batch
        after = batch[-1]
