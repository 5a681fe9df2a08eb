"""A ledger whose process dies at a commit, and that costs little: histories are drawn by the ten thousand, and most of one is the ledger's work.

SQLite only gives up what these tests do not test: each commit reaching the disk, a connection of its own for each transaction, and making the tables
anew for each ledger. What PostgreSQL does is left to it.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from mailsync.clock import Clock
from mailsync.errors import TransientError
from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger, begin_sqlite
from tests.mailsync.membership.fake_tool import Crash

_COMPILED: dict[Any, Any] = {}
_DIALECTS: dict[str, sa.Dialect] = {}


class CrashingLedger(Ledger):
    """Dies at one of its commits: `die_at` counts those that change something, `before` tells on which side."""

    commits = 0
    die_at: int | None = None
    before = True
    _changed = False

    def __init__(self, engine: sa.Engine, *, clock: Clock) -> None:
        super().__init__(engine, clock=clock)
        if self.is_sqlite:
            sa.event.remove(engine, "begin", begin_sqlite)  # from here on `_begin_sqlite` sends BEGIN
            self._kept = engine.connect().execution_options(isolation_level="AUTOCOMMIT", compiled_cache=_COMPILED)
            self._kept.dialect = _DIALECTS.setdefault(engine.dialect.name, engine.dialect)  # compiled for one, statements serve all ledgers
            self._raw: Any = self._kept.connection.driver_connection
            self._raw.execute("PRAGMA synchronous=OFF")
        else:
            sa.event.listen(engine, "before_cursor_execute", self._note)

    @classmethod
    def open(cls, location: str, *, clock: Clock) -> CrashingLedger:
        """As any ledger; a new file begins as a copy of one with all tables."""
        if "://" not in location and not Path(location).exists():
            shutil.copyfile(_empty(), location)
        opened = super().open(location, clock=clock)
        assert isinstance(opened, CrashingLedger)
        return opened

    def close(self) -> None:
        if self.is_sqlite:
            self._kept.close()
        super().close()

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        with self._begin_sqlite() if self.is_sqlite else self._begin_elsewhere() as connection:
            yield connection

    @contextmanager
    def _begin_sqlite(self) -> Iterator[sa.Connection]:
        if not hasattr(self, "_raw"):  # while it is being opened
            with super().begin() as connection:
                yield connection
            return
        rows = self._raw.total_changes
        try:
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                yield self._kept
                changed = self._raw.total_changes != rows
                self._die(changed=changed, before=True)
            except BaseException:
                self._raw.execute("ROLLBACK")
                raise
            self._raw.execute("COMMIT")
        except OperationalError as error:
            raise TransientError(f"The ledger did not answer ({type(error.orig).__name__}).") from None
        self._die(changed=changed, before=False)

    @contextmanager
    def _begin_elsewhere(self) -> Iterator[sa.Connection]:
        self._changed = False
        with super().begin() as connection:
            yield connection
            self._die(changed=self._changed, before=True)
        self._die(changed=self._changed, before=False)

    def _die(self, *, changed: bool, before: bool) -> None:
        if not changed:
            return
        self.commits += before
        if self.before is before and self.commits == self.die_at:
            raise Crash

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self._changed = self._changed or not statement.startswith("SELECT")


@functools.cache
def _empty() -> Path:
    """A ledger with all tables, and without what is each ledger's own."""
    directory = tempfile.mkdtemp(prefix="ledger-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    path = Path(directory) / "empty.db"
    ledger = Ledger.open(str(path), clock=_Dawn())
    with ledger.begin() as connection:
        connection.execute(sa.delete(schema.ledger).where(schema.ledger.c.name != "version"))
    ledger.close()
    return path


class _Dawn:
    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody waits {seconds} s here")
