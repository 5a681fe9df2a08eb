"""Modules, fields, views, users, tags, the organisation (docs/systems/zoho_recruit.md#modules, #fields, #views)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.guard import EMPTY, Answer, Call, Endpoint, ScopeMismatch
from emulators.zoho_crm.routes.metadata import Metadata
from emulators.zoho_crm.state import Module
from emulators.zoho_recruit.state import Recruit

CONVERTABLE = "Candidates"
_NOT_OF_V2 = frozenset({"operation_type", "virtual_field", "searchable", "sortable", "filterable", "rollup_summary"})


class RecruitMetadata(Metadata):
    """Settings calls; one credit each."""

    def __init__(self, crm: Recruit) -> None:
        super().__init__(crm)
        self._recruit = crm

    def endpoints(self) -> list[Endpoint]:
        """All of them; the price list is Zoho CRM's alone."""
        base = self._crm.product.records
        kept = [one for one in super().endpoints() if not one.path.endswith(("/__apis", "/pipeline"))]
        return [*kept, Endpoint(f"{base}/settings/tags", {"GET": self.tags})]

    async def modules(self, call: Call) -> Answer:
        """The modules that this account has."""
        call.needs((self._crm.scope("settings.modules.READ"), self._crm.scope("setup.operation.READ")))
        call.charge(1)
        return Answer({"modules": [self._module(one) for name, one in self._crm.modules.items() if self._recruit.there(name)]})

    def _module(self, module: Module) -> dict[str, Any]:
        shown = super()._module(module)
        labels = {"convertable": module.api_name == CONVERTABLE, "display_field": {"api_name": module.kind.name_field, "id": None}}
        return {key: value for key, value in shown.items() if key not in {"status", "visibility", "show_as_tab"}} | labels

    async def fields(self, call: Call) -> Answer:
        """Every field that the user sees; a module without any answers 204."""
        answer = await super().fields(call)
        if answer.body is None and self._crm.reading("approvals_fields") == "403":
            raise CrmError(403, "NO_PERMISSION", f"permission denied - {call.query.get('module')} (view)")
        if answer.body is None and self._crm.reading("approvals_fields") == "401":
            raise ScopeMismatch
        if answer.body is None:
            return EMPTY
        return Answer({"fields": [{key: value for key, value in one.items() if key not in _NOT_OF_V2} for one in answer.body["fields"]]})

    async def users(self, call: Call) -> Answer:
        """The account's users; what is empty arrives as the text `null`."""
        answer = await super().users(call)
        if answer.body is None:
            return answer
        odd = {"mobile": "null", "fax": "null", "state": "null"}
        return Answer({**answer.body, "users": [{**one, **odd} for one in answer.body["users"]]})

    async def tags(self, call: Call) -> Answer:
        """The tags of a module: one object, not a list."""
        call.needs(self._crm.scope("settings.tags.READ"))
        call.charge(1)
        self._asked_module(call)
        return Answer({"tags": {"id": f"{self._crm.zgid}1", "name": "vip"}})
