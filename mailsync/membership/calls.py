"""One vendor write at a time: reserve and commit the intent ④, call, commit the outcome ⑤.

Nothing here decides; a crash between ④ and ⑤ leaves an open intent, which the next complete read resolves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson
import sqlalchemy as sa

from mailsync.errors import RateLimited, VendorUnavailable
from mailsync.ledger import members
from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.membership.model import ABSENT, MemberRow, RecordRow, Situation
from mailsync.membership.situations import Situations
from mailsync.membership.tool import Fate, MailingList, MailingTool, Outcome

LOST = Outcome(Fate.LOST)


class Waited(Exception):
    """The call was not made: its budget or a lock had to be waited for first."""


class Calls:
    """The writes of one run. `actions` counts vendor actions per (list key, action)."""

    def __init__(
        self, ledger: Ledger, tool: MailingTool, *, budget: Budget, lease: Lease, situations: Situations, run: int, check_stop: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._tool = tool
        self._budget = budget
        self._lease = lease
        self._situations = situations
        self._run = run
        self._check_stop = check_stop
        self.actions: Counter[tuple[str, str]] = Counter()

    @property
    def subscribe_endpoint(self) -> str:
        """The endpoint that most of the work needs."""
        return self._tool.traits.subscribe_endpoint

    def subscribe(self, listing: MailingList, at: Situation, winner: RecordRow) -> None:
        """Add or update one contact with fields. Raises Waited, BudgetSpent, ConfigError."""
        member, before = at.member, replace(at.member)
        self._mark_subscribing(member, listing, winner)
        self._commit_intents(self._tool.traits.subscribe_endpoint, [member])
        payload = orjson.loads(winner.payload or "{}")
        outcome = self._call(
            self._tool.traits.subscribe_endpoint,
            lambda: self._tool.subscribe(listing.key, member.spelling, payload),
            [(member, before)],
        )
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            self._subscribed(connection, listing, member, winner, outcome, before)

    def attach(self, listing: MailingList, group: Sequence[tuple[Situation, RecordRow]]) -> None:
        """Membership only, for people whose fields the account has already. Raises as `subscribe`."""
        rows = [(at.member, replace(at.member), winner) for at, winner in group]
        for member, _, winner in rows:
            self._mark_subscribing(member, listing, winner)
        self._commit_intents(self._tool.traits.attach_endpoint, [member for member, _, _ in rows])
        outcomes = self._call_many(
            self._tool.traits.attach_endpoint,
            lambda: self._tool.attach(listing.key, [member.spelling for member, _, _ in rows]),
            [(member, before) for member, before, _ in rows],
        )
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            for (member, before, winner), outcome in zip(rows, outcomes, strict=True):
                self._subscribed(connection, listing, member, winner, outcome, before, action="attached")

    def take_off(self, listing: MailingList, member: MemberRow, reason: str) -> None:
        """End one membership. `reason`: removed, crm_opt_out or left. Raises as `subscribe`."""
        before = replace(member)
        member.open = f"rem:{reason}"
        endpoint = self._tool.traits.unsubscribe_endpoint
        self._commit_intents(endpoint, [member])
        outcome = self._call(endpoint, lambda: self._tool.take_off(listing.key, member.spelling), [(member, before)])
        self._gone(listing, member, reason, outcome, "removed" if reason == "removed" else "taken_off")

    def suppress(self, listing: MailingList, member: MemberRow) -> None:
        """Never mail this address again from this account. Raises as `subscribe`."""
        before = replace(member)
        member.open = "rem:removed"
        endpoint = self._tool.traits.suppress_endpoint
        self._commit_intents(endpoint, [member])
        outcome = self._call(endpoint, lambda: self._tool.suppress(member.spelling), [(member, before)])
        self._gone(listing, member, "removed", outcome, "suppressed")

    def _mark_subscribing(self, member: MemberRow, listing: MailingList, winner: RecordRow) -> None:
        absent = member.seen == ABSENT and member.answered_at <= member.seen_at
        if (absent or member.removed is not None) and not listing.has_form:
            member.ours = 1
        member.spelling = winner.spelling or member.spelling
        member.open, member.called_at, member.called_run = "sub", self._after(member.seen_at), self._run

    def _commit_intents(self, endpoint: str, rows: list[MemberRow]) -> None:
        self._check_stop()
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            wait = self._budget.try_reserve(connection, endpoint)
            if wait is None:
                members.save(self._ledger, connection, rows)
        if wait is not None:
            self._budget.wait(endpoint, wait)
            raise Waited
        self._budget.prepaid(endpoint)

    def _call(self, endpoint: str, call: Callable[[], Outcome], rows: list[tuple[MemberRow, MemberRow]]) -> Outcome:
        return self._call_many(endpoint, lambda: [call()], rows)[0]

    def _call_many(self, endpoint: str, call: Callable[[], list[Outcome]], rows: list[tuple[MemberRow, MemberRow]]) -> list[Outcome]:
        try:
            return call()
        except (VendorUnavailable, BudgetSpent):
            # Spent inside a call of several requests: the first may have taken effect.
            return [LOST] * len(rows)
        except RateLimited as limit:
            self._take_back([before for _, before in rows])
            self._budget.locked(endpoint, limit.retry_after or self._tool.traits.lock_s.get(endpoint, 60.0))
            raise Waited from None
        except Exception:
            # The tool says that nobody can be written (or has a bug): the call did not take effect, so the intent is taken back.
            self._take_back([before for _, before in rows])
            raise
        finally:
            self._budget.prepaid(None)

    def _take_back(self, rows: list[MemberRow]) -> None:
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.save(self._ledger, connection, rows)

    def _subscribed(
        self,
        connection: sa.Connection,
        listing: MailingList,
        member: MemberRow,
        winner: RecordRow,
        outcome: Outcome,
        before: MemberRow,
        *,
        action: str = "added_or_updated",
    ) -> None:
        if outcome.fate is not Fate.LOST:
            member.open = None
        if outcome.fate is Fate.DONE:
            member.answered_at = self._after(member.seen_at)
            member.removed = member.removed_at = None
            member.pending = member.unknown = 0
            member.rejected_hash = member.rejected_reason = member.rejected_code = member.rejected_message = None
            if action != "attached" or not orjson.loads(winner.payload or "{}"):
                scope = self._situations.scope(member.list)
                members.note_written(self._ledger, connection, scope, member.address, winner.payload_hash or "")
        elif outcome.fate is Fate.PENDING:
            member.pending, member.ours = 1, 0
        elif outcome.fate is Fate.REJECTED:
            member.ours = before.ours
            member.rejected_hash, member.rejected_reason = winner.payload_hash, outcome.reason or "vendor_refused"
            member.rejected_code, member.rejected_message = outcome.code, outcome.message
        members.save(self._ledger, connection, [member])
        named = {Fate.DONE: action, Fate.PENDING: "confirmation_sent", Fate.REJECTED: "refused", Fate.LOST: "lost"}
        self.actions[listing.key, named[outcome.fate]] += 1

    def _gone(self, listing: MailingList, member: MemberRow, reason: str, outcome: Outcome, action: str) -> None:
        if outcome.fate is not Fate.LOST:
            member.open = None
        if outcome.fate in (Fate.DONE, Fate.PENDING):
            member.removed, member.removed_at = reason, self._after(member.seen_at)
            member.ours = 0 if reason == "left" else member.ours
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.save(self._ledger, connection, [member])
            if member.removed is not None and not self._tool.traits.fields_belong_to_contact and self._tool.traits.can_delete_member:
                members.forget_written(connection, self._situations.scope(member.list), [member.address])
        named = {Fate.DONE: action, Fate.PENDING: action, Fate.REJECTED: "refused", Fate.LOST: "lost"}
        self.actions[listing.key, named[outcome.fate]] += 1

    def _after(self, moment: float) -> float:
        """Now, and later than a moment of the same clock tick."""
        return max(self._ledger.clock.now(), moment + 0.001)
