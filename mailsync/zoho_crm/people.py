"""People of the configured modules: found by address, read by id, asked whether they are in a custom view. All by COQL, which has no index delay.

Source: Zoho CRM API v8, COQL Overview and Limits; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mailsync.errors import ConfigError
from mailsync.responses.crm import Filter, Person, PersonId
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.person_rows import CONVERTED, by_module, columns, is_record_id, keys, person, spellings
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql


class People:
    """People of one account, in the modules whose forms are given."""

    def __init__(self, api: CrmApi, forms: Mapping[str, Form]) -> None:
        self._api, self._forms = api, forms

    def find(self, addresses: Sequence[str]) -> dict[str, list[Person]]:
        """Address key → everybody alive who has it, in whatever e-mail field. Addresses are compared here again, by their keys."""
        found: dict[str, list[Person]] = {address: [] for address in addresses}
        wanted = [one for address in addresses for one in spellings(address)]
        for module, form in self._forms.items():
            where = coql.either(*(coql.any_of(field, wanted) for field in form.addresses))
            for row in self._rows(module, where):
                for key in keys(form, row) & found.keys():
                    found[str(key)].append(person(form, row))
        return found

    def people(self, ids: Sequence[PersonId]) -> dict[PersonId, Person]:
        """Those of them that are there."""
        found: dict[PersonId, Person] = {}
        for module, numbers in by_module([one for one in ids if is_record_id(one.id)]).items():
            if module in self._forms:
                people = [person(self._forms[module], row) for row in self._rows(module, coql.id_in(numbers))]
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

    def _rows(self, module: str, where: str) -> list[dict[str, Any]]:
        wanted = columns(self._forms[module])
        rows: list[dict[str, Any]] = []
        after = where
        while True:
            page = coql.run(self._api, coql.select(wanted, module, after))
            rows += page.rows
            if not page.more or not page.rows:
                return [row for row in rows if not row.get(CONVERTED)]
            after = coql.both(where, f"id > {coql.text(str(page.rows[-1]['id']))}")
