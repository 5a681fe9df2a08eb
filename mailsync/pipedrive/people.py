"""Persons: found by address, read by id, asked whether they are in a filter (docs/systems/pipedrive.md#search, #reading, #filters).

A search lags behind by some ten seconds and costs 20 tokens; a list does not lag and costs 10 for 500 persons. So few addresses are searched, beside
a list of who changed of late and who is new, and many are found by one walk through everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mailsync.clock import Clock
from mailsync.errors import ConfigError
from mailsync.membership.address import address_key
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import IDS_PER_CALL, LIST_V2, SEARCH_V2
from mailsync.pipedrive.entities import MAIL_TIMES
from mailsync.pipedrive.refusals import PipedriveRefusal
from mailsync.responses.crm import Filter, Person, PersonId

PERSONS = "persons"
MARGIN_S = 60.0
LONGEST_ID = 15
FILTER_KEPT_S = 60.0
USUAL_WALK = 20 * LIST_V2  # 10,000 persons, before the first walk has told
_INCLUDED = {"include_fields": ",".join(MAIL_TIMES)}
_NEWEST = {"sort_by": "id", "sort_direction": "desc"}


class People:
    """Persons of one company."""

    def __init__(self, api: PipedriveApi, clock: Clock) -> None:
        self._api, self._clock = api, clock
        self._walk_price = USUAL_WALK  # of the last walk through everybody
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def find(self, addresses: Sequence[str]) -> dict[str, list[Person]]:
        """Address key → everybody alive who has it, in whatever place of their addresses."""
        searched = len(addresses) * SEARCH_V2 + 2 * LIST_V2
        rows = self._searched(addresses) if searched <= self._walk_price else self._everybody()
        found: dict[str, list[Person]] = {address: [] for address in addresses}
        for row in rows:
            for key in {address_key(str(one.get("value") or "")) for one in row.get("emails") or ()} & found.keys():
                found[str(key)].append(person(row))
        return found

    def people(self, ids: Sequence[PersonId]) -> dict[PersonId, Person]:
        """Those of them that are there."""
        found = [person(row) for row in self._read([one.id for one in ids if one.module == PERSONS and _is_id(one.id)])]
        return {one.id: one for one in found}

    def in_filter(self, wanted: Filter, ids: Collection[PersonId]) -> frozenset[PersonId]:
        """Who of them is in the filter. A list by filter ignores ids, so the filter is walked, and known for a minute. Raises ConfigError."""
        at, members = self._members.get(wanted.id, (0.0, frozenset[str]()))
        if self._clock.now() - at > FILTER_KEPT_S:
            at, members = self._clock.now(), self._walk_filter(wanted)
            self._members[wanted.id] = (at, members)
        return frozenset(one for one in ids if one.id in members)

    def _walk_filter(self, wanted: Filter) -> frozenset[str]:
        try:
            pages = self._api.pages("/persons", {"filter_id": wanted.id})
            return frozenset(str(row["id"]) for page in pages for row in page.rows if not row.get("is_deleted"))
        except PipedriveRefusal as error:
            raise ConfigError(
                f"The filter {wanted.name or wanted.id} cannot be read (HTTP {error.status}, {error.code}). Was it deleted, or is it private?"
            ) from error

    def _everybody(self) -> Iterable[dict[str, Any]]:
        pages = 0
        for page in self._api.pages("/persons", {"sort_by": "id", "sort_direction": "asc", **_INCLUDED}):
            pages += 1
            yield from (row for row in page.rows if not row.get("is_deleted"))
        self._walk_price = pages * LIST_V2

    def _searched(self, addresses: Sequence[str]) -> list[dict[str, Any]]:
        wanted = {str(row["id"]) for address in addresses for row in self._hits(address)}
        since = datetime.fromtimestamp(self._clock.now() - MARGIN_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        recent = [row for page in self._api.pages("/persons", {"updated_since": since}) for row in page.rows]
        # Who was made and never changed has no time of change: unverified whether the list above holds them.
        recent += self._api.page("/persons", _NEWEST).rows
        wanted |= {str(row["id"]) for row in recent if _keys(row) & set(addresses)}
        return self._read(sorted(wanted))

    def _hits(self, address: str) -> Iterable[Mapping[str, Any]]:
        params = {"term": address, "fields": "email", "exact_match": "true", "limit": str(IDS_PER_CALL)}
        items = self._api.search("/persons/search", params, price=SEARCH_V2)
        return [item.get("item") or item for item in items]

    def _read(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for first in range(0, len(ids), IDS_PER_CALL):
            params = {"ids": ",".join(ids[first : first + IDS_PER_CALL]), **_INCLUDED}
            rows += self._api.page("/persons", params).rows
        return [row for row in rows if not row.get("is_deleted")]


def person(row: Mapping[str, Any]) -> Person:
    """One row of a list."""
    owner = row.get("owner_id")
    return Person(
        id=PersonId(PERSONS, str(row["id"])),
        contacted=max((_seconds(row.get(name)) for name in MAIL_TIMES), default=0.0),
        modified=_seconds(row.get("update_time") or row.get("add_time")),
        owner=str(owner) if owner else None,
    )


def _is_id(text: str) -> bool:
    """Whether a person can have this id."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _keys(row: Mapping[str, Any]) -> set[str | None]:
    return {address_key(str(one.get("value") or "")) for one in row.get("emails") or ()}


def _seconds(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp() if value else 0.0
    except ValueError:
        return 0.0
