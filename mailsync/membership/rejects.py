"""Rejected records as they stand now, and how they get another chance. Nothing is queued: who is rejected is a question to the same tables.

A record that was refused before a call (an empty column, a value too long …) waits for the record itself. One that the vendor refused is not
sent again until its fields change, or until somebody asks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger
from mailsync.ledger.tending import alone
from mailsync.membership.fates import shown_id

KEPT_S = 90 * 86_400.0
BATCH = 500
UNANSWERED = "outcome_unknown"
_R, _M, _F = schema.record.c, schema.member.c, schema.feed.c
_REFUSED_BY_VENDOR = sa.and_(
    _M.list == _F.list, _M.address == _R.address, _M.rejected_hash == _R.payload_hash, _F.sync == _R.sync, _F.stream == _R.stream, _R.live == 1
)


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that is kept out. `list_id` is empty where it is kept out of every list; `code` and `message` are the vendor's, `column` is ours."""

    sync: str
    stream: str
    record: str
    list_id: str
    reason: str
    column: str
    code: str
    message: str
    since: float | None
    address: str

    @property
    def shown(self) -> str:
        """The record's id where no address may be shown."""
        return shown_id(self.record)

    @property
    def detail(self) -> str:
        """Column, or the vendor's code and words."""
        return self.column or f"{self.code} {self.message}".strip()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rejects are meant: all, or those with one of these reasons or record ids (`Leads 5`, or `5` in any stream)."""

    reasons: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def holds(self, one: Reject) -> bool:
        """Whether this one is meant."""
        by_reason = not self.reasons or one.reason in self.reasons
        return by_reason and (not self.ids or one.record in self.ids or f"{one.stream} {one.record}" in self.ids)


@dataclass(frozen=True, slots=True)
class Retried:
    """`marked`: addresses that the next run of their sync tries again; `waiting`: reason → records that only a change of the record can help."""

    marked: int
    waiting: Counter[str]


def rejects(connection: sa.Connection, sync: str | None) -> Iterator[Reject]:
    """Every rejected record of a sync (None: of all), by stream and id."""
    mine = sa.true() if sync is None else _R.sync == sync
    by_us = sa.select(_R.sync, _R.stream, _R.id, sa.literal(""), _R.verdict, _R.verdict_field, sa.null(), sa.null(), _R.verdict_at, _R.spelling)
    by_us = by_us.where(mine, _R.live == 1, _R.verdict.is_not(None), _R.verdict != "forgotten").order_by(_R.sync, _R.stream, _R.id)
    said = (_M.list, _M.rejected_reason, sa.null(), _M.rejected_code, _M.rejected_message, _M.rejected_at)
    by_vendor = sa.select(_R.sync, _R.stream, _R.id, *said, _R.spelling)
    by_vendor = by_vendor.where(mine, _REFUSED_BY_VENDOR, _R.verdict.is_(None)).order_by(_R.sync, _R.stream, _R.id, _M.list)
    for query in (by_us, by_vendor):
        for row in connection.execute(query):
            yield Reject(row[0], row[1], row[2], row[3], row[4] or "vendor_refused", row[5] or "", row[6] or "", row[7] or "", row[8], row[9] or "")


def retry(ledger: Ledger, sync: str | None, selection: Selection) -> Retried:
    """Mark what the vendor refused for the next run, and invitations without an answer where that reason is named.

    Raises TransientError while a sync concerned is at work.
    """
    with ledger.begin() as connection:
        found = [one for one in rejects(connection, sync) if selection.holds(one)]
        lists = {one.list_id for one in found if one.list_id}
        concerned = set(connection.execute(sa.select(_F.sync).where(_F.list.in_(lists))).scalars())
    waiting = Counter(one.reason for one in found if not one.list_id)
    pairs = {(one.stream, one.record, one.list_id) for one in found if one.list_id}
    released = _unanswered(ledger, sync, selection)
    with ledger.begin() as connection:
        concerned |= set(connection.execute(sa.select(_F.sync).where(_F.list.in_({list_id for list_id, _ in released}))).scalars())
    with alone(ledger, concerned), ledger.begin() as connection:
        marked = set(_addresses(connection, sync, pairs)) | released
        for list_id, address in released:
            mine = (_M.list == list_id, _M.address == address)
            connection.execute(sa.update(schema.member).where(*mine).values(open=None, called_at=0.0, called_by=""))
        for list_id, address in sorted(marked):
            nothing = dict.fromkeys(("rejected_hash", "rejected_reason", "rejected_code", "rejected_message", "rejected_at"))
            connection.execute(sa.update(schema.member).where(_M.list == list_id, _M.address == address).values(**nothing))
            connection.execute(ledger.insert_new(schema.dirty), {"list": list_id, "address": address})
    return Retried(len(marked), waiting)


def _unanswered(ledger: Ledger, sync: str | None, selection: Selection) -> set[tuple[str, str]]:
    """(list id, address) of invitations to surveys whose answer was lost: only where the reason is named, since each of them may have been sent."""
    if UNANSWERED not in selection.reasons:
        return set()
    t = schema.target.c
    fed = sa.and_(_F.list == _M.list, _F.sync == _R.sync, _F.stream == _R.stream, _R.address == _M.address, _R.live == 1)
    query = sa.select(_R.stream, _R.id, _M.list, _M.address).where(fed, t.id == _M.list, t.kind == "survey", _M.open.is_not(None))
    with ledger.begin() as connection:
        rows = connection.execute(query if sync is None else query.where(_R.sync == sync)).all()
    return {(row[2], row[3]) for row in rows if not selection.ids or row[1] in selection.ids or f"{row[0]} {row[1]}" in selection.ids}


def _addresses(connection: sa.Connection, sync: str | None, wanted: Collection[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """(list id, address) of these refused records."""
    query = sa.select(_R.stream, _R.id, _M.list, _M.address).where(_REFUSED_BY_VENDOR)
    for row in connection.execute(query if sync is None else query.where(_R.sync == sync)):
        if (row[0], row[1], row[2]) in wanted:
            yield row[2], row[3]


def expire(connection: sa.Connection, now: float) -> None:
    """Of what was rejected long ago, reason, code and record id stay: the values of a record refused by us, and the vendor's words, are erased."""
    before = now - KEPT_S
    record, member = schema.record, schema.member
    old = sa.and_(_R.verdict.is_not(None), _R.verdict_at < before, sa.or_(_R.payload.is_not(None), _R.address.is_(None) & _R.spelling.is_not(None)))
    connection.execute(sa.update(record).where(old).values(payload=None, spelling=sa.case((_R.address.is_(None), None), else_=_R.spelling)))
    connection.execute(sa.update(member).where(_M.rejected_at < before, _M.rejected_message.is_not(None)).values(rejected_message=None))
