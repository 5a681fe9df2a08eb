"""People of the configured modules: found by address, read by id, asked whether they are in a custom view. All by COQL, which has no index delay.

Source: Zoho CRM API v8, COQL Overview and Limits; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailsync.errors import ConfigError
from mailsync.membership.address import address_key
from mailsync.responses.crm import Filter, Person, PersonId
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql

CONVERTED = "Converted__s"
CONTACTED = "Last_Activity_Time"
MODIFIED = "Modified_Time"
OPT_OUT = "Email_Opt_Out"
_USED = (CONTACTED, MODIFIED, OPT_OUT, CONVERTED, "Owner")


class People:
    """People of one account, in the modules whose forms are given."""

    def __init__(self, api: CrmApi, forms: Mapping[str, Form]) -> None:
        self._api, self._forms = api, forms

    def find(self, addresses: Sequence[str]) -> dict[str, list[Person]]:
        """Address key → everybody alive who has it, in whatever e-mail field. Addresses are compared here again, by their keys."""
        found: dict[str, list[Person]] = {address: [] for address in addresses}
        spellings = [one for address in addresses for one in _spellings(address)]
        for module, form in self._forms.items():
            where = coql.either(*(coql.any_of(field, spellings) for field in form.addresses))
            for row in self._rows(module, where, columns=form.addresses):
                keys = {address_key(str(row[field])) for field in form.addresses if row.get(field)}
                for key in keys & found.keys():
                    found[str(key)].append(_person(module, row))
        return found

    def people(self, ids: Sequence[PersonId]) -> dict[PersonId, Person]:
        """Those of them that are there."""
        found: dict[PersonId, Person] = {}
        for module, numbers in by_module(ids).items():
            if module in self._forms:
                people = [_person(module, row) for row in self._rows(module, coql.id_in(numbers))]
                found |= {one.id: one for one in people}
        return found

    def in_view(self, view: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the view. Raises ConfigError where the view cannot be read."""
        numbers = [one.id for one in ids if one.module == view.module]
        if not numbers:
            return frozenset()
        try:
            page = coql.run(self._api, coql.select(["id"], view.id, coql.id_in(numbers)))
        except CrmRefusal as error:
            raise ConfigError(
                f"The custom view {view.name or view.id} of {view.module} cannot be asked ({error.code}). Was it deleted, or a field of its criteria?"
            ) from error
        return frozenset(PersonId(view.module, str(row["id"])) for row in page.rows)

    def _rows(self, module: str, where: str, *, columns: Sequence[str] = ()) -> list[dict[str, Any]]:
        form = self._forms[module]
        wanted = ["id", *(name for name in (*columns, *_USED) if name in form.fields)]
        rows: list[dict[str, Any]] = []
        after = where
        while True:
            page = coql.run(self._api, coql.select(wanted, module, after))
            rows += page.rows
            if not page.more or not page.rows:
                return [row for row in rows if not row.get(CONVERTED)]
            after = coql.both(where, f"id > {coql.text(str(page.rows[-1]['id']))}")


def by_module(ids: Collection[PersonId]) -> dict[str, list[str]]:
    """Record ids of each module."""
    grouped: dict[str, list[str]] = {}
    for one in ids:
        grouped.setdefault(one.module, []).append(one.id)
    return grouped


def _spellings(address: str) -> list[str]:
    """How the CRM may hold an address key. It compares without regard to case, but knows no IDNA."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return [address]
    try:
        return [address, f"{local}@{domain.encode('ascii').decode('idna')}"]
    except UnicodeError:
        return [address]


def _person(module: str, row: Mapping[str, Any]) -> Person:
    owner = row.get("Owner")
    opted_out = row.get(OPT_OUT)
    return Person(
        id=PersonId(module, str(row["id"])),
        contacted=_seconds(row.get(CONTACTED)),
        modified=_seconds(row.get(MODIFIED)),
        owner=str(owner["id"]) if isinstance(owner, Mapping) and owner.get("id") else None,
        opted_out=bool(opted_out) if opted_out is not None else None,
    )


def _seconds(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp() if value else 0.0
    except ValueError:
        return 0.0
