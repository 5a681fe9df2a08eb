"""A CRM's messages on one side, a mailing tool in memory on the other, and the product between them, run by run."""

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

from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.afterwards import Afterwards, nothing
from mailsync.membership.dry_run import DryRun, Ends
from mailsync.membership.plan import Claim, Feed, OnDelete, Order, Plan, RecordFate, StreamPlan, SyncMode, Tombstone
from mailsync.membership.run import Run
from mailsync.membership.told import Braked, Event, Held, Summary
from mailsync.membership.tool import MailingList, Window
from tests.mailsync.crashing_ledger import CrashingLedger
from tests.mailsync.membership.fake_tool import Crash, FakeClock, FakeTool

HOUR, DAY = 3600.0, 86_400.0
L, L2, L3, F = "L", "L2", "L3", "F"


@dataclass(slots=True)
class Ran:
    """One run as its host saw it. `error` None: it came to its end."""

    summary: Summary | None
    error: BaseException | None
    events: list[Event]
    echoed: dict[str, list[int]]
    commits: int

    def fate(self, record_id: str, key: str = L, stream: str | None = None) -> str:
        """`written`, `skipped(left)` …"""
        assert self.summary is not None, self.error
        found = [
            f"{fate}({reason})" if reason else fate
            for (name, at, fate, reason), ids in self.summary.examples.items()
            if at == key and record_id in ids and stream in (None, name)
        ]
        assert len(found) == 1, f"{record_id} on {key}: {found} of {self.summary.examples}"
        return found[0]

    def count(self, fate: RecordFate, key: str = L) -> int:
        assert self.summary is not None, self.error
        return sum(n for (_, at, one, _), n in self.summary.fates.items() if at == key and one is fate)

    def did(self, action: str, key: str = L) -> int:
        assert self.summary is not None, self.error
        return self.summary.actions.get((key, action), 0)


@dataclass(slots=True)
class Rehearsed:
    """What a dry run told: the document, and every write as (list key, action, address) and by record."""

    document: dict[str, Any]
    writes: list[tuple[str, str, str]]
    by_record: list[dict[str, str | None]]

    @property
    def fates(self) -> dict[tuple[str, str, str, str], int]:
        return {(one["stream"], one["list"], one["fate"], one["reason"]): one["records"] for one in self.document["fates"]}

    def calls(self) -> dict[str, int]:
        return {one["endpoint"]: one["calls"] for one in self.document["calls"]}


