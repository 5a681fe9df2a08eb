"""Insert, update, upsert, delete: at most 100 records a call, one result each (docs/systems/zoho_crm.md#writes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request

from emulators.zoho_crm.errors import CrmError, invalid_data, limit_exceeded, param_missing
from emulators.zoho_crm.guard import Answer, Call
from emulators.zoho_crm.people_of_account import face
from emulators.zoho_crm.prices import writing
from emulators.zoho_crm.record_rules import check_required, check_values
from emulators.zoho_crm.routes.records import permitted
from emulators.zoho_crm.rows import folded
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.writing import Writer
from emulators.zoho_crm.zone import parse_instant

MAX_RECORDS = 100
TRIGGERS = ("workflow", "approval", "blueprint", "pathfinder", "orchestration")


def sub_limited(request: Request) -> bool:
    """Writes of more than ten records count against the smaller limit; told by the size of the body (some 400 bytes a record)."""
    return request.method in {"POST", "PUT"} and int(request.headers.get("content-length") or 0) > 4000


class Writes:
    """Changing records through the API."""

    def __init__(self, crm: Crm, writer: Writer) -> None:
        self._crm, self._writer = crm, writer
        self.triggers: list[list[str]] = []
        self.fired: Counter[str] = Counter()

    async def insert(self, call: Call) -> Answer:
        """New records: 201, or 207 / 400 where some / all failed."""
        module, rows = self._begin(call, "CREATE")
        results = self.inserted(module, rows)
        self.fire(self.noted(call.json()), results)
        return answered(results, 201)

    async def update(self, call: Call) -> Answer:
        """Changes by id, many or one."""
        module, rows = self._begin(call, "UPDATE")
        one_id = call.path.get("id")
        before = _instant(call.headers.get("if-unmodified-since"))
        results = []
        for at, row in enumerate(rows):
            record_id = one_id or row.get("id")
            results.append(guarded(lambda: self._update(module, record_id, row, f"$.data[{at}]", before)))  # noqa: B023 - called at once
        self.fire(self.noted(call.json()), results)
        if before is not None and len(results) == 1 and results[0]["code"] == "ALREADY_MODIFIED":
            return Answer({"data": results}, 412)
        return answered(results, 200)

    async def upsert(self, call: Call) -> Answer:
        """Insert, or update what the check fields find."""
        module, rows = self._begin(call, "CREATE")
        given = call.json().get("duplicate_check_fields")
        checks = list(given) if given is not None else [module.kind.system_check]
        results = [guarded(lambda row=row, path=f"$.data[{at}]": self._upsert(module, row, checks, path)) for at, row in enumerate(rows)]  # type: ignore[misc]
        self.fire(self.noted(call.json()), results)
        return answered(results, 200)

    async def delete(self, call: Call) -> Answer:
        """Into the recycle bin, by ids."""
        module = self._module(call, "DELETE")
        ids = [call.path["id"]] if "id" in call.path else list(filter(None, call.query.get("ids", "").split(",")))
        if not ids:
            raise param_missing("ids")
        if len(ids) > MAX_RECORDS:
            raise limit_exceeded(MAX_RECORDS, "ids")
        call.charge(writing(len(ids)))
        return answered([guarded(lambda one=one: self._delete(module, one)) for one in ids], 200)  # type: ignore[misc]

    def inserted(self, module: Module, rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The result of each new record."""
        return [guarded(lambda row=row, path=f"$.data[{at}]": self._insert(module, row, path)) for at, row in enumerate(rows)]  # type: ignore[misc]

    # -- the CRM's automation

    def noted(self, body: Mapping[str, Any]) -> list[str]:
        """What a request lets the CRM do: everything unless it says otherwise."""
        self.triggers.append(list(TRIGGERS) if body.get("trigger") is None else list(body["trigger"]))
        return self.triggers[-1]

    def fire(self, triggers: Iterable[str], results: list[dict[str, Any]]) -> None:
        """Count what ran, once for each record that was written."""
        written = sum(result["status"] == "success" for result in results)
        self.fired.update(dict.fromkeys(triggers, written))

    # -- one record each

    def _insert(self, module: Module, row: Mapping[str, Any], path: str) -> dict[str, Any]:
        values = self._writer.native_values(module, row, path=path)
        check_required(self._crm, module, values, path)
        check_values(self._crm, module, row, values, None, path)
        n = self._writer.create(module, values)
        return self._success(module, n, "record added")

    def _update(self, module: Module, record_id: Any, row: Mapping[str, Any], path: str, before: int | None) -> dict[str, Any]:
        n = self._found(module, record_id, path)
        if n in module.locked:
            raise CrmError(400, "RECORD_LOCKED", "the record is locked", id=record_id, json_path=f"{path}.id")
        if before is not None and module.records().modified(n) > before:
            raise CrmError(412, "ALREADY_MODIFIED", "the record was modified meanwhile", id=record_id)
        values = self._writer.native_values(module, row, path=path)
        for name, value in values.items():
            if value is None and module.fields[name].mandatory:
                raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name=name, json_path=f"{path}.{name}")
        check_values(self._crm, module, row, values, n, path)
        only_tags = set(values) == {"Tag"} and self._crm.reading("tag_touches_modified_time") == "no"
        self._writer.update(module, n, values, touch=not only_tags)
        return self._success(module, n, "record updated")

    def _upsert(self, module: Module, row: Mapping[str, Any], checks: list[str], path: str) -> dict[str, Any]:
        for name in checks:
            value = row.get(name)
            found = module.records().by_value(name, [value]) if value not in (None, "") and name in module.fields else []
            match = next(
                (n for n in found if folded(module.records().row(n).get(name)) == folded(value) and n not in module.records().converted), None
            )
            if match is not None:
                done = self._update(module, module.records().id_of(match), row, path, None)
                return {**done, "action": "update", "duplicate_field": name}
        return {**self._insert(module, row, path), "action": "insert", "duplicate_field": None}

    def _delete(self, module: Module, record_id: str) -> dict[str, Any]:
        n = self._found(module, record_id, "$")
        self._writer.delete(module, n)
        return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record deleted", "status": "success"}

    # -- parts

    def _module(self, call: Call, operation: str) -> Module:
        name = call.path["module"]
        call.needs(self._crm.scopes(name, operation))
        module = self._crm.module(name)
        module.records()
        permitted(module, operation.title())
        return module

    def _begin(self, call: Call, operation: str) -> tuple[Module, list[Mapping[str, Any]]]:
        module = self._module(call, operation)
        return module, self.rows_of(call)

    def rows_of(self, call: Call, *, charge: bool = True) -> list[Mapping[str, Any]]:
        """The rows of a request, charged for. Raises its refusals."""
        body = call.json()
        rows = body.get("data")
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="data", json_path="$.data")
        if len(rows) > MAX_RECORDS:
            raise limit_exceeded(MAX_RECORDS, "data")
        if any(one not in TRIGGERS for one in body.get("trigger") or ()):
            raise invalid_data("invalid data", api_name="trigger")
        if charge:
            call.charge(writing(len(rows)))
        return rows

    def _found(self, module: Module, record_id: Any, path: str) -> int:
        rows = module.records()
        n = rows.number(record_id)
        if n is None or not rows.present(n):
            raise invalid_data("the id given seems to be invalid", id=record_id, json_path=f"{path}.id")
        return n

    def _success(self, module: Module, n: int, message: str) -> dict[str, Any]:
        row = module.records().row(n)
        times = {name: self._crm.instant(row.get(name)) for name in ("Created_Time", "Modified_Time") if row.get(name) is not None}
        makers = {name: _short(row.get(name) or 0) for name in ("Created_By", "Modified_By")}
        details = {"id": module.records().id_of(n), **times, **makers, "$approval_state": "approved"}
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def guarded(write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of one row: what the write tells, or its refusal."""
    try:
        return write()
    except CrmError as error:
        return error.body()


def _short(user: int) -> dict[str, str]:
    shown = face(user)
    return {"name": shown["name"], "id": shown["id"]}


def answered(results: list[dict[str, Any]], good: int) -> Answer:
    """All good, mixed, or all failed."""
    failed = sum(result["status"] == "error" for result in results)
    status = good if not failed else (400 if failed == len(results) else 207)
    return Answer({"data": results}, status)


def _instant(text: str | None) -> int | None:
    return parse_instant(text) if text else None
