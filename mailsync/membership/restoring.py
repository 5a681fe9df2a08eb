"""A ledger that came out of a backup. Sources that begin with the state they were given show it by themselves; for all others somebody says so.

The mark stays until a run in which the loss is confirmed has read every stream to its end.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from mailsync.errors import ConfigError
from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger
from mailsync.ledger.tending import alone

_MARK = "restored "


def mark_restored(ledger: Ledger, syncs: Collection[str]) -> None:
    """What these syncs acknowledged is forgotten, so that everything has to be read anew. Raises TransientError while one is at work."""
    with alone(ledger, syncs), ledger.begin() as connection:
        connection.execute(sa.delete(schema.state).where(schema.state.c.sync.in_(syncs)))
        for name in syncs:
            ledger.note_fact(connection, _MARK + name, repr(ledger.clock.now()))


def is_marked(connection: sa.Connection, sync: str) -> bool:
    """Whether the sync still works on a restored ledger."""
    return connection.execute(sa.select(schema.ledger.c.value).where(schema.ledger.c.name == _MARK + sync)).first() is not None


def take_back(connection: sa.Connection, sync: str) -> None:
    """Everything was read anew."""
    connection.execute(sa.delete(schema.ledger).where(schema.ledger.c.name == _MARK + sync))


def refusal(sync: str) -> ConfigError:
    """The error of a run that does not confirm."""
    return ConfigError(
        f"The ledger of sync {sync!r} was restored from a backup, so it does not know what happened since: deletions, erasures, mails that are out. "
        "Have every stream read anew (clear the connection's state; with mailsync sync: --refresh-and-remove STREAM for each), erase again whom you "
        "erased since, and set confirm_after_ledger_loss until a run has ended."
    )
