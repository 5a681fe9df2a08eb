"""Absorbing record messages (docs/membership.md, "Absorbing"): a record only changes what the CRM claims. No call is made here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa

from mailsync.ledger import records
from mailsync.ledger.engine import Ledger
from mailsync.ledger.suppressions import FORGOTTEN, ForgottenAddresses
from mailsync.membership.address import address_key
from mailsync.membership.model import RecordRow
from mailsync.membership.plan import Claim, RecordFate


@dataclass(frozen=True, slots=True)
class Absorbed:
    """One record's way through: a fate already, or (fate None) the address that decides."""

    stream: str
    record_id: str
    fate: RecordFate | None
    reason: str
    address: str | None


@dataclass(slots=True)
class Chunk:
    """What a batch of records did: their ways, and the addresses whose situation changed."""

    absorbed: list[Absorbed] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)


def payload_of(claim: Claim) -> tuple[str, str]:
    """The payload as canonical JSON, and its digest."""
    text = orjson.dumps(dict(claim.payload or {}), option=orjson.OPT_SORT_KEYS)
    return text.decode(), hashlib.blake2b(text, digest_size=16).hexdigest()


class Absorber:
    """Absorbs batches for one sync. `generation_of(stream)` is the refresh under way, 0 for none."""

    def __init__(self, ledger: Ledger, sync: str) -> None:
        self._ledger = ledger
        self._sync = sync
        self._forgotten = ForgottenAddresses(ledger)
        self._saved: dict[tuple[str, str], RecordRow] = {}
        self._touched_rows: dict[tuple[str, str], RecordRow] = {}
        self._given_up: list[tuple[RecordRow, str]] = []
        self._now = 0.0

    def absorb(self, connection: sa.Connection, claims: Sequence[Claim], generations: dict[str, int]) -> Chunk:
        """Take a batch in, in order. The caller commits."""
        chunk = Chunk()
        self._saved, self._touched_rows, self._given_up, self._now = {}, {}, [], self._ledger.clock.now()
        known = self._known(connection, claims)
        for claim in claims:
            key = (claim.stream, claim.record_id)
            row = known.get(key)
            way, new = self._one(connection, claim, row, generations.get(claim.stream, 0), chunk, known)
            if new is not None:
                known[key] = new
            chunk.absorbed.append(way)
        self._inherit(connection, known, chunk)
        for former in records.formers_of(connection, self._saved.values()).values():
            chunk.touched.update(former)  # suppression follows the person, also when the record has no address now
        records.save(self._ledger, connection, list(self._saved.values()))
        records.touch(connection, [row for key, row in self._touched_rows.items() if key not in self._saved])
        records.give_up(self._ledger, connection, self._given_up, self._now)
        return chunk

    def _known(self, connection: sa.Connection, claims: Iterable[Claim]) -> dict[tuple[str, str], RecordRow]:
        by_stream: dict[str, set[str]] = {}
        for claim in claims:
            by_stream.setdefault(claim.stream, set()).add(claim.record_id)
        return {
            (stream, record_id): row
            for stream, ids in by_stream.items()
            for record_id, row in records.load(connection, self._sync, stream, ids).items()
        }

    def _one(
        self,
        connection: sa.Connection,
        claim: Claim,
        row: RecordRow | None,
        generation: int,
        chunk: Chunk,
        known: dict[tuple[str, str], RecordRow],
    ) -> tuple[Absorbed, RecordRow | None]:
        if row is not None and claim.cursor is not None and row.cursor is not None and claim.cursor < row.cursor:
            return Absorbed(claim.stream, claim.record_id, RecordFate.UNCHANGED, "older_than_known", None), None  # A1
        if claim.tombstone is not None:
            return self._bury(connection, claim, row, chunk, known)
        if row is not None and row.live and self._says_the_same(claim, row):
            row.cursor = claim.cursor if claim.cursor is not None else row.cursor
            row.generation = max(row.generation, generation)
            self._touched_rows[claim.stream, claim.record_id] = row
            return self._way(claim.stream, row, gave_up=False), row
        return self._change(claim, row, generation, chunk)

    def _says_the_same(self, claim: Claim, row: RecordRow) -> bool:
        return (
            (claim.address or None) == row.spelling
            and int(claim.opt_out) == row.opt_out
            and claim.order.last_contacted == row.contacted
            and claim.order.last_modified == row.modified
            and (row.address is None or (row.verdict, row.verdict_field or "") == (claim.blocked, claim.blocked_by))
            and payload_of(claim)[1] == row.payload_hash
        )

    def _change(self, claim: Claim, row: RecordRow | None, generation: int, chunk: Chunk) -> tuple[Absorbed, RecordRow | None]:
        fresh = row is None
        row = row or RecordRow(self._sync, claim.stream, claim.record_id)
        before = row.address
        held_live = before is not None and bool(row.live)
        key = address_key(claim.address) if claim.address else None
        if claim.address and (key or claim.address.strip().lower()) in self._forgotten:
            return self._leave_out(claim, row, generation, chunk)
        if before is not None and key != before:
            self._given_up.append((row, before))
            row.moved = 1
            chunk.touched.add(before)
        row.address, row.spelling = key, claim.address or None
        row.payload, row.payload_hash = payload_of(claim)
        row.opt_out = int(claim.opt_out)
        row.contacted, row.modified = claim.order.last_contacted, claim.order.last_modified
        row.live, row.gone_at, row.heir = 1, None, None
        row.cursor = claim.cursor if claim.cursor is not None else row.cursor
        row.generation = max(row.generation, generation)
        row.verdict = _verdict(claim, key)
        row.verdict_field = (claim.blocked_by or None) if key is not None else None
        row.verdict_at = None if row.verdict is None else self._now
        self._saved[claim.stream, claim.record_id] = row
        if key is not None:
            chunk.touched.add(key)
        return self._way(claim.stream, row, gave_up=held_live and key is None and not fresh), row

    def _leave_out(self, claim: Claim, row: RecordRow, generation: int, chunk: Chunk) -> tuple[Absorbed, RecordRow | None]:
        """An address that was erased on request: nothing of the record is stored but its id, and not even that where the id is the address."""
        way = Absorbed(claim.stream, claim.record_id, RecordFate.SKIPPED, FORGOTTEN, None)
        if "@" in claim.record_id:
            return way, None
        if row.address is not None:
            self._given_up.append((row, row.address))
            row.moved = 1
            chunk.touched.add(row.address)
        row.address = row.spelling = row.payload = row.payload_hash = row.verdict_field = None
        row.verdict, row.verdict_at, row.live, row.gone_at = FORGOTTEN, self._now, 1, None
        row.opt_out = int(claim.opt_out)
        row.cursor = claim.cursor if claim.cursor is not None else row.cursor
        row.generation = max(row.generation, generation)
        self._saved[claim.stream, claim.record_id] = row
        return way, row

    def _way(self, stream: str, row: RecordRow, *, gave_up: bool) -> Absorbed:
        if row.address is not None:
            return Absorbed(stream, row.id, None, "", row.address)  # A7
        if row.verdict == "invalid_address":
            return Absorbed(stream, row.id, RecordFate.REJECTED, "invalid_address", None)  # A4
        if gave_up:
            return Absorbed(stream, row.id, RecordFate.RELEASED, "", None)  # A5
        return Absorbed(stream, row.id, RecordFate.SKIPPED, "no_address", None)  # A6

    def _bury(
        self, connection: sa.Connection, claim: Claim, row: RecordRow | None, chunk: Chunk, known: dict[tuple[str, str], RecordRow]
    ) -> tuple[Absorbed, RecordRow]:
        was_live = row is not None and bool(row.live)
        row = row or RecordRow(self._sync, claim.stream, claim.record_id, gone_at=self._now)
        row.live = 0
        row.gone_at = self._now if was_live else row.gone_at
        row.cursor = claim.cursor if claim.cursor is not None else row.cursor
        if claim.tombstone is not None and claim.tombstone.heir is not None:
            self._pass_on(connection, row, claim.tombstone.heir, chunk, known)
        self._saved[claim.stream, claim.record_id] = row
        if row.address is not None:
            chunk.touched.add(row.address)
        if was_live:
            return Absorbed(claim.stream, claim.record_id, RecordFate.RELEASED, "", None), row  # A3
        return Absorbed(claim.stream, claim.record_id, RecordFate.NOT_OURS, "already_gone", None), row  # A2

    def _pass_on(
        self, connection: sa.Connection, row: RecordRow, heir: tuple[str, str], chunk: Chunk, known: dict[tuple[str, str], RecordRow]
    ) -> None:
        """Converted: every address the record held becomes the heir's history; its opt-out ends once the heir's own value is known."""
        heir_row = known.get(heir) or records.load(connection, self._sync, heir[0], [heir[1]]).get(heir[1])
        if heir_row is None or heir_row.payload_hash is None:  # unknown, or known only as deleted
            row.heir = f"{heir[0]} {heir[1]}"
            return
        known[heir] = heir_row
        self._hand_over(connection, row, heir_row)
        chunk.touched.update(one for one in (heir_row.address,) if one is not None)

    def _inherit(self, connection: sa.Connection, known: dict[tuple[str, str], RecordRow], chunk: Chunk) -> None:
        """Records of this batch that converted records were waiting for."""
        heirs = {f"{stream} {record_id}": row for (stream, record_id), row in self._saved.items() if row.live}
        if not heirs:
            return
        for waiting in records.awaiting_heirs(connection, self._sync, list(heirs)):
            dead = known.setdefault((waiting.stream, waiting.id), waiting)
            if dead.heir not in heirs:
                continue  # came back in this batch: what it held and said stays its own
            self._hand_over(connection, dead, heirs[dead.heir])
            self._saved[dead.stream, dead.id] = dead
            if dead.address is not None:
                chunk.touched.add(dead.address)

    def _hand_over(self, connection: sa.Connection, dead: RecordRow, heir: RecordRow) -> None:
        addresses = records.formers_of(connection, [dead]).get((dead.sync, dead.stream, dead.id), [])
        history = {address for address in (*addresses, dead.address) if address is not None and address != heir.address}
        self._given_up.extend((heir, address) for address in history)
        if history:
            heir.moved = 1
            self._saved[heir.stream, heir.id] = heir
        dead.opt_out, dead.heir = 0, None


def _verdict(claim: Claim, key: str | None) -> str | None:
    if key is not None:
        return claim.blocked
    return "invalid_address" if claim.address else None
