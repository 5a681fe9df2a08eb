"""Reading the account of runs back out of a ledger, for one sync, newest first."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger

UNDER_WAY, CUT_OFF = "under way", "cut off"
FateKey = tuple[str, str, str, str]
"""(stream, target, fate, reason)"""


@dataclass(frozen=True, slots=True)
class Calls:
    """One endpoint in one run. `window_s`, `used` and `allowed` are None where it has no limit; `used` counts everybody who shares the ledger."""

    endpoint: str
    spent: int
    window_s: float | None
    used: int | None
    allowed: int | None


@dataclass(slots=True)
class RunTold:
    """One run. `status` is one of the ledger's, or `under way`, or `cut off`. Times are the vendor's, in seconds since the epoch."""

    sync: str
    number: int
    started_at: float
    ended_at: float | None
    status: str
    error: str
    system: str
    account: str
    notes: tuple[str, ...]
    forecast: tuple[int, float, int]
    records: dict[str, int] = field(default_factory=dict)
    fates: dict[FateKey, int] = field(default_factory=dict)
    examples: dict[FateKey, dict[str, str]] = field(default_factory=dict)
    actions: dict[tuple[str, str], int] = field(default_factory=dict)
    calls: list[Calls] = field(default_factory=list)
    changes: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def records_in(self) -> int:
        """Record messages of all streams."""
        return sum(self.records.values())

    @property
    def by_fate(self) -> Counter[str]:
        """Fate → records, over streams and targets."""
        counts: Counter[str] = Counter()
        for (_, _, fate, _), count in self.fates.items():
            counts[fate] += count
        return counts


def syncs(ledger: Ledger) -> list[str]:
    """Every sync that ever ran on this ledger, by name."""
    with ledger.begin() as connection:
        return sorted(connection.execute(sa.select(schema.run.c.sync).distinct()).scalars())


def count_of(ledger: Ledger, sync: str) -> int:
    """How many runs of a sync are known."""
    with ledger.begin() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(schema.run).where(schema.run.c.sync == sync)).scalar_one())


def writes_to_lists(ledger: Ledger, account: str) -> bool:
    """Whether the runs of this account write to mailing lists, or invite to surveys by the same rules; else they write to a CRM."""
    c = schema.target.c
    query = sa.select(c.id).where(c.kind.in_(("list", "survey")), c.id.startswith(f"{account}/", autoescape=True))
    with ledger.begin() as connection:
        return connection.execute(query.limit(1)).first() is not None


def target_names(ledger: Ledger) -> Mapping[str, str]:
    """Target id ("<account>/<key>") → what it is called."""
    with ledger.begin() as connection:
        return {row.id: row.name for row in connection.execute(sa.select(schema.target))}


def latest(ledger: Ledger, sync: str, count: int) -> list[RunTold]:
    """The newest runs of one sync, newest first."""
    with ledger.begin() as connection:
        c = schema.run.c
        rows = connection.execute(sa.select(schema.run).where(c.sync == sync).order_by(c.number.desc()).limit(count)).all()
        held = connection.execute(sa.select(schema.lease.c.ends_at).where(schema.lease.c.sync == sync)).scalar()
        at_work = held is not None and float(held) > time.time()
        runs = [_run(row, at_work=at_work and row is rows[0]) for row in rows]
        if runs:
            _fill(connection, sync, {run.number: run for run in runs})
    return runs


def _run(row: Any, *, at_work: bool) -> RunTold:
    told = orjson.loads(row.summary) if row.summary else {}
    calls, seconds, days = [*(told.get("forecast") or (0, 0.0)), 0][:3]  # older rows tell no days
    return RunTold(
        sync=row.sync,
        number=int(row.number),
        started_at=float(row.started_at),
        ended_at=None if row.ended_at is None else float(row.ended_at),
        status=row.status or (UNDER_WAY if at_work else CUT_OFF),
        error=row.error or "",
        system=row.system or "",
        account=row.account or "",
        notes=tuple(told.get("notes") or ()),
        forecast=(int(calls), float(seconds), int(days)),
    )


def _fill(connection: sa.Connection, sync: str, runs: Mapping[int, RunTold]) -> None:
    def rows(table: sa.Table) -> Any:
        return connection.execute(sa.select(table).where(table.c.sync == sync, table.c.number >= min(runs), table.c.number <= max(runs)))

    for row in rows(schema.run_stream):
        runs[row.number].records[row.stream] = int(row.records)
    for row in rows(schema.run_fate):
        runs[row.number].fates[row.stream, row.target, row.fate, row.reason] = int(row.records)
    for row in rows(schema.run_example):
        runs[row.number].examples.setdefault((row.stream, row.target, row.fate, row.reason), {})[row.record] = row.detail
    for row in rows(schema.run_action):
        runs[row.number].actions[row.target, row.action] = int(row.times)
    for row in rows(schema.run_call):
        runs[row.number].calls.append(Calls(row.endpoint, int(row.spent), row.window_s, row.used, row.allowed))
    for row in rows(schema.run_change):
        runs[row.number].changes[row.stream, row.field, row.change] = int(row.times)
