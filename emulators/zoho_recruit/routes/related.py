"""What hangs on a record: notes as in Zoho CRM, members of campaigns by switch only (docs/systems/zoho_recruit.md#writes)."""

from __future__ import annotations

from emulators.zoho_crm.routes.related import Related
from emulators.zoho_crm.state import Module


class RecruitRelated(Related):
    """Related lists of a record."""

    def _lists_members(self, module: Module, name: str) -> bool:
        return self._crm.reading("campaign_member_lists") == "served" and super()._links(module, name)

    def _links(self, module: Module, name: str) -> bool:
        return self._crm.reading("campaign_members") == "accepted" and super()._links(module, name)
