"""Settling: everybody who is to be decided, survey by survey; who is to be invited is invited, in order of address, one call each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from mailsync.errors import TransientError
from mailsync.invitations.calls import Calls
from mailsync.invitations.deciding import INVITE, decide
from mailsync.invitations.inviter import Target
from mailsync.ledger import members
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.model import Action, Decision, Situation
from mailsync.membership.plan import RecordFate, WhenSpent
from mailsync.membership.reasons import Reason
from mailsync.membership.situations import Situations

BATCH = 500


class Settler:
    """Settles one run. `waits_for`: why nobody (more) is invited in it: the day's invitations are used up, or not all is known of the people."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        situations: Situations,
        calls: Calls,
        targets: Mapping[str, Target],
        run: str,
        when_spent: WhenSpent,
        warn: Callable[[str], None],
    ) -> None:
        """`targets` by list id."""
        self._ledger, self._situations, self._calls, self._targets = ledger, situations, calls, targets
        self._run, self._when_spent, self._warn = run, when_spent, warn
        self.waits_for: Reason | None = None

    def settle_all(self) -> None:
        """Everybody who is to be decided."""
        for list_id in sorted(self._targets):
            for batch in self._dirty(list_id):
                self._batch(list_id, batch)

    def decisions(self, list_id: str, addresses: Collection[str]) -> dict[str, tuple[Situation, Decision]]:
        """What holds now; who is still to be invited waits for the next run."""
        with self._ledger.begin() as connection:
            loaded = self._situations.load(connection, list_id, addresses)
        return {address: (at, self._now(decide(at, self._run))) for address, at in loaded.items()}

    def _now(self, decision: Decision) -> Decision:
        if decision.action is INVITE:
            return Decision(Action.NONE, RecordFate.POSTPONED, self.waits_for or Reason.BUDGET_SPENT)
        return decision

    def count_waiting(self) -> int:
        """How many invitations wait for another day."""
        return sum(1 for list_id in self._targets for batch in self._dirty(list_id) for _ in self._to_invite(list_id, batch))

    def _batch(self, list_id: str, addresses: list[str]) -> None:
        for address in self._to_invite(list_id, addresses):
            if self.waits_for:
                break
            self._invite(self._targets[list_id], address)
        with self._ledger.begin() as connection:
            loaded = self._situations.load(connection, list_id, addresses)
            members.clear_dirty(connection, list_id, [address for address, at in loaded.items() if self._is_settled(at)])

    def _is_settled(self, at: Situation) -> bool:
        """Who is suppressed stays to be decided: what forbids it may be lifted."""
        decision = decide(at, self._run)
        return not at.claimed or (decision.action is not INVITE and decision.fate is not RecordFate.SKIPPED)

    def _to_invite(self, list_id: str, addresses: list[str]) -> list[str]:
        with self._ledger.begin() as connection:
            loaded = self._situations.load(connection, list_id, addresses)
        return [address for address, at in loaded.items() if decide(at, self._run).action is INVITE]

    def _invite(self, target: Target, address: str) -> None:
        try:
            self._calls.invite(target, address)
        except BudgetSpent as spent:
            if self._when_spent is WhenSpent.STOP:
                raise TransientError(f"{spent} when_budget_is_spent is stop; run again later.") from spent
            self.waits_for = Reason.BUDGET_SPENT
            self._warn(f"{spent} The other invitations stay in the ledger and are sent by the next run.")

    def _dirty(self, list_id: str) -> Iterator[list[str]]:
        after = ""
        while True:
            with self._ledger.begin() as connection:
                batch = members.dirty_after(connection, list_id, after, BATCH)
            if not batch:
                return
            yield batch
            after = batch[-1]
