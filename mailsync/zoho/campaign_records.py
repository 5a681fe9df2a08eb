"""Campaigns of one of Zoho's CRMs as records: what is written of a mailing, and how it is found again.

Source: Zoho CRM API v8 and Zoho Recruit API v2, Update and Upsert Records; checked 2026-11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from mailsync.responses.crm import CampaignRow, Fate, Outcome
from mailsync.zoho.forms import Form
from mailsync.zoho.members import MODULE, NAME

SHORTEST_ROOM = 100  # for a name whose field tells no length

# A write of rows: method, path, rows, further keys of the body.
Write = Callable[..., Sequence[Outcome]]
# The CRM's id of the campaign whose name ends with this text.
FindByName = Callable[[str], str | None]


class CampaignRecords:
    """`key_field` is a unique text field that holds our key; without one ("") a short one stands in brackets at the end of the name."""

    def __init__(self, form: Form, key_field: str, write: Write, find: FindByName) -> None:
        self._form, self._key_field, self._write, self._find = form, key_field, write, find

    def put(self, rows: Sequence[CampaignRow]) -> list[Outcome]:
        """Update, or find by our key and update, or make: one call for those whose ids are known, one for the others."""
        records = [self._record(row) for row in rows]
        # Nothing of it is ours: that it is there shows when its members are written.
        left = [at for at, row in enumerate(rows) if records[at] or not row.is_theirs]
        ids = {at: rows[at].id or self._known(rows[at]) for at in left}
        known = [{"id": identifier, **records[at]} for at, identifier in ids.items() if identifier]
        unknown = [records[at] for at, identifier in ids.items() if not identifier]
        updated = iter(self._write("PUT", f"/{MODULE}", known) if known else ())
        check = [self._key_field or NAME]
        made = iter(self._write("POST", f"/{MODULE}/upsert", unknown, duplicate_check_fields=check) if unknown else ())
        done = {at: _outcome(next(updated), identifier) if identifier else next(made) for at, identifier in ids.items()}
        return [done.get(at) or Outcome(Fate.DONE, row.id or "") for at, row in enumerate(rows)]

    def _known(self, row: CampaignRow) -> str | None:
        """By the key in the name, which may have been renamed in front of it; a key field is compared by the upsert itself."""
        return None if self._key_field else self._find(bracketed(row.key))

    def _record(self, row: CampaignRow) -> dict[str, Any]:
        form = self._form
        record = {name: form.value(name, value) for name, value in row.values.items()}
        if row.is_theirs:
            return record
        if row.sent_at is not None and "Start_Date" in form.fields:
            record.setdefault("Start_Date", form.value("Start_Date", row.sent_at))
        if row.parent_id:
            record["Parent_Campaign"] = {"id": row.parent_id}
        length = form.fields[NAME].length or SHORTEST_ROOM
        if not self._key_field:
            tail = f" {bracketed(row.key)}"
            return {**record, NAME: row.name[: length - len(tail)].rstrip() + tail}
        key = row.key if len(row.key) <= form.fields[self._key_field].length else _short(row.key)
        return {**record, NAME: row.name[:length], self._key_field: key}


def _outcome(done: Outcome, identifier: str) -> Outcome:
    fate = Fate.CAMPAIGN_GONE if done.fate is Fate.GONE else done.fate
    return Outcome(fate, identifier if fate is not Fate.CAMPAIGN_GONE else "", done.code, done.message, done.field)


def _short(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


def bracketed(key: str) -> str:
    """A campaign's key as it stands in its name."""
    return f"[{_short(key)}]"
