"""The launches of one run, after everybody is on the list: look, decide, do, until nothing is left but to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from mailsync.errors import ConfigError
from mailsync.launches import told
from mailsync.launches.calls import Calls
from mailsync.launches.content import Content, problems_of
from mailsync.launches.deciding import OVER, Decision, Step, decide, observe
from mailsync.launches.launcher import Answer, Fate, Launcher, Seen, State
from mailsync.launches.plan import Launch, Then, bears_mark, marked
from mailsync.launches.rehearsal import RehearsedLauncher
from mailsync.launches.review import Review, counted, too_many
from mailsync.ledger import launches as rows
from mailsync.ledger.engine import Ledger
from mailsync.ledger.launches import LaunchRow
from mailsync.membership.afterwards import Outcome, Settled
from mailsync.membership.plan import Plan
from mailsync.membership.told import EventKind

_ENDED_OTHERWISE = frozenset({State.STOPPED.value, State.CANCELLED.value, State.PAUSED.value, State.UNKNOWN.value})
MOST_STEPS = 4  # make, test, send, and see that nothing is left


class Launches:
    """Implements `membership.afterwards.Afterwards`. `documents`: what became of each launch, or in a dry run would."""

    def __init__(self, launcher: Launcher, plan: Sequence[Launch], content: Mapping[str, Content]) -> None:
        """`content` by launch key: what the vendor will show people, as far as it can be read before."""
        self._launcher = launcher
        self._plan = plan
        self._content = content
        self.documents: list[dict[str, Any]] = []

    def rehearsed(self) -> tuple[Launches, RehearsedLauncher]:
        """The same launches for a dry run, and the launcher that is told how to count."""
        launcher = RehearsedLauncher(self._launcher)
        return Launches(launcher, self._plan, self._content), launcher

    def __call__(self, settled: Settled) -> Outcome:
        """Every launch, one after the other; one that cannot go on keeps no other back."""
        outcome = Outcome()
        with settled.parts.ledger.begin() as connection:
            settled.lease.fence(connection)
            rows.drop_unmade(connection, settled.plan.sync_name, [one.key for one in self._plan])
        for launch in self._plan:
            one = _One(self._launcher, launch, self._content.get(launch.key), settled, outcome)
            try:
                one.go()
            except ConfigError as error:
                outcome.problems.append(f"Launch {launch.key}: {error}")
            self.documents.append(one.document())
        return outcome

    def look_ahead(self, ledger: Ledger, plan: Plan, announced: Mapping[str, int]) -> None:
        """Refuses more recipients than a launch takes before they are written to its list: ConfigError. One that was made stays as it is."""
        for launch in self._plan:
            with ledger.begin() as connection:
                row = rows.load(connection, plan.account, launch.key)
            whole = {one.stream for one in launch.recipients if not one.campaign}
            many = too_many({stream: count for stream, count in announced.items() if stream in whole})
            if many and (row is None or row.campaign is None):
                raise ConfigError(f"Launch {launch.key}: {many}, as the source announces. Choose a narrower selection.")


class _One:
    """One launch in one run."""

    def __init__(self, launcher: Launcher, launch: Launch, content: Content | None, settled: Settled, outcome: Outcome) -> None:
        self._launcher, self._launch, self._content = launcher, launch, content
        self._settled, self._outcome = settled, outcome
        self._calls = Calls(settled.parts.ledger, settled.lease, settled.budget, check_stop=settled.check_stop)
        self._account, self._label = settled.plan.account, launcher.traits.label
        self._list_id = f"{self._account}/{launch.list.key}"
        self._seen: tuple[Seen, ...] = ()
        self._review: Review | None = None
        self._done: list[str] = []
        self._row = self._loaded()

    def go(self) -> None:
        """As far as it goes now. Raises ConfigError, TransientError."""
        row, launch = self._row, self._launch
        self._refuse_changes()
        if row.status in OVER:
            self._say(EventKind.PROGRESS, told.standing(launch, row, self._label))
            return
        before = row.status
        if row.open == "test":  # one's own inbox: a test mail that may have been lost is not sent again by itself
            row.tested_at, row.open, row.open_at = row.open_at, None, None
        self._look()
        if row.status != before and row.status in _ENDED_OTHERWISE:
            self._note(told.standing(launch, row, self._label))
            return
        for _ in range(MOST_STEPS):
            decision = decide(row, self._seen, launch, label=self._label, now=self._now(), unready=self._unready())
            if decision.step is Step.NOTHING:
                self._say(EventKind.PROGRESS, told.standing(launch, row, self._label))
                return
            if decision.step in (Step.WAIT, Step.HOLD) or not self._act(decision):
                self._stay(decision)
                return

    def document(self) -> dict[str, Any]:
        """What became of it, or in a dry run would become: plain JSON, no address."""
        mails = self._review.mails if self._review is not None and {"send", "schedule"} & set(self._done) else 0
        return {
            "key": self._launch.key,
            "list": self._launch.list.name,
            "then": self._launch.then.value,
            "calls": list(self._done),
            "status": self._row.status,
            "why": self._row.reason,
            "review": self._review.document() if self._review is not None else None,
            "mails": mails,
        }

    def _loaded(self) -> LaunchRow:
        launch, parts = self._launch, self._settled.parts
        with parts.ledger.begin() as connection:
            self._settled.lease.fence(connection)
            row = rows.load(connection, self._account, launch.key)
            if row is None:
                row = LaunchRow(self._account, launch.key, self._settled.plan.sync_name, self._list_id, launch.draft.name, told.plan_of(launch))
                rows.save(parts.ledger, connection, row)
        return row

    def _refuse_changes(self) -> None:
        row, launch = self._row, self._launch
        if row.sync != self._settled.plan.sync_name:
            raise ConfigError(f"its key belongs to a launch of sync {row.sync!r}. Give it another key: a launch happens once.")
        if row.campaign is None and row.open is None:
            row.plan, row.name, row.list = told.plan_of(launch), launch.draft.name, self._list_id
            return
        changed = told.differences(orjson.loads(row.plan), launch, is_done=row.done is not None)
        if changed:
            raise ConfigError(
                f"its campaign was made with another {', '.join(changed)}, and does not change. Put that back, or give the launch another key."
            )

    def _look(self) -> None:
        """What the account shows, taken in."""
        self._seen = tuple(one for one in self._launcher.campaigns() if bears_mark(one.name, self._launch.key) or one.key == self._row.campaign)
        before = replace(self._row)
        observe(self._row, self._seen, self._now())
        if self._row != before:
            self._calls.save(self._row)

    def _unready(self) -> str:
        """Why its people are not all on the list yet."""
        missing = sorted(self._launch.streams - self._settled.complete)
        if missing:
            return f"{', '.join(missing)} was not read to its end in this run."
        return "removals are due from its list and held back by the brake." if self._list_id in self._settled.braked else ""

    def _act(self, decision: Decision) -> bool:
        """Whether it went on; where not, why is in the row."""
        if decision.step is not Step.TEST and not self._reviewed(decision.step):
            return False
        return {Step.CREATE: self._create, Step.TEST: self._test, Step.SCHEDULE: self._mail, Step.SEND: self._mail}[decision.step]()

    def _reviewed(self, step: Step) -> bool:
        """Read the list once more and count. Raises ConfigError where the numbers, or the content, forbid it."""
        settled, launch = self._settled, self._launch
        settled.parts.read_completely(self._list_id)
        settled.parts.settler.take_off_leavers()
        review = self._review = counted(settled.parts, settled.plan.sync_name, self._list_id, launch)
        self._row.review = orjson.dumps(review.document()).decode()
        if step is Step.CREATE or launch.then is not Then.DRAFT:
            for line in told.review_lines(launch, review, self._launcher.traits):
                self._say(EventKind.PROGRESS, line)
        self._refuse_numbers(review)
        wrong, warnings = problems_of(self._content, launch, self._launcher.traits)
        for warning in warnings:
            self._note(warning)
        if wrong:
            raise ConfigError(wrong)
        why = told.waiting(review) if review.waiting else "" if review.eligible else "none of its recipients is on the list and may be mailed."
        self._row.reason = why
        return not why

    def _refuse_numbers(self, review: Review) -> None:
        if many := too_many(review.records):
            raise ConfigError(f"{many}. Choose a narrower selection.")
        if review.against:
            raise ConfigError(told.against(self._launch, review))
        if review.existing and not self._launch.send_to_existing_members:
            raise ConfigError(
                f"the list {self._launch.list.name!r} has {review.existing} other members, who would get it too. Set send_to_existing_members, "
                "or choose another list."
            )

    def _create(self) -> bool:
        launch, traits = self._launch, self._launcher.traits
        draft = replace(launch.draft, name=marked(launch.draft.name, launch.key), list_key=launch.list.key)
        answer = self._make("create", traits.create_endpoint, lambda: self._launcher.create(draft))
        if answer.fate is Fate.LOST or (answer.fate is Fate.DONE and not answer.key):
            if answer.fate is Fate.DONE:
                self._row.open, self._row.open_at = "create", self._now()
            self._calls.save(self._row)
            self._look()
        elif answer.fate is Fate.DONE:
            self._row.campaign, self._row.status, self._row.changed_at, self._row.adopted = answer.key, State.DRAFT.value, self._now(), 0
            self._seen = (Seen(answer.key, draft.name, State.DRAFT, ""),)
        self._calls.save(self._row)
        if self._row.campaign is None and answer.fate in (Fate.LOST, Fate.DONE):
            self._row.reason = f"the answer to making the campaign was lost, and {self._label} does not show it yet."
        return self._row.campaign is not None

    def _test(self) -> bool:
        key, addresses = self._row.campaign or "", self._launch.test_addresses
        answer = self._make("test", self._launcher.traits.test_endpoint, lambda: self._launcher.send_test(key, addresses))
        if answer.fate in (Fate.DONE, Fate.LOST):
            self._row.tested_at, self._row.open, self._row.open_at = self._now(), None, None
        self._calls.save(self._row)
        return answer.fate in (Fate.DONE, Fate.LOST)

    def _mail(self) -> bool:
        row, launch, traits = self._row, self._launch, self._launcher.traits
        key, at = row.campaign or "", launch.at or 0.0
        row.plan = told.plan_of(launch)  # who gets it, and when, could change until now
        if launch.then is Then.SEND:
            what, answer = "send", self._make("send", traits.send_endpoint, lambda: self._launcher.send(key))
        else:
            if at <= self._now():
                raise ConfigError("the time at which it was to go out has passed, and it was never scheduled. Set another time.")
            what = "schedule"
            answer = self._make(what, traits.schedule_endpoint, lambda: self._launcher.schedule(key, at, launch.zone))
        if answer.fate is Fate.DONE:
            row.done, row.done_at, row.open, row.open_at, row.adopted = what, self._now(), None, None, 0
            row.status, row.changed_at = (State.SENDING if what == "send" else State.SCHEDULED).value, self._now()
        elif answer.fate is Fate.LOST:
            row.status, row.changed_at, row.adopted = "outcome_unknown", self._now(), 0
        self._calls.save(row)
        if answer.fate is Fate.LOST:
            self._look()
        return answer.fate in (Fate.DONE, Fate.LOST)

    def _make(self, what: str, endpoint: str, call: Any) -> Answer:
        self._row.reason = ""
        self._calls.save(self._row)
        answer = self._calls.make(self._row, what, endpoint, call)
        self._done.append(what)
        if answer.fate in (Fate.REFUSED, Fate.LOCKED):
            self._row.reason = f"{self._label} refused to {what} it: {answer.said}" if answer.fate is Fate.REFUSED else answer.said
        return answer

    def _stay(self, decision: Decision) -> None:
        """It waits, or is held: say why, and keep that for the report."""
        if decision.why:
            self._row.reason = decision.why
        self._calls.save(self._row)
        self._note(told.stays(self._launch, self._row, held=decision.step is Step.HOLD))

    def _note(self, text: str) -> None:
        self._outcome.notes.append(text)

    def _say(self, kind: EventKind, text: str) -> None:
        self._settled.tell(kind, text)

    def _now(self) -> float:
        return self._settled.parts.ledger.clock.now()
