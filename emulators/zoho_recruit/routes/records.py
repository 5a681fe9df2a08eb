"""Get Records and one record (docs/systems/zoho_recruit.md#records): `fields` is optional, pages have numbers only, any field sorts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.guard import EMPTY, NOT_MODIFIED, Answer, Call
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.routes.records import CONVERTED, Records, since_of
from emulators.zoho_crm.rows import Rows, folded
from emulators.zoho_crm.state import Module
from emulators.zoho_crm.values import Cell, in_lists, records
from emulators.zoho_recruit.state import Recruit

PAGE_REACH = 2000
_CHANGED = ("Modified_Time", "Updated_On")
_END_OF_TIME = 1 << 34


class RecruitRecords(Records):
    """Reading records by lists and one by one."""

    def __init__(self, crm: Recruit) -> None:
        super().__init__(crm)

    async def listing(self, call: Call) -> Answer:
        """A page of a module's records."""
        module = self._module(call, "READ")
        module.records()
        view_id = call.query.get("cvid")
        call.charge(int(self._crm.reading("cvid_cost" if view_id else "list_cost")))
        page, per_page = page_of(call)
        offset = (page - 1) * per_page
        if self._crm.reading("page_depth") == "2000" and offset >= PAGE_REACH:
            raise CrmError(400, "LIMIT_REACHED", "only the first 2000 records can be reached", limit=PAGE_REACH)
        cells = self._list_cells(call, module)
        since = since_of(call)
        every = self._every(call, module, view_id, since)
        found = every[offset : offset + per_page]
        if not len(found):
            unchanged = since is not None and page == 1 and self._crm.reading("nothing_newer") == "304"
            return NOT_MODIFIED if unchanged else EMPTY
        shown = records(module.records().content, found, cells)
        return Answer({"data": shown, "info": info(page, per_page, len(found), more=offset + len(found) < len(every))})

    def _list_cells(self, call: Call, module: Module) -> list[Cell]:
        seen = module.seen_fields()
        given = [name for name in call.query.get("fields", "").split(",") if name]
        unknown = [name for name in given if name not in seen]
        if unknown and self._crm.reading("unknown_list_field") == "refused":
            raise invalid_data("invalid data", param_name="fields", api_name=unknown[0])
        wanted = given or list(seen)
        names = [name for name in dict.fromkeys(["id", *wanted]) if name in seen and in_lists(seen[name])]
        return self._crm.cells(module, names, "list" if self._crm.reading("list_rich_text") == "cut" else "single")

    # -- which records, in which order

    def _every(self, call: Call, module: Module, view_id: str | None, since: int | None) -> array[int]:
        rows = module.records()
        converted = call.query.get("converted", "false")
        if converted not in CONVERTED:
            raise invalid_data("invalid data", param_name="converted")
        sort_by, descending = self._sort(call, module)
        key: tuple[Any, ...] = ("list", view_id, since, converted, sort_by, descending, self._crm.reading("tie_order"))
        if view_id:
            view = self._crm.view(module, view_id)
            members = self._crm.of_view(module, view)
            newer = since if self._crm.reading("view_since") == "honoured" else None
            key = (*key, view.version, id(members), newer)
            return rows.remembered(key, lambda: self._sorted(rows, _newer(rows, members, newer), sort_by, descending=descending))
        return rows.remembered(key, lambda: self._sorted(rows, _chosen(rows, since, converted), sort_by, descending=descending))

    def _sort(self, call: Call, module: Module) -> tuple[str, bool]:
        sort_by, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
        if order not in {"asc", "desc"}:
            raise invalid_data("invalid data", param_name="sort_order")
        if self._crm.reading("list_sort") == "passed_over":
            return "id", True
        if sort_by not in module.seen_fields():
            raise invalid_data("invalid data", param_name="sort_by")
        return sort_by, order == "desc"

    def _sorted(self, rows: Rows, members: Iterable[int], sort_by: str, *, descending: bool) -> list[int]:
        if sort_by == "id":
            return sorted(members, reverse=descending)
        ordered = sorted(members, reverse=self._crm.reading("tie_order") == "id_desc")
        if sort_by in _CHANGED:
            return sorted(ordered, key=rows.modified, reverse=descending)
        return sorted(ordered, key=lambda n: _comparable(rows.row(n).get(sort_by)), reverse=descending)


def _newer(rows: Rows, members: Iterable[int], since: int | None) -> Iterable[int]:
    if since is None or not rows.has_modified_time:
        return members
    return (n for n in members if rows.modified(n) >= since)


def _chosen(rows: Rows, since: int | None, converted: str) -> Iterable[int]:
    if since is not None and rows.has_modified_time:
        return rows.by_time(since=since, until=_END_OF_TIME, converted=converted)
    return rows.by_id(converted=converted)


def _comparable(value: Any) -> tuple[bool, Any]:
    """Empty values first; numbers and text each among themselves, because one field holds one kind."""
    return (value is not None, folded(value) if value is not None else 0)
