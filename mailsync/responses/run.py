"""One run of the response rules: absorb, then settle (docs/responses.md, "A run"). The order of the steps is the promise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mailsync.answers.absorb import AnswerAbsorber
from mailsync.answers.plan import SurveyResponse
from mailsync.clock import Clock
from mailsync.errors import Bug, ConfigError, MailsyncError, TransientError
from mailsync.ledger import recipients
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import History, Status, Target
from mailsync.ledger.lease import Lease
from mailsync.membership.told import Braked, Event, EventKind, Settled, Spending, Stopped, Summary, account_of
from mailsync.responses import opening
from mailsync.responses.absorb import Absorber
from mailsync.responses.calls import Calls
from mailsync.responses.crm import Crm
from mailsync.responses.fates import TARGET, Fates
from mailsync.responses.forecast import forecast
from mailsync.responses.held import RECIPIENTS, Held
from mailsync.responses.model import DAY_S, QUIET_BELOW
from mailsync.responses.plan import Message, Plan
from mailsync.responses.pool import Pool
from mailsync.responses.rule_changes import Brake, RuleChanges
from mailsync.responses.settle import Settler, age_campaigns

CHUNK = 1000
WAIT_TOLD_S = 5.0


class Run:
    """Not for use by several threads, but for `ask_to_stop`. The CRM must be built so that it calls `reserve` before each request."""

    def __init__(self, *, ledger: Ledger, crm: Crm, plan: Plan, clock: Clock, on_event: Callable[[Event], None], lease: Lease | None = None) -> None:
        """`lease` is given by tests that play another process."""
        self._ledger = ledger
        self._plan = plan
        self._on_event = on_event
        self._lease = lease or Lease(ledger, plan.sync_name)
        self._stop = False
        self._is_held = False
        self.budget = Budget(ledger, plan.account, crm.traits.limits, share=plan.share_of_limit, clock=clock, on_wait=self._waiting)
        calls = Calls(crm, budget=self.budget, clock=clock, when_spent=plan.when_spent, check=self._check, warn=self._warn)
        self._held = Held(ledger, crm, plan, self._lease, calls, 0, self._tell)
        self.reserve = calls.reserve
        self._history = History(ledger, self._lease, plan.sync_name)
        self._absorber_or_none: Absorber | None = None  # made once the lease is held: before that an address may still be erased
        self._settler = Settler(self._held)
        self._changes = RuleChanges(self._held, self._settler)
        self._fates = Fates(plan.streams)
        self._messages: list[Message] = []
        self._pool = Pool(self._held, self._settler, self._fates)
        self._begun: set[str] = set()  # streams of which something but a state has arrived
        self._stated: set[str] = set()
        self._complete: set[str] = set()
        self._statuses = 0
        self._ready = False

    @property
    def _absorber(self) -> Absorber:
        if self._absorber_or_none is None:
            raise Bug("The run is used before it is opened.")
        return self._absorber_or_none

    def open(self) -> None:
        """Lease, plan against the CRM, account. Raises ConfigError, TransientError."""
        held, plan = self._held, self._plan
        opening.refuse_what_the_crm_lacks(plan, held.crm.traits)
        self._lease.acquire()
        self._is_held = True
        self._absorber_or_none = Absorber(self._ledger, plan)
        self._answer_absorber = AnswerAbsorber(self._ledger, plan)
        held.number = self._history.begin(system=held.crm.traits.system, account=plan.account)
        self._history.name([Target(f"{plan.account}/{TARGET}", "crm", held.crm.traits.system)])
        opening.check_account(held, held.crm.organisation_id())
        opening.mark_old_for_recheck(held)

    def record(self, message: Message) -> None:
        """One message, in order of arrival. Buffered; a thousand are absorbed together, and five thousand rows settled."""
        if message.stream not in self._plan.streams:
            raise Bug(f"A record of stream {message.stream!r}, which is not configured.")
        self._begun.add(message.stream)
        self._fates.came_in(message.stream)
        self._messages.append(message)
        if len(self._messages) >= CHUNK:
            self._flush()

    def state(self, stream: str | None, state_hash: bytes, *, is_empty: bool, echoes_given: bool = True) -> Settled:
        """One STATE (stream None: of all streams). When it returns, every message before it is in the committed ledger, decided or to be decided."""
        names = [stream] if stream is not None else list(self._plan.streams)
        if echoes_given:
            self._look_at_first_state(names, state_hash, is_empty=is_empty)
        self._flush()
        opening.note_states(self._held, names, state_hash)
        self._stated.update(names)
        if self._knows_the_ledger():
            self._get_ready()
        self._pool.settle_old()
        return self.told_late(stream)

    def told_late(self, stream: str | None) -> Settled:
        """What became of messages before the last STATE since that was handled."""
        return self._fates.since_last_echo(stream, final=self._pool.is_empty and not self._fates.may_change(stream))

    def complete(self, stream: str) -> None:
        """Stream status COMPLETE: what waited for all of it is decided."""
        self._flush()
        self._pool.settle()
        self._statuses += 1
        self._complete.add(stream)
        if opening.end_relearning(self._held, stream):
            self._changes.accept()
            self._settler.settle_all(patient=False)
            self._pool.count_again()

    def incomplete(self, stream: str) -> None:
        """Stream status INCOMPLETE."""
        self._flush()
        self._pool.settle()
        self._statuses += 1
        self._complete.discard(stream)

    def close(self) -> Summary:
        """End of input: what was left over, the sum of fates. Raises Braked and everything `record` raises."""
        self._flush()
        self._get_ready()
        self._pool.settle()
        if not self._plan.statuses_expected:
            for name in self._plan.streams:
                self.complete(name)
        age_campaigns(self._held, DAY_S, QUIET_BELOW)
        self._settler.settle_all(patient=True)
        self._pool.count_again()
        self._fates.check_sum()
        summary = self._summary(self._notes())
        if self._changes.brakes:
            braked = Braked(_braked(self._changes.brakes), summary=summary)
            self._note_end(Status.BRAKED, summary, str(braked))
            self._release()
            raise braked
        self._note_end(Status.DONE, summary)
        self._release()
        return summary

    def so_far(self) -> Summary:
        """What the run did until now, for who ends it early."""
        return self._summary([])

    def abandon(self, error: BaseException | None = None) -> None:
        """Give the lease back; what is committed stays, and the ledger's history says why. May be called at any time and twice."""
        if not self._is_held:
            return
        if error is not None and self._held.number:
            text = str(error) if isinstance(error, MailsyncError) else f"A bug: {type(error).__name__}."
            with suppress(TransientError):  # the ledger is gone, or another run has taken over: it has the last word
                self._note_end(Status.STOPPED if isinstance(error, Stopped) else Status.FAILED, self._summary([]), text)
        self._release()

    def ask_to_stop(self) -> None:
        """Fit for a signal handler: the call in flight is finished and committed, then `Stopped` is raised from the method that runs."""
        self._stop = True

    def _flush(self) -> None:
        """Commit ①; what it touched is decided once there is enough of it."""
        if not self._messages:
            return
        self._check()
        if self._knows_the_ledger():
            self._get_ready()
        messages, self._messages = self._messages, []
        with self._held.commit(alone_at=RECIPIENTS) as connection:
            chunk = self._absorber.absorb(connection, [one for one in messages if not isinstance(one, SurveyResponse)])
            self._answer_absorber.absorb(connection, [one for one in messages if isinstance(one, SurveyResponse)], chunk)
        self._pool.add(chunk)

    def _look_at_first_state(self, names: list[str], state_hash: bytes, *, is_empty: bool) -> None:
        """The first STATE of a stream is the one the source was given. Empty: everything is read anew. Unknown: another ledger belongs to it."""
        for name in names:
            if name in self._stated or name in self._begun:
                continue
            if is_empty:
                opening.begin_relearning(self._held, name)
                self._changes.hold_new(relearning=True)
            elif not opening.is_known_state(self._held, name, state_hash):
                raise ConfigError(_OTHER_LEDGER.format(stream=name))

    def _knows_the_ledger(self) -> bool:
        """Whether each stream of responses has shown where it begins: before that, what this ledger left over may be another ledger's."""
        return self._plan.response_streams <= self._stated | self._begun

    def _get_ready(self) -> None:
        """Once, before anything is decided: what earlier runs left, rules that changed, campaigns that grew old."""
        if self._ready:
            return
        self._ready = True
        held = self._held
        if opening.is_blank(held):  # also where the source does not begin with the state it was given
            for name in sorted(self._plan.response_streams):
                opening.begin_relearning(held, name)
        self._changes.look_at_plan()
        with self._ledger.begin() as connection:
            relearning = held.is_relearning(connection)
        if relearning:
            self._changes.hold_new(relearning=True)
        else:
            self._changes.accept()
        age_campaigns(held, DAY_S, QUIET_BELOW)
        self._settler.settle_all(patient=True)

    def _notes(self) -> list[str]:
        notes = [] if self._statuses or not self._plan.statuses_expected else [_NO_STATUSES]
        with self._ledger.begin() as connection:
            waiting = self._held.is_relearning(connection)
        return [*notes, _RELEARNING] if waiting else notes

    def _summary(self, notes: list[str]) -> Summary:
        with self._ledger.begin() as connection:
            waiting = recipients.count_dirty(connection, self._plan.sync_name)
        return Summary(
            fates=self._fates.totals(),
            records_in=dict(self._fates.records_in),
            actions={(TARGET, what): count for what, count in sorted(self._held.calls.done.items()) if count},
            spending=tuple(Spending(name, count, None) for name, count in sorted(self.budget.spent.items())),
            forecast=forecast(waiting, self._held.crm.traits, self._plan, self.budget),
            notes=tuple(notes),
            examples=self._fates.examples(),
        )

    def _note_end(self, status: Status, summary: Summary, error: str = "") -> None:
        self._history.end(self._held.number, status, account_of(summary, self.budget), error=error)

    def _release(self) -> None:
        self._is_held = False
        self._lease.release()

    def _check(self) -> None:
        if self._stop:
            raise Stopped("Asked to stop: the call in flight was finished and committed. Run again to carry on.")
        with self._held.commit():  # a long wait must not let the lease run out, and a zombie makes no further call
            pass

    def _waiting(self, endpoint: str, seconds: float) -> None:
        if seconds >= WAIT_TOLD_S:
            self._tell(EventKind.WAITING, f"Waiting up to {seconds:.0f} s for the vendor's limit of {endpoint}.")
        if self._is_held:
            self._check()

    def _warn(self, text: str) -> None:
        self._tell(EventKind.WARNING, text)

    def _tell(self, kind: EventKind, text: str) -> None:
        self._on_event(Event(kind, text))


def _braked(brakes: list[Brake]) -> str:
    rules = "; ".join(f"rule {one.rule!r}: {one.people} of the {one.known} people known" for one in brakes)
    return (
        f"New or changed rules did not fire, because so many at once look like a mistake: {rules}. Everything else was done. "
        "If it was meant, set allow_rules_over_brake for one run; otherwise change the rule back."
    )


_NO_STATUSES = "No stream status arrived: end of input is not COMPLETE. If this host never forwards any, set stream_statuses to absent."
_RELEARNING = "Everything is being read anew; statuses, fields and new rules wait until every stream is complete, and everybody was looked up."
_OTHER_LEDGER = (
    "Stream {stream}: the source starts from a state that this ledger never acknowledged. The ledger was restored from an older backup, or belongs "
    "to another connection. Configure the right ledger; or clear the connection's state, so that everything is read anew: items are then found by "
    "their marks, and none is made twice."
)
