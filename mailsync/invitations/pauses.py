"""Surveys and rounds that a sync invited to before, does not now, and may again: whoever became known meanwhile is invited then."""

from __future__ import annotations

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import feed
from mailsync.ledger.schema import ledger as facts
from mailsync.membership import opening
from mailsync.membership.plan import Plan

_PAUSED = "paused feed: "


def note(ledger: Ledger, lease: Lease, plan: Plan) -> None:
    """Before a run absorbs anything. What changes during a pause is not noted for the survey: all its people are decided when the pause ends."""
    now = {(one.stream, f"{plan.account}/{one.list.key}") for one in plan.feeds}
    with ledger.begin() as connection:
        lease.fence(connection)
        for stream, list_id in _ever(connection, plan.sync_name) - now:
            ledger.note_fact(connection, _name(plan.sync_name, stream, list_id), "1")
        for stream, list_id in now:
            if connection.execute(sa.delete(facts).where(facts.c.name == _name(plan.sync_name, stream, list_id))).rowcount:
                opening.decide_anew(ledger, connection, plan.sync_name, stream, list_id)


def _ever(connection: sa.Connection, sync: str) -> set[tuple[str, str]]:
    rows = connection.execute(sa.select(feed.c.stream, feed.c.list).where(feed.c.sync == sync))
    return {(row.stream, row.list) for row in rows}


def _name(sync: str, stream: str, list_id: str) -> str:
    return f"{_PAUSED}{sync} {stream} {list_id}"
