"""One run of the invitation rules: absorb what the CRM says of people, then invite those who are to be invited.

Nobody is invited before the input has ended. An opt-out may be told by a later record of the same person, and a mail cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from mailsync.clock import Clock
from mailsync.errors import Bug, MailsyncError, TransientError
from mailsync.invitations import pauses
from mailsync.invitations.calls import Calls
from mailsync.invitations.deciding import SuppressedAnywhere
from mailsync.invitations.inviter import INVITE, Inviter, Target
from mailsync.invitations.open_claims import OpenClaims
from mailsync.invitations.settle import Settler
from mailsync.ledger import members
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import History, Status
from mailsync.ledger.history import Target as Named
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import state
from mailsync.membership import opening
from mailsync.membership.absorb import Absorbed, Absorber
from mailsync.membership.fates import Fates, Ruling, ruling
from mailsync.membership.plan import Claim, Plan
from mailsync.membership.reasons import Reason
from mailsync.membership.settle import fate_of
from mailsync.membership.situations import Situations
from mailsync.membership.told import Event, EventKind, Forecast, Settled, Spending, Stopped, Summary, account_of

CHUNK = 500
WAIT_TOLD_S = 5.0


class Run:
    """Not for use by several threads, but for `ask_to_stop`. The lists of the plan's feeds stand for surveys."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        inviter: Inviter,
        plan: Plan,
        targets: Collection[Target],
        clock: Clock,
        on_event: Callable[[Event], None],
        lease: Lease | None = None,
    ) -> None:
        """`lease` is given by tests that play another process."""
        self._ledger, self._inviter, self._plan, self._on_event = ledger, inviter, plan, on_event
        self._targets = {f"{plan.account}/{one.key}": one for one in targets}
        self._lease = lease or Lease(ledger, plan.sync_name)
        self._stop = False
        self._is_held = False
        # The pace is the user's own, so all of it is ours.
        self.budget = Budget(ledger, plan.account, inviter.traits.limits, share=1.0, clock=clock, on_wait=self._waiting)
        self._history = History(ledger, self._lease, plan.sync_name)
        self._number = 0
        self._claims: list[Claim] = []
        self._begun: set[str] = set()
        self._stated: set[str] = set()
        self._notes: list[str] = []
        self._fates = Fates({one.name: tuple(f.list.key for f in plan.feeds if f.stream == one.name) for one in plan.streams})
        self._open = OpenClaims()
        self._incomplete: set[str] = set()
        self._parts_or_none: _Parts | None = None

    @property
    def _parts(self) -> _Parts:
        if self._parts_or_none is None:
            raise Bug("The run is used before it is opened.")
        return self._parts_or_none

    def open(self) -> None:
        """Lease, account check, what earlier runs recorded. Raises ConfigError, TransientError."""
        self._lease.acquire()
        self._is_held = True
        ledger, plan, lease = self._ledger, self._plan, self._lease
        self._number = self._history.begin(system=self._inviter.traits.system, account=plan.account)
        self._history.name([Named(list_id, "survey", one.name) for list_id, one in self._targets.items()])
        opening.check_account(ledger, lease, plan, None)
        opening.drop_what_is_old(ledger, lease, plan)
        feeding = opening.record_feeds(ledger, lease, plan)
        pauses.note(ledger, lease, plan)
        suppressions = SuppressedAnywhere(ledger, plan.account)
        situations = Situations(account=plan.account, feeding=feeding, suppressions=suppressions, fields_belong_to_contact=False)
        name = f"{plan.sync_name}#{self._number}"
        calls = Calls(
            ledger,
            self._inviter,
            account=plan.account,
            budget=self.budget,
            lease=lease,
            situations=situations,
            run=name,
            check_stop=self._check,
        )
        settler = Settler(ledger, situations=situations, calls=calls, targets=self._targets, run=name, when_spent=plan.when_spent, warn=self._warn)
        self._parts_or_none = _Parts(Absorber(ledger, plan.sync_name), situations, calls, settler)

    def record(self, claim: Claim) -> None:
        """One record message, in order of arrival."""
        self._begun.add(claim.stream)
        self._fates.came_in(claim.stream)
        for name, how in claim.changed:
            self._fates.changes[claim.stream, name, how] += 1
        self._claims.append(claim)
        if len(self._claims) >= CHUNK:
            self._flush()

    def state(self, stream: str | None, state_hash: bytes, *, is_empty: bool, echoes_given: bool = True) -> Settled:
        """One STATE (stream None: of all streams). When it returns, every record before it is safe in the committed ledger."""
        self._flush()
        names = [stream] if stream is not None else [one.name for one in self._plan.streams]
        first = [name for name in names if name not in self._stated | self._begun]
        if echoes_given and not is_empty and not self._plan.confirm_after_ledger_loss:
            opening.refuse_unknown_state(self._ledger, self._plan, first, state_hash)
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            now = self._ledger.clock.now()
            rows = [{"sync": self._plan.sync_name, "stream": name, "hash": state_hash.hex(), "echoed_at": now} for name in names]
            connection.execute(self._ledger.upsert(state), rows)
        self._stated.update(names)
        settled = self._fates.since_last_echo(stream)
        return Settled(settled.records + self._open.since_last_state(names), settled.rejected, final=not self._open.waits(names))

    def told_late(self, stream: str | None) -> Settled:
        """What became of messages before the last STATE since that was handled."""
        names = [stream] if stream is not None else [one.name for one in self._plan.streams]
        return Settled(0, self._fates.since_last_echo(stream).rejected, final=not self._open.waits(names))

    def complete(self, _stream: str) -> None:
        """Stream status COMPLETE: nothing is taken off, so nothing waits for it."""
        self._flush()

    def incomplete(self, stream: str) -> None:
        """Stream status INCOMPLETE: what the CRM says of people is not all known, so that nobody is invited in this run."""
        self._flush()
        self._incomplete.add(stream)

    def close(self) -> Summary:
        """End of input: everybody is invited who is to be, those left over by earlier runs and those for whom a survey or a round is new, too.

        Then the sum of fates.
        """
        self._flush()
        self._notes += [one.replace("the list", "the survey") for one in opening.decide_new_feeds(self._ledger, self._lease, self._plan)]
        settler = self._parts.settler
        if self._incomplete:
            settler.waits_for = Reason.STREAM_INCOMPLETE
            self._notes.append(f"Nobody was invited: {', '.join(sorted(self._incomplete))} was not read to its end, so an opt-out may be missing.")
        settler.settle_all()
        for batch in self._open.batches():
            self._fates.settle(batch, self._decided(batch))
        self._open.close()
        self._fates.check_sum()
        summary = self.so_far()
        self._history.end(self._number, Status.DONE, account_of(summary, self.budget))
        self._release()
        return summary

    def so_far(self) -> Summary:
        """What the run did until now."""
        waiting = self._parts.settler.count_waiting()
        return Summary(
            fates=self._fates.totals(),
            records_in=dict(self._fates.records_in),
            actions=dict(self._parts.calls.actions),
            spending=tuple(Spending(name, count, self.budget.left_today(name)) for name, count in sorted(self.budget.spent.items())),
            forecast=Forecast(waiting, self.budget.seconds_for(waiting, INVITE), by_endpoint={INVITE: waiting} if waiting else {}),
            notes=tuple(self._notes),
            examples=self._fates.examples(),
            changes=dict(self._fates.changes),
        )

    def abandon(self, error: BaseException | None = None) -> None:
        """Give the lease back; what is committed stays, and the ledger's history says why. May be called at any time and twice."""
        if not self._is_held:
            return
        if error is not None and self._parts_or_none is not None:
            text = str(error) if isinstance(error, MailsyncError) else f"A bug: {type(error).__name__}."
            with suppress(TransientError):  # the ledger is gone, or another run has taken over: it has the last word
                status = Status.STOPPED if isinstance(error, Stopped) else Status.FAILED
                self._history.end(self._number, status, account_of(self.so_far(), self.budget), error=text)
        self._release()

    def ask_to_stop(self) -> None:
        """Fit for a signal handler: the call in flight is finished and committed, then `Stopped` is raised from the method that runs."""
        self._stop = True

    def _flush(self) -> None:
        if not self._claims:
            return
        self._check()
        claims, self._claims = self._claims, []
        parts = self._parts
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            chunk = parts.absorber.absorb(connection, claims, {})
            reached = parts.situations.reach(connection, chunk.touched)
            members.mark_dirty(self._ledger, connection, self._targets, reached)
        self._open.add(one for one in chunk.absorbed if one.fate is None)
        self._fates.settle([one for one in chunk.absorbed if one.fate is not None], {one.key: {} for one in self._targets.values()})

    def _decided(self, absorbed: Collection[Absorbed]) -> dict[str, dict[tuple[str, str], Ruling]]:
        found: dict[str, dict[tuple[str, str], Ruling]] = {}
        for list_id, target in self._targets.items():
            addresses = {one.address for one in absorbed if one.address is not None}
            decided = found.setdefault(target.key, {})
            for at, decision in self._parts.settler.decisions(list_id, addresses).values():
                for row in at.claimants:
                    if row.sync == self._plan.sync_name:
                        decided[row.stream, row.id] = ruling(row, at, fate_of(row, at, decision))
        return found

    def _release(self) -> None:
        self._is_held = False
        self._lease.release()

    def _check(self) -> None:
        if self._stop:
            raise Stopped("Asked to stop: the call in flight was finished and committed. Run again to carry on.")
        with self._ledger.begin() as connection:  # a long wait must not let the lease run out, and a zombie makes no further call
            self._lease.fence(connection)

    def _waiting(self, endpoint: str, seconds: float) -> None:
        if seconds >= WAIT_TOLD_S:
            self._on_event(Event(EventKind.WAITING, f"Waiting up to {seconds:.0f} s for the pace of {endpoint}."))
        if self._is_held:
            self._check()

    def _warn(self, text: str) -> None:
        self._on_event(Event(EventKind.WARNING, text))


class _Parts:
    """What a run has once it holds the ledger."""

    def __init__(self, absorber: Absorber, situations: Situations, calls: Calls, settler: Settler) -> None:
        self.absorber, self.situations, self.calls, self.settler = absorber, situations, calls, settler


def names_of(targets: Collection[Target]) -> Mapping[str, str]:
    """What each survey is called, by its key in the ledger."""
    return {one.key: one.name for one in targets}
