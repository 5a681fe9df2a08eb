"""Opening a ledger: engine, schema version, owner-only file, one transaction style for both databases."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.pool import StaticPool

from mailsync.clock import Clock
from mailsync.errors import ConfigError, TransientError
from mailsync.ledger import migrations, schema

MIGRATION_LOCK = 0x6D61696C  # any constant: the advisory lock that serialises schema changes on PostgreSQL
BUSY_TIMEOUT_S = 30


# What libpq and a server say while it is down, starts, or is full; psycopg gives no SQLSTATE before a connection stands (3.2, 2026-11).
_COMES_BACK = re.compile(
    r"refused|timed? ?out|timeout|unreachable|reset by peer|closed the connection|No such file|start(ing)? up|shutting down|too many", re.IGNORECASE
)
_SERIALIZE = sa.text("SELECT pg_advisory_xact_lock(hashtext(:what))")


class Ledger:
    """One opened ledger. Not shared between threads."""

    def __init__(self, engine: sa.Engine, *, clock: Clock) -> None:
        self._engine = engine
        self.clock = clock
        facts = self._migrate()
        self.born_at = float(facts["born_at"])
        self.hash_key = bytes.fromhex(facts["hash_key"])

    @classmethod
    def open(cls, location: str, *, clock: Clock) -> Ledger:
        """Open a PostgreSQL URL or a SQLite path, creating the tables where there are none.

        Raises ConfigError where it cannot be opened or was written by a newer program, TransientError where the server does not answer.
        """
        return cls(_postgresql(location) if "://" in location else _sqlite(Path(location)), clock=clock)

    @classmethod
    def in_memory(cls, *, clock: Clock) -> Ledger:
        """A ledger that lives as long as the process: for who only needs a budget of calls."""
        engine = sa.create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False})
        sa.event.listen(engine, "connect", prepare_sqlite)
        sa.event.listen(engine, "begin", begin_sqlite)
        return cls(engine, clock=clock)

    @classmethod
    def open_existing(cls, location: str, *, clock: Clock) -> Ledger:
        """Open a ledger that is there already. Raises ConfigError where none is: who only reads it must not begin an empty one."""
        if "://" not in location:
            _check_holds_ledger(Path(location))
            return cls(_sqlite(Path(location)), clock=clock)
        engine = _postgresql(location)
        if not sa.inspect(engine).has_table(schema.ledger.name):
            raise _no_ledger("That database holds no ledger yet.")
        return cls(engine, clock=clock)

    @property
    def engine(self) -> sa.Engine:
        """For what is no transaction of a run: copying."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the ledger is a file of this machine."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction, committed at the end of the block. A lost server becomes TransientError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise TransientError(f"The ledger did not answer ({type(error.orig).__name__}). Nothing is lost; run again.") from None

    def serialize(self, connection: sa.Connection, what: str) -> None:
        """Until the end of the transaction, nobody else is at `what`. On SQLite a transaction holds the whole ledger anyway."""
        if not self.is_sqlite:
            connection.execute(_SERIALIZE, {"what": what})

    def upsert(self, table: sa.Table) -> Any:
        """An INSERT that overwrites the row of the same key, for executemany."""
        return upsert(self._engine.dialect.name, table)

    def insert_new(self, table: sa.Table) -> Any:
        """An INSERT that leaves a row of the same key as it is."""
        return _insert_new(self._engine.dialect.name, table)

    def fact(self, connection: sa.Connection, name: str) -> str | None:
        """One of the few facts about the ledger as a whole."""
        value = connection.execute(sa.select(schema.ledger.c.value).where(schema.ledger.c.name == name)).scalar()
        return None if value is None else str(value)

    def fact_at(self, connection: sa.Connection, name: str) -> float:
        """A fact that is a moment; 0 where it never was."""
        return float(self.fact(connection, name) or 0.0)

    def note_fact(self, connection: sa.Connection, name: str, value: str) -> None:
        """Remember one."""
        connection.execute(self.upsert(schema.ledger), {"name": name, "value": value})

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _migrate(self) -> dict[str, str]:
        with self.begin() as connection:
            if not self.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            migrations.bring_up_to_date(connection)
            fresh = {"version": str(schema.VERSION), "born_at": repr(self.clock.now()), "hash_key": secrets.token_hex(32)}
            connection.execute(self.insert_new(schema.ledger), [{"name": name, "value": value} for name, value in fresh.items()])
            return {str(row.name): str(row.value) for row in connection.execute(sa.select(schema.ledger))}


@cache  # building a statement costs more than running it, and one is needed for every call that writes
def upsert(dialect: str, table: sa.Table) -> Any:
    """An INSERT … ON CONFLICT DO UPDATE over the table's primary key."""
    statement: Any = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changes: Mapping[str, Any] = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes) if changes else statement.on_conflict_do_nothing()


@cache
def _insert_new(dialect: str, table: sa.Table) -> Any:
    statement: Any = _insert(dialect, table)
    return statement.on_conflict_do_nothing()


def _insert(dialect: str, table: sa.Table) -> Any:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


def _postgresql(url: str) -> sa.Engine:
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10}, hide_parameters=True)
    try:
        with engine.connect():
            return engine
    except (OperationalError, ProgrammingError) as error:
        raise _not_opened(parsed, error.orig) from None


def _not_opened(url: sa.URL, error: object) -> ConfigError | TransientError:
    """Classed by what helps: a server that does not answer may answer later; one that refuses us, or a host that does not exist, will not."""
    what = f"The ledger's PostgreSQL at host {url.host or 'local socket'}, database {url.database}"
    if _COMES_BACK.search(str(error)):
        return TransientError(f"{what} does not answer. Run again when it does; if it never did, check host and port in the ledger's URL.")
    return ConfigError(f"{what} cannot be opened ({type(error).__name__}). Check the URL, the user's rights, and that the server runs.")


def _sqlite(path: Path) -> sa.Engine:
    try:
        # Created by us before SQLite does, so that nobody else can read it for a moment; its -wal and -shm take over the mode.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise ConfigError(f"The ledger file {path} cannot be opened for writing ({error.strerror}). Choose a path on a disk that stays.") from None
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})
    sa.event.listen(engine, "connect", prepare_sqlite)
    sa.event.listen(engine, "begin", begin_sqlite)
    try:
        with engine.connect():
            return engine
    except DBAPIError:
        raise ConfigError(f"The file {path} is not a ledger: SQLite cannot read it. Choose another path.") from None


def prepare_sqlite(connection: Any, _record: object) -> None:
    """On each new connection: write-ahead log, every commit on the disk, patience with another writer."""
    # 12 MB of pages: with 32 the process grew by half between 10,000 and 100,000 records; memory is to be flat.
    connection.isolation_level = None  # we send BEGIN ourselves: the driver's own comes too late for reads
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_S * 1000}", "cache_size=-12000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: sa.Connection) -> None:
    """At the start of each transaction."""
    # A transaction that reads first and writes later could fail in the middle; taking the write lock at once waits instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check_holds_ledger(path: Path) -> None:
    """Look without writing a byte. Raises ConfigError."""
    if not path.is_file():
        raise _no_ledger("The ledger file does not exist.")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        tables = set()
    if schema.ledger.name not in tables:
        raise _no_ledger("The ledger file holds no ledger.")


def _no_ledger(found: str) -> ConfigError:
    return ConfigError(f"{found} Give the place of the ledger that destination-campaigns writes, and run that first.")
