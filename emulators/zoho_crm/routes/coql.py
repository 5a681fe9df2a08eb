"""`POST /coql` (docs/systems/zoho_crm.md#coql)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from emulators.zoho_crm.coql.evaluate import run
from emulators.zoho_crm.coql.lexer import CoqlSyntaxError
from emulators.zoho_crm.coql.parser import parse
from emulators.zoho_crm.coql.rules import check, invalid_query
from emulators.zoho_crm.coql.tree import Query
from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.fields import describe
from emulators.zoho_crm.guard import EMPTY, Answer, Call
from emulators.zoho_crm.prices import coql
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.views import View


def sub_limited(_: Request) -> bool:
    """Every query counts against the smaller limit of calls at once."""
    return True


class Coql:
    """Queries."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def query(self, call: Call) -> Answer:
        """The rows of one query; charged by how many there are, 204 where there are none."""
        call.needs(self._crm.scope("coql.READ"))
        body = call.json()
        text = body.get("select_query")
        if not isinstance(text, str):
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="select_query")
        query = _parsed(text)
        module, view = self._source(query)
        call.needs(self._crm.scopes(module.api_name, "READ"))
        meta = self._wants_fields(call, body)
        check(query, self._crm, module)
        call.charge(1)
        rows, more = run(query, self._crm, module, view)
        call.charge(coql(len(rows)) - 1)
        if not rows:
            return EMPTY
        answer: dict[str, Any] = {"data": rows, "info": {"count": len(rows), "more_records": more}}
        if meta:
            names = self._crm.names(module)
            answer["fields"] = {column.name: describe(names.resolve(column.path)[1]) for column in query.columns}
        return Answer(answer)

    def _wants_fields(self, call: Call, body: dict[str, Any]) -> bool:
        meta = body.get("include_meta")
        if not meta:
            return False
        if meta != ["fields"]:
            raise invalid_data("invalid data", api_name="include_meta", expected=["fields"])
        call.needs(self._crm.scope("settings.fields.READ"))
        return True

    def _source(self, query: Query) -> tuple[Module, View | None]:
        if query.source_is_view:
            for module in self._crm.modules.values():
                if query.source in module.views and module.viewable:
                    return module, module.views[query.source]
            raise invalid_query("custom view given seems to be invalid", "from", near=query.source)
        module = self._crm.module(query.source)
        if not module.kind.coql or module.rows is None:
            raise invalid_query("module is not supported", "from", near=query.source)
        return module, None


def _parsed(text: str) -> Query:
    try:
        return parse(text)
    except CoqlSyntaxError as error:
        line = text.count("\n", 0, error.at) + 1
        column = error.at - (text.rfind("\n", 0, error.at) + 1)
        raise CrmError(
            400, "SYNTAX_ERROR", "error occurred while parsing the query", near=error.near, line=line, column=column, clause=error.clause
        ) from error
