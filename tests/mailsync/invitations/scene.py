"""A CRM's records on one side, a survey tool in memory on the other, and the product between them, run by run."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from mailsync.errors import ConfigError, MailsyncError, RateLimited, VendorUnavailable
from mailsync.invitations.inviter import INVITE, Target, Traits
from mailsync.invitations.run import Run
from mailsync.membership.plan import Claim, Feed, OnDelete, Order, Plan, StreamPlan, SyncMode, Tombstone
from mailsync.membership.told import Event, Summary
from mailsync.membership.tool import DONE, Fate, MailingList, Outcome, Window
from tests.mailsync.crashing_ledger import CrashingLedger
from tests.mailsync.membership.fake_tool import Crash, FakeClock
from tests.mailsync.membership.histories import MEMORY_DISK

HOUR, DAY = 3600.0, 86_400.0
START = 1_800_000_000.0
ACCOUNT = "fake:survey"
SURVEY = Target("s1", "Satisfaction", "/s1", "email", "crm_id", "crm_module")
Dial = Callable[[Mapping[str, str]], "str | MailsyncError | None"]


@dataclass
class FakeInviter:
    """`mails`: what went out, in order. `down`: nobody answers, reads neither. `dial` decides about one invitation, by its address."""

    clock: FakeClock
    traits: Traits = field(default_factory=lambda: Traits("fake", {INVITE: (Window(10_001, 60.0),)}))
    mails: list[dict[str, str]] = field(default_factory=list)
    down: bool = False
    gone: bool = False
    refuses: set[str] = field(default_factory=set)
    dial: Dial = lambda _values: None
    before: list[Callable[[], None]] = field(default_factory=list)
    reserve: Callable[[str], None] = lambda _endpoint: None

    def get_ready(self) -> None:
        if self.before:
            self.before.pop()()

    def look(self, _target: Target) -> None:
        if self.down:
            raise VendorUnavailable("no answer")
        if self.gone:
            raise ConfigError("the survey is gone")

    def invite(self, target: Target, values: Mapping[str, str]) -> Outcome:
        self.clock.time += 0.2
        said = "lost_before" if self.down else self.dial(values)
        if isinstance(said, MailsyncError):
            raise said
        if said == "crash_before":
            raise Crash
        if said == "lost_before":
            raise VendorUnavailable("no answer")
        if values["email"] in self.refuses:
            return Outcome(Fate.REJECTED, code="INVALID_DATA", message="Invalid email address")
        self.mails.append({**values, "survey": target.key})
        if said == "crash_after":
            raise Crash
        if said == "lost_after":
            raise VendorUnavailable("no answer")
        return DONE

    def invited(self) -> list[str]:
        return sorted(one["email"] for one in self.mails)


@dataclass(slots=True)
class Ran:
    summary: Summary | None
    error: BaseException | None
    events: list[Event]
    echoed: list[int]
    commits: int

    def fates(self) -> dict[str, int]:
        assert self.summary is not None, self.error
        found = Counter[str]()
        for (_, _, fate, reason), count in self.summary.fates.items():
            found[f"{fate.value}({reason})" if reason else fate.value] += count
        return dict(found)


@dataclass
class Scene:
    location: str
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = FakeClock(START)
        self.inviter = FakeInviter(self.clock)
        self.cursors, self.states = itertools.count(1), itertools.count(1)
        self.last_state: dict[tuple[str, str], bytes] = {}
        self._ledger: CrashingLedger | None = None

    def lead(self, record: str, address: str | None, stream: str = "Leads", **more: Any) -> Claim:
        order = Order(more.pop("contacted", 0.0), more.pop("modified", 0.0))
        return Claim(stream, record, next(self.cursors), address=address, order=order, payload=more.pop("payload", {}), **more)

    def gone(self, record: str, stream: str = "Leads", **more: Any) -> Claim:
        return Claim(stream, record, next(self.cursors), tombstone=Tombstone("deleted", **more))

    def plan(self, sync: str, targets: list[Target], streams: tuple[str, ...], options: dict[str, Any]) -> Plan:
        feeds = tuple(Feed(stream, MailingList(one.key, one.name, has_form=False), OnDelete.KEEP) for stream in streams for one in targets)
        plans = tuple(StreamPlan(stream, SyncMode.APPEND_DEDUP) for stream in streams)
        return Plan(sync_name=sync, account=ACCOUNT, streams=plans, feeds=feeds, **{**self.options, **options})

    def opened(self) -> CrashingLedger:
        if self._ledger is None:
            self._ledger = CrashingLedger.open(self.location, clock=self.clock)
        return self._ledger

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def run(
        self,
        *claims: Claim,
        sync: str = "s",
        targets: tuple[Target, ...] = (SURVEY,),
        streams: tuple[str, ...] = ("Leads", "Contacts"),
        die_at: int | None = None,
        before: bool = True,
        after: float = HOUR,
        stopper: list[Callable[[], None]] | None = None,
        broken_off: tuple[str, ...] = (),
        **options: Any,
    ) -> Ran:
        """`broken_off`: streams that the source did not read to their end."""
        self.clock.time += after
        ledger = self.opened()
        ledger.commits, ledger.die_at, ledger.before = 0, die_at, before
        events: list[Event] = []
        plan = self.plan(sync, list(targets), streams, options)
        run = Run(ledger=ledger, inviter=self.inviter, plan=plan, targets=targets, clock=self.clock, on_event=events.append)
        if stopper is not None:
            stopper.append(run.ask_to_stop)
        echoed: list[int] = []
        try:
            summary: Summary | None = self._drive(run, sync, streams, claims, echoed, broken_off)
            error: BaseException | None = None
        except Exception as failed:
            summary, error = None, failed
            run.abandon(failed)
        except Crash as crash:
            summary, error = None, crash
            self.close()
        ledger.die_at = None  # whatever else a test does with it
        return Ran(summary, error, events, echoed, ledger.commits)

    def _drive(
        self, run: Run, sync: str, streams: tuple[str, ...], claims: tuple[Claim, ...], echoed: list[int], broken_off: tuple[str, ...]
    ) -> Summary:
        run.open()
        for name in streams:
            given = self.last_state.get((sync, name), b"")
            run.state(name, given, is_empty=not given)
        for claim in claims:
            run.record(claim)
        for name in streams:
            new = hashlib.blake2b(str(next(self.states)).encode(), digest_size=8).digest()
            echoed.append(run.state(name, new, is_empty=False).records)
            self.last_state[sync, name] = new
            (run.incomplete if name in broken_off else run.complete)(name)
        return run.close()


New = Callable[..., Scene]


@pytest.fixture
def scene() -> Iterator[New]:
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:
        yield lambda **options: Scene(f"{directory}/ledger.db", options)


def fine(ran: Ran) -> Ran:
    if ran.error is not None:
        raise AssertionError(f"the run failed: {ran.error!r}") from ran.error
    return ran


def limited() -> RateLimited:
    return RateLimited("too many", retry_after=60.0)
