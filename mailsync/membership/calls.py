"""One vendor call at a time, for as many addresses as it carries: reserve and commit the intent ④, call, commit the outcomes ⑤.

Nothing here decides; a crash between ④ and ⑤ leaves an open intent, which the next complete read resolves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson

from mailsync.errors import Bug, ConfigError, RateLimited, VendorUnavailable
from mailsync.ledger import members
from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.membership.deciding import Deciding
from mailsync.membership.model import ABSENT, Action, Decision, MemberRow, RecordRow, Situation
from mailsync.membership.situations import Situations
from mailsync.membership.tool import Fate, MailingList, MailingTool, Outcome, Person

LOST = Outcome(Fate.LOST)
LONGEST_WORDS = 1000
Still = Callable[[Situation, Decision], bool]
"""Whether a call is still what has to be done, asked once more inside the transaction of its intent."""
Intended = tuple[Situation, MemberRow]
"""A situation with its row marked, and the row as it was before."""


class DecideAgain(Exception):  # a signal, not an error
    """The call was not made: time has passed in a wait, or what was decided no longer holds."""


class Calls:
    """The writes of one run. `actions` counts vendor actions per (list key, action).

    Each call is decided once more inside the transaction that commits its intent ④: a batch was decided before its first call, and meanwhile
    people leave and other syncs work.
    """

    def __init__(  # noqa: PLR0913 - it joins the ledger, the vendor and the rules
        self,
        ledger: Ledger,
        tool: MailingTool,
        *,
        account: str,
        budget: Budget,
        lease: Lease,
        situations: Situations,
        deciding: Deciding,
        run: str,
        check_stop: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._tool = tool
        self._account = account
        self._budget = budget
        self._lease = lease
        self._situations = situations
        self._deciding = deciding
        self._run = run
        self._check_stop = check_stop
        self.actions: Counter[tuple[str, str]] = Counter()
        self.refused: set[tuple[str, str]] = set()  # take-offs that the vendor refused in this run: not asked again in it

    @property
    def subscribe_endpoint(self) -> str:
        """The endpoint that most of the work needs."""
        return self._tool.traits.subscribe_endpoint

    @property
    def batch_size(self) -> int:
        """The most addresses that one call may carry."""
        return self._tool.traits.batch_size

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        """The calls that attaching these would take."""
        return self._tool.attach_calls(addresses)

    def subscribe(self, listing: MailingList, addresses: Sequence[str]) -> None:
        """Add or update contacts with fields. Raises DecideAgain, BudgetSpent, ConfigError."""
        endpoint = self.subscribe_endpoint
        rows = self._intend(endpoint, listing, addresses, _subscribes, self._mark_subscribing)
        people = [Person(at.member.spelling, orjson.loads(_winner(at).payload or "{}")) for at, _ in rows]
        outcomes = self._call(endpoint, lambda: self._tool.subscribe(listing.key, people), rows)
        self._subscribed(listing, rows, outcomes, "added_or_updated")

    def attach(self, listing: MailingList, addresses: Sequence[str], still: Still) -> None:
        """Membership only, for people whose fields the account has already. Raises as `subscribe`."""
        endpoint = self._tool.traits.attach_endpoint
        rows = self._intend(endpoint, listing, addresses, still, self._mark_subscribing)
        spellings = [at.member.spelling for at, _ in rows]
        outcomes = self._call(endpoint, lambda: self._tool.attach(listing.key, spellings), rows)
        self._subscribed(listing, rows, outcomes, "attached")

    def take_off(self, listing: MailingList, addresses: Sequence[str], reason: str, still: Still) -> None:
        """End memberships. `reason`: removed, crm_opt_out or left. Raises as `subscribe`.

        Who is removed because nobody claims them leaves no trace where the vendor can do that; who left keeps a mark that stays readable.
        """
        endpoint = self._tool.traits.unsubscribe_endpoint
        rows = self._intend(endpoint, listing, addresses, still, _mark_removing(reason))
        spellings = [at.member.spelling for at, _ in rows]
        delete = reason == "removed" and self._tool.traits.can_delete_member
        outcomes = self._call(endpoint, lambda: self._tool.take_off(listing.key, spellings, delete=delete), rows)
        self._gone(listing, rows, outcomes, reason, "removed" if reason == "removed" else "taken_off")

    def suppress(self, listing: MailingList, addresses: Sequence[str], still: Still) -> None:
        """Never mail these addresses again from this account. Raises as `subscribe`."""
        endpoint = self._tool.traits.suppress_endpoint
        rows = self._intend(endpoint, listing, addresses, still, _mark_removing("removed"))
        spellings = [at.member.spelling for at, _ in rows]
        outcomes = self._call(endpoint, lambda: self._tool.suppress(listing.key, spellings), rows)
        self._gone(listing, rows, outcomes, "removed", "suppressed")

    def _intend(
        self,
        endpoint: str,
        listing: MailingList,
        addresses: Sequence[str],
        still: Still,
        mark: Callable[[MailingList, Situation], None],
    ) -> list[Intended]:
        """Commit ④: decided once more, reserved, and written down. Gives each situation with its row as it was before."""
        self._check_stop()
        list_id = self._id(listing)
        wait: float | None = None
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            self._ledger.serialize(connection, f"list {list_id}")
            found = self._deciding.now(connection, list_id, addresses)
            if not all(still(at, decision) for at, decision in found.values()):
                raise DecideAgain
            wait = self._budget.try_reserve(connection, endpoint)
            rows = [(found[address][0], replace(found[address][0].member)) for address in addresses]
            if wait is None:
                for at, _ in rows:
                    mark(listing, at)
                members.save(self._ledger, connection, [at.member for at, _ in rows])
        if wait is not None:
            self._budget.wait(endpoint, wait)
            raise DecideAgain
        self._budget.prepaid(endpoint)
        return rows

    def _mark_subscribing(self, listing: MailingList, at: Situation) -> None:
        member, winner = at.member, _winner(at)
        absent = member.seen == ABSENT and member.answered_at <= member.seen_at
        if (absent or member.removed is not None) and not listing.has_form:
            member.ours = 1
        member.spelling = winner.spelling or member.spelling
        member.open, member.called_at, member.called_by = "sub", self._after(member.seen_at), self._run

    def _call(self, endpoint: str, call: Callable[[], list[Outcome]], rows: Sequence[Intended]) -> list[Outcome]:
        try:
            return call()
        except (VendorUnavailable, BudgetSpent):
            # Spent inside a call of several requests: the first may have taken effect.
            return [LOST] * len(rows)
        except RateLimited as limit:
            self._take_back(rows)
            self._budget.locked(endpoint, limit.retry_after or self._tool.traits.lock_s.get(endpoint, 60.0))
            raise DecideAgain from None
        except Exception:
            # The tool says that nobody can be written (or has a bug): the call did not take effect, so the intent is taken back.
            self._take_back(rows)
            raise
        finally:
            self._budget.prepaid(None)

    def _take_back(self, rows: Sequence[Intended]) -> None:
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.save(self._ledger, connection, [before for _, before in rows])

    def _subscribed(self, listing: MailingList, rows: Sequence[Intended], outcomes: Sequence[Outcome], action: str) -> None:
        """Commit ⑤ of a subscribe call. Raises ConfigError, after what was done is committed, where the account takes nobody more."""
        written: dict[str, str] = {}
        for (at, before), outcome in zip(rows, outcomes, strict=True):
            if outcome.fate is Fate.FULL:
                at.member = before
                continue
            self._note_subscribed(at, before, outcome)
            if outcome.fate is Fate.DONE and (action != "attached" or not orjson.loads(_winner(at).payload or "{}")):
                written[at.member.address] = _winner(at).payload_hash or ""
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.note_written(self._ledger, connection, self._situations.scope(self._id(listing)), written)
            members.save(self._ledger, connection, [at.member for at, _ in rows])
        named = {Fate.DONE: action, Fate.PENDING: "confirmation_sent", Fate.REJECTED: "refused", Fate.LOST: "lost"}
        self.actions.update((listing.key, named[outcome.fate]) for outcome in outcomes if outcome.fate in named)
        full = next((outcome for outcome in outcomes if outcome.fate is Fate.FULL), None)
        if full is not None:
            raise ConfigError(full.message)

    def _note_subscribed(self, at: Situation, before: MemberRow, outcome: Outcome) -> None:
        member = at.member
        if outcome.fate is not Fate.LOST:
            member.open = None
        if outcome.fate is Fate.DONE:
            member.answered_at = self._after(member.seen_at)
            member.removed = member.removed_at = None
            member.pending = member.unknown = 0
            members.forget_refusal(member)
        elif outcome.fate is Fate.PENDING:
            member.pending, member.ours = 1, 0
        elif outcome.fate is Fate.REJECTED:
            # A refused call is none: a person who signs up after it does so by themselves.
            member.ours, member.called_at, member.called_by = before.ours, before.called_at, before.called_by
            member.rejected_hash, member.rejected_reason = _winner(at).payload_hash, outcome.reason or "vendor_refused"
            member.rejected_code, member.rejected_message = one_line(outcome.code), one_line(outcome.message)
            member.rejected_at = self._ledger.clock.now()

    def _gone(self, listing: MailingList, rows: Sequence[Intended], outcomes: Sequence[Outcome], reason: str, action: str) -> None:
        """Commit ⑤ of a call that takes off."""
        for (at, _), outcome in zip(rows, outcomes, strict=True):
            member = at.member
            if outcome.fate is not Fate.LOST:
                member.open = None
            if outcome.fate in (Fate.DONE, Fate.PENDING):
                member.removed, member.removed_at = reason, self._after(member.seen_at)
                member.ours = 0 if reason == "left" else member.ours
            elif outcome.fate is Fate.REJECTED:
                self.refused.add((member.list, member.address))
        done = [at.member.address for (at, _), outcome in zip(rows, outcomes, strict=True) if outcome.fate is Fate.DONE]
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.save(self._ledger, connection, [at.member for at, _ in rows])
            if action == "suppressed":
                for address in done:
                    self._situations.suppressions.add_everywhere(connection, address, "suppressed_on_delete", self._ledger.clock.now())
            if not self._tool.traits.fields_belong_to_contact and self._tool.traits.can_delete_member:
                gone = [at.member.address for at, _ in rows if at.member.removed is not None]
                members.forget_written(connection, self._situations.scope(self._id(listing)), gone)
        named = {Fate.DONE: action, Fate.PENDING: action, Fate.REJECTED: "refused", Fate.LOST: "lost"}
        self.actions.update((listing.key, named[outcome.fate]) for outcome in outcomes)

    def _id(self, listing: MailingList) -> str:
        return f"{self._account}/{listing.key}"

    def _after(self, moment: float) -> float:
        """Now, and later than a moment of the same clock tick."""
        return max(self._ledger.clock.now(), moment + 0.001)


def one_line(text: str) -> str:
    """A vendor's words without control characters: a database refuses some, a terminal obeys others."""
    return "".join(char if char.isprintable() else " " for char in text[:LONGEST_WORDS])


def _winner(at: Situation) -> RecordRow:
    if at.winner is None:
        raise Bug("Somebody was to be subscribed without a record behind them.")
    return at.winner


def _subscribes(_at: Situation, decision: Decision) -> bool:
    return decision.action in (Action.SUBSCRIBE, Action.UPDATE)


def _mark_removing(reason: str) -> Callable[[MailingList, Situation], None]:
    def mark(_listing: MailingList, at: Situation) -> None:
        at.member.open = f"rem:{reason}"

    return mark
