"""Bulk read: creating jobs, asking for their state, fetching results (docs/systems/zoho_crm.md#bulk)."""

from __future__ import annotations

import asyncio
from array import array
from typing import Any

from emulators.zoho_crm.criteria import AllOf, BadValue, Comparison, Node, UnknownPath, native, tests
from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.fields import BULK_LEFT_OUT_TYPES, BULK_REFUSED_TYPES, TIME_TYPES
from emulators.zoho_crm.guard import Answer, Call, Endpoint
from emulators.zoho_crm.jobs import Continuation, Job, Jobs, Work, cut
from emulators.zoho_crm.limits import Limits
from emulators.zoho_crm.people_of_account import face
from emulators.zoho_crm.prices import BULK_READ_JOB
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.values import Cell
from emulators.zoho_crm.views import BadCriteria, View, tree

ROWS_OF_A_JOB = 200_000
MAX_PAGE = 50
MAX_CRITERIA = 25
_NUMERIC = frozenset({"eq", "ne", "in", "not_in", "lt", "le", "gt", "ge"})
_TEXTUAL = frozenset({"eq", "ne", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with"})
_LISTED = frozenset({"eq", "ne", "in", "not_in"})


class BulkRead:
    """`/crm/bulk/v8/read`."""

    def __init__(self, crm: Crm, limits: Limits, jobs: Jobs) -> None:
        self._crm, self._limits, self._jobs = crm, limits, jobs
        self.rows_of_a_job = ROWS_OF_A_JOB

    def endpoints(self) -> list[Endpoint]:
        """Create, status, result."""
        base = self._crm.product.bulk
        return [
            Endpoint(f"{base}/read", {"POST": self.create}),
            Endpoint(f"{base}/read/{{id}}", {"GET": self.status}),
            Endpoint(f"{base}/read/{{id}}/result", {"GET": self.result}),
        ]

    async def create(self, call: Call) -> Answer:
        """Queue a job; fifty credits at once."""
        call.needs(self._crm.scope("bulk.READ"))
        body = call.json()
        query = body.get("query")
        if not isinstance(query, dict):
            raise CrmError(400, "REQUEST_BODY_NOT_SUPPORTED", "query is missing", api_name="query")
        if body.get("file_type", "csv") != "csv":
            raise CrmError(400, "INVALID_REQUEST", "file_type is not supported for the module", api_name="file_type")
        begin = self._continuing(query) if "page_token" in query else self._beginning(call, query)
        call.charge(BULK_READ_JOB)
        job = self._jobs.add(*begin)
        details = {"id": job.id, "operation": "read", "state": "ADDED", "created_by": _maker(), "created_time": self._crm.instant(int(job.created))}
        row = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully.", "details": details}
        return Answer({"data": [row], "info": {}}, 201)

    async def status(self, call: Call) -> Answer:
        """The job's detail; `result` only when it is COMPLETED."""
        job = self._job(call)
        now = self._crm.now()
        shown: dict[str, Any] = {
            "id": job.id,
            "operation": "read",
            "state": job.state(now),
            "query": job.query,
            "created_by": _maker(),
            "created_time": self._crm.instant(int(job.created)),
            "file_type": "csv",
        }
        if shown["state"] == "COMPLETED":
            shown["result"] = self._result(job)
        return Answer({"data": [shown]})

    async def result(self, call: Call) -> Answer:
        """The zip; ten a minute."""
        job = self._job(call)
        if job.state(self._crm.now()) != "COMPLETED" or not self._jobs.kept(job):
            raise _not_found()
        self._limits.download()
        content = await asyncio.to_thread(job.zipped)
        disposition = {"Content-Disposition": f"attachment; filename={job.id}.zip"}
        return Answer(content, media_type="application/zip", headers=disposition)

    # -- jobs

    def _job(self, call: Call) -> Job:
        call.needs(self._crm.scope("bulk.READ"))
        cost = int(self._crm.reading("bulk_poll_cost"))
        if cost:
            call.charge(cost)
        self._jobs.settle()
        job = self._jobs.all.get(call.path["id"])
        if job is None:
            raise _not_found()
        return job

    def _result(self, job: Job) -> dict[str, Any]:
        assert job.work is not None  # noqa: S101 - a completed job has worked
        shown: dict[str, Any] = {
            "page": job.page,
            "per_page": self.rows_of_a_job,
            "count": len(job.work.numbers),
            "download_url": f"{self._crm.product.bulk}/read/{job.id}/result",
            "more_records": job.work.more,
        }
        if job.next_token and self._crm.reading("bulk_paging") != "page_only":
            shown["next_page_token"] = job.next_token
        if self._crm.reading("bulk_result_page") == "absent":
            del shown["page"]
        return shown

    def _continuing(self, query: dict[str, Any]) -> tuple[str, dict[str, Any], int, Any]:
        """A job that goes on where another one's token points: the token stands alone."""
        token = self._jobs.tokens.get(str(query["page_token"]))
        if token is None or len(query) > 1 or self._crm.reading("bulk_paging") == "page_only":
            raise CrmError(400, "INVALID_REQUEST", "the page_token is not valid", api_name="page_token")
        if token.ends_at <= self._crm.now():
            raise CrmError(400, "EXPIRED_VALUE", "the page_token has expired", api_name="page_token")
        return token.module, {**token.query, "page": token.page}, token.page, lambda: self._rest(token)

    def _rest(self, token: Continuation) -> Work:
        return cut(token.work.content, token.work.rest, token.work.cells, self.rows_of_a_job)

    def _beginning(self, call: Call, query: dict[str, Any]) -> tuple[str, dict[str, Any], int, Any]:
        module = self._module(call, query)
        page = self._page(query)
        names = self._fields(module, query)
        view = self._view(module, query)
        node = self._criteria(module, query)
        echoed = {**query, "module": {"api_name": module.api_name, "id": module.id}, "page": page}
        return module.api_name, echoed, page, lambda: self._begin(module, names, view, node, page)

    def _module(self, call: Call, query: dict[str, Any]) -> Module:
        given = query.get("module")
        name = given.get("api_name") if isinstance(given, dict) else None
        module = self._crm.modules.get(str(name))
        if module is None:
            raise CrmError(400, "MODULE_NOT_AVAILABLE", "the module is not available", api_name="module")
        call.needs(self._crm.scopes(module.api_name, "READ"))
        refused = module.rows is None or not module.kind.api_supported
        if refused or (module.api_name == "Notes" and self._crm.reading("bulk_notes") == "refused"):
            raise CrmError(400, "MODULE_NOT_SUPPORTED", "the module is not supported in bulk read", api_name=module.api_name)
        return self._crm.module(module.api_name)

    def _page(self, query: dict[str, Any]) -> int:
        page = query.get("page") or 1
        if not isinstance(page, int) or page < 1:
            raise invalid_data("invalid data", api_name="page", expected_data_type="integer")
        if page > MAX_PAGE:
            raise CrmError(400, "PAGE_RANGE_EXCEEDED", "page is out of range", max_limit=MAX_PAGE)
        if page > 1 and self._crm.reading("bulk_paging") == "token_only":
            raise CrmError(400, "PAGE_RANGE_EXCEEDED", "page_token is needed", max_limit=1)
        return page

    def _fields(self, module: Module, query: dict[str, Any]) -> list[str]:
        """Asked names; a refused one is named in the answer. Empty: every field that bulk read can hold."""
        seen = module.seen_fields()
        asked = query.get("fields")
        if not asked:
            return [name for name, one in seen.items() if one.data_type not in BULK_REFUSED_TYPES | BULK_LEFT_OUT_TYPES]
        names = []
        resolver = self._crm.names(module)
        for path in asked:
            try:
                one = resolver.resolve(path)[1]
            except UnknownPath as error:
                raise CrmError(400, "FIELD_NOT_SUPPORTED", "the field is not available", api_name=path) from error
            if one.data_type in BULK_REFUSED_TYPES:
                raise CrmError(400, "FIELD_NOT_SUPPORTED", "the field is not supported in bulk read", api_name=path)
            if one.data_type not in BULK_LEFT_OUT_TYPES:
                names.append(path)
        return names

    def _view(self, module: Module, query: dict[str, Any]) -> View | None:
        view_id = query.get("cvid")
        if not view_id:
            return None
        view = self._crm.view(module, str(view_id))
        if not view.bulk:
            raise CrmError(400, "CVID_NOT_SUPPORTED", "the custom view is not supported in bulk read", api_name="cvid")
        return view

    def _criteria(self, module: Module, query: dict[str, Any]) -> Node | None:
        raw = query.get("criteria")
        if not raw:
            return None
        try:
            node = tree(raw)
        except BadCriteria as error:
            raise CrmError(400, "INVALID_CRITERIA", str(error), api_name="criteria") from error
        if len(tests(node)) > MAX_CRITERIA:
            raise CrmError(400, "CRITERIA_LIMIT_EXCEEDED", "too many criteria", limit=MAX_CRITERIA)
        for test in tests(node):
            self._check(module, test)
        return node

    def _check(self, module: Module, test: Comparison) -> None:
        names = self._crm.names(module)
        try:
            field = names.resolve(test.path)[1]
        except UnknownPath as error:
            raise CrmError(400, "FIELD_IN_CRITERIA_NOT_AVAILABLE", "the field is not available", api_name=test.path) from error
        if test.op in {"null", "not_null"}:
            return
        if test.op not in _allowed(field.value_type):
            code = "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"
            raise CrmError(400, code, "field and comparator do not fit", api_name=test.path)
        if test.op in {"between", "not_between"} and not (isinstance(test.value, list) and len(test.value) == 2):
            raise CrmError(400, "COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", "between needs two values", api_name=test.path)
        if test.op in {"contains", "not_contains", "starts_with", "ends_with"}:
            return
        try:
            for value in test.value if isinstance(test.value, list) else [test.value]:
                native(field, value, names)
        except BadValue as error:
            code = "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"
            raise CrmError(400, code, "field and value do not fit", api_name=test.path) from error

    # -- the job itself

    def _begin(self, module: Module, names: list[str], view: View | None, node: Node | None, page: int) -> Work:
        conditions = [one for one in (view.criteria if view else None, node) if one]
        whole = AllOf(tuple(conditions)) if len(conditions) > 1 else (conditions[0] if conditions else None)
        converted = "true" if view and view.system_name == "CONVERTEDVIEWS" else "false"
        found = self._crm.matching(module, whole, key=("bulk", repr(whole)), converted=converted)
        found = self._without_null_parents(module, names, found)
        return cut(module.records().content.frozen(), found[(page - 1) * self.rows_of_a_job :], self._cells(module, names), self.rows_of_a_job)

    def _cells(self, module: Module, names: list[str]) -> list[Cell]:
        wanted = [name for name in names if name != "id"]
        id_cell = self._crm.cells(module, ["id"], "csv")[0]._replace(name=self._crm.reading("bulk_id_header"))
        return [id_cell, *self._crm.cells(module, wanted, "csv")]

    def _without_null_parents(self, module: Module, names: list[str], found: array[int]) -> array[int]:
        parents = {name.split(".")[0] for name in names if "." in name}
        if not parents or self._crm.reading("bulk_null_parents") == "kept":
            return found
        rows = module.records()
        return array("q", (n for n in found if all(rows.row(n).get(parent) is not None for parent in parents)))


def _allowed(kind: str) -> frozenset[str]:
    if kind in TIME_TYPES:
        return _NUMERIC | {"between", "not_between"}
    if kind in {"integer", "bigint", "double", "percent", "currency"}:
        return _NUMERIC
    if kind == "boolean":
        return frozenset({"eq"})
    if kind in {"lookup", "ownerlookup", "userlookup"}:
        return _LISTED
    return _TEXTUAL


def _maker() -> dict[str, str]:
    maker = face(0)
    return {"id": maker["id"], "name": maker["name"]}


def _not_found() -> CrmError:
    return CrmError(404, "RESOURCE_NOT_FOUND", "The requested resource doesn't exist.")
