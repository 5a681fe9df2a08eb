"""What hangs on a record: members of campaigns, notes, activities, deals (docs/systems/zoho_crm.md#campaign-members, #notes-and-activities)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulators.zoho_crm.criteria import UnknownPath
from emulators.zoho_crm.errors import CrmError, invalid_data, limit_exceeded, param_missing
from emulators.zoho_crm.guard import EMPTY, Answer, Call, Endpoint
from emulators.zoho_crm.prices import writing
from emulators.zoho_crm.record_rules import CHILDREN
from emulators.zoho_crm.routes.related_pages import RelatedPages
from emulators.zoho_crm.routes.writes import MAX_RECORDS, Writes, answered, guarded
from emulators.zoho_crm.state import Crm, Module, unknown_field
from emulators.zoho_crm.values import records

STATUS = "Member_Status"


class Related:
    """Related lists of a record."""

    def __init__(self, crm: Crm, writes: Writes) -> None:
        self._crm, self._writes = crm, writes
        self._pages = RelatedPages(crm)

    def endpoints(self, module: str) -> list[Endpoint]:
        """All of them, below the path of a module."""
        bodies = frozenset({"POST", "PUT", "DELETE"})
        many, one = f"{module}/{{id}}/{{related}}", f"{module}/{{id}}/{{related}}/{{related_id}}"
        return [
            Endpoint(many, {"GET": self.listing, "POST": self.note, "PUT": self.link, "DELETE": self.unlink}, writes=bodies),
            Endpoint(one, {"PUT": self.link, "DELETE": self.unlink}, writes=bodies),
        ]

    # -- reading

    async def listing(self, call: Call) -> Answer:
        """A page of a related list, newest first unless asked otherwise."""
        module, person = self._parent(call, "READ")
        call.charge(1)
        given = [name for name in call.query.get("fields", "").split(",") if name]
        if not given:
            raise param_missing("fields")
        name = str(call.path["related"])
        of_campaign = self._lists_members(module, name)
        if of_campaign and STATUS in given and self._crm.reading("member_status_read") == "refused":
            raise invalid_data("invalid data", param_name="fields", api_name=STATUS)
        every = dict(self._members(module, person, name) if of_campaign else self._children(person, name))
        page = self._pages.page(call, self._crm.module(name), every)
        return Answer({"data": [{**self._shown(name, n, given), **every[n]} for n in page.rows], "info": page.info}) if page.rows else EMPTY

    def _children(self, person: str, name: str) -> list[tuple[int, dict[str, Any]]]:
        if name not in CHILDREN:
            raise invalid_data("the relation name given seems to be invalid", resource_path_index=2)
        rows = self._crm.module(name).records()
        found = {n for field in CHILDREN[name] for n in rows.by_value(field, [person]) if rows.row(n).get(field) == person}
        return [(n, {}) for n in sorted(found, reverse=True)]

    def _members(self, module: Module, record: str, name: str) -> list[tuple[int, dict[str, Any]]]:
        of_campaign = module.api_name == "Campaigns"
        linked = (
            [(person, status) for kind, person, status in self._crm.members.of_campaign(record) if kind == name]
            if of_campaign
            else list(self._crm.members.of_person(module.api_name, record))
        )
        rows = self._crm.module(name).records()
        shown = self._crm.reading("member_status_read") == "shown"
        numbered = [(rows.number(one), {STATUS: status} if shown else {}) for one, status in linked]
        return [(n, more) for n, more in numbered if n is not None and rows.present(n)]

    def _shown(self, name: str, n: int, given: list[str]) -> dict[str, Any]:
        module = self._crm.module(name)
        known = [one for one in given if one in module.seen_fields() and one != "id"]
        try:
            return records(module.records().content, [n], self._crm.cells(module, ["id", *known], "list"))[0]
        except UnknownPath as error:
            raise unknown_field(error) from error

    # -- writing

    async def note(self, call: Call) -> Answer:
        """New notes under a record."""
        module, person = self._parent(call, "CREATE")
        if call.path["related"] != "Notes":
            raise CrmError(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
        rows = self._writes.rows_of(call)
        parent = {"Parent_Id": {"module": {"api_name": module.api_name}, "id": person}}
        results = self._writes.inserted(self._crm.module("Notes"), [{**row, **parent} for row in rows])
        return answered(results, 201)

    async def link(self, call: Call) -> Answer:
        """Members of a campaign, or the campaigns of a person, with their status: new links and changes alike."""
        module, record = self._linkable(call)
        rows = self._given(call)
        fires = self._writes.noted(call.json()) if self._crm.reading("member_status_trigger") == "honoured" else ()
        results = [guarded(self._linking(module, record, call.path["related"], row, f"$.data[{at}]")) for at, row in enumerate(rows)]
        self._writes.fire(fires, results)
        return answered(results, 200)

    async def unlink(self, call: Call) -> Answer:
        """Off the campaign."""
        module, record = self._linkable(call)
        ids = [call.path["related_id"]] if "related_id" in call.path else list(filter(None, call.query.get("ids", "").split(",")))
        if not ids:
            raise param_missing("ids")
        if len(ids) > MAX_RECORDS:
            raise limit_exceeded(MAX_RECORDS, "ids")
        call.charge(self._price(len(ids)))
        return answered([guarded(self._unlinking(module, record, call.path["related"], one)) for one in ids], 200)

    def _given(self, call: Call) -> list[Mapping[str, Any]]:
        rows = self._writes.rows_of(call, charge=False)
        if "related_id" in call.path:
            if len(rows) != 1:
                raise invalid_data("invalid data", api_name="data")
            rows = [{**rows[0], "id": call.path["related_id"]}]
        call.charge(self._price(len(rows)))
        return rows

    def _price(self, rows: int) -> int:
        return writing(rows) if self._crm.reading("related_write_cost") == "by_ten" else 1

    def _linking(self, module: Module, record: str, related: str, row: Mapping[str, Any], path: str) -> Callable[[], dict[str, Any]]:
        def link() -> dict[str, Any]:
            other = str(row.get("id"))
            self._present(self._crm.module(related), other, "the related id given seems to be invalid", f"{path}.id")
            status = row.get(STATUS)
            if status is not None and self._crm.reading("member_status_values") == "refused" and status not in self._crm.members.statuses:
                raise invalid_data("invalid data", api_name=STATUS, json_path=f"{path}.{STATUS}")
            is_new = self._crm.members.set(*_pair(module, record, related, other), status)
            return {
                "code": "SUCCESS",
                "details": {"id": other},
                "message": "relation added" if is_new else "relation updated",
                "status": "success",
            }

        return link

    def _unlinking(self, module: Module, record: str, related: str, other: str) -> Callable[[], dict[str, Any]]:
        def unlink() -> dict[str, Any]:
            if not self._crm.members.remove(*_pair(module, record, related, other)):
                raise invalid_data("the related id given seems to be invalid", id=other)
            return {"code": "SUCCESS", "details": {"id": other}, "message": "relation removed", "status": "success"}

        return unlink

    # -- parts

    def _lists_members(self, module: Module, name: str) -> bool:
        """Whether this related list holds members of campaigns, and is served."""
        return self._links(module, name)

    def _links(self, module: Module, name: str) -> bool:
        people = self._crm.product.member_modules
        return (module.api_name == "Campaigns" and name in people) or (module.api_name in people and name == "Campaigns")

    def _linkable(self, call: Call) -> tuple[Module, str]:
        module, record = self._parent(call, "UPDATE")
        if not self._links(module, call.path["related"]):
            raise CrmError(400, "NOT_SUPPORTED", "the relation does not support this", resource_path_index=2)
        return module, record

    def _parent(self, call: Call, operation: str) -> tuple[Module, str]:
        name, record = call.path["module"], str(call.path["id"])
        call.needs(self._crm.scopes(name, operation))
        module = self._crm.module(name)
        self._present(module, record, "the id given seems to be invalid", "")
        return module, record

    def _present(self, module: Module, record: str, message: str, path: str) -> None:
        rows = module.records()
        n = rows.number(record)
        converted_refused = self._crm.reading("converted_lead_member") == "refused"
        if n is None or not rows.present(n) or (converted_refused and n in rows.converted):
            raise invalid_data(message, id=record, **({"json_path": path} if path else {"resource_path_index": 1}))


def _pair(module: Module, record: str, related: str, other: str) -> tuple[str, str, str]:
    """Campaign, module of the person, person."""
    return (record, related, other) if module.api_name == "Campaigns" else (other, module.api_name, record)
