"""What people do in the CRM's own screens, for the control plane: `POST /__admin/edit/zoho_crm`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulators.zoho_crm.criteria import compiled
from emulators.zoho_crm.edit_settings import Done, Operation, SettingsEdits, module_of
from emulators.zoho_crm.jobs import Jobs
from emulators.zoho_crm.record_rules import adopt_children
from emulators.zoho_crm.routes.deleted import kind_now
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.views import tree
from emulators.zoho_crm.writing import Writer
from emulators.zoho_crm.zone import parse_instant

_TO_CONTACT = (
    "Salutation", "First_Name", "Last_Name", "Email", "Secondary_Email", "Email_Opt_Out", "Unsubscribed_Mode", "Unsubscribed_Time",
    "Phone", "Mobile", "Lead_Source", "Description", "Owner", "Interests",
)  # fmt: skip


class Edits:
    """All operations, by name. Unknown ones and unknown ids raise ValueError, naming what there is."""

    def __init__(self, crm: Crm, writer: Writer, jobs: Jobs, settings: SettingsEdits) -> None:
        self._crm, self._writer, self._jobs = crm, writer, jobs
        self._operations: dict[str, Callable[[Operation], Done]] = {
            "create": self.create,
            "update": self.update,
            "delete": self.delete,
            "restore": self.restore,
            "purge": self.purge,
            "convert": self.convert,
            "merge": self.merge,
            "set_time": self.set_time,
            "limit_visibility": self.limit_visibility,
            "lock_record": self.lock_record,
            "set_member_status": self.set_member_status,
            "remove_member": self.remove_member,
            "recalculate_formula": self.recalculate_formula,
            **settings.operations(),
        }

    def perform(self, operation: Operation) -> Done:
        """Do one. Raises ValueError."""
        known = self._operations.get(str(operation.get("op")))
        if known is None:
            raise ValueError(f"{self._crm.product.name} knows {', '.join([*self._operations, 'revoke_token'])}, not {operation.get('op')!r}")
        self._jobs.settle()
        return known(operation)

    # -- records

    def create(self, operation: Operation) -> Done:
        """`module`, `record`, and `modified_time` where several should share a second."""
        module = self._module(operation)
        values = self._writer.native_values(module, operation["record"], path="$", strict=False)
        n = self._writer.create(module, values, at=second_of(operation))
        return {"id": module.records().id_of(n)}

    def update(self, operation: Operation) -> Done:
        """`module`, `id` (or `ids`), `record`, `modified_time`."""
        module = self._module(operation)
        values = self._writer.native_values(module, operation["record"], path="$", strict=False)
        only_tags = set(values) == {"Tag"} and self._crm.reading("tag_touches_modified_time") == "no"
        for n in self._numbers(module, operation):
            self._writer.update(module, n, values, at=second_of(operation), touch=not only_tags)
        return {"id": operation.get("id")}

    def delete(self, operation: Operation) -> Done:
        """`module`, `id` (or `ids`): into the recycle bin."""
        module = self._module(operation)
        for n in self._numbers(module, operation):
            self._writer.delete(module, n, at=second_of(operation))
        return {"id": operation.get("id")}

    def restore(self, operation: Operation) -> Done:
        """`module`, `id`: out of the recycle bin."""
        module = self._module(operation)
        n = module.records().number(operation["id"])
        deleted = module.deleted.get(n) if n is not None else None
        if n is None or deleted is None or kind_now(deleted, self._crm.now()) != "recycle":
            raise ValueError(f"{operation['id']} is not in the recycle bin of {module.api_name}")
        self._writer.restore(module, n)
        return {"id": operation["id"]}

    def purge(self, operation: Operation) -> Done:
        """`module`, `id`: deleted for good, from the recycle bin or at once."""
        module = self._module(operation)
        n = module.records().number(operation["id"])
        if n is not None and n in module.deleted:
            module.deleted[n].kind = "permanent"
        else:
            self._writer.delete(module, self._number(module, operation["id"]), kind="permanent", at=second_of(operation))
        return {"id": operation["id"]}

    def convert(self, operation: Operation) -> Done:
        """`id` of a lead → a contact and its account; the lead leaves the list but not `converted=`."""
        leads, contacts, accounts = (self._crm.modules[name] for name in ("Leads", "Contacts", "Accounts"))
        n, at = self._number(leads, operation["id"]), second_of(operation)
        lead = leads.records().row(n)
        company = lead.get("Company") or f"{lead.get('Last_Name')} Household"
        account = accounts.records().id_of(self._writer.create(accounts, {"Account_Name": company}, at=at))
        details = {name: lead.get(name) for name in _TO_CONTACT}
        contact = contacts.records().id_of(self._writer.create(contacts, {**details, "Account_Name": account}, at=at))
        second = at if at is not None else self._writer.now()
        change = {"Converted__s": True, "Converted_Date_Time": second, "Converted_Contact": contact, "Converted_Account": account}
        self._writer.update(leads, n, change, at=at)
        self._writer.delete(leads, n, reason="converted", at=at)
        leads.records().converted.add(n)
        leads.records().touch()
        adopt_children(self._crm, self._writer, (leads, str(operation["id"])), (contacts, contact))
        return {"id": operation["id"], "contact": contact, "account": account}

    def merge(self, operation: Operation) -> Done:
        """`module`, `id` (stays), `loser` (id that leaves): empty values of the first are filled from the second."""
        module = self._module(operation)
        stays, leaves = self._number(module, operation["id"]), self._number(module, operation["loser"])
        rows = module.records()
        filled = {name: rows.row(leaves).get(name) for name in module.fields if rows.row(stays).get(name) is None}
        self._writer.update(module, stays, {name: value for name, value in filled.items() if value is not None}, at=second_of(operation))
        self._writer.delete(module, leaves, reason="merged", kind=self._crm.reading("deleted_merged_type"), at=second_of(operation))
        adopt_children(self._crm, self._writer, (module, rows.id_of(leaves)), (module, rows.id_of(stays)))
        return {"id": operation["id"]}

    def set_time(self, operation: Operation) -> Done:
        """`module`, `ids`, `modified_time`: a mass update, all in one second."""
        module = self._module(operation)
        for n in self._numbers(module, operation):
            self._writer.update(module, n, {}, at=second_of(operation))
        return {"changed": len(list(operation.get("ids", [operation.get("id")])))}

    def recalculate_formula(self, operation: Operation) -> Done:
        """`module` (Leads), `ids` (all), `field`: formulas change with time, roll-ups with other records; neither is an edit."""
        module = module_of(self._crm, operation)
        field = module.fields.get(str(operation.get("field")))
        is_rollup = field is not None and field.data_type == "rollup_summary"
        touches = self._crm.reading("rollup_touches_modified_time" if is_rollup else "formula_touches_modified_time") == "yes"
        rows = module.records()
        if not is_rollup and not touches and "ids" not in operation and "id" not in operation:
            self._recalculate_all(module)
            return {"changed": rows.total}
        numbers = self._numbers(module, operation) if {"ids", "id"} & set(operation) else list(rows.by_id())
        for n in numbers:
            row = rows.row(n)
            change = {field.api_name: (row.get(field.api_name) or 0) + 1} if is_rollup and field else {"$rounds": (row.get("$rounds") or 0) + 1}
            self._writer.update(module, n, change, touch=touches)
        return {"changed": len(numbers)}

    def _recalculate_all(self, module: Module) -> None:
        self._jobs.settle()
        rows = module.records()
        rows.content.rounds += 1
        for n, record in rows.content.overlay.items():
            rows.content.overlay[n] = rows.content.compute(dict(record))
        rows.touch()

    def limit_visibility(self, operation: Operation) -> Done:
        """`module`, and `ids` or `criteria` of what the token's user no longer sees; neither: sees all again."""
        self._jobs.settle()
        module = self._module(operation)
        rows = module.records()
        if "ids" not in operation and "criteria" not in operation:
            shown = [n for n in module.invisible if n not in module.deleted]
            module.invisible.clear()
            for n in shown:
                rows.show(n)
            return {"shown": len(shown)}
        numbers = self._matching(module, operation)
        for n in numbers:
            module.invisible.add(n)
            rows.hide(n)
        return {"hidden": len(numbers)}

    def _matching(self, module: Module, operation: Operation) -> list[int]:
        if "ids" in operation:
            return [self._number(module, one) for one in operation["ids"]]
        holds = compiled(tree(operation["criteria"]), self._crm.names(module))
        rows = module.records()
        return [n for n in rows.by_id(converted="both") if holds(rows.row(n))]

    def lock_record(self, operation: Operation) -> Done:
        """`module`, `id`: writes through the API are refused (`locked` false: taken again)."""
        module = self._module(operation)
        n = self._number(module, operation["id"])
        (module.locked.add if operation.get("locked", True) else module.locked.discard)(n)
        return {"id": operation["id"]}

    def set_member_status(self, operation: Operation) -> Done:
        """`campaign`, `module`, `id` (or `ids`), `status`: new members too."""
        for one in _ids(operation):
            self._crm.members.set(str(operation["campaign"]), self._module(operation).api_name, one, operation.get("status"))
        return {"id": operation.get("id")}

    def remove_member(self, operation: Operation) -> Done:
        """`campaign`, `module`, `id` (or `ids`): taken off the campaign. Raises ValueError for somebody who is not on it."""
        for one in _ids(operation):
            if not self._crm.members.remove(str(operation["campaign"]), self._module(operation).api_name, one):
                raise ValueError(f"{one} is no member of the campaign {operation['campaign']}")
        return {"id": operation.get("id")}

    # -- parts

    def _module(self, operation: Operation) -> Module:
        return module_of(self._crm, operation)

    def _numbers(self, module: Module, operation: Operation) -> list[int]:
        return [self._number(module, one) for one in _ids(operation)]

    def _number(self, module: Module, record_id: Any) -> int:
        n = module.records().number(record_id)
        if n is None or not module.records().present(n):
            raise ValueError(f"{module.api_name} has no record {record_id}")
        return n


def _ids(operation: Operation) -> list[str]:
    """The records that an operation names."""
    return [str(one) for one in (operation["ids"] if "ids" in operation else [operation["id"]])]


def second_of(operation: Operation) -> int | None:
    """The moment an operation names, None for now. Raises ValueError."""
    text = operation.get("modified_time")
    if text is None:
        return None
    second = parse_instant(text) if isinstance(text, str) else int(text)
    if second is None:
        raise ValueError(f"modified_time {text!r} is no ISO 8601 date-time with an offset")
    return second
