"""One invitation at a time: a place in the pace, the intent, the call, its outcome. An intent without an answer is never called again by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import orjson
import sqlalchemy as sa

from mailsync.errors import ConfigError, RateLimited, VendorUnavailable
from mailsync.invitations.deciding import INVITE as INVITES
from mailsync.invitations.deciding import decide
from mailsync.invitations.inviter import INVITE, Inviter, Target
from mailsync.ledger import members
from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.membership.model import MemberRow, RecordRow
from mailsync.membership.situations import Situations
from mailsync.membership.tool import Fate, Outcome

LIMITS_MET = 5  # in a row: then the day is taken for spent
REFUSALS = 10  # in a row with one code: then it is the survey, and not these people
LONGEST_WORDS = 1000


class Calls:
    """The invitations of one run. `actions` counts them by (target, what)."""

    def __init__(
        self,
        ledger: Ledger,
        inviter: Inviter,
        *,
        account: str,
        budget: Budget,
        lease: Lease,
        situations: Situations,
        run: str,
        check_stop: Callable[[], None],
    ) -> None:
        self._ledger, self._inviter, self._account = ledger, inviter, account
        self._budget, self._lease, self._situations = budget, lease, situations
        self._run, self._check_stop = run, check_stop
        self._refusals: tuple[str, int] = ("", 0)
        self.actions: Counter[tuple[str, str]] = Counter()

    def invite(self, target: Target, address: str) -> None:
        """Invite one person, if that is still what is to be done. Raises BudgetSpent, ConfigError, TransientError."""
        for _ in range(LIMITS_MET):
            self._check_stop()
            self._inviter.get_ready()
            self._budget.reserve(INVITE)
            intended = self._intend(target, address)
            if intended is None:
                return
            if self._called(target, *intended):
                return
        raise BudgetSpent(INVITE, self._inviter.traits.lock_s)

    def _intend(self, target: Target, address: str) -> tuple[MemberRow, RecordRow] | None:
        """The intent, committed before the call; None where it is no longer to be done: people leave meanwhile, and other syncs work."""
        list_id = f"{self._account}/{target.key}"
        with self._commit() as connection:
            self._ledger.serialize(connection, f"invitations {self._account}")
            at = self._situations.load(connection, list_id, [address])[address]
            if at.winner is None or decide(at, self._run).action is not INVITES:
                return None
            member = at.member
            members.forget_refusal(member)
            member.spelling = at.winner.spelling or address
            member.open, member.called_at, member.called_by = "sub", self._ledger.clock.now(), self._run
            members.save(self._ledger, connection, [member])
        return member, at.winner

    def _called(self, target: Target, member: MemberRow, winner: RecordRow) -> bool:
        """Whether that is settled; False: a limit was met, and the intent is taken back."""
        try:
            outcome = self._inviter.invite(target, values_of(target, member, winner))
        except RateLimited as limit:
            self._note(member, called=False)
            self._budget.locked(INVITE, limit.retry_after or self._inviter.traits.lock_s)
            return False
        except VendorUnavailable as lost:
            self.actions[target.key, "lost"] += 1
            self._is_it_down(target, lost)
            return True
        except ConfigError:
            self._note(member, called=False)
            raise
        self._note_outcome(target, member, winner, outcome)
        return True

    def _is_it_down(self, target: Target, lost: VendorUnavailable) -> None:
        """One lost answer costs one invitation of unknown outcome; a vendor that is down must not cost one for everybody."""
        with suppress(ConfigError):
            try:
                self._inviter.look(target)
            except VendorUnavailable:
                raise lost from None

    def _note_outcome(self, target: Target, member: MemberRow, winner: RecordRow, outcome: Outcome) -> None:
        if outcome.fate is Fate.DONE:
            self._refusals = ("", 0)
            self._note(member, called=True)
            self.actions[target.key, "invited"] += 1
            return
        member.rejected_hash, member.rejected_reason = winner.payload_hash, outcome.reason or "vendor_refused"
        member.rejected_code, member.rejected_message = outcome.code, outcome.message[:LONGEST_WORDS]
        member.rejected_at = self._ledger.clock.now()
        self._note(member, called=False)
        self.actions[target.key, "refused"] += 1
        self._refusals = (outcome.code, self._refusals[1] + 1 if self._refusals[0] == outcome.code else 1)
        if self._refusals[1] >= REFUSALS:
            raise ConfigError(
                f"The last {REFUSALS} invitations to {target.name!r} were refused with {outcome.code} ({outcome.message}). That looks like the "
                "survey, and not like these people. Mend it, then let them be tried again with mailsync retry."
            )

    def _note(self, member: MemberRow, *, called: bool) -> None:
        member.open = None
        if not called:
            member.called_at, member.called_by = 0.0, ""
        with self._commit() as connection:
            members.save(self._ledger, connection, [member])

    @contextmanager
    def _commit(self) -> Iterator[sa.Connection]:
        """A transaction of a run that still holds its lease."""
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            yield connection


def values_of(target: Target, member: MemberRow, winner: RecordRow) -> Mapping[str, str]:
    """What the survey tool is told of a person; the record's id and module come back with the answers."""
    values = {name: text for name, text in orjson.loads(winner.payload or "{}").items() if text}
    carried = {target.record_field: winner.id, target.module_field: winner.stream}
    return {**values, target.email_field: member.spelling, **{name: text for name, text in carried.items() if name}}
