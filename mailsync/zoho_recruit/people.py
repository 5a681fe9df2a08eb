"""People of the configured modules: found by address, read by id, asked whether they are in a custom view. Recruit has no query language.

The search index lags by half a minute, so whom it shows is read again by id, and who changed in the last minute is listed beside it.
Source: Zoho Recruit API v2, Search Records, Get Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import ConfigError
from mailsync.responses.crm import Filter, Person, PersonId
from mailsync.zoho.api import CrmApi
from mailsync.zoho.forms import Form
from mailsync.zoho.person_rows import MODIFIED, columns, is_record_id, keys, person, spellings
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_recruit.record_pages import List, Page, page

MARGIN_S = 60.0
VIEW_KEPT_S = 60.0
ROWS_PER_SEARCH = 200


class People:
    """People of one account, in the modules whose forms are given."""

    def __init__(self, api: CrmApi, forms: Mapping[str, Form], clock: Clock) -> None:
        self._api, self._forms, self._clock = api, forms, clock
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def find(self, addresses: Sequence[str]) -> dict[str, list[Person]]:
        """Address key → everybody alive who has it, in whatever e-mail field."""
        found: dict[str, list[Person]] = {address: [] for address in addresses}
        for module, form in self._forms.items():
            rows = {str(row["id"]): row for row in self._changed(module)}
            searched = {str(row["id"]) for address in addresses for one in spellings(address) for row in self._searched(module, one)}
            rows |= {identifier: row for identifier in searched - rows.keys() if (row := self._single(module, identifier)) is not None}
            for row in rows.values():
                for key in keys(form, row) & found.keys():
                    found[str(key)].append(person(form, row))
        return found

    def people(self, ids: Sequence[PersonId]) -> dict[PersonId, Person]:
        """Those of them that are there."""
        rows = {one: self._single(one.module, one.id) for one in ids if one.module in self._forms and is_record_id(one.id)}
        return {one: person(self._forms[one.module], row) for one, row in rows.items() if row is not None}

    def in_view(self, view: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the view, which is listed whole, and known for a minute. Raises ConfigError where it cannot be read."""
        at, members = self._members.get(view.id, (0.0, frozenset[str]()))
        if self._clock.now() - at > VIEW_KEPT_S:
            at, members = self._clock.now(), frozenset(str(row["id"]) for row in self._view(view))
            self._members[view.id] = (at, members)
        return frozenset(one for one in ids if one.module == view.module and one.id in members)

    def _view(self, view: Filter) -> Iterator[Mapping[str, Any]]:
        wanted = List(view.module, "", view_id=view.id, fields=("id",))
        try:
            yield from _every(lambda number: page(self._api, wanted, number))
        except CrmRefusal as error:
            raise ConfigError(
                f"The custom view {view.name or view.id} of {view.module} cannot be read ({error.code}). Was it deleted, or a field of its criteria?"
            ) from error

    def _changed(self, module: str) -> Iterator[dict[str, Any]]:
        since = datetime.fromtimestamp(self._clock.now() - MARGIN_S, UTC).isoformat(timespec="seconds")
        form = self._forms[module]
        dated = next((name for name in MODIFIED if name in form.fields), "")
        wanted = List(module, dated, fields=columns(form))
        yield from _every(lambda number: page(self._api, wanted, number, since=since))

    def _searched(self, module: str, address: str) -> list[dict[str, Any]]:
        answer = self._api.get(f"/{module}/search", params={"email": address, "per_page": str(ROWS_PER_SEARCH)}) or {}
        return list(answer.get("data") or ())

    def _single(self, module: str, identifier: str) -> dict[str, Any] | None:
        """None where there is no such record any more. What is refused for another reason is an error."""
        try:
            rows = (self._api.get(f"/{module}/{identifier}") or {}).get("data") or []
        except CrmRefusal as error:
            if error.code == "INVALID_DATA":
                return None
            raise
        return rows[0] if rows else None


def _every(read: Any) -> Iterator[dict[str, Any]]:
    number = 1
    while True:
        found: Page = read(number)
        yield from found.rows
        if not found.more or not found.rows:
            return
        number += 1
