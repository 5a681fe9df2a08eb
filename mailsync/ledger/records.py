"""What records claim: rows in and out, many at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import former, record
from mailsync.membership.model import RecordRow

_COLUMNS = tuple(field.name for field in dataclasses.fields(RecordRow))
_SELECT = sa.select(*(record.c[name] for name in _COLUMNS))
_TOUCH = (
    sa.update(record)
    .where(record.c.sync == sa.bindparam("k_sync"), record.c.stream == sa.bindparam("k_stream"), record.c.id == sa.bindparam("k_id"))
    .values(cursor=sa.bindparam("v_cursor"), generation=sa.bindparam("v_generation"))
)


def _same(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(record.c.sync == table.c.sync, record.c.stream == table.c.stream, record.c.id == table.c.id)


# Built once: building a statement costs more than SQLite needs to answer it.
_ADDRESSES: sa.BindParameter[str] = sa.bindparam("addresses", expanding=True)
_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_OF_IDS = _SELECT.where(record.c.sync == sa.bindparam("sync"), record.c.stream == sa.bindparam("stream"), record.c.id.in_(_IDS))
_WITH_ADDRESS = _SELECT.where(record.c.address.in_(_ADDRESSES))
_OPTED_OUT_BEFORE = sa.select(former.c.address).join(record, _same(former)).where(former.c.address.in_(_ADDRESSES), record.c.opt_out == 1)
_FORMERS = sa.select(former.c.id, former.c.address).where(
    former.c.sync == sa.bindparam("sync"), former.c.stream == sa.bindparam("stream"), former.c.id.in_(_IDS)
)
_HELD_BEFORE = _SELECT.join(former, _same(former)).where(former.c.address.in_(_ADDRESSES)).distinct()


def load(connection: sa.Connection, sync: str, stream: str, ids: Collection[str]) -> dict[str, RecordRow]:
    """The known rows of these records."""
    rows = connection.execute(_OF_IDS, {"sync": sync, "stream": stream, "ids": [*ids]})
    return {row[2]: RecordRow(*row) for row in rows}


def has_live(connection: sa.Connection, sync: str, stream: str) -> bool:
    """Whether any record of this stream is known and lives."""
    query = sa.select(record.c.id).where(record.c.sync == sync, record.c.stream == stream, record.c.live == 1).limit(1)
    return connection.execute(query).first() is not None


def save(ledger: Ledger, connection: sa.Connection, rows: Sequence[RecordRow]) -> None:
    """Write whole rows."""
    if rows:
        connection.execute(ledger.upsert(record), [{name: getattr(row, name) for name in _COLUMNS} for row in rows])


def touch(connection: sa.Connection, rows: Sequence[RecordRow]) -> None:
    """Write only cursor and generation: all that an unchanged record changes."""
    if rows:
        connection.execute(
            _TOUCH, [{"k_sync": r.sync, "k_stream": r.stream, "k_id": r.id, "v_cursor": r.cursor, "v_generation": r.generation} for r in rows]
        )


def with_address(connection: sa.Connection, addresses: Collection[str]) -> list[RecordRow]:
    """All records, live or dead, whose current or last address is among these."""
    return [RecordRow(*row) for row in connection.execute(_WITH_ADDRESS, {"addresses": [*addresses]})]


def addresses_after(connection: sa.Connection, after: str, size: int) -> list[str]:
    """The next addresses that any record has or had last, in order."""
    query = sa.select(record.c.address).where(record.c.address > after).distinct().order_by(record.c.address).limit(size)
    return list(connection.execute(query).scalars())


def opted_out_before(connection: sa.Connection, addresses: Collection[str]) -> set[str]:
    """Those addresses that an opted-out record gave up."""
    return set(connection.execute(_OPTED_OUT_BEFORE, {"addresses": [*addresses]}).scalars())


def awaiting_heirs(connection: sa.Connection, sync: str, heirs: Collection[str]) -> list[RecordRow]:
    """Converted records whose history waits for these heirs ("<stream> <id>")."""
    return [RecordRow(*row) for row in connection.execute(_SELECT.where(record.c.sync == sync, record.c.heir.in_(heirs)))]


def give_up(ledger: Ledger, connection: sa.Connection, rows: Iterable[tuple[RecordRow, str]], at: float) -> None:
    """Remember that these records held these addresses until now."""
    values = [{"sync": r.sync, "stream": r.stream, "id": r.id, "address": address, "left_at": at} for r, address in rows]
    if values:
        connection.execute(ledger.upsert(former), values)


def formers_of(connection: sa.Connection, rows: Iterable[RecordRow]) -> dict[tuple[str, str, str], list[str]]:
    """The addresses that these records gave up, for those that ever moved."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for (sync, stream), ids in _by_stream(row for row in rows if row.moved).items():
        for row in connection.execute(_FORMERS, {"sync": sync, "stream": stream, "ids": ids}):
            found.setdefault((sync, stream, row[0]), []).append(row[1])
    return found


def holders_before(connection: sa.Connection, addresses: Collection[str]) -> list[RecordRow]:
    """Records that once held one of these addresses and gave it up."""
    return [RecordRow(*row) for row in connection.execute(_HELD_BEFORE, {"addresses": [*addresses]})]


def last_held(connection: sa.Connection, address: str) -> list[tuple[str, str, bool, float]]:
    """Everybody who ever held an address: (sync, stream, holds it now, since when not)."""
    now = sa.select(record.c.sync, record.c.stream, record.c.live, record.c.gone_at).where(record.c.address == address)
    before = sa.select(former.c.sync, former.c.stream, former.c.left_at).where(former.c.address == address)
    held = [(row[0], row[1], bool(row[2]), float(row[3] or 0.0)) for row in connection.execute(now)]
    return held + [(row[0], row[1], False, float(row[2])) for row in connection.execute(before)]


def _by_stream(rows: Iterable[RecordRow]) -> Mapping[tuple[str, str], list[Any]]:
    grouped: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        grouped.setdefault((row.sync, row.stream), []).append(row.id)
    return grouped
