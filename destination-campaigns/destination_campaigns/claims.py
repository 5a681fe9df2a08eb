"""One record message → what the CRM claims about one person. The per-record path: no vendor, no ledger, no logging."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from destination_campaigns.conversion import CUT, WrongType, as_text, change_of, fitted
from destination_campaigns.mapping import Mapping
from mailsync.airbyte.catalog import Stream
from mailsync.errors import ConfigError
from mailsync.membership.plan import Claim, Order, Tombstone

DELETED_AT = "_ab_cdc_deleted_at"
DELETION_REASON = "_ab_deletion_reason"
HEIR_STREAM = "_ab_heir_stream"
HEIR_ID = "_ab_heir_id"
UPDATED_AT = "_ab_cdc_updated_at"
CAMPAIGN_ID = "campaign_id"
CAMPAIGN_NAME = "campaign_name"

REQUIRED_EMPTY = "required_field_empty"
TOO_LONG = "value_too_long"
WRONG_TYPE = "wrong_type"

LARGEST_NUMBER = 2**63 - 1
LONGEST_ID = 400
LONGEST_ADDRESS = 1000
"""More than any address has: what is cut there is no address, cut or not."""
LONGEST_TEXT = 1 << 16
"""Characters in a field whose own limit nobody tells: no form of a mailing tool is larger, and a call must not carry megabytes."""

_YES = frozenset({"true", "1", "yes", "y", "on"})
_NO = frozenset({"", "false", "0", "no", "n", "off", "none", "null"})


class ClaimReader:
    """Reads one stream's records."""

    def __init__(self, stream: Stream, mapping: Mapping, *, in_parts: bool = False) -> None:
        """`in_parts`: some lists take only the members of one campaign of the CRM, so each record says to which it belongs."""
        self._in_parts = in_parts
        self._name = stream.name
        self._key = stream.key
        self._single_key = stream.key[0] if len(stream.key) == 1 else None
        self._cursor = stream.cursor
        self._mapping = mapping
        self._pairs = [(pair.column, pair.field, pair.limit, pair.kind) for pair in mapping.pairs]
        self._deleted = mapping.deleted or DELETED_AT
        self._keyed_by_address = stream.key == (mapping.address,)
        self._modified = mapping.last_modified or UPDATED_AT

    def read(self, data: Values[str, Any]) -> Claim | None:
        """The claim of one record; None where the primary key is missing, so that nobody can be recognised.

        A column that is declared and absent is null: Airbyte drops nulls on the way.
        """
        record_id = self._record_id(data)
        if record_id is None:
            return None
        cursor = None if self._cursor is None else comparable(data.get(self._cursor))
        if data.get(self._deleted) is not None:
            return Claim(self._name, record_id, cursor, tombstone=_tombstone(data))
        fields = self._read_fields(data)
        mapping = self._mapping
        part = self._part(record_id, data) if self._in_parts else None
        return Claim(
            self._name,
            record_id,
            cursor,
            address=_address(data.get(mapping.address)),
            opt_out=mapping.opt_out is not None and _opted_out(data.get(mapping.opt_out)),
            order=Order(_seconds(data.get(mapping.last_contacted)) if mapping.last_contacted else 0.0, _seconds(data.get(self._modified))),
            payload=fields.payload,
            blocked=fields.blocked,
            blocked_by=fields.blocked_by,
            changed=tuple(fields.changed),
            part=part,
        )

    def _part(self, record_id: str, data: Values[str, Any]) -> tuple[str, str]:
        """Raises ConfigError where the record's id does not tell its campaign: a deletion could not be told apart then."""
        campaign = str(data.get(CAMPAIGN_ID) or "")
        if not campaign or not record_id.startswith(f"{campaign}:"):
            raise ConfigError(
                f"Stream {self._name}: the ids of its records do not begin with {CAMPAIGN_ID} and a colon, so its campaigns cannot be told apart. "
                "Launch to the whole stream, or read it with source-crm."
            )
        return campaign, str(data.get(CAMPAIGN_NAME) or "")

    def _record_id(self, data: Values[str, Any]) -> str | None:
        if self._single_key is not None:
            value = data.get(self._single_key)
            if self._keyed_by_address and (value is None or value == ""):
                return ""  # nobody to be recognised, and nobody to be written: no address
            return None if value is None or value == "" else identity(str(value))
        values = [data.get(name) for name in self._key]
        return None if any(value is None for value in values) else identity(orjson.dumps(values).decode())

    def _read_fields(self, data: Values[str, Any]) -> _Fields:
        found = _Fields()
        keep_empty = self._mapping.update_empty
        for column, target, limit, kind in self._pairs:
            value = data.get(column)
            try:
                plain = as_text(value)
                text = fitted(plain, kind) if kind else plain
            except WrongType:
                found.block(WRONG_TYPE, column)
                continue
            if text is not value and (change := change_of(value, plain, text)):
                found.changed.append((target, change))
            if len(text) > (limit or LONGEST_TEXT):
                if not self._mapping.cut_long:
                    found.block(TOO_LONG, column)
                    continue
                text = text[: limit or LONGEST_TEXT]
                found.changed.append((target, CUT))
            if text or keep_empty:
                found.payload[target] = text
        for column in self._mapping.required:
            if data.get(column) in (None, "", []) or str(data[column]).isspace():
                found.block(REQUIRED_EMPTY, column, gravest=True)
        return found


@dataclass(slots=True)
class _Fields:
    """The mapped values of one record, and what is wrong with them. A value that is too long is not kept."""

    payload: dict[str, str] = field(default_factory=dict)
    blocked: str | None = None
    blocked_by: str = ""
    changed: list[tuple[str, str]] = field(default_factory=list)

    def block(self, reason: str, column: str, *, gravest: bool = False) -> None:
        """The first reason counts, but for the gravest."""
        if self.blocked is None or (gravest and self.blocked != reason):
            self.blocked, self.blocked_by = reason, column


def identity(record_id: str) -> str:
    """The record's id as a key that every database takes: of a longer one than any CRM gives, a digest."""
    return (
        record_id if len(record_id) <= LONGEST_ID else f"#{hashlib.blake2b(record_id.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
    )


def comparable(value: Any) -> int | None:
    """A cursor as a number that orders as the cursor does: whole numbers as they are, ISO times in microseconds; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-LARGEST_NUMBER, min(value, LARGEST_NUMBER))
    if isinstance(value, str):
        if value.isdecimal():
            return min(int(value), LARGEST_NUMBER) if len(value) < 100 else LARGEST_NUMBER
        moment = _moment(value)
        return None if moment is None else round(moment.timestamp() * 1_000_000)
    return None


def _tombstone(data: Values[str, Any]) -> Tombstone:
    stream, record_id = data.get(HEIR_STREAM), data.get(HEIR_ID)
    heir = (str(stream), identity(str(record_id))) if stream and record_id else None
    return Tombstone(str(data.get(DELETION_REASON) or "deleted"), heir)


def _address(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    # A number or an object is no address: its text is passed on and refused as invalid, as any other wrong address is.
    return value[:LONGEST_ADDRESS] if isinstance(value, str) else f"({type(value).__name__})"


def _opted_out(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    word = str(value).strip().lower()
    # What nobody can read counts as an opt-out: the mistake that mails nobody.
    return word in _YES or word not in _NO


def _seconds(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(max(-LARGEST_NUMBER, min(value, LARGEST_NUMBER)))
        return seconds / 1000 if seconds > 1e11 else seconds
    moment = _moment(value) if isinstance(value, str) and len(value) < 100 else None
    return 0.0 if moment is None else moment.timestamp()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
