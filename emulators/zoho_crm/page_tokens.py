"""page_token: bound to every other parameter, 24 hours, up to 100,000 records (docs/systems/zoho_crm.md#records)."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.rows import Rows
from emulators.zoho_crm.state import Crm

PAGINATION_REACH = 100_000
LIFE_S = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: index in the ordered list, records read before, page number, and the last record read (its sorted value then, its row
    number) with the version of the list.
    """

    offset: int
    read: int
    page: int
    last: tuple[int, int] = (0, 0)
    version: int = -1

    def after(self, found: array[int], value: int, rows: Rows) -> Place:
        """The place behind these records, the last of which had this value in the sorted field."""
        return Place(self.offset + len(found), self.read + len(found), self.page + 1, (value, found[-1]), rows.version)


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as handed out."""

    text: str
    ends_at: int
    bound: tuple[Any, ...]
    place: Place


class PageTokens:
    """All tokens handed out."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._issued: dict[str, Issued] = {}

    def issue(self, bound: tuple[Any, ...], place: Place, rows: Rows) -> Issued:
        """A token for the next page."""
        digest = hashlib.sha256(f"{bound}{place}{rows.version}".encode()).hexdigest()[:40]
        token = Issued(f"c8582{digest}", int(self._crm.now()) + LIFE_S, bound, place)
        self._issued[token.text] = token
        return token

    def place(self, text: str, bound: tuple[Any, ...], rows: Rows, every: array[int], is_after: Callable[[int, tuple[int, int]], bool]) -> Place:
        """Where the token's page begins now. Raises INVALID_DATA, EXPIRED_VALUE or TOKEN_BOUND_DATA_MISMATCH."""
        token = self._issued.get(text)
        if token is None:
            raise invalid_data("invalid data", param_name="page_token")
        if token.ends_at <= self._crm.now():
            raise CrmError(400, "EXPIRED_VALUE", "the page_token has expired", param_name="page_token")
        if token.bound != bound:
            raise CrmError(400, "TOKEN_BOUND_DATA_MISMATCH", "the parameters differ from those of the first page", param_name="page_token")
        place = token.place
        if place.version == rows.version or self._crm.reading("page_token_keeps") == "offset":
            return place
        offset = next((at for at, n in enumerate(every) if is_after(n, place.last)), len(every))
        return Place(offset, place.read, place.page, place.last, place.version)
