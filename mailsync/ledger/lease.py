"""One run per sync at a time: a lease with a fencing token, so that the zombie of a retried attempt cannot commit.

Times here are the machine's, not the vendor's: a lease is about processes.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

import sqlalchemy as sa

from mailsync.errors import TransientError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import lease

LENGTH_S = 180.0
RENEW_EVERY_S = 30.0

_MINE = sa.and_(lease.c.sync == sa.bindparam("k_sync"), lease.c.token == sa.bindparam("k_token"))
# The row stays locked (PostgreSQL), so that nobody takes over between this check and the commit.
_HELD = sa.select(lease.c.token).where(_MINE).with_for_update(read=True)
_RENEW = sa.update(lease).where(_MINE).values(ends_at=sa.bindparam("v_ends_at"))


def this_process() -> str:
    """Who holds: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_dead(holder: str) -> bool:
    """Whether the holder certainly lives no more: a process of this host that is gone. Another host's is believed until its time is up."""
    host, _, process = holder.rpartition(":")
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Lease:
    """Held from `acquire` to `release`. `fence` inside every transaction refuses a holder that was overtaken."""

    def __init__(self, ledger: Ledger, sync: str, *, holder: str | None = None, time_of: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._sync = sync
        self._holder = holder or this_process()
        self._time = time_of
        self._token = 0
        self._renewed = 0.0

    def acquire(self) -> None:
        """Take it. Raises TransientError while a living run holds it."""
        with self._ledger.begin() as connection:
            self._ledger.serialize(connection, f"lease {self._sync}")
            row = connection.execute(sa.select(lease).where(lease.c.sync == self._sync)).one_or_none()
            if row is not None and row.ends_at > self._time() and row.holder != self._holder and not _is_dead(row.holder):
                raise TransientError(
                    f"Another run of sync {self._sync!r} is at work. It holds the ledger until it ends, or {LENGTH_S:.0f} s after it dies. Try later."
                )
            self._token = (row.token if row is not None else 0) + 1
            self._renewed = self._time()
            values = {"sync": self._sync, "token": self._token, "holder": self._holder, "ends_at": self._renewed + LENGTH_S}
            connection.execute(self._ledger.upsert(lease), values)

    def fence(self, connection: sa.Connection) -> None:
        """Inside a transaction: still ours? Raises TransientError when another run took over; renews when it is time."""
        now = self._time()
        mine = {"k_sync": self._sync, "k_token": self._token}
        if now - self._renewed < RENEW_EVERY_S:
            still = connection.execute(_HELD, mine).one_or_none() is not None
        else:
            still = connection.execute(_RENEW, mine | {"v_ends_at": now + LENGTH_S}).rowcount == 1
            self._renewed = now
        if not still:
            raise TransientError(f"Another run of sync {self._sync!r} took over; this one stops without writing anything more.")

    def release(self) -> None:
        """Give it back, if it is still ours."""
        with self._ledger.begin() as connection:
            connection.execute(sa.update(lease).where(lease.c.sync == self._sync, lease.c.token == self._token).values(ends_at=0.0))
