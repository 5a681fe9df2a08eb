"""Get Records, one record, the count (docs/systems/zoho_crm.md#records)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from emulators.zoho_crm.criteria import UnknownPath
from emulators.zoho_crm.errors import CrmError, invalid_data, limit_exceeded, no_permission, param_missing, unknown_url
from emulators.zoho_crm.guard import EMPTY, NOT_MODIFIED, Answer, Call
from emulators.zoho_crm.page_tokens import PAGINATION_REACH, PageTokens, Place
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.rows import Rows
from emulators.zoho_crm.state import Crm, Module, unknown_field
from emulators.zoho_crm.values import Cell, in_lists, records
from emulators.zoho_crm.zone import parse_instant

MAX_FIELDS = 50
PAGE_REACH = 2000
SORTABLE = ("id", "Created_Time", "Modified_Time")
CONVERTED = ("false", "true", "both")
_END_OF_TIME = 1 << 34


@dataclass(frozen=True, slots=True)
class Asked:
    """What one list call asks for, checked."""

    module: Module
    fields: tuple[str, ...]
    sort_by: str
    descending: bool
    converted: str
    view_id: str | None
    ids: tuple[str, ...]
    since: int | None
    per_page: int

    def bound(self) -> tuple[Any, ...]:
        """What a page_token is bound to."""
        return (self.module.api_name, self.fields, self.sort_by, self.descending, self.converted, self.view_id, self.ids, self.since, self.per_page)


def sub_limited(request: Request) -> bool:
    """Sorted reads and reads of a view count against the smaller limit of calls at once."""
    return "sort_by" in request.query_params or "cvid" in request.query_params


class Records:
    """Reading records by lists and one by one."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._tokens = PageTokens(crm)

    async def listing(self, call: Call) -> Answer:
        """A page of a module's records."""
        asked = self._asked(call)
        call.charge(int(self._crm.reading("cvid_cost")) if asked.view_id else 1)
        cells = self._cells(asked.module, asked.fields)
        every = self._ordered(asked)
        place = self._place(call, asked, every)
        found = every[place.offset : place.offset + asked.per_page]
        if not len(found):
            return NOT_MODIFIED if asked.since is not None and place.offset == 0 else EMPTY
        more = place.offset + len(found) < len(every)
        body = {"data": records(asked.module.records().content, found, cells), "info": self._info(call, asked, place, found, more=more)}
        return Answer(body)

    async def single(self, call: Call) -> Answer:
        """One record, with everything that lists leave out."""
        module = self._module(call, "READ")
        call.charge(1)
        rows = module.records()
        n = rows.number(call.path["id"])
        if n is None and not str(call.path["id"]).isdigit():
            raise unknown_url()
        if n is None or not rows.present(n):
            return EMPTY
        names = [name for name, one in module.seen_fields().items() if one.data_type != "address"]
        wanted = call.query.get("fields")
        if wanted:
            names = ["id", *(name for name in wanted.split(",") if name != "id")]
        try:
            cells = self._crm.cells(module, names, "single")
        except UnknownPath as error:
            raise unknown_field(error) from error
        system = {"$editable": True, "$approval_state": "approved", "$in_merge": False}
        return Answer({"data": [{**records(rows.content, [n], cells)[0], **system}]})

    # -- what is asked

    def _module(self, call: Call, operation: str) -> Module:
        name = call.path["module"]
        call.needs(self._crm.scopes(name, operation))
        return self._crm.module(name)

    def _asked(self, call: Call) -> Asked:
        module = self._module(call, "READ")
        module.records()
        sort_by, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
        if sort_by not in SORTABLE or (sort_by != "id" and sort_by not in module.fields):
            raise invalid_data("invalid data", param_name="sort_by", accepted=list(SORTABLE))
        if order not in {"asc", "desc"}:
            raise invalid_data("invalid data", param_name="sort_order")
        converted = call.query.get("converted", "false")
        if converted not in CONVERTED:
            raise invalid_data("invalid data", param_name="converted")
        view_id = call.query.get("cvid")
        if view_id and "sort_by" in call.query:
            raise CrmError(
                400,
                "AMBIGUITY_DURING_PROCESSING",
                "parameters exclude each other",
                ambiguity_due_to=[{"param_name": "cvid"}, {"param_name": "sort_by"}],
            )
        _, per_page = page_of(call)
        ids = tuple(filter(None, call.query.get("ids", "").split(",")))
        return Asked(module, self._fields(call, module), sort_by, order == "desc", converted, view_id, ids, since_of(call), per_page)

    def _fields(self, call: Call, module: Module) -> tuple[str, ...]:
        given = call.query.get("fields")
        if not given:
            if call.version == "v2":
                return tuple(name for name, one in module.seen_fields().items() if in_lists(one) and one.data_type != "address")
            raise param_missing("fields")
        names = tuple(filter(None, given.split(",")))
        if len(names) > MAX_FIELDS:
            raise limit_exceeded(MAX_FIELDS, "fields")
        return names

    def _cells(self, module: Module, fields: tuple[str, ...]) -> list[Cell]:
        """Fields that lists never show are passed over, and (by switch) names that the module lacks; `id` always comes."""
        seen = module.seen_fields()
        unknown = [name for name in fields if name not in seen]
        if unknown and self._crm.reading("unknown_list_field") == "refused":
            raise invalid_data("invalid data", param_name="fields", api_name=unknown[0])
        names = [name for name in dict.fromkeys(fields) if name in seen and in_lists(seen[name])]
        if "id" not in names:
            names.append("id")
        return self._crm.cells(module, names, "list")

    # -- which records, in which order

    def _ordered(self, asked: Asked) -> array[int]:
        rows = asked.module.records()
        ties = self._crm.reading("tie_order")
        key = ("list", *asked.bound()[2:8], ties)
        if asked.view_id:
            view = self._crm.view(asked.module, asked.view_id)
            members = self._crm.of_view(asked.module, view)
            key = (*key, view.version, id(members))
            return rows.remembered(key, lambda: _sorted(rows, _newer(rows, members, asked.since), asked, ties))
        return rows.remembered(key, lambda: _sorted(rows, _chosen(rows, asked), asked, ties))

    # -- where the page begins

    def _place(self, call: Call, asked: Asked, every: array[int]) -> Place:
        token = call.query.get("page_token")
        if token and call.version != "v2":
            if "page" in call.query:
                raise CrmError(
                    400,
                    "AMBIGUITY_DURING_PROCESSING",
                    "parameters exclude each other",
                    ambiguity_due_to=[{"param_name": "page"}, {"param_name": "page_token"}],
                )
            place = self._tokens.place(token, asked.bound(), asked.module.records(), every, self._follows(asked))
            if place.read >= PAGINATION_REACH:
                raise CrmError(400, "PAGINATION_LIMIT_EXCEEDED", "the limit of 100000 records was exceeded", limit=PAGINATION_REACH)
            return place
        page, per_page = page_of(call)
        offset = (page - 1) * per_page
        if offset + per_page > PAGE_REACH and offset >= PAGE_REACH:
            raise CrmError(
                400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "page_token is needed beyond the first 2000 records", limit=PAGE_REACH, param_name="page"
            )
        return Place(offset, offset, page)

    def _follows(self, asked: Asked) -> Callable[[int, tuple[int, int]], bool]:
        """Whether a row comes behind the last one read, in the asked order."""
        rows, ids_descend = asked.module.records(), _ids_descend(asked, self._crm.reading("tie_order"))

        def follows(n: int, last: tuple[int, int]) -> bool:
            value = _value(rows, asked, n)
            if value != last[0]:
                return (value < last[0]) == asked.descending
            return (n < last[1]) == ids_descend and n != last[1]

        return follows

    def _info(self, call: Call, asked: Asked, place: Place, found: array[int], *, more: bool) -> dict[str, Any]:
        by_token = "page_token" in call.query
        page = None if by_token and self._crm.reading("list_page_with_token") == "null" else place.page
        about = {**info(place.page, asked.per_page, len(found), more=more), "page": page}
        if call.version == "v2":
            return about
        rows = asked.module.records()
        token = self._tokens.issue(asked.bound(), place.after(found, _value(rows, asked, found[-1]), rows), rows) if more else None
        return {
            **about,
            "sort_by": asked.sort_by,
            "sort_order": "desc" if asked.descending else "asc",
            "next_page_token": token.text if token else None,
            "previous_page_token": None,
            "page_token_expiry": self._crm.instant(token.ends_at) if token else None,
            "call": False,
            "email": "Email" in asked.module.fields,
        }


