"""Bulk read in Recruit's dialect (docs/systems/zoho_recruit.md#bulk): module as text, `selectfields`, no `field` around a criterion's name."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.criteria import AllOf, Comparison, Node, UnknownPath
from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.guard import Call
from emulators.zoho_crm.jobs import Work, cut
from emulators.zoho_crm.routes.bulk import MAX_CRITERIA, BulkRead
from emulators.zoho_crm.state import Module
from emulators.zoho_crm.views import View

LISTED = frozenset({"Candidates", "Job_Openings", "Clients", "Interviews", "Contacts"})


class RecruitBulk(BulkRead):
    """`/recruit/bulk/v2/read`."""

    def _beginning(self, call: Call, query: dict[str, Any]) -> tuple[str, dict[str, Any], int, Any]:
        if "fields" in query:
            raise CrmError(400, "INVALID_DATA", "invalid data", api_name="fields")
        asked = {**query, "fields": query.get("selectfields")}
        name, echoed, page, begin = super()._beginning(call, asked)
        echoed = {key: value for key, value in echoed.items() if key != "fields"}
        return name, {**echoed, "module": name}, page, begin

    def _module(self, call: Call, query: dict[str, Any]) -> Module:
        name = query.get("module")
        if not isinstance(name, str):
            raise CrmError(400, "INVALID_DATA", "invalid data", api_name="module", expected_data_type="string")
        call.needs(self._crm.scopes(name, "READ"))
        module = self._crm.module(name)
        served = module.api_name in LISTED or module.kind.generated_type == "custom"
        reading = "bulk_notes" if module.api_name == "Notes" else "bulk_other_modules"
        if module.rows is None or (not served and self._crm.reading(reading) == "refused"):
            raise CrmError(400, "MODULE_NOT_SUPPORTED", "the module is not supported in bulk read", api_name=name)
        return module

    def _criteria(self, module: Module, query: dict[str, Any]) -> Node | None:
        raw = query.get("criteria")
        if not raw:
            return None
        if query.get("cvid") and self._crm.reading("bulk_view_with_criteria") == "refused":
            raise CrmError(400, "CRITERIA_NOT_SUPPORTED", "criteria are not supported with a custom view", api_name="criteria")
        return super()._criteria(module, {**query, "criteria": _wrapped(raw)})

    def _check(self, module: Module, test: Comparison) -> None:
        if test.path == "Updated_On" and self._crm.reading("bulk_updated_on") == "refused":
            raise CrmError(400, "FIELD_IN_CRITERIA_NOT_SUPPORTED", "the field is not supported in criteria", api_name=test.path)
        super()._check(module, test)

    def _begin(self, module: Module, names: list[str], view: View | None, node: Node | None, page: int) -> Work:
        conditions = tuple(one for one in (view.criteria if view else None, node) if one)
        whole = (AllOf(conditions) if len(conditions) > 1 else conditions[0]) if conditions else None
        converted = "both" if self._crm.reading("bulk_converted") == "included" else "false"
        try:
            found = self._crm.matching(module, whole, key=("bulk", repr(whole)), converted=converted)
        except UnknownPath as error:
            raise CrmError(400, "INVALID_CRITERIA", "unknown field", api_name=error.path) from error
        return cut(module.records().content.frozen(), found[(page - 1) * self.rows_of_a_job :], self._cells(module, names), self.rows_of_a_job)


def _wrapped(raw: Any) -> dict[str, Any]:
    """The engine's form of `{api_name, comparator, value}` and of groups of it."""
    if not isinstance(raw, dict) or "field" in raw:
        raise CrmError(400, "INVALID_CRITERIA", "criteria name their field by api_name", api_name="criteria", limit=MAX_CRITERIA)
    if "group" in raw:
        return {**raw, "group": [_wrapped(one) for one in raw["group"]]}
    rest = {key: value for key, value in raw.items() if key != "api_name"}
    return {**rest, "field": {"api_name": raw.get("api_name")}}
