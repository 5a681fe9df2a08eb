"""Insert, update, upsert, delete as in Zoho CRM; whether campaigns are taken is not verified (docs/systems/zoho_recruit.md#writes)."""

from __future__ import annotations

from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.guard import Call
from emulators.zoho_crm.routes.writes import Writes
from emulators.zoho_crm.state import Module


class RecruitWrites(Writes):
    """Changing records through the API."""

    def _module(self, call: Call, operation: str) -> Module:
        module = super()._module(call, operation)
        if module.api_name == "Campaigns" and self._crm.reading("campaign_writes") == "refused":
            raise CrmError(400, "NOT_SUPPORTED", "the module does not support this", resource_path_index=0)
        return module
