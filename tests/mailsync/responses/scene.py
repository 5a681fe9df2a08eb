"""A mailing tool's messages on one side, a CRM in memory on the other, and the product between them, run by run."""

from __future__ import annotations

import copy
import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mailsync.answers.plan import SurveyResponse
from mailsync.ledger.engine import Ledger
from mailsync.membership.plan import RecordFate
from mailsync.membership.told import Braked, Event, Settled, Summary
from mailsync.responses.crm import Ability, Filter
from mailsync.responses.plan import Campaign, CampaignPlan, Creation, Kind, Message, Plan, Response, Rule, RuleGroup, StatusField, Subscriber
from mailsync.responses.run import Run
from tests.mailsync.crashing_ledger import CrashingLedger
from tests.mailsync.membership.fake_tool import Crash, FakeClock
from tests.mailsync.responses.fake_crm import FakeCrm

HOUR, DAY = 3600.0, 86_400.0
START = 1_800_000_000.0
STREAMS = ("campaigns", "responses", "contacts")
STATUSES = {kind: kind.name.lower() for kind in Kind}
A, B, C = "a@example.com", "b@example.com", "c@example.com"
X = Rule("X", Ability.ACTIVITY, frozenset({Kind.OPENED}), times=2, subject="Call: {count} opens", text="{campaign}")
F, G = Filter("Leads", "F", "Interested"), Filter("Leads", "G", "Customers")


def for_all(*rules: Rule) -> tuple[RuleGroup, ...]:
    return (RuleGroup(None, rules),)


@dataclass(frozen=True)
class Checkpoint:
    """Between messages: the source sends a STATE."""

    stream: str = "responses"


@dataclass(frozen=True)
class Later:
    """Between messages: the source takes its time."""

    seconds: float


Sent = Message | Checkpoint | Later


@dataclass(slots=True)
class Ran:
    """One run as its host saw it. `error` None: it came to its end."""

    summary: Summary | None
    error: BaseException | None
    events: list[Event]
    echoed: dict[str, list[int]]
    commits: int
    checkpoints: list[Settled] = field(default_factory=list)

    def fates(self, stream: str = "responses") -> dict[str, int]:
        """`{"written": 1, "skipped(no_person)": 2}` …"""
        assert self.summary is not None, self.error
        return {
            f"{fate.value}({reason})" if reason else fate.value: count
            for (name, _, fate, reason), count in self.summary.fates.items()
            if name == stream
        }

    def did(self, what: str) -> int:
        assert self.summary is not None, self.error
        return self.summary.actions.get(("crm", what), 0)

    def count(self, fate: RecordFate) -> int:
        assert self.summary is not None, self.error
        return sum(n for (_, _, one, _), n in self.summary.fates.items() if one is fate)


