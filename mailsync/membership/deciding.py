"""What holds for an address right now: the situation out of the ledger, and the decision that follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from mailsync.membership.model import Decision, Rules, Situation, decide
from mailsync.membership.situations import Situations


class Deciding:
    """Bound to one account's situations and the rules of the lists fed in this run, by list id."""

    def __init__(self, situations: Situations, rules: Mapping[str, Rules]) -> None:
        self._situations = situations
        self._rules = rules

    def now(self, connection: sa.Connection, list_id: str, addresses: Collection[str]) -> dict[str, tuple[Situation, Decision]]:
        """One decision for each address."""
        rules = self._rules[list_id]
        return {address: (at, decide(at, rules)) for address, at in self._situations.load(connection, list_id, addresses).items()}

    def one(self, connection: sa.Connection, list_id: str, address: str) -> tuple[Situation, Decision]:
        """The decision for one address."""
        return self.now(connection, list_id, [address])[address]
