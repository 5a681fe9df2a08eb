"""What an administrator changes: views, fields, modules, the edition; and what the control plane sets for jobs and credits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulators.zoho_crm.criteria import tests
from emulators.zoho_crm.fields import Field
from emulators.zoho_crm.jobs import Jobs
from emulators.zoho_crm.limits import Limits
from emulators.zoho_crm.routes.bulk import BulkRead
from emulators.zoho_crm.state import Crm, Module
from emulators.zoho_crm.views import View, tree

Operation = Mapping[str, Any]
Done = dict[str, Any]


def module_of(crm: Crm, operation: Operation) -> Module:
    """The module an operation names (the first with people by default). Raises ValueError."""
    module = crm.modules.get(str(operation.get("module", crm.first_people)))
    if module is None or module.rows is None:
        raise ValueError(f"no module {operation.get('module')!r} with records")
    return module


class SettingsEdits:
    """Operations on everything but records."""

    def __init__(self, crm: Crm, jobs: Jobs, limits: Limits, bulk: BulkRead) -> None:
        self._crm, self._jobs, self._limits, self._bulk = crm, jobs, limits, bulk

    def operations(self) -> dict[str, Callable[[Operation], Done]]:
        """All of them, by name."""
        return {
            "create_view": self.create_view,
            "edit_view": self.edit_view,
            "delete_view": self.delete_view,
            "add_field": self.add_field,
            "hide_field": self.hide_field,
            "require_field": self.require_field,
            "unique_field": self.unique_field,
            "member_statuses": self.member_statuses,
            "delete_field": self.delete_field,
            "hide_module": self.hide_module,
            "fail_next_bulk_job": self.fail_next_bulk_job,
            "bulk_rows": self.bulk_rows,
            "set_edition": self.set_edition,
            "foreign_calls": self.foreign_calls,
        }

    # -- views

    def create_view(self, operation: Operation) -> Done:
        """`module`, `name`, `criteria` (absent: all records), `bulk` (false: bulk read refuses it)."""
        module = module_of(self._crm, operation)
        view_id = str(int(module.id) + 600_000 + len(module.views) + len(operation["name"]))
        while view_id in module.views:
            view_id = str(int(view_id) + 1)
        raw = operation.get("criteria")
        module.views[view_id] = View(
            view_id, operation["name"], raw, tree(raw) if raw else None, None, "created_by_me", "only_to_me", operation.get("bulk", True)
        )
        return {"id": view_id}

    def edit_view(self, operation: Operation) -> Done:
        """`module`, `view` (id or name), new `criteria` or `name`."""
        view = self._view(operation)
        if "criteria" in operation:
            view.raw = operation["criteria"]
            view.criteria = tree(view.raw) if view.raw else None
            view.version += 1
        view.name = operation.get("name", view.name)
        return {"id": view.id}

    def delete_view(self, operation: Operation) -> Done:
        """`module`, `view`."""
        view = self._view(operation)
        del module_of(self._crm, operation).views[view.id]
        return {"id": view.id}

    def _view(self, operation: Operation) -> View:
        module = module_of(self._crm, operation)
        wanted = str(operation.get("view", operation.get("id")))
        for view in module.views.values():
            if wanted in {view.id, view.name}:
                return view
        raise ValueError(f"{module.api_name} has no view {wanted!r}; there are {[view.name for view in module.views.values()]}")

    # -- fields and modules

    def add_field(self, operation: Operation) -> Done:
        """`module`, `field`, `data_type`, `label`, `picks`."""
        module = module_of(self._crm, operation)
        name = str(operation["field"])
        if name in module.fields:
            raise ValueError(f"{module.api_name} has a field {name} already")
        field_id = str(int(module.id) + 3000 + len(module.fields))
        module.fields[name] = Field(
            name, operation.get("data_type", "text"), operation.get("label", name.replace("_", " ")), custom=True,
            picks=tuple(operation.get("picks", ())), lookup=operation.get("lookup"), unique=bool(operation.get("unique")), id=field_id,
        )  # fmt: skip
        return self._changed(module)

    def hide_field(self, operation: Operation) -> Done:
        """`module`, `field`: the token's user may no longer see it (`shown` true: may again)."""
        module, name = self._field(operation)
        module.fields[name] = replace(module.fields[name], hidden=not operation.get("shown", False))
        return self._changed(module)

    def require_field(self, operation: Operation) -> Done:
        """`module`, `field`: the layout requires it (`required` false: no longer)."""
        module, name = self._field(operation)
        (module.required.add if operation.get("required", True) else module.required.discard)(name)
        return self._changed(module)

    def unique_field(self, operation: Operation) -> Done:
        """`module`, `field`: no two records may share a value (`unique` false: may again)."""
        module, name = self._field(operation)
        module.fields[name] = replace(module.fields[name], unique=operation.get("unique", True))
        return self._changed(module)

    def member_statuses(self, operation: Operation) -> Done:
        """`values`: the account's member statuses, the first one for new members."""
        self._crm.members.statuses = [str(value) for value in operation["values"]]
        return {"values": self._crm.members.statuses}

    def delete_field(self, operation: Operation) -> Done:
        """`module`, `field`; refused while a view's criteria use it."""
        module, name = self._field(operation)
        users = [view.name for view in module.views.values() if view.criteria and name in {test.path for test in tests(view.criteria)}]
        if users:
            raise ValueError(f"{name} is used by the views {users}; delete them first")
        del module.fields[name]
        return self._changed(module)

    def hide_module(self, operation: Operation) -> Done:
        """`module`: the token's user may no longer see it (`shown` true: may again)."""
        module = module_of(self._crm, operation)
        module.viewable = bool(operation.get("shown", False))
        return self._changed(module)

    def _field(self, operation: Operation) -> tuple[Module, str]:
        module, name = module_of(self._crm, operation), str(operation["field"])
        if name not in module.fields:
            raise ValueError(f"{module.api_name} has no field {name!r}")
        return module, name

    def _changed(self, module: Module) -> Done:
        module.changed_at = int(self._crm.now())
        module.records().touch()
        return {"id": module.id}

    # -- jobs, credits

    def fail_next_bulk_job(self, operation: Operation) -> Done:
        """The next `n` (1) jobs end in FAILURE."""
        self._jobs.fail_next = int(operation.get("n", 1))
        return {"n": self._jobs.fail_next}

    def bulk_rows(self, operation: Operation) -> Done:
        """`n`: rows of one job, instead of 200,000."""
        self._bulk.rows_of_a_job = int(operation["n"])
        return {"n": self._bulk.rows_of_a_job}

    def set_edition(self, operation: Operation) -> Done:
        """`edition`, `licenses`: decides credits and calls at once."""
        if operation["edition"] not in self._crm.product.licenses:
            raise ValueError(f"editions are {list(self._crm.product.licenses)}")
        self._crm.edition = operation["edition"]
        self._crm.licenses = int(operation.get("licenses", self._crm.licenses))
        return {"maximum": self._limits.maximum()}

    def foreign_calls(self, operation: Operation) -> Done:
        """Other programs spend `n` credits (absent: all that are left)."""
        if "n" in operation:
            self._limits.spend(float(operation["n"]))
        else:
            self._limits.exhaust()
        return {"spent": self._limits.spent()}
