"""How the targets of a sync stand now: who is on each mailing list, and because of whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger

BATCH = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """People of one mailing list, as last read and called."""

    target: str
    on: int
    ours: int
    unsubscribed: int
    bounced: int
    waiting: int
    rejected: int


def standing(ledger: Ledger, sync: str, titles: Mapping[str, str]) -> Iterable[Standing]:
    """One row for each list that this sync ever fed."""
    c, f = schema.member.c, schema.feed.c
    on = c.removed.is_(None) & ((c.seen == "active") | (c.answered_at > c.seen_at))

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0)), 0)

    query = sa.select(
        c.list,
        count(on),
        count(on, c.ours == 1),
        count(~on, c.seen == "unsubscribed"),
        count(~on, c.seen == "bounced"),
        count((c.pending == 1) | (c.unknown == 1) | c.open.is_not(None)),
        count(c.rejected_hash.is_not(None)),
    )
    surveys = sa.select(schema.target.c.id).where(schema.target.c.kind == "survey")  # nobody is on a survey
    query = query.where(c.list.in_(sa.select(f.list).where(f.sync == sync)), c.list.not_in(surveys)).group_by(c.list).order_by(c.list)
    with ledger.begin() as connection:
        return [
            Standing(titles.get(row[0], row[0].rpartition("/")[2]), *(int(value) for value in row[1:])) for row in connection.execute(query).all()
        ]


def addresses_of(ledger: Ledger, sync: str, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(stream, record id) → the address that the record has now, in its own spelling."""
    c = schema.record.c
    found: dict[tuple[str, str], str] = {}
    with ledger.begin() as connection:
        for stream in {stream for stream, _ in wanted}:
            ids = sorted(record for one, record in wanted if one == stream)
            for first in range(0, len(ids), BATCH):
                query = sa.select(c.id, c.spelling).where(c.sync == sync, c.stream == stream, c.id.in_(ids[first : first + BATCH]))
                found.update({(stream, row.id): row.spelling or "" for row in connection.execute(query)})
    return found