@dataclass
class Scene:
    """`feeds`: sync → [(stream, list key)]. Options given to `run` override `options`."""

    location: str
    deletes: bool = False
    feeds: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {"s": [("Leads", L), ("Contacts", L)]})
    options: dict[str, Any] = field(default_factory=dict)
    attach_size: int = 10
    batch_size: int = 1
    limits: bool = True  # False: reads reserve nothing, for speed
    afterwards: Afterwards = nothing

    def __post_init__(self) -> None:
        self._ledger: CrashingLedger | None = None
        self.clock = FakeClock()
        self.announced: dict[str, int] = {}
        self.on_sent: Callable[[], object] = lambda: None
        self.tool = FakeTool(self.clock, deletes=self.deletes, attach_size=self.attach_size, batch_size=self.batch_size)
        self.lists: dict[str, MailingList] = {}
        self.cursors = itertools.count(1)
        self.states = itertools.count(1)
        self.on_delete: dict[str, OnDelete] = {}
        self.last_state: dict[tuple[str, str], bytes] = {}
        for _, key in itertools.chain.from_iterable(self.feeds.values()):
            self.list(key)

    def list(self, key: str) -> MailingList:
        if key not in self.lists:
            self.lists[key] = self.tool.add_list(key, has_form=key.startswith("F"))
        return self.lists[key]

    # What the CRM says.

    def says(
        self,
        record_id: str,
        address: str | None,
        *,
        stream: str = "Leads",
        opt_out: bool = False,
        contacted: float = 0.0,
        modified: float = 0.0,
        cursor: int | None = None,
        blocked: str | None = None,
        blocked_by: str = "",
        **fields: str,
    ) -> Claim:
        """One person as the CRM has them now. `fields` are the mapped ones."""
        payload = {"Name": record_id, **fields}
        return Claim(
            stream,
            record_id,
            cursor or next(self.cursors),
            None,
            address,
            opt_out,
            Order(contacted, modified),
            payload=payload,
            blocked=blocked,
            blocked_by=blocked_by,
        )

    def gone(
        self, record_id: str, *, stream: str = "Leads", reason: str = "deleted", heir: tuple[str, str] | None = None, cursor: int | None = None
    ) -> Claim:
        return Claim(stream, record_id, cursor or next(self.cursors), Tombstone(reason, heir))

    # Running.

    def plan(self, sync: str, generations: dict[str, tuple[int, int]], options: dict[str, Any]) -> Plan:
        feeds = self.feeds[sync]
        names = sorted({stream for stream, _ in feeds})
        return Plan(
            sync_name=sync,
            account="acc",
            streams=tuple(StreamPlan(name, SyncMode.APPEND_DEDUP, *generations.get(name, (0, 0))) for name in names),
            feeds=tuple(Feed(stream, self.lists[key], self.on_delete.get(key, OnDelete.REMOVE)) for stream, key in feeds),
            **{**self.options, **options},
        )

    def run(
        self,
        *messages: Claim,
        sync: str = "s",
        complete: bool | Iterable[str] = True,
        die_at: int | None = None,
        before: bool = True,
        generations: dict[str, tuple[int, int]] | None = None,
        state_first: dict[str, bytes] | None = None,
        announce: dict[str, int] | None = None,
        **options: Any,
    ) -> Ran:
        """One run of one sync, an hour after the last one. `complete`: all streams, none, or these. `die_at`: the commit at which the process dies."""
        self.clock.time += HOUR
        ledger = self._opened()
        ledger.commits, ledger.die_at, ledger.before = 0, die_at, before
        events: list[Event] = []
        plan = self.plan(sync, generations or {}, options)
        run = Run(ledger=ledger, tool=self.tool, plan=plan, clock=self.clock, on_event=events.append, afterwards=self.afterwards)
        self.announced = announce or {}
        self.tool.reserve = run.budget.reserve if self.limits else _unlimited
        names = [one.name for one in plan.streams]
        done = set(names if complete is True else () if complete is False else complete)
        echoed: dict[str, list[int]] = {}
        try:
            summary: Summary | None = self._drive(run, sync, names, messages, done, echoed, state_first or {})
            error: BaseException | None = None
        except Held as held:
            summary, error = held.summary, held
        except Exception as failed:
            summary, error = None, failed
            run.abandon(failed)
        except Crash as crash:
            summary, error = None, crash  # the process is gone: nobody gives the lease back
            self.close()
        return Ran(summary, error, events, echoed, ledger.commits)

    def rehearse(
        self,
        *messages: Claim,
        sync: str = "s",
        complete: bool | Iterable[str] = True,
        generations: dict[str, tuple[int, int]] | None = None,
        created: dict[str, str] | None = None,
        **options: Any,
    ) -> Rehearsed:
        """The dry run of what `run` would do an hour from now."""
        at, self.clock.time = self.clock.time, self.clock.time + HOUR
        plan = self.plan(sync, generations or {}, options)
        names = [one.name for one in plan.streams]
        done = set(names if complete is True else () if complete is False else complete)
        dry = DryRun(ledger=self._opened(), tool=self.tool, plan=plan, clock=self.clock, on_event=lambda _event: None, created=created or {})
        self.tool.reserve = dry.tool.real_call if self.limits else _unlimited
        try:
            summary, ends = self._drive(dry.run, sync, names, messages, done, {}, {}, keep=False), Ends()
        except Braked as braked:
            summary, ends = braked.summary, Ends("braked", str(braked))
        except BudgetSpent as spent:
            summary, ends = dry.run.so_far(), Ends("stopped", str(spent))
        found = Rehearsed(dry.document(summary, ends), list(dry.tool.foreseen.writes()), list(dry.writes()))
        dry.close()
        self.clock.time = at
        return found

    def _opened(self) -> CrashingLedger:
        """Kept open from run to run, for speed; opened anew after a crash."""
        if self._ledger is None:
            self._ledger = CrashingLedger.open(self.location, clock=self.clock)
        return self._ledger

    def close(self) -> None:
        """The process is over."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _drive(
        self,
        run: Run,
        sync: str,
        names: list[str],
        messages: Iterable[Claim],
        done: set[str],
        echoed: dict[str, list[int]],
        state_first: dict[str, bytes],
        *,
        keep: bool = True,
    ) -> Summary:
        run.open()
        for name in names:
            given = state_first.get(name, self.last_state.get((sync, name), b""))
            run.state(name, given, is_empty=not given)
        for name, records in self.announced.items():
            run.announce(name, records)
        for claim in messages:
            run.record(claim)
        if keep:
            self.on_sent()  # fewer than a chunk: nothing of it is absorbed before the STATE that follows
        for name in names:
            new = hashlib.blake2b(str(next(self.states)).encode(), digest_size=8).digest()
            settled = run.state(name, new, is_empty=False)
            if keep:
                self.last_state[sync, name] = new
            echoed[name] = [settled.records, settled.rejected]
            if name in done:
                run.complete(name)
            else:
                run.incomplete(name)
        return run.close()

    def spend(self, endpoint: str = "subscribe") -> None:
        """Somebody uses up today's calls of an endpoint."""
        self.tool.windows[endpoint] = (Window(2, DAY),)
        ledger = Ledger.open(self.location, clock=self.clock)
        budget = Budget(ledger, "acc", self.tool.windows, share=0.9, clock=self.clock)
        try:
            for _ in range(5):
                budget.reserve(endpoint)
        except BudgetSpent:
            return
        finally:
            ledger.close()
        raise AssertionError("the day was not spent")

    def clone(self, location: str) -> Scene:
        """The same world once more, with a ledger of its own (SQLite)."""
        self.close()
        self.tool.reserve = _unlimited
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


def _unlimited(_endpoint: str) -> None:
    return None
