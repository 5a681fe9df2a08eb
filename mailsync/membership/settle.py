"""Reconciling: for each dirty (list, address) decide, act, decide again, until there is nothing left to do but wait.

Leavings go before subscriptions in every batch. Who unsubscribed or bounced is read again when that is older than 15 minutes, before anybody is
subscribed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from mailsync.ledger import members
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.membership.calls import Calls, DecideAgain
from mailsync.membership.deciding import Deciding
from mailsync.membership.model import Action, Decision, MemberRow, RecordRow, Situation
from mailsync.membership.plan import RecordFate, WhenSpent
from mailsync.membership.tool import MailingList, Traits

FRESH_S = 900.0
BATCH = 500
_SUBSCRIBE = "subscribe"
_LEAVINGS = ("left", "crm_opt_out")


class Settler:
    """Settles the lists fed in this run."""

    def __init__(  # noqa: PLR0913 - it joins all parts of the rules
        self,
        ledger: Ledger,
        *,
        lease: Lease,
        lists: Mapping[str, MailingList],
        deciding: Deciding,
        traits: Traits,
        calls: Calls,
        refresh: Callable[[str], None],
        when_spent: WhenSpent,
        membership_first: bool,
        warn: Callable[[str], None],
    ) -> None:
        """`lists`: list id → list, of those fed in this run. `refresh(list id)` reads who left it, in the list and in campaigns."""
        self._ledger = ledger
        self._lease = lease
        self._lists = lists
        self._deciding = deciding
        self._traits = traits
        self._calls = calls
        self._read_leavers = refresh
        self._when_spent = when_spent
        self._fields_wait = membership_first
        self._warn = warn
        self._read_leavers_at: dict[str, float] = {}
        self._spent: set[str] = set()

    def fresh(self, list_id: str, at: float) -> None:
        """A read of the leavers just happened."""
        self._read_leavers_at[list_id] = at

    def fields_now(self) -> None:
        """Memberships went first; what follows writes fields too."""
        self._fields_wait = False

    def take_off_leavers(self) -> None:
        """D1 for everything that is dirty, on every fed list."""
        for list_id in self._lists:
            for batch in self._dirty(list_id):
                self._take_off(list_id, batch)

    def settle_all(self) -> None:
        """Everything that is dirty."""
        self.take_off_leavers()
        for list_id in self._lists:
            for batch in self._dirty(list_id):
                self._settle(list_id, batch)

    def settle(self, addresses: Collection[str]) -> None:
        """These addresses on every fed list."""
        ordered = sorted(addresses)
        batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
        for list_id in self._lists:
            for batch in batches:
                self._take_off(list_id, batch)
        for list_id in self._lists:
            for batch in batches:
                self._settle(list_id, batch)

    def decisions(self, list_id: str, addresses: Collection[str]) -> dict[str, tuple[Situation, Decision]]:
        """What holds for these addresses on a list now."""
        with self._ledger.begin() as connection:
            return self._deciding.now(connection, list_id, addresses)

    def calls_for(self, list_id: str, addresses: Collection[str], written: set[str]) -> Counter[str]:
        """The calls, by endpoint, that these addresses need now. `written`: whose fields an earlier list of this reckoning writes; added to."""
        fit, others, traits = list[str](), Counter[str](), self._traits
        attaches = traits.attach_size > 0 and not self._lists[list_id].has_form
        for address, (at, decision) in self.decisions(list_id, addresses).items():
            new = decision.action is Action.SUBSCRIBE
            if attaches and (self._only_membership_is_missing(at, decision) or (new and address in written and at.member.removed is None)):
                fit.append(address)
                if self._fields_wait and at.winner is not None and at.written_hash != at.winner.payload_hash and address not in written:
                    others[traits.subscribe_endpoint] += at.winner.payload != "{}"
                    written.add(address)
            elif new or decision.action is Action.UPDATE:
                others[traits.subscribe_endpoint] += 1
                if traits.fields_belong_to_contact:
                    written.add(address)
            elif decision.action is Action.TAKE_OFF:
                others[traits.unsubscribe_endpoint] += 1
        calls = Counter({endpoint: math.ceil(count / traits.batch_size) for endpoint, count in others.items()})
        for first in range(0, len(fit), traits.attach_size or 1):
            calls.update(endpoint for endpoint, _ in self._calls.attach_calls(fit[first : first + traits.attach_size]))
        return calls

    def fate(self, decision: Decision) -> Decision:
        """The decision of a record whose action could not be taken in this run: postponed."""
        if _subscribes(decision):
            return Decision(decision.action, RecordFate.POSTPONED, "fields_follow" if self._waits(decision) else "budget_spent")
        return decision

    def _dirty(self, list_id: str) -> Iterator[list[str]]:
        after = ""
        while True:
            with self._ledger.begin() as connection:
                batch = members.dirty_after(connection, list_id, after, BATCH)
            if not batch:
                return
            yield batch
            after = batch[-1]

    def _take_off(self, list_id: str, addresses: Sequence[str]) -> None:
        found = self.decisions(list_id, addresses)
        self._act(list_id, {address: decision for address, (_, decision) in found.items() if decision.action is Action.TAKE_OFF})

    def _settle(self, list_id: str, addresses: Sequence[str]) -> None:
        found = self.decisions(list_id, addresses)
        if any(_subscribes(decision) for _, decision in found.values()) and self._refresh(list_id):
            self._take_off(list_id, addresses)
            found = self.decisions(list_id, addresses)
        acted = {address: one for address, one in found.items() if one[1].action is not Action.NONE and not self._waits(one[1])}
        self._act(list_id, {address: acted[address][1] for address in self._attach_groups(list_id, acted)})
        after = self.decisions(list_id, list(acted)) if acted else {}
        self._clear(list_id, {**found, **after})

    def _refresh(self, list_id: str) -> bool:
        """Read who left, if that is too old. Whether it was."""
        at = self._ledger.clock.now()
        if at - self._read_leavers_at.get(list_id, 0.0) <= FRESH_S:
            return False
        self._read_leavers(list_id)
        self.fresh(list_id, at)
        return True

    def _act(self, list_id: str, waiting: Mapping[str, Decision]) -> None:
        """Addresses to their end, as many in a call as the vendor takes, leavings first."""
        size = self._traits.batch_size
        for call, addresses in self._by_call(list_id, waiting).items():
            for first in range(0, len(addresses), size):
                self._act_together(list_id, call, addresses[first : first + size])

    def _by_call(self, list_id: str, waiting: Mapping[str, Decision]) -> dict[str, list[str]]:
        """What the vendor has to be asked → addresses: to take off, by reason, then to subscribe."""
        calls: dict[str, list[str]] = {call: [] for call in (*_LEAVINGS, _SUBSCRIBE)}
        for address, decision in waiting.items():
            if _subscribes(decision):
                calls[_SUBSCRIBE].append(address)
            elif decision.action is Action.TAKE_OFF and (list_id, address) not in self._calls.refused:
                calls[_reason_to_leave(decision)].append(address)
        return calls

    def _act_together(self, list_id: str, call: str, addresses: Sequence[str]) -> None:
        """One call, made again until it was made: what does not hold any more when its turn comes is decided again."""
        while addresses:
            if call == _SUBSCRIBE:
                self._refresh(list_id)
            try:
                self._once(list_id, call, addresses)
            except DecideAgain:
                self._refresh(list_id)
                again = self._by_call(list_id, {address: decision for address, (_, decision) in self.decisions(list_id, addresses).items()})
                addresses = again.pop(call)
                for other, changed in again.items():
                    self._act_together(list_id, other, changed)
            else:
                return

    def _once(self, list_id: str, call: str, addresses: Sequence[str]) -> None:
        listing, endpoints = self._lists[list_id], self._traits
        try:
            if call != _SUBSCRIBE and endpoints.unsubscribe_endpoint not in self._spent:
                self._calls.take_off(listing, addresses, call, lambda _, now: now.action is Action.TAKE_OFF and _reason_to_leave(now) == call)
            elif call == _SUBSCRIBE and endpoints.subscribe_endpoint not in self._spent:
                self._calls.subscribe(listing, addresses)
        except BudgetSpent as spent:
            self._note_spent(spent)

    def _attach_groups(self, list_id: str, acted: Mapping[str, tuple[Situation, Decision]]) -> list[str]:
        """Use the many-address call where only the membership is missing; the addresses that remain are returned."""
        listing, size = self._lists[list_id], self._traits.attach_size
        if not size or listing.has_form or self._traits.attach_endpoint in self._spent:
            return list(acted)
        fit = [address for address, one in acted.items() if self._only_membership_is_missing(*one)]
        rest = [address for address in acted if address not in set(fit)]
        for first in range(0, len(fit), size):
            group = fit[first : first + size]
            try:
                self._calls.attach(listing, group, self._only_membership_is_missing)
            except DecideAgain:
                rest += group  # one by one, each decided again inside its own intent
            except BudgetSpent as spent:
                self._note_spent(spent)
                return rest + fit[first:]
        return rest

    def _waits(self, decision: Decision) -> bool:
        """Fields of people who are on the list, while memberships go first."""
        return self._fields_wait and decision.action is Action.UPDATE

    def _only_membership_is_missing(self, at: Situation, decision: Decision) -> bool:
        """Never for someone we once removed: whether the call brings them back is not documented."""
        if decision.action is not Action.SUBSCRIBE or at.winner is None or at.member.removed is not None:
            return False
        if self._fields_wait:
            return True
        written = self._traits.fields_belong_to_contact and at.written_hash is not None and at.written_hash == at.winner.payload_hash
        return written or at.winner.payload == "{}"

    def _note_spent(self, spent: BudgetSpent) -> None:
        if self._when_spent is WhenSpent.STOP:
            raise spent
        if spent.endpoint not in self._spent:
            self._spent.add(spent.endpoint)
            self._warn(f"{spent} The rest stays in the ledger and is done first in the next run.")

    def _clear(self, list_id: str, found: Mapping[str, tuple[Situation, Decision]]) -> None:
        done = [address for address, (at, decision) in found.items() if decision.action is Action.NONE and not may_become_due(at)]
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.clear_dirty(connection, list_id, done)


def _subscribes(decision: Decision) -> bool:
    return decision.action in (Action.SUBSCRIBE, Action.UPDATE)


def _reason_to_leave(decision: Decision) -> str:
    """Why D1 takes somebody off, as it is remembered: a CRM opt-out can be taken back in the CRM, any other leaving cannot."""
    return "crm_opt_out" if decision.reason == "crm_opt_out" else "left"


def may_become_due(at: Situation) -> bool:
    """Ours, on, and nobody claims it any more; or a call has no answer yet."""
    member: MemberRow = at.member
    return member.open is not None or is_due(at)


def is_due(at: Situation) -> bool:
    """Ours, on, and no live record of any sync that feeds the list claims it."""
    return bool(at.member.ours) and at.member.is_on and not at.claimed


def fate_of(row: RecordRow, at: Situation, decision: Decision) -> Decision:
    """The fate of one claimant: a suppression counts for all, otherwise all but the winner are shadowed."""
    if at.suppressed is None and at.winner is not None and at.winner.rank != row.rank:
        return Decision(decision.action, RecordFate.SHADOWED)
    return decision
