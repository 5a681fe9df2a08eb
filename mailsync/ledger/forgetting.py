"""Erasing one person's address from a ledger: every value goes, a keyed hash stays, so that the address is never taken in or mailed again.

What an erased value forbade is kept without it: who left stays left, who opted out stays opted out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger
from mailsync.ledger.suppressions import EVERYWHERE, FORGOTTEN, Suppressions
from mailsync.ledger.survey_responses import pair_of
from mailsync.ledger.tending import alone
from mailsync.membership.address import address_hash, address_key

_R, _M = schema.record.c, schema.member.c
# Tables that hold an address in a column of that name and nothing else worth keeping of that row.
_BY_ADDRESS = tuple(
    schema.metadata.tables[name] for name in ("member", "written", "dirty", "reading", "former", "recipient", "due", "action", "creation", "profile")
)
_SPREADS = ("left", "complaint")
RecordKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased. `records`: (sync, stream, id); `lists`: id of each list the address is still on, and whether this ledger put it there.

    `mentioned`: other records in whose fields the address stood, and was erased. `responses`: campaigns that it was mailed in, as far as the way back
    into the CRM knows; `people`: "<module>/<id>" of whoever was meant by them. `compacted`: no trace is left in the database's files either.
    """

    records: tuple[RecordKey, ...]
    lists: Mapping[str, bool]
    memberships: int
    mentioned: int
    responses: int
    people: tuple[str, ...]
    compacted: bool


def forget(ledger: Ledger, raw: str, *, dry_run: bool = False) -> Forgotten:
    """Erase an address; once more is no harm. Raises TransientError while any sync of the ledger is at work."""
    names = _spellings(raw)
    with ledger.begin() as connection:
        syncs = {*connection.execute(sa.select(schema.run.c.sync)).scalars(), *connection.execute(sa.select(schema.feed.c.sync)).scalars()}
    with alone(ledger, syncs):
        with ledger.begin() as connection:
            erasing = _Erasing(ledger, connection, names)
            found = erasing.found()
            if not dry_run:
                erasing.erase()
        compacted = not dry_run and _compact(ledger)
    return replace(found, compacted=compacted)


def _spellings(raw: str) -> tuple[str, ...]:
    """The key first; then how it may stand where it was no valid address."""
    text = raw.strip()
    return tuple(dict.fromkeys([address_key(text) or text.lower(), text.lower(), text]))


