"""The account of each run, for any destination: what came in, what became of it, what was called. Never an address and never a value.

A destination begins a run, and ends it once with what it has to tell; `mailsync.report` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

import orjson
import sqlalchemy as sa

from mailsync.errors import MailsyncError, TransientError
from mailsync.ledger import schema
from mailsync.ledger.budget import Use
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease

ACCOUNTS_KEPT_S = 400 * 86_400.0
EXAMPLES_KEPT_S = 90 * 86_400.0
_DETAILS = (schema.run_stream, schema.run_fate, schema.run_example, schema.run_action, schema.run_call, schema.run_change)


class Status(Enum):
    """How a run ended. One without a status is under way, or was cut off."""

    DONE = "done"
    BRAKED = "braked"  # everything but the removals
    STOPPED = "stopped"  # asked to
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Account:
    """What a run has to tell. Keys as in the tables: (stream, target, fate, reason) and so on; `examples` map record ids to a detail."""

    records_in: Mapping[str, int] = field(default_factory=dict)
    fates: Mapping[tuple[str, str, str, str], int] = field(default_factory=dict)
    examples: Mapping[tuple[str, str, str, str], Mapping[str, str]] = field(default_factory=dict)
    actions: Mapping[tuple[str, str], int] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)
    uses: Iterable[Use] = ()
    changes: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    forecast: tuple[int, float, int] = (0, 0.0, 0)  # calls that wait, seconds under the limits, on how many days


@dataclass(frozen=True, slots=True)
class Target:
    """What a destination writes to. `kind` is a noun for people: list, campaign, module."""

    id: str
    kind: str
    name: str


class History:
    """The runs of one sync."""

    def __init__(self, ledger: Ledger, lease: Lease, sync: str) -> None:
        self._ledger = ledger
        self._lease = lease
        self._sync = sync

    def begin(self, *, system: str, account: str) -> int:
        """The next number of this sync's runs, noted as begun. What is older than its time is dropped."""
        run = schema.run
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            last = connection.execute(sa.select(sa.func.max(run.c.number)).where(run.c.sync == self._sync)).scalar()
            number, now = int(last or 0) + 1, self._ledger.clock.now()
            connection.execute(sa.insert(run), {"sync": self._sync, "number": number, "started_at": now, "system": system, "account": account})
            self._drop(connection, _DETAILS, now - ACCOUNTS_KEPT_S)
            self._drop(connection, (schema.run_example,), now - EXAMPLES_KEPT_S)
        return number

    def last_finished(self) -> float | None:
        """When the last run that came to its end had started."""
        c = schema.run.c
        finished = c.status.in_((Status.DONE.value, Status.BRAKED.value))
        with self._ledger.begin() as connection:
            value = connection.execute(sa.select(sa.func.max(c.started_at)).where(c.sync == self._sync, finished)).scalar()
        return None if value is None else float(value)

    def name(self, targets: Iterable[Target]) -> None:
        """Remember what the targets are called now."""
        rows = [{"id": one.id, "kind": one.kind, "name": one.name.replace("\x00", " ")} for one in targets]
        if rows:
            with self._ledger.begin() as connection:
                self._lease.fence(connection)
                connection.execute(self._ledger.upsert(schema.target), rows)

    def end(self, number: int, status: Status, account: Account, *, error: str = "") -> None:
        """The run is over. `error` is fit for a screen."""
        key = {"sync": self._sync, "number": number}
        summary = orjson.dumps({"notes": list(account.notes), "forecast": list(account.forecast)}).decode()
        values = {"ended_at": self._ledger.clock.now(), "summary": summary, "status": status.value, "error": error or None}
        c = schema.run.c
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            connection.execute(sa.update(schema.run).where(c.sync == self._sync, c.number == number).values(**values))
            for table, rows in _rows(account):
                if rows:
                    connection.execute(self._ledger.upsert(table), [key | one for one in rows])

    def _drop(self, connection: sa.Connection, tables: Iterable[sa.Table], before: float) -> None:
        run = schema.run.c
        last = connection.execute(sa.select(sa.func.max(run.number)).where(run.sync == self._sync, run.started_at < before)).scalar()
        if last is not None:
            for table in tables:
                connection.execute(sa.delete(table).where(table.c.sync == self._sync, table.c.number <= last))


@contextmanager
def refusal_noted(ledger: Ledger, sync: str, *, system: str, account: str) -> Iterator[None]:
    """While a run is set up: an error is noted as a run that failed before it began, so that the history shows why nothing happens."""
    try:
        yield
    except MailsyncError as error:
        c, now = schema.run.c, ledger.clock.now()
        with suppress(TransientError), ledger.begin() as connection:
            last = connection.execute(sa.select(sa.func.max(c.number)).where(c.sync == sync)).scalar()
            row = {"sync": sync, "number": int(last or 0) + 1, "started_at": now, "ended_at": now, "status": Status.FAILED.value}
            # insert_new: a run that begins in this moment has taken the number, and the newer news.
            connection.execute(ledger.insert_new(schema.run), [row | {"system": system, "account": account, "error": str(error)}])
        raise


def _rows(account: Account) -> list[tuple[sa.Table, list[dict[str, object]]]]:
    examples: list[dict[str, object]] = [
        {"stream": stream, "target": target, "fate": fate, "reason": reason, "record": record, "detail": detail}
        for (stream, target, fate, reason), records in account.examples.items()
        for record, detail in records.items()
    ]
    return [
        (schema.run_stream, [{"stream": name, "records": count} for name, count in account.records_in.items()]),
        (
            schema.run_fate,
            [
                {"stream": stream, "target": target, "fate": fate, "reason": reason, "records": count}
                for (stream, target, fate, reason), count in account.fates.items()
            ],
        ),
        (schema.run_example, examples),
        (schema.run_action, [{"target": target, "action": action, "times": count} for (target, action), count in account.actions.items()]),
        (schema.run_call, _calls(account)),
        (
            schema.run_change,
            [{"stream": stream, "field": name, "change": change, "times": count} for (stream, name, change), count in account.changes.items()],
        ),
    ]


def _calls(account: Account) -> list[dict[str, object]]:
    """One row an endpoint, with its longest window: what a day allows decides what a run can do."""
    longest: dict[str, Use] = {}
    for use in account.uses:
        if use.endpoint not in longest or use.window_s > longest[use.endpoint].window_s:
            longest[use.endpoint] = use
    return [
        {
            "endpoint": endpoint,
            "spent": account.spent.get(endpoint, 0),
            "window_s": longest[endpoint].window_s if endpoint in longest else None,
            "used": longest[endpoint].used if endpoint in longest else None,
            "allowed": longest[endpoint].allowed if endpoint in longest else None,
        }
        for endpoint in sorted({*account.spent, *longest})
    ]
