"""Which rows of a related list a call asks for, in which order, and where its page begins (docs/systems/zoho_crm.md#campaign-members)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.guard import Call
from emulators.zoho_crm.page_tokens import LIFE_S, PAGINATION_REACH
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.routes.records import PAGE_REACH, SORTABLE, since_of
from emulators.zoho_crm.state import Crm, Module

LONGEST_IDS = 2000
# A row's place in the order of a list: its sorted value, and its number.
_Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Page:
    """The row numbers of one answer, and its `info`."""

    rows: list[int]
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Token:
    bound: tuple[str | None, ...]
    ends_at: float
    read: int
    last: _Key


class RelatedPages:
    """Pages of related lists, with the tokens handed out. Old versions have page numbers alone."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._issued: dict[str, _Token] = {}

    def page(self, call: Call, module: Module, numbers: Iterable[int]) -> Page:
        """One page of these rows of a module. Raises what a list of records raises."""
        by_key = {self._key(call, module, n): n for n in self._chosen(call, module, numbers)}
        keys = sorted(by_key, reverse=call.query.get("sort_order", "desc") == "desc")
        page, per_page = page_of(call)
        if "page_token" in call.query and call.version != "v2":
            token = self._token(call)
            begin, read = self._behind(token, keys), token.read
        else:
            begin = read = (page - 1) * per_page
            if begin >= PAGE_REACH and call.version != "v2":
                raise CrmError(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "page_token is needed beyond the first 2000 records", limit=PAGE_REACH)
        shown = keys[begin : begin + per_page]
        more = begin + len(shown) < len(keys)
        about = info(page, per_page, len(shown), more=more)
        if call.version != "v2":
            about["next_page_token"] = self._issue(call, read + len(shown), shown[-1]) if more else None
        return Page([by_key[key] for key in shown], about)

    def _chosen(self, call: Call, module: Module, numbers: Iterable[int]) -> Iterable[int]:
        rows, since, ids = module.records(), since_of(call), call.query.get("ids")
        if ids is not None and len(ids) > LONGEST_IDS:
            raise invalid_data("invalid data", param_name="ids", maximum_length=LONGEST_IDS)
        wanted = None if ids is None or call.version == "v2" else {rows.number(one) for one in ids.split(",")}
        for n in numbers:
            changed = since is None or not rows.has_modified_time or rows.modified(n) >= since
            if changed and (wanted is None or n in wanted) and n not in rows.converted:
                yield n

    def _key(self, call: Call, module: Module, n: int) -> _Key:
        sort_by, rows = call.query.get("sort_by", "id"), module.records()
        if call.version == "v2" or sort_by == "id":
            return (n, n)
        if sort_by not in SORTABLE:
            raise invalid_data("invalid data", param_name="sort_by")
        return (rows.modified(n) if sort_by == "Modified_Time" else int(rows.row(n).get("Created_Time") or 0), n)

    # -- tokens

    def _issue(self, call: Call, read: int, last: _Key) -> str:
        text = f"c9731{len(self._issued):035x}"
        self._issued[text] = _Token(_bound(call), self._crm.now() + LIFE_S, read, last)
        return text

    def _token(self, call: Call) -> _Token:
        token = self._issued.get(call.query["page_token"])
        if token is None:
            raise invalid_data("invalid data", param_name="page_token")
        if token.ends_at <= self._crm.now():
            raise CrmError(400, "EXPIRED_VALUE", "the page_token has expired", param_name="page_token")
        if token.bound != _bound(call):
            raise CrmError(400, "TOKEN_BOUND_DATA_MISMATCH", "the parameters differ from those of the first page", param_name="page_token")
        if token.read >= PAGINATION_REACH:
            raise CrmError(400, "PAGINATION_LIMIT_EXCEEDED", "the limit of 100000 records was exceeded", limit=PAGINATION_REACH)
        return token

    def _behind(self, token: _Token, keys: list[_Key]) -> int:
        """Where a token's page begins now: behind the last record read, or at the offset that it had."""
        if self._crm.reading("page_token_keeps") == "offset":
            return token.read
        is_descending = keys == sorted(keys, reverse=True)
        return next((at for at, key in enumerate(keys) if (key < token.last if is_descending else key > token.last)), len(keys))


def _bound(call: Call) -> tuple[str | None, ...]:
    named = ("fields", "sort_by", "sort_order", "ids", "per_page")
    return (call.request.url.path, call.headers.get("if-modified-since"), *(call.query.get(name) for name in named))