class _Erasing:
    """One transaction's work."""

    def __init__(self, ledger: Ledger, connection: sa.Connection, names: tuple[str, ...]) -> None:
        self._ledger = ledger
        self._do = connection.execute
        self._connection = connection
        self._names = names
        self._now = ledger.clock.now()
        own = sa.or_(_R.address.in_(names), sa.func.lower(_R.spelling).in_(names), _R.spelling.in_(names), self._holds(_R.id))
        self._own = [(row.sync, row.stream, row.id) for row in self._do(sa.select(_R.sync, _R.stream, _R.id).where(own))]
        self._elsewhere = [
            (row.sync, row.stream, row.id, row.payload)
            for row in self._do(sa.select(_R.sync, _R.stream, _R.id, _R.payload).where(self._holds(_R.payload)))
            if (row.sync, row.stream, row.id) not in set(self._own)
        ]

    def found(self) -> Forgotten:
        on = _M.removed.is_(None) & ((_M.seen == "active") | (_M.answered_at > _M.seen_at))
        rows = self._do(sa.select(_M.list, _M.ours, sa.case((on, 1), else_=0).label("is_on")).where(_M.address.in_(self._names))).all()
        lists = {row.list: bool(row.ours) for row in rows if row.is_on}
        c = schema.recipient.c
        mailed = self._do(sa.select(c.campaign, c.person, c.last).where(c.address.in_(self._names))).all()
        people = sorted({one for row in mailed for one in (row.person or row.last,) if one is not None})
        responses = len({row.campaign for row in mailed} - {""})
        return Forgotten(tuple(self._own), lists, len(rows), len(self._elsewhere), responses, tuple(people), compacted=False)

    def erase(self) -> None:
        ours = [row.list for row in self._do(sa.select(_M.list).where(_M.address.in_(self._names), _M.ours == 1))]
        self._keep_what_it_forbade()
        self._forget_answers()
        for table in _BY_ADDRESS:
            self._do(sa.delete(table).where(table.c.address.in_(self._names)))
        for key in self._own:
            self._empty(key)
        for sync, stream, record, payload in self._elsewhere:
            self._blank(sync, stream, record, payload)
        for text in (schema.run.c.summary, schema.run.c.error):
            self._do(sa.update(schema.run).where(self._holds(text)).values({text.name: None}))
        self._do(sa.delete(schema.run_example).where(sa.or_(self._holds(schema.run_example.c.record), self._holds(schema.run_example.c.detail))))
        self._do(sa.update(schema.record).where(self._holds(_R.heir)).values(heir=None))
        self._do(sa.update(schema.due).where(self._holds(schema.due.c.detail)).values(detail=""))
        # On the lists that this ledger put it on, the next run takes it off; the mark says which.
        self._suppress(self._names[0], FORGOTTEN, [EVERYWHERE, *ours])

    def _forget_answers(self) -> None:
        """Responses of this address, those that mention it, and all others of the people behind them. What the CRM was given stays there."""
        c, recipient = schema.survey_response.c, schema.recipient.c
        own = sa.or_(c.address.in_(self._names), self._holds(c.told))
        people = {*self._do(sa.select(c.person).where(own, c.person.is_not(None))).scalars()}
        people |= {*self._do(sa.select(recipient.person).where(recipient.address.in_(self._names), recipient.person.is_not(None))).scalars()}
        gone = sa.or_(own, c.person.in_(people), c.last.in_(people))
        pairs = [pair_of(row.survey, row.response) for row in self._do(sa.select(c.survey, c.response).where(gone))]
        due = schema.due.c
        self._do(sa.delete(schema.due).where(sa.tuple_(due.campaign, due.address).in_(pairs)))
        self._do(sa.delete(schema.survey_response).where(gone))
        self._do(sa.delete(schema.answered).where(schema.answered.c.person.in_(people)))

    def _keep_what_it_forbade(self) -> None:
        """A leaving reaches who gave the address up; an opt-out reaches what an erased record held before."""
        former = schema.former.c
        heirs = {(row.sync, row.stream, row.id) for row in self._do(sa.select(schema.former).where(former.address.in_(self._names)))}
        c = schema.suppression.c
        hashes = [self._hash(name) for name in self._names]
        left = [(row.list, row.reason) for row in self._do(sa.select(c.list, c.reason).where(c.address_hash.in_(hashes), c.reason.in_(_SPREADS)))]
        for key in heirs - set(self._own):
            row = self._do(sa.select(_R.address).where(self._is(schema.record, key))).one_or_none()
            if row is not None and row.address is not None:
                for list_id, reason in left:
                    self._suppress(row.address, reason, [list_id])
        for key in self._own:
            opted_out = self._do(sa.select(_R.opt_out).where(self._is(schema.record, key))).scalar_one()
            before = self._do(sa.select(former.address).where(self._is(schema.former, key))).scalars().all()
            if opted_out:
                for address in set(before) - set(self._names):
                    self._suppress(address, "crm_opt_out", [EVERYWHERE])

    def _empty(self, key: RecordKey) -> None:
        """A shell with the record's id stays, so that an older message cannot revive it; not where the id is the address."""
        self._do(sa.delete(schema.former).where(self._is(schema.former, key)))
        example = schema.run_example.c
        self._do(sa.delete(schema.run_example).where(example.sync == key[0], example.stream == key[1], example.record == key[2]))
        if any(name.lower() in key[2].lower() for name in self._names):
            self._do(sa.delete(schema.record).where(self._is(schema.record, key)))
            return
        nothing = dict.fromkeys(("address", "spelling", "payload", "payload_hash", "verdict_field"))
        values = {**nothing, "verdict": FORGOTTEN, "verdict_at": self._now, "moved": 0, "contacted": 0.0, "modified": 0.0}
        self._do(sa.update(schema.record).where(self._is(schema.record, key)).values(**values))

    def _blank(self, sync: str, stream: str, record: str, payload: str) -> None:
        """The address stood in a field of another record: that field becomes empty, here and, by the next run, at the vendor."""
        lowered = [name.lower() for name in self._names]
        fields = {name: "" if any(one in text.lower() for one in lowered) else text for name, text in orjson.loads(payload).items()}
        text = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
        key = (sync, stream, record)
        values = {"payload": text.decode(), "payload_hash": hashlib.blake2b(text, digest_size=16).hexdigest()}
        self._do(sa.update(schema.record).where(self._is(schema.record, key)).values(**values))
        address = self._do(sa.select(_R.address).where(self._is(schema.record, key))).scalar_one()
        lists = self._do(sa.select(schema.feed.c.list).where(schema.feed.c.sync == sync, schema.feed.c.stream == stream)).scalars()
        rows = [{"list": one, "address": address} for one in lists if address is not None]
        if rows:
            self._do(self._ledger.insert_new(schema.dirty), rows)

    def _suppress(self, address: str, reason: str, lists: Iterable[str]) -> None:
        Suppressions(self._ledger, "").add(self._connection, [(one, address, reason, self._now) for one in lists])

    def _hash(self, name: str) -> str:
        return address_hash(name, self._ledger.hash_key)

    def _holds(self, column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        """The text has the address in it, also where it stands inside JSON."""
        texts = {orjson.dumps(name).decode()[1:-1] for name in self._names}
        return sa.or_(*(one.contains(text, autoescape=True) for text in sorted(texts) for one in (column, sa.func.lower(column))))

    @staticmethod
    def _is(table: sa.Table, key: RecordKey) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.sync == key[0], table.c.stream == key[1], table.c.id == key[2])


def _compact(ledger: Ledger) -> bool:
    """Deleted rows stay readable in a database's files until they are written over; so the files are written anew. Whether that was done."""
    if ledger.is_sqlite:
        raw = ledger.engine.raw_connection()
        try:
            raw.execute("VACUUM")
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except Exception:  # noqa: BLE001 - whatever the driver says: it is erased, and the answer tells that the files were not rewritten
            return False
        finally:
            raw.close()
        return not busy
    preparer = ledger.engine.dialect.identifier_preparer
    try:
        with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (schema.record, schema.run, schema.run_example, schema.survey_response, schema.answered, *_BY_ADDRESS):
                connection.execute(sa.text(f"VACUUM (FULL) {preparer.format_table(table)}"))
    except DBAPIError:
        return False
    return True