@dataclass
class Scene:
    """Options of the plan given to `run` override `options`."""

    location: str
    options: dict[str, Any] = field(default_factory=dict)
    crm_options: dict[str, Any] = field(default_factory=dict)
    limits: bool = True  # False: calls reserve nothing, for speed
    streams: tuple[str, ...] = STREAMS

    def __post_init__(self) -> None:
        self._ledger: CrashingLedger | None = None
        self.clock = FakeClock(START)
        self.crm = FakeCrm(self.clock, **self.crm_options)
        self.states = itertools.count(1)
        self.last_state: dict[tuple[str, str], bytes] = {}
        self.on_sent: Callable[[], object] = lambda: None

    # What the mailing tool says.

    def campaign(self, key: str, *, sent_at: float | None = None, **more: Any) -> Campaign:
        """C1 was sent before C2."""
        return Campaign("campaigns", key, f"Newsletter {key}", START + 60.0 * int(key[1:]) if sent_at is None else sent_at, **more)

    def says(self, campaign: str, address: str, *kinds: Kind, **more: Any) -> list[Response]:
        return [Response("responses", campaign, address, kind, **more) for kind in kinds]

    def subscribes(self, address: str, **more: Any) -> Subscriber:
        return Subscriber("contacts", address, **more)

    # Running.

    def plan(self, sync: str, options: dict[str, Any]) -> Plan:
        wanted = {
            "campaigns": CampaignPlan(figures={"opened": "Opens"}, constants={"Type": "Email"}),
            "member_statuses": STATUSES,
            "fields": (StatusField("Leads", "Last_Status", STATUSES, "Last_Campaign"),),
            **self.options,
            **options,
        }
        streams = (*self.streams, *wanted.pop("more_streams", ()))
        responses = frozenset({"responses", "survey_responses"} & set(streams))
        return Plan(sync_name=sync, account="fake/org-1", streams=streams, response_streams=responses, **wanted)

    def run(
        self,
        *messages: Sent | Iterable[Message],
        sync: str = "s",
        complete: bool = True,
        die_at: int | None = None,
        before: bool = True,
        reset: bool = False,
        after: float = HOUR,
        crm: Any = None,
        stopper: list[Callable[[], None]] | None = None,
        **options: Any,
    ) -> Ran:
        """One run of one sync, `after` seconds after the last one.

        `reset`: the connection's state was cleared. `die_at`: the commit at which the process dies.
        """
        self.clock.time += after
        ledger = self._opened()
        ledger.commits, ledger.die_at, ledger.before = 0, die_at, before
        events: list[Event] = []
        run = Run(ledger=ledger, crm=crm or self.crm, plan=self.plan(sync, options), clock=self.clock, on_event=events.append)
        (crm or self.crm).reserve = run.reserve if self.limits else _unlimited
        if stopper is not None:
            stopper.append(run.ask_to_stop)
        if reset:
            for name in self.streams:
                self.last_state.pop((sync, name), None)
        echoed: dict[str, list[int]] = {}
        checkpoints: list[Settled] = []
        try:
            summary: Summary | None = self._drive(run, sync, _flat(messages), complete, echoed, checkpoints)
            error: BaseException | None = None
        except Braked as braked:
            summary, error = braked.summary, braked
        except Exception as failed:
            summary, error = None, failed
            run.abandon(failed)
        except Crash as crash:
            summary, error = None, crash  # the process is gone: nobody gives the lease back
            self.close()
        return Ran(summary, error, events, echoed, ledger.commits, checkpoints)

    def _opened(self) -> CrashingLedger:
        if self._ledger is None:
            self._ledger = CrashingLedger.open(self.location, clock=self.clock)
        return self._ledger

    def close(self) -> None:
        """The process is over."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _drive(self, run: Run, sync: str, messages: list[Sent], complete: bool, echoed: dict[str, list[int]], checkpoints: list[Settled]) -> Summary:
        run.open()
        for name in self.streams:
            given = self.last_state.get((sync, name), b"")
            run.state(name, given, is_empty=not given)
        for message in messages:
            if isinstance(message, Checkpoint):
                checkpoints.append(self._state(run, sync, message.stream))
            elif isinstance(message, Later):
                self.clock.time += message.seconds
            else:
                run.record(message)
        self.on_sent()
        for name in self.streams:
            settled = self._state(run, sync, name)
            echoed[name] = [settled.records, settled.rejected]
            if complete:
                run.complete(name)
            else:
                run.incomplete(name)
        summary = run.close()
        for name in self.streams:
            echoed[name][1] += run.told_late(name).rejected
        return summary

    def _state(self, run: Run, sync: str, name: str) -> Settled:
        new = hashlib.blake2b(str(next(self.states)).encode(), digest_size=8).digest()
        settled = run.state(name, new, is_empty=False)
        self.last_state[sync, name] = new
        return settled

    def lose_ledger(self) -> None:
        self.close()
        for end in ("", "-wal", "-shm"):
            Path(self.location + end).unlink(missing_ok=True)

    def clone(self, location: str) -> Scene:
        """The same world once more, with a ledger of its own (SQLite)."""
        self.close()
        self.crm.reserve = _unlimited
        twin = copy.deepcopy(self)
        twin.location = location
        for end in ("", "-wal"):
            if Path(self.location + end).exists():
                shutil.copy(self.location + end, location + end)
        return twin

    def rows(self, table: sa.Table) -> list[dict[str, Any]]:
        """What the ledger holds."""
        ledger = Ledger.open(self.location, clock=self.clock)
        with ledger.begin() as connection:
            found = [dict(row._mapping) for row in connection.execute(sa.select(table))]
        ledger.close()
        return found


def _flat(messages: Iterable[Sent | Iterable[Message]]) -> list[Sent]:
    found: list[Sent] = []
    for one in messages:
        found += [one] if isinstance(one, Response | Campaign | Subscriber | SurveyResponse | Checkpoint | Later) else list(one)
    return found


def creation(**more: Any) -> Creation:
    return Creation("Leads", owner="u9", **{"for_recipients": True, **more})


def _unlimited(_endpoint: str, _cost: int = 1) -> None:
    return None
