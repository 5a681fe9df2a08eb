"""Launches as the ledger keeps them: one row for each key of an account, for ever, because none may happen twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import launch


@dataclass(slots=True)
class LaunchRow:
    """`plan` and `review` are JSON objects; `open` is a call without an answer, `done` the one that will mail, or has mailed, everybody."""

    account: str
    launch: str
    sync: str
    list: str
    name: str
    plan: str
    campaign: str | None = None
    open: str | None = None
    open_at: float | None = None
    done: str | None = None
    done_at: float | None = None
    status: str = "waiting"
    reason: str = ""
    changed_at: float = 0.0
    adopted: int = 0
    tested_at: float | None = None
    review: str | None = None


_COLUMNS = tuple(field.name for field in dataclasses.fields(LaunchRow))
_SELECT = sa.select(*(launch.c[name] for name in _COLUMNS))


def load(connection: sa.Connection, account: str, key: str) -> LaunchRow | None:
    """One launch, as far as it is known."""
    row = connection.execute(_SELECT.where(launch.c.account == account, launch.c.launch == key)).one_or_none()
    return None if row is None else LaunchRow(*row)


def of_sync(connection: sa.Connection, sync: str) -> list[LaunchRow]:
    """Every launch of a sync, the newest first."""
    return [LaunchRow(*row) for row in connection.execute(_SELECT.where(launch.c.sync == sync).order_by(launch.c.changed_at.desc()))]


def reasons(connection: sa.Connection, account: str) -> dict[str, str]:
    """Key of a campaign that was launched → why it does not go on, where it does not."""
    c = launch.c
    query = sa.select(c.campaign, c.reason).where(c.account == account, c.campaign.is_not(None), c.reason != "")
    return {str(key): str(reason) for key, reason in connection.execute(query)}


def drop_unmade(connection: sa.Connection, sync: str, keep: Collection[str]) -> None:
    """Launches of a sync that are not configured any more, and of which nothing was ever made."""
    c = launch.c
    nothing = sa.and_(c.campaign.is_(None), c.open.is_(None), c.done.is_(None))
    connection.execute(sa.delete(launch).where(c.sync == sync, c.launch.not_in(keep), nothing))


def save(ledger: Ledger, connection: sa.Connection, row: LaunchRow) -> None:
    """Write the whole row."""
    connection.execute(ledger.upsert(launch), {name: getattr(row, name) for name in _COLUMNS})
