"""A record of a module of people as a person. Source: Zoho CRM API v8 and Zoho Recruit API v2, standard fields; checked 2026-11."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from mailsync.membership.address import address_key
from mailsync.responses.crm import Person, PersonId
from mailsync.zoho.forms import Form
from mailsync.zoho.writer import OPT_OUT

LONGEST_ID = 19
CONVERTED = "Converted__s"
CONTACTED = "Last_Activity_Time"
MODIFIED = ("Modified_Time", "Updated_On")


def columns(form: Form) -> list[str]:
    """What must be read of a record, as far as the module has it."""
    used = ("id", *form.addresses, CONTACTED, *MODIFIED, OPT_OUT, CONVERTED, form.owner)
    return list(dict.fromkeys(name for name in used if name == "id" or name in form.fields))


def person(form: Form, row: Mapping[str, Any]) -> Person:
    """One of them."""
    owner, opted_out = row.get(form.owner), row.get(OPT_OUT)
    return Person(
        id=PersonId(form.module, str(row["id"])),
        contacted=_seconds(row.get(CONTACTED)),
        modified=max(_seconds(row.get(name)) for name in MODIFIED),
        owner=str(owner["id"]) if isinstance(owner, Mapping) and owner.get("id") else None,
        opted_out=bool(opted_out) if opted_out is not None else None,
    )


def keys(form: Form, row: Mapping[str, Any]) -> set[str | None]:
    """The keys of all its addresses."""
    return {address_key(str(row[field])) for field in form.addresses if row.get(field)}


def is_record_id(text: str) -> bool:
    """Whether a record can have this id: they are whole numbers of 64 bits."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def by_module(ids: Collection[PersonId]) -> dict[str, list[str]]:
    """Record ids of each module."""
    grouped: dict[str, list[str]] = {}
    for one in ids:
        grouped.setdefault(one.module, []).append(one.id)
    return grouped


def spellings(address: str) -> list[str]:
    """How a CRM may hold an address key. It compares without regard to case, but knows no IDNA."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return [address]
    try:
        return [address, f"{local}@{domain.encode('ascii').decode('idna')}"]
    except UnicodeError:
        return [address]


def _seconds(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp() if value else 0.0
    except ValueError:
        return 0.0
