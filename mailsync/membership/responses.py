"""Campaign responses ②: opt-outs and complaints, each believed once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import sqlalchemy as sa

from mailsync.ledger import members
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.suppressions import ForgottenAddresses, Suppressions
from mailsync.membership.address import address_key
from mailsync.membership.situations import Situations
from mailsync.membership.tool import MailingTool, Response

LOOK_BACK_S = 90 * 86_400.0
BATCH = 500


class Responses:
    """Reads leavings into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        tool: MailingTool,
        *,
        lease: Lease,
        account: str,
        situations: Situations,
        suppressions: Suppressions,
        check_stop: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._tool = tool
        self._lease = lease
        self._account = account
        self._situations = situations
        self._suppressions = suppressions
        self._check_stop = check_stop
        self._forgotten = ForgottenAddresses(ledger)

    def read(self, since: float | None) -> int:
        """Leavings of campaigns sent after `since` less a look-back (None: all). How many were new."""
        found = iter(self._tool.leavings(None if since is None else since - LOOK_BACK_S))
        new = 0
        while batch := list(islice(found, BATCH)):
            self._check_stop()
            with self._ledger.begin() as connection:
                self._lease.fence(connection)
                new += sum(self._take(connection, response) for response in batch)
        return new

    def _take(self, connection: sa.Connection, response: Response) -> bool:
        address = address_key(response.address) or response.address.strip().lower()
        if address in self._forgotten:
            return False  # it is suppressed for good, and is not written down again
        lists = [f"{self._account}/{key}" for key in response.list_keys]
        if not lists and response.kind == "complaint":
            lists = [self._suppressions.everywhere]
        fresh = [one for one in lists if self._suppressions.believe(connection, one, address, response.campaign, response.kind)]
        if not fresh:
            return False
        if response.kind == "complaint":
            self._suppressions.add(connection, [(self._suppressions.everywhere, address, "complaint", response.at or 0.0)])
        # A leaving without a time counts as before our calls: doubt counts as left (docs/membership.md, I8).
        # Who complains has left the lists that the campaign went to, as well as everything else.
        rows = [(one, address, "left", response.at or 0.0) for one in fresh]
        self._suppressions.add(connection, rows)
        members.mark_dirty(self._ledger, connection, self._situations.lists | set(lists), self._situations.reach(connection, [address]))
        return True
