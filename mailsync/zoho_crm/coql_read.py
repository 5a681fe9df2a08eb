"""Reading whole records of one module by COQL, however many fields it has and however few the vendor takes in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql
from mailsync.zoho_crm.coql import Page

Row = dict[str, Any]


class CoqlReader:
    """Rows of one module with a fixed list of columns; `source` is the module, or a custom view's id."""

    def __init__(self, api: CrmApi, module: str, columns: Sequence[str], *, source: str | None = None) -> None:
        self._api = api
        self._module = module
        self._source = source or module
        self._columns = [column for column in columns if column != "id"]
        self._per_query = coql.FIELDS_PER_SELECT

    def probe(self) -> list[str]:
        """Find the columns that the vendor lists and then refuses, leave them out from now on, and return their names.

        Raises CrmRefusal where COQL refuses the module itself.
        """
        refused: list[str] = []
        while True:
            try:
                self.page(coql.EVERYTHING, limit=1)
            except CrmRefusal as error:
                column = coql.refused_column(error, self._columns)
                if column is None:
                    raise
                self._columns.remove(column)
                refused.append(column)
            else:
                return refused

    def page(self, where: str, *, order: str = "id asc", limit: int = coql.ROWS_PER_CALL) -> Page:
        """One page of complete rows. Rows that vanished between the queries of a wide module are left out: their removal follows by its own road."""
        try:
            return self._page(where, order, limit)
        except CrmRefusal as error:
            allowed = error.details.get("limit")
            if error.code != "LIMIT_EXCEEDED" or not isinstance(allowed, int) or not 1 < allowed < self._width():
                raise
            self._per_query = allowed - 1  # the id is a column of each query
            return self._page(where, order, limit)

    def _width(self) -> int:
        return min(self._per_query, len(self._columns)) + 1

    def _page(self, where: str, order: str, limit: int) -> Page:
        chunks = [self._columns[start : start + self._per_query] for start in range(0, len(self._columns), self._per_query)] or [[]]
        first = coql.run(self._api, coql.select(["id", *chunks[0]], self._source, where, order=order, limit=limit))
        rows = first.rows
        for chunk in chunks[1:]:
            rest = {str(row["id"]): row for row in self._by_id(chunk, [str(row["id"]) for row in rows])}
            rows = [row | rest[str(row["id"])] for row in rows if str(row["id"]) in rest]
        return Page(rows, first.more)

    def _by_id(self, columns: Sequence[str], ids: Sequence[str]) -> Iterator[Row]:
        for start in range(0, len(ids), coql.IDS_PER_QUERY):
            where = coql.id_in(ids[start : start + coql.IDS_PER_QUERY])
            yield from coql.run(self._api, coql.select(["id", *columns], self._module, where)).rows

    def by_id(self, ids: Sequence[str], *, where: str | None = None) -> list[Row]:
        """Complete rows of at most IDS_PER_QUERY ids, those that exist (and match)."""
        return self.page(coql.both(coql.id_in(ids), where)).rows if ids else []

    def after_id(self, last: str, where: str) -> Page:
        """The next page in order of ids."""
        return self.page(coql.both(where, f"id > {coql.text(last)}" if last else None))


def ids_in_order(api: CrmApi, source: str, where: str) -> Iterator[int]:
    """All ids that match, ascending; 3 credits for 2,000."""
    last = ""
    while True:
        condition = coql.both(where, f"id > {coql.text(last)}" if last else None)
        page = coql.run(api, coql.select(["id"], source, condition))
        for row in page.rows:
            yield int(row["id"])
        if not page.more or not page.rows:
            return
        last = str(page.rows[-1]["id"])
