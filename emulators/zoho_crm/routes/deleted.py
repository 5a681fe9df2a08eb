"""Deleted records: sixty days in the recycle bin, a hundred and twenty in the list, on the vendors' clock (docs/systems/zoho_crm.md#deleted)."""

from __future__ import annotations

from emulators.zoho_crm.errors import CrmError
from emulators.zoho_crm.guard import EMPTY, NOT_MODIFIED, Answer, Call
from emulators.zoho_crm.people_of_account import face
from emulators.zoho_crm.routes.paging import info, page_of
from emulators.zoho_crm.routes.records import since_of
from emulators.zoho_crm.state import Crm, Deleted

RECYCLE_S = 60 * 86_400
LISTED_S = 120 * 86_400
TYPES = ("all", "recycle", "permanent")


def kind_now(one: Deleted, now: float, listed_s: float = LISTED_S) -> str | None:
    """`recycle`, `permanent`, or None when the list has forgotten it."""
    age = now - one.at
    if age >= listed_s:
        return None
    return "permanent" if one.kind == "permanent" or age >= RECYCLE_S else "recycle"


class DeletedRecords:
    """`GET /{module}/deleted`."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def wanted(self, call: Call) -> str:
        """The asked type."""
        return call.query.get("type", "all")

    def listed_s(self) -> float:
        """For how long the list remembers."""
        return LISTED_S

    async def listing(self, call: Call) -> Answer:
        """One page; 204 (or 304) where nothing is newer."""
        name = call.path["module"]
        call.needs(self._crm.scopes(name, "READ"))
        module = self._crm.module(name)
        module.records()
        call.charge(int(self._crm.reading("deleted_cost")))
        wanted = self.wanted(call)
        if wanted not in TYPES:
            raise CrmError(400, self._crm.reading("deleted_bad_type"), "invalid data", param_name="type")
        since = since_of(call)
        page, per_page = page_of(call)
        found = self._found(list(module.deleted.values()), wanted, since)
        shown = found[(page - 1) * per_page : page * per_page]
        if not shown:
            none_newer = since is not None and page == 1 and self._crm.reading("deleted_nothing_newer") == "304"
            return NOT_MODIFIED if none_newer else EMPTY
        data = [self._shown(one) for one in shown]
        return Answer({"data": data, "info": info(page, per_page, len(shown), more=page * per_page < len(found))})

    def _found(self, every: list[Deleted], wanted: str, since: int | None) -> list[Deleted]:
        now = self._crm.now()
        hides_converted = self._crm.reading("deleted_holds_converted") == "no"
        chosen = [
            one
            for one in every
            if (kind := kind_now(one, now, self.listed_s())) is not None
            and wanted in ("all", kind)
            and (since is None or one.at >= since)
            and not (one.reason == "converted" and hides_converted)
        ]
        newest_first = self._crm.reading("deleted_order") == "newest_first"
        return sorted(chosen, key=lambda one: (one.at, int(one.id)), reverse=newest_first)

    def _shown(self, one: Deleted) -> dict[str, object]:
        by, made = face(one.deleted_by), face(one.created_by)
        return {
            "id": one.id,
            "display_name": one.display_name,
            "type": kind_now(one, self._crm.now()),
            "deleted_time": self._crm.instant(one.at),
            "deleted_by": {"name": by["name"], "id": by["id"]},
            "created_by": {"name": made["name"], "id": made["id"]},
        }
