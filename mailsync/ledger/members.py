"""Memberships, what was written, and which (list, address) still has to be decided."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import dirty, member, reading, record, written
from mailsync.membership.model import MemberRow

_COLUMNS = tuple(field.name for field in dataclasses.fields(MemberRow))
_SELECT = sa.select(*(member.c[name] for name in _COLUMNS))
# Of these a read may say something new although it shows what the last one showed (see `membership.observe`).
_UNSETTLED = sa.or_(
    member.c.open.is_not(None), member.c.removed.is_not(None), member.c.pending == 1, member.c.unknown == 1, member.c.answered_at > member.c.seen_at
)
# Built once: building a statement costs more than SQLite needs to answer it.
_LIST: sa.BindParameter[str] = sa.bindparam("list_id")
_ADDRESSES: sa.BindParameter[str] = sa.bindparam("addresses", expanding=True)
_OF_ADDRESSES = _SELECT.where(member.c.list == _LIST, member.c.address.in_(_ADDRESSES))
_WITH_OPEN_INTENTS = _SELECT.where(member.c.list == _LIST, member.c.open.is_not(None))
_WRITTEN = sa.select(written.c.address, written.c.payload_hash).where(written.c.scope == sa.bindparam("scope"), written.c.address.in_(_ADDRESSES))
_CLEAN = sa.delete(dirty).where(dirty.c.list == _LIST, dirty.c.address.in_(_ADDRESSES))
_SYNC: sa.BindParameter[str] = sa.bindparam("sync")
_AFTER: sa.BindParameter[str] = sa.bindparam("after")
_SIZE: sa.BindParameter[int] = sa.bindparam("size")
_DIRTY_AFTER = sa.select(dirty.c.address).where(dirty.c.list == _LIST, dirty.c.address > _AFTER).order_by(dirty.c.address).limit(_SIZE)
_READ_ANEW = (
    sa.select(reading.c.address, reading.c.spelling, reading.c.status)
    .select_from(reading.outerjoin(member, sa.and_(member.c.list == reading.c.list, member.c.address == reading.c.address)))
    .where(reading.c.sync == _SYNC, reading.c.list == _LIST, reading.c.address > _AFTER)
    .where(sa.or_(member.c.address.is_(None), member.c.seen != reading.c.status, _UNSETTLED))
    .order_by(reading.c.address)
    .limit(_SIZE)
)
_IS_READ = sa.exists().where(reading.c.sync == _SYNC, reading.c.list == member.c.list, reading.c.address == member.c.address)
_NOT_READ = (
    _SELECT.where(member.c.list == _LIST, member.c.address > _AFTER, member.c.seen_at < sa.bindparam("at"))
    .where(sa.or_(member.c.seen != "absent", _UNSETTLED), ~_IS_READ)
    .order_by(member.c.address)
    .limit(_SIZE)
)


def load(connection: sa.Connection, list_id: str, addresses: Collection[str]) -> dict[str, MemberRow]:
    """The known memberships of these addresses on one list."""
    rows = connection.execute(_OF_ADDRESSES, {"list_id": list_id, "addresses": [*addresses]})
    return {row[1]: MemberRow(*row) for row in rows}


def on_other_lists(connection: sa.Connection, account: str, list_id: str, address: str) -> list[MemberRow]:
    """The address on the other lists of the account."""
    mine = member.c.list.startswith(f"{account}/", autoescape=True)
    return [MemberRow(*row) for row in connection.execute(_SELECT.where(mine, member.c.list != list_id, member.c.address == address))]


def with_open_intents(connection: sa.Connection, list_id: str) -> list[MemberRow]:
    """Calls that have no answer yet."""
    return [MemberRow(*row) for row in connection.execute(_WITH_OPEN_INTENTS, {"list_id": list_id})]


def read_anew(connection: sa.Connection, sync: str, list_id: str, after: str, size: int) -> list[tuple[str, str, str]]:
    """Rows of a read (address, spelling, status) that say something new, in order of their address."""
    rows = connection.execute(_READ_ANEW, {"sync": sync, "list_id": list_id, "after": after, "size": size})
    return [(row[0], row[1], row[2]) for row in rows]


def known_not_read(connection: sa.Connection, sync: str, list_id: str, after: str, at: float, size: int) -> list[MemberRow]:
    """Known members that a read begun at `at` does not show and of whom that is new, in order of their address."""
    rows = connection.execute(_NOT_READ, {"sync": sync, "list_id": list_id, "after": after, "at": at, "size": size})
    return [MemberRow(*row) for row in rows]


def seen_again(connection: sa.Connection, list_id: str, at: float) -> None:
    """Everybody of whom a complete read said nothing new was seen again as before."""
    c = member.c
    connection.execute(sa.update(member).where(c.list == list_id, c.seen_at < at).values(seen_before=c.seen, seen_at=at))


def owned_and_on(connection: sa.Connection, list_id: str) -> int:
    """How many memberships of ours are on."""
    c = member.c
    is_on = c.removed.is_(None) & ((c.seen == "active") | (c.answered_at > c.seen_at))
    return int(connection.execute(sa.select(sa.func.count()).where(c.list == list_id, c.ours == 1, is_on)).scalar_one())


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[MemberRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(member), [{name: getattr(row, name) for name in _COLUMNS} for row in rows])


def written_hashes(connection: sa.Connection, scope: str, addresses: Collection[str]) -> dict[str, str]:
    """What was last written for these addresses."""
    return {row[0]: row[1] for row in connection.execute(_WRITTEN, {"scope": scope, "addresses": [*addresses]})}


def note_written(ledger: Ledger, connection: sa.Connection, scope: str, hashes: Mapping[str, str]) -> None:
    """The vendor has these fields now, by address."""
    if hashes:
        rows = [{"scope": scope, "address": address, "payload_hash": digest} for address, digest in hashes.items()]
        connection.execute(ledger.upsert(written), rows)


def forget_written(connection: sa.Connection, scope: str, addresses: Collection[str]) -> None:
    """What the vendor has is not known any more: the next decision writes once."""
    if addresses:
        connection.execute(sa.delete(written).where(written.c.scope == scope, written.c.address.in_(addresses)))


def forget_refusal(row: MemberRow) -> None:
    """What the vendor once refused may be sent again."""
    row.rejected_hash = row.rejected_reason = row.rejected_code = row.rejected_message = row.rejected_at = None


def mark_dirty(ledger: Ledger, connection: sa.Connection, lists: Iterable[str], addresses: Collection[str]) -> None:
    """These have to be decided again."""
    rows = [{"list": list_id, "address": address} for list_id in lists for address in addresses]
    if rows:
        connection.execute(ledger.insert_new(dirty), rows)


def mark_claimed_dirty(ledger: Ledger, connection: sa.Connection, sync: str, stream: str, list_id: str) -> None:
    """Every address that live records of this stream have is to be decided for one list."""
    c = record.c
    claimed = sa.select(sa.literal(list_id), c.address).where(c.sync == sync, c.stream == stream, c.live == 1, c.address.is_not(None)).distinct()
    connection.execute(ledger.insert_new(dirty).from_select(["list", "address"], claimed))


def clear_dirty(connection: sa.Connection, list_id: str, addresses: Collection[str]) -> None:
    """Nothing is left to do for these."""
    if addresses:
        connection.execute(_CLEAN, {"list_id": list_id, "addresses": [*addresses]})


def dirty_after(connection: sa.Connection, list_id: str, after: str, size: int) -> list[str]:
    """The next addresses to decide, in order."""
    return list(connection.execute(_DIRTY_AFTER, {"list_id": list_id, "after": after, "size": size}).scalars())
