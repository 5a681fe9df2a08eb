"""A private copy of a ledger, gone with its connection: what a dry run decides on.

SQLite keeps a database without a name in a file that nobody else can open and that is deleted as soon as it is opened, also after `kill -9`; only
its cache (32 MB) is in memory.
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from mailsync.clock import Clock
from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger, begin_sqlite

BATCH = 2000


def private_ledger(clock: Clock) -> Ledger:
    """An empty ledger for this process alone."""
    return Ledger(_engine(), clock=clock)


def nameless() -> sqlite3.Connection:
    """A database for notes of one run that are too many for memory (4 MB of it are)."""
    database = sqlite3.connect("", isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000"):
        database.execute(f"PRAGMA {pragma}")
    return database


def private_copy(ledger: Ledger, clock: Clock) -> Ledger:
    """Everything the ledger holds now, at another clock. Nothing done to the copy reaches the original; memory is flat."""
    engine = _engine()
    if ledger.is_sqlite:
        _copy_pages(ledger.engine, engine)
    else:
        _copy_rows(ledger.engine, engine)
    return Ledger(engine, clock=clock)


def _engine() -> sa.Engine:
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect("", check_same_thread=False), poolclass=StaticPool, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", begin_sqlite)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


def _copy_pages(source: sa.Engine, target: sa.Engine) -> None:
    with source.connect() as here, target.connect() as there:
        here.connection.driver_connection.backup(there.connection.driver_connection)  # type: ignore[union-attr]  # sqlite3's own


def _copy_rows(source: sa.Engine, target: sa.Engine) -> None:
    with source.connect().execution_options(isolation_level="REPEATABLE READ", stream_results=True, yield_per=BATCH) as here:
        for table in schema.metadata.sorted_tables:
            with target.begin() as there:
                table.create(there)
                for rows in here.execute(sa.select(table)).mappings().partitions(BATCH):
                    there.execute(sa.insert(table), [dict(row) for row in rows])
