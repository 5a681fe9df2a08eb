"""One run of the membership rules: absorb, then reconcile (docs/membership.md, "A run"). The order of the steps is the promise.

Long because that order stands in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import Bug, MailsyncError, TransientError
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import Account, History, Status, Target
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import state
from mailsync.ledger.suppressions import ForgottenAddresses
from mailsync.membership import opening, restoring
from mailsync.membership.absorb import Absorbed
from mailsync.membership.afterwards import Afterwards, nothing
from mailsync.membership.ending import Ending
from mailsync.membership.farewells import take_off_forgotten
from mailsync.membership.fates import Ruling, ruling
from mailsync.membership.feeding import StreamParts
from mailsync.membership.parts import Holding, Parts, build
from mailsync.membership.plan import Claim, Plan
from mailsync.membership.settle import fate_of
from mailsync.membership.told import Event, EventKind, Held, Settled, Stopped, Summary, account_of
from mailsync.membership.tool import MailingTool

CHUNK = 1000
CHUNK_CHARACTERS = 8_000_000  # of a few records with very long fields
WAIT_TOLD_S = 5.0


class Run:
    """Implements `told.MembershipRun`. Not for use by several threads, but for `ask_to_stop`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        tool: MailingTool,
        plan: Plan,
        clock: Clock,
        on_event: Callable[[Event], None],
        lease: Lease | None = None,
        afterwards: Afterwards = nothing,
    ) -> None:
        """`tool` must reserve its reads with `budget.reserve`. `lease` is given by tests that play another process.

        `afterwards` is done last, when everybody is where they belong.
        """
        self._afterwards = afterwards
        self._ledger = ledger
        self._tool = tool
        self._plan = plan
        self._on_event = on_event
        self._lease = lease or Lease(ledger, plan.sync_name)
        self._stop = False
        self._held = False
        self._claims: list[Claim] = []
        self._characters = 0
        self._begun: set[str] = set()  # streams of which something but a state has arrived
        self._stated: set[str] = set()
        self._complete: set[str] = set()
        self._statuses = 0
        self._drained = False
        self._spent_before: Counter[str] = Counter()
        self._foretell_at = CHUNK
        self.budget = Budget(ledger, plan.account, tool.traits.limits, share=plan.share_of_limit, clock=clock, on_wait=self._waiting)
        self._history = History(ledger, self._lease, plan.sync_name)
        self._number: int | None = None
        self._notes: list[str] = []
        self._restored = False
        self._parts_or_none: Parts | None = None
        self._stream_parts: StreamParts

    @property
    def _parts(self) -> Parts:
        if self._parts_or_none is None:
            raise Bug("The run is used before it is opened.")
        return self._parts_or_none

    def open(self) -> None:
        """Lease, account check, complete read ①, responses ②, take-offs. Raises ConfigError, TransientError."""
        self._lease.acquire()
        self._held = True
        ledger, plan = self._ledger, self._plan
        since = self._history.last_finished()
        number = self._number = self._history.begin(system=self._tool.traits.system, account=plan.account)
        self._history.name({one.list.key: Target(f"{plan.account}/{one.list.key}", "list", one.list.name) for one in plan.feeds}.values())
        opening.check_account(ledger, self._lease, plan, self._tool.organisation_id())
        self._refuse_restored_ledger()
        blank = opening.is_blank(ledger)
        if blank:
            opening.refuse_lost_ledger(self._tool, plan)
        feeding = opening.record_feeds(ledger, self._lease, plan)
        self._stream_parts = StreamParts(ledger, plan.sync_name, plan.account, plan.feeds, feeding)
        with ledger.begin() as connection:
            self._lease.fence(connection)
            opening.keep_parts(ledger, connection, plan, self._stream_parts)
        opening.drop_what_is_old(ledger, self._lease, plan)
        self._parts_or_none = build(Holding(ledger, self._tool, plan, self._lease, self.budget, feeding, number, self._tell, self._check))
        parts = self._parts
        for list_id, listing in parts.lists.items():
            self._tell(EventKind.PROGRESS, f"Reading the list {listing.name!r} completely.")
            parts.read_completely(list_id)
        new = parts.responses.read(since)
        if new:
            self._tell(EventKind.PROGRESS, f"{new} new leavings seen in campaigns.")
        parts.registry.read()
        self._foretell()
        parts.settler.take_off_leavers()
        if parts.reader.met:
            self._notes += take_off_forgotten(self._tool, parts.calls, ForgottenAddresses(ledger), parts.lists, parts.reader.met)

    def announce(self, stream: str, records: int) -> None:
        """The source expects to send so many records of a stream. Raises ConfigError where they are more than what follows can take."""
        parts = self._parts
        parts.forecaster.announce(stream, records)
        self._afterwards.look_ahead(self._ledger, self._plan, parts.forecaster.of_source)
        feeding = Counter(feed.stream for feed in self._plan.feeds)
        most = parts.forecaster.announced(feeding, parts.calls.subscribe_endpoint, parts.calls.batch_size)
        if most is not None:
            self._tell(EventKind.FORECAST, f"Forecast: the source announces {records:,} records of {stream}; if all are new, {most}.")

    def record(self, claim: Claim) -> None:
        """One record message, in order of arrival. Buffered; a thousand are absorbed and settled together."""
        parts = self._parts
        if claim.stream not in self._begun:
            self._begun.add(claim.stream)
            parts.mirror.first_record(parts.streams[claim.stream])
        parts.fates.came_in(claim.stream)
        if claim.part is not None:
            self._stream_parts.learn(claim.stream, *claim.part)
        for name, how in claim.changed:
            parts.fates.changes[claim.stream, name, how] += 1
        self._claims.append(claim)
        self._characters += sum(map(len, claim.payload.values())) if claim.payload else 0
        if len(self._claims) >= CHUNK or self._characters >= CHUNK_CHARACTERS:
            self._flush()

    def state(self, stream: str | None, state_hash: bytes, *, is_empty: bool, echoes_given: bool = True) -> Settled:
        """One STATE (stream None: of all streams). When it returns, every record before it has its fate in the committed ledger."""
        self._flush()
        names = [stream] if stream is not None else [one.name for one in self._plan.streams]
        self._check_state(names, state_hash, first=echoes_given and not is_empty)
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            now = self._ledger.clock.now()
            rows = [{"sync": self._plan.sync_name, "stream": name, "hash": state_hash.hex(), "echoed_at": now} for name in names]
            connection.execute(self._ledger.upsert(state), rows)
        self._stated.update(names)
        self._drain()
        return self._parts.fates.since_last_echo(stream)

    def complete(self, stream: str) -> None:
        """Stream status COMPLETE."""
        self._flush()
        self._statuses += 1
        self._complete.add(stream)

    def incomplete(self, stream: str) -> None:
        """Stream status INCOMPLETE."""
        self._flush()
        self._statuses += 1
        self._complete.discard(stream)

    def close(self) -> Summary:
        """End of input: mirrors ⑦, removals, responses, the sum of fates. Raises Braked and everything `record` raises."""
        self._flush()
        plan = self._plan
        if not plan.statuses_expected:
            self._complete = {one.name for one in plan.streams}
        notes = [*self._notes, *([] if self._statuses or not plan.statuses_expected else [_NO_STATUSES])]
        try:
            summary = self._ending().close(frozenset(self._complete), notes)
        except Held as held:
            self._note_end(Status.BRAKED, held.summary, str(held))
            self._release()
            raise
        self._note_end(Status.DONE, summary)
        if self._restored and self._complete >= {one.name for one in plan.streams}:
            with self._ledger.begin() as connection:
                self._lease.fence(connection)
                restoring.take_back(connection, plan.sync_name)
        self._release()
        return summary

    def so_far(self) -> Summary:
        """The summary of a run that did not come to its end."""
        return self._ending().summary([])

    def abandon(self, error: BaseException | None = None) -> None:
        """Give the lease back; what is committed stays, and the ledger's history says why. May be called at any time and twice."""
        if not self._held:
            return
        if error is not None and self._number is not None:
            text = str(error) if isinstance(error, MailsyncError) else f"A bug: {type(error).__name__}."
            summary = self._ending().summary([]) if self._parts_or_none is not None else None
            with suppress(TransientError):  # the ledger is gone, or another run has taken over: it has the last word
                self._note_end(Status.STOPPED if isinstance(error, Stopped) else Status.FAILED, summary, text)
        self._release()

    def _ending(self) -> Ending:
        held: Any = {"ledger": self._ledger, "lease": self._lease, "plan": self._plan, "budget": self.budget}
        return Ending(self._parts, **held, tell=self._tell, afterwards=self._afterwards, check_stop=self._check)

    def _note_end(self, status: Status, summary: Summary | None, error: str = "") -> None:
        account = Account() if summary is None else account_of(summary, self.budget)
        self._history.end(self._number or 0, status, account, error=error)

    def _release(self) -> None:
        self._held = False
        self._lease.release()

    def ask_to_stop(self) -> None:
        """Fit for a signal handler: the call in flight is finished and committed, then `Stopped` is raised from the method that runs."""
        self._stop = True

    def _flush(self) -> None:
        """Commit ③, settle what it touched, count the fates."""
        if not self._claims:
            return
        self._check()
        self._drain()
        claims, self._claims, self._characters = self._claims, [], 0
        parts = self._parts
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            opening.keep_parts(self._ledger, connection, self._plan, self._stream_parts)
            chunk = parts.absorber.absorb(connection, claims, parts.mirror.generations)
            reached = parts.situations.reach(connection, chunk.touched)
            parts.mark_dirty(connection, reached)
        if reached:
            parts.settler.settle(reached)
        parts.fates.settle(chunk.absorbed, self._decided(chunk.absorbed))
        self._foretell_rest()

    def _foretell(self) -> None:
        """Before the first write: what earlier runs left, and what today still allows."""
        parts = self._parts
        self._tell(EventKind.FORECAST, parts.forecaster.before_the_first_write(parts.calls.subscribe_endpoint))
        self._spent_before = Counter(self.budget.spent)
        self._foretell_at = CHUNK

    def _foretell_rest(self) -> None:
        """After the first thousand records, and then each time ten times as many are in: what the rest will cost if it is like these."""
        parts, traits = self._parts, self._tool.traits
        came = parts.fates.records_in.total()
        if came < self._foretell_at:
            return
        self._foretell_at = came * 10
        writes = {traits.subscribe_endpoint, traits.attach_endpoint, traits.unsubscribe_endpoint, traits.suppress_endpoint}
        spent = {one: count - self._spent_before[one] for one, count in self.budget.spent.items() if one in writes}
        rest = parts.forecaster.expected(parts.fates.records_in, spent)
        waiting = parts.forecaster.waiting()
        if rest is not None:
            self._tell(EventKind.FORECAST, f"Forecast after {came:,} records: the rest takes {rest}, if it is like these.")
        if waiting.calls:
            self._tell(EventKind.FORECAST, f"Forecast after {came:,} records: {waiting} wait for the next run already.")

    def _drain(self) -> None:
        """Once, what earlier runs left: postponed people first. Only after the first STATE showed that the ledger is the right one."""
        if not self._drained:
            self._drained = True
            self._parts.settler.settle_all()

    def _decided(self, absorbed: list[Absorbed]) -> dict[str, dict[tuple[str, str], Ruling]]:
        """What holds now for the current claims of these records, per list key."""
        parts, found = self._parts, dict[str, dict[tuple[str, str], Ruling]]()
        for list_id, listing in parts.lists.items():
            streams = parts.streams_of[list_id]
            addresses = {one.address for one in absorbed if one.address is not None and one.stream in streams}
            decided = found.setdefault(listing.key, {})
            for at, decision in parts.settler.decisions(list_id, addresses).values():
                for row in at.claimants:
                    if row.sync == self._plan.sync_name:
                        decided[row.stream, row.id] = ruling(row, at, parts.settler.fate(fate_of(row, at, decision)))
                if decision.reason == "crm_opt_out" and at.member.is_on:
                    parts.foreign_opt_outs[listing.key] += 1
        return found

    def _refuse_restored_ledger(self) -> None:
        with self._ledger.begin() as connection:
            self._restored = restoring.is_marked(connection, self._plan.sync_name)
        if self._restored and not self._plan.confirm_after_ledger_loss:
            raise restoring.refusal(self._plan.sync_name)

    def _check_state(self, names: list[str], state_hash: bytes, *, first: bool) -> None:
        """The first STATE of a stream is the one the source was given: a ledger that never echoed it is not the one that belongs to it."""
        if first and (self._restored or not self._plan.confirm_after_ledger_loss):
            opening.refuse_unknown_state(self._ledger, self._plan, [name for name in names if name not in self._stated | self._begun], state_hash)

    def _check(self) -> None:
        if self._stop:
            raise Stopped("Asked to stop: the call in flight was finished and committed. Run again to carry on.")

    def _waiting(self, endpoint: str, seconds: float) -> None:
        if self._held:
            with self._ledger.begin() as connection:  # a long wait must not let the lease run out
                self._lease.fence(connection)
        if seconds >= WAIT_TOLD_S:
            self._tell(EventKind.WAITING, f"Waiting up to {seconds:.0f} s for the vendor's limit of {endpoint}.")
        self._check()

    def _tell(self, kind: EventKind, text: str) -> None:
        self._on_event(Event(kind, text))


_NO_STATUSES = (
    "No stream status arrived, so nobody was removed: end of input is not COMPLETE. If this host never forwards any, set stream_statuses to absent."
)
