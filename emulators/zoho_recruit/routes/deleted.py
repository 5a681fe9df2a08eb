"""Deleted records (docs/systems/zoho_recruit.md#deleted): types are capitalised in the vendor's guide, and small letters are served too."""

from __future__ import annotations

from emulators.zoho_crm.guard import Call
from emulators.zoho_crm.routes.deleted import DeletedRecords
from emulators.zoho_crm.state import Deleted

_DAY_S = 86_400


class RecruitDeleted(DeletedRecords):
    """`GET /{module}/deleted`."""

    def wanted(self, call: Call) -> str:
        """The asked type, whatever its letters."""
        return call.query.get("type", "All").lower()

    def listed_s(self) -> float:
        """For how long the list remembers."""
        return int(self._crm.reading("deleted_retention")) * _DAY_S

    def _shown(self, one: Deleted) -> dict[str, object]:
        shown = super()._shown(one)
        if self._crm.reading("deleted_type_case") == "capitalised":
            shown["type"] = str(shown["type"]).capitalize()
        return shown
