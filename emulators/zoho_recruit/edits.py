"""What people do in Recruit's own screens, for the control plane: `POST /__admin/edit/zoho_recruit`."""

from __future__ import annotations

from typing import Any

from emulators.zoho_crm.edit_settings import Done, Operation
from emulators.zoho_crm.edits import Edits, second_of
from emulators.zoho_recruit.state import Recruit

KINDS = ("agency", "company")


class RecruitEdits(Edits):
    """Zoho CRM's operations, where converting a candidate makes nobody else, and `set_kind` changes which modules there are."""

    def __init__(self, crm: Recruit, *parts: Any) -> None:
        super().__init__(crm, *parts)
        self._recruit = crm
        self._operations["set_kind"] = self.set_kind

    def convert(self, operation: Operation) -> Done:
        """`id` of a candidate who was hired, `modified_time`: it leaves the list but not `converted=`."""
        candidates, at = self._crm.modules["Candidates"], second_of(operation)
        n = self._number(candidates, operation["id"])
        self._writer.update(candidates, n, {"Candidate_Status": "Hired"}, at=at)
        self._writer.delete(candidates, n, reason="converted", at=at)
        candidates.records().converted.add(n)
        candidates.records().touch()
        return {"id": operation["id"]}

    def set_kind(self, operation: Operation) -> Done:
        """`kind`: `agency` has Clients and Contacts, `company` has Departments instead."""
        if operation.get("kind") not in KINDS:
            raise ValueError(f"kinds are {KINDS}")
        self._recruit.kind = operation["kind"]
        return {"kind": self._recruit.kind}
