"""What is to be done for one person and survey: a pure function of what the ledger knows (docs/membership.md, "Invitations")."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import account, recipient, suppression
from mailsync.ledger.suppressions import Suppressed, Suppressions
from mailsync.membership.model import Action, Decision, Situation
from mailsync.membership.plan import RecordFate
from mailsync.responses.model import bits, kinds_of
from mailsync.responses.plan import LEAVING, Kind

INVITE = Action.SUBSCRIBE
"""The one action there is. Nobody is ever taken off: an invitation cannot be taken back."""


class SuppressedAnywhere(Suppressions):
    """Whoever left any list of the ledger, complained or was erased is not invited, whatever mailing tool that was in.

    Also who left by a mail of which only the way back knows, where it shares the ledger.
    """

    def __init__(self, ledger: Ledger, own: str) -> None:
        super().__init__(ledger, own)
        with ledger.begin() as connection:
            self._accounts = set(connection.execute(sa.select(account.c.account).distinct()).scalars())

    def load(self, connection: sa.Connection, _list_id: str, addresses: Collection[str]) -> dict[str, list[Suppressed]]:
        """What holds for these addresses, of every list of every account."""
        names = {self.hash(address): address for address in addresses}
        c = suppression.c
        found: dict[str, list[Suppressed]] = {}
        for row in connection.execute(sa.select(c.address_hash, c.list, c.reason, c.since).where(c.address_hash.in_(names))):
            found.setdefault(names[row[0]], []).append(Suppressed(row[1], row[2], row[3]))
        for address, reason in self._told_by_mailings(connection, addresses):
            found.setdefault(address, []).append(Suppressed(self.everywhere, reason, 0.0))
        return found

    def _told_by_mailings(self, connection: sa.Connection, addresses: Collection[str]) -> list[tuple[str, str]]:
        c = recipient.c
        left = c.kinds.bitwise_and(bits(LEAVING)) != 0
        rows = connection.execute(sa.select(c.address, c.kinds).where(c.account.in_(self._accounts), c.address.in_(addresses), left))
        return [(row[0], "complaint" if Kind.COMPLAINT in kinds_of(row[1]) else "left") for row in rows]


def decide(at: Situation, run: str) -> Decision:  # noqa: PLR0911 - the decision table, one row a line, first that holds
    """The first row that holds."""
    member, winner = at.member, at.winner
    if at.suppressed is not None:
        return Decision(Action.NONE, RecordFate.SKIPPED, at.suppressed)  # S1
    if winner is None or not at.claimed:
        return Decision(Action.NONE, RecordFate.RELEASED)  # S2
    if member.open is not None:
        return Decision(Action.NONE, RecordFate.PENDING_CONFIRMATION, "outcome_unknown")  # S3
    if member.called_at:
        return Decision(Action.NONE, RecordFate.WRITTEN if member.called_by == run else RecordFate.UNCHANGED)  # S4
    if winner.verdict is not None:
        return Decision(Action.NONE, RecordFate.REJECTED, winner.verdict)  # S5
    if member.rejected_hash is not None and member.rejected_hash == winner.payload_hash:
        return Decision(Action.NONE, RecordFate.REJECTED, member.rejected_reason or "vendor_refused")  # S6
    return Decision(INVITE, RecordFate.WRITTEN)  # S7
