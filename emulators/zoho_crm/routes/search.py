"""Search by criteria, address, phone or word (docs/systems/zoho_crm.md#search)."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request

from emulators.zoho_crm.criteria import AnyOf, BadValue, Comparison, Node, UnknownPath, tests
from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.guard import EMPTY, Answer, Call
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.routes.records import CONVERTED, SORTABLE
from emulators.zoho_crm.search_criteria import BadSearch, parse
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.values import in_lists, records

REACH = 2000
INDEX_DELAY_S = 30
SELECTORS = ("criteria", "email", "phone", "word")
_WORD_TYPES = frozenset({"text", "email", "phone", "website", "textarea"})
MIN_WORD, MIN_PHONE = 2, 3


def sub_limited(_: Request) -> bool:
    """Every search counts against the smaller limit of calls at once."""
    return True


class Search:
    """`GET /{module}/search` and the count that shares its selectors."""

    SCOPES: ClassVar[tuple[str, ...]] = ("ZohoSearch.securesearch.READ",)

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def search(self, call: Call) -> Answer:
        """One page of what is found; 204 where nothing is."""
        module = self._module(call)
        call.charge(int(self._crm.reading("search_cost")))
        node = self._node(call, module)
        if node is None:
            raise CrmError(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", param_names=list(SELECTORS))
        page, per_page = page_of(call)
        if (page - 1) * per_page >= REACH:
            raise CrmError(400, "LIMIT_REACHED", "only the first 2000 records can be reached", limit=REACH)
        found = self._sorted(call, module, self._found(call, module, node))
        shown = found[(page - 1) * per_page : page * per_page]
        if not shown:
            return EMPTY
        fields = [name for name in self._fields(call, module) if name in module.seen_fields() and in_lists(module.fields[name])]
        cells = self._crm.cells(module, list(dict.fromkeys([*fields, "id"])), "list")
        data = records(module.records().content, shown, cells)
        return Answer({"data": data, "info": info(page, per_page, len(shown), more=page * per_page < len(found))})

    async def count(self, call: Call) -> Answer:
        """How many records there are, or match."""
        module = self._module(call)
        call.charge(1)
        node = self._node(call, module)
        converted = call.query.get("converted", "false")
        if view_id := call.query.get("cvid"):
            return Answer({"count": len(self._crm.of_view(module, self._crm.view(module, view_id)))})
        if node is None:
            return Answer({"count": module.records().count(converted=converted)})
        return Answer({"count": len(self._found(call, module, node))})

    def _module(self, call: Call) -> Module:
        name = call.path["module"]
        call.needs(self._crm.scopes(name, "READ"), self.SCOPES)
        module = self._crm.module(name)
        module.records()
        return module

    def _fields(self, call: Call, module: Module) -> list[str]:
        given = call.query.get("fields")
        return given.split(",") if given else [name for name, one in module.seen_fields().items() if one.data_type != "address"]

    def _node(self, call: Call, module: Module) -> Node | None:
        """The first selector given, as a tree."""
        given = {name: call.query[name] for name in SELECTORS if call.query.get(name)}
        if not given:
            return None
        name, text = next(iter(given.items()))
        if name == "criteria":
            return self._criteria(text, module)
        types, least = {"email": ({"email"}, 1), "phone": ({"phone"}, MIN_PHONE)}.get(name, (set(_WORD_TYPES), MIN_WORD))
        if len(text) < least:
            raise CrmError(400, "INVALID_QUERY", "invalid query formed", param_name=name)
        op = "eq" if name == "email" else "contains"
        fields = [one for one in module.seen_fields().values() if one.value_type in types and one.json_type == "string"]
        return AnyOf(tuple(Comparison(one.api_name, op, text) for one in fields))

    def _criteria(self, text: str, module: Module) -> Node:
        try:
            node = parse(text)
        except BadSearch as error:
            raise CrmError(400, "INVALID_QUERY", "invalid query formed", reason=str(error)) from error
        most = int(self._crm.reading("search_criteria_limit"))
        if len(tests(node)) > most:
            raise CrmError(400, "CRITERIA_LIMIT_EXCEEDED", "too many criteria", limit=most)
        return _loosened(node, module)

    def _found(self, call: Call, module: Module, node: Node) -> list[int]:
        converted = call.query.get("converted", "false")
        if converted not in CONVERTED:
            raise CrmError(400, "INVALID_QUERY", "invalid query formed", param_name="converted")
        try:
            found = self._crm.matching(module, node, key=("search", repr(node)), converted=converted)
        except (UnknownPath, BadValue) as error:
            raise CrmError(400, "INVALID_QUERY", "invalid query formed", reason=str(error)) from error
        if self._crm.reading("search_index") == "immediate" or not module.records().has_modified_time:
            return list(found)
        fresh = self._crm.now() - INDEX_DELAY_S
        return [n for n in found if module.records().modified(n) <= fresh]

    def _sorted(self, call: Call, module: Module, found: list[int]) -> list[int]:
        ordered = sorted(found, reverse=True)
        if self._crm.reading("search_sort") == "ignored":
            return ordered
        sort_by, descending = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc") == "desc"
        if sort_by == "id":
            return sorted(found, reverse=descending)
        rows = module.records()
        if sort_by in SORTABLE and sort_by in module.fields:
            ordered.sort(key=lambda n: rows.row(n).get(sort_by) or 0, reverse=descending)
        return ordered


def _loosened(node: Node, module: Module) -> Node:
    """Search's `equals` finds what contains the text, except in pick lists."""
    if not isinstance(node, Comparison):
        return type(node)(tuple(_loosened(part, module) for part in node.parts))
    field = module.seen_fields().get(node.path)
    if node.op == "eq" and field is not None and field.value_type in {"text", "textarea"} and field.json_type == "string":
        return Comparison(node.path, "contains", node.value)
    return node