def since_of(call: Call) -> int | None:
    """`If-Modified-Since`, inclusive. Raises INVALID_DATA where it is no ISO 8601 date-time."""
    text = call.headers.get("if-modified-since")
    if text is None:
        return None
    second = parse_instant(text)
    if second is None:
        raise invalid_data("invalid data", header_name="If-Modified-Since", expected_data_type="datetime")
    return second


def permitted(module: Module, operation: str) -> None:
    """Raises NO_PERMISSION where the module takes no writes."""
    if not module.kind.writable:
        raise no_permission(f"Crm_Implied_{operation}_{module.api_name}")


def _newer(rows: Rows, members: Iterable[int], since: int | None) -> Iterable[int]:
    if since is None or not rows.has_modified_time:
        return members
    return (n for n in members if rows.modified(n) >= since)


def _chosen(rows: Rows, asked: Asked) -> Iterable[int]:
    if asked.ids:
        numbers = (rows.number(one) for one in asked.ids)
        wanted = {n for n in numbers if n is not None and rows.present(n)}
        return _newer(rows, [n for n in sorted(wanted) if _convert(rows, n, asked.converted)], asked.since)
    if asked.since is not None and rows.has_modified_time:
        return sorted(rows.by_time(since=asked.since, until=_END_OF_TIME, converted=asked.converted))
    return rows.by_id(converted=asked.converted)


def _convert(rows: Rows, n: int, converted: str) -> bool:
    return converted == "both" or (n in rows.converted) == (converted == "true")


def _sorted(rows: Rows, members: Iterable[int], asked: Asked, ties: str) -> list[int]:
    """By the asked time; ties by id, descending whatever the order (docs/systems/zoho_crm.md#records)."""
    ordered = sorted(members, reverse=_ids_descend(asked, ties))
    if asked.sort_by != "id":
        ordered.sort(key=lambda n: _value(rows, asked, n), reverse=asked.descending)
    return ordered


def _ids_descend(asked: Asked, ties: str) -> bool:
    if asked.sort_by == "id" or ties == "id_follows_sort":
        return asked.descending
    return ties == "id_desc"


def _value(rows: Rows, asked: Asked, n: int) -> int:
    if asked.sort_by == "id":
        return n
    return rows.modified(n) if asked.sort_by == "Modified_Time" else int(rows.row(n).get("Created_Time") or 0)
