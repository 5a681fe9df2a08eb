"""What changes records: one place for the API's writes and for people in the vendor's own screens (docs/systems/zoho_crm.md#writes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.zoho_crm.criteria import BadValue, native
from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.fields import LOOKUP_TYPES, USER_TYPES, Field
from emulators.zoho_crm.jobs import Jobs
from emulators.zoho_crm.state import Crm, Deleted, Module

_JSON_KINDS: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "double": (int, float),
    "percent": (int, float),
    "currency": (int, float),
    "boolean": (bool,),
    "multiselectpicklist": (list,),
}
_STRUCTURED = frozenset({"subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload"})


class Writer:
    """Creates, changes, deletes and restores records; bulk jobs that have begun never see it."""

    def __init__(self, crm: Crm, jobs: Jobs) -> None:
        self._crm, self._jobs = crm, jobs

    def now(self) -> int:
        """The second at which a write happens."""
        return int(self._crm.now())

    def create(self, module: Module, values: Mapping[str, Any], *, at: int | None = None, user: int = 0) -> int:
        """A new record from native values; its row number."""
        self._jobs.settle()
        rows = module.records()
        second = at if at is not None else self.now()
        record = {name: value for name, value in values.items() if value is not None}
        stamps: dict[str, Any] = dict.fromkeys((name for name, one in module.fields.items() if one.data_type == "ownerlookup"), user)
        stamps |= {**dict.fromkeys(("Created_Time", "Modified_Time", "Change_Log_Time__s"), second), "Layout": "standard"}
        record = {**{name: value for name, value in stamps.items() if name in module.fields}, **record}
        for name, one in module.fields.items():
            if one.data_type == "autonumber" and name not in record:
                record[name] = f"N-{rows.total + 1:07d}"
        if rows.has_modified_time:
            record["Modified_Time"] = second
        n = rows.total
        rows.put(n, self._opted(module, {}, record, second))
        return n

    def update(self, module: Module, n: int, values: Mapping[str, Any], *, at: int | None = None, touch: bool = True, user: int = 0) -> None:
        """Change some values; None erases. `touch` False leaves Modified_Time as it is."""
        self._jobs.settle()
        rows = module.records()
        before = rows.materialize(n)
        record = dict(before)
        for name, value in values.items():
            if value is None:
                record.pop(name, None)
            else:
                record[name] = value
        second = at if at is not None else self.now()
        if touch and rows.has_modified_time:
            record.update(Modified_Time=second, Modified_By=user)
        if "Change_Log_Time__s" in module.fields:
            record["Change_Log_Time__s"] = second
        rows.put(n, self._opted(module, before, record, second))
        module.names.clear()

    def _opted(self, module: Module, before: Mapping[str, Any], record: dict[str, Any], second: int) -> dict[str, Any]:
        """The CRM keeps the mode and the time of an opt-out beside the flag (docs/systems/zoho_crm.md#writes)."""
        if "Unsubscribed_Mode" not in module.fields or self._crm.reading("opt_out_sets_mode") == "no":
            return record
        was, is_now = bool(before.get("Email_Opt_Out")), bool(record.get("Email_Opt_Out"))
        if is_now and not was:
            record.setdefault("Unsubscribed_Mode", "Manual")
            record.setdefault("Unsubscribed_Time", second)
        if was and not is_now:
            record.pop("Unsubscribed_Mode", None)
            record.pop("Unsubscribed_Time", None)
        return record

    def delete(self, module: Module, n: int, *, reason: str = "deleted", kind: str = "recycle", at: int | None = None) -> None:
        """Take a record away; it is listed as deleted unless nobody is told (reason `converted` is listed by a switch)."""
        self._jobs.settle()
        rows = module.records()
        row = rows.row(n)
        shown = row.get(module.kind.name_field)
        kind = kind if module.kind.recycled else "permanent"
        second = at if at is not None else self.now()
        module.deleted[n] = Deleted(rows.id_of(n), shown, second, kind, reason, row.get("Created_By") or 0)
        if reason != "converted":
            rows.hide(n)

    def restore(self, module: Module, n: int) -> None:
        """Out of the recycle bin; with its old Modified_Time or a new one, by switch."""
        self._jobs.settle()
        rows = module.records()
        deleted = module.deleted.pop(n)
        if deleted.reason == "converted":
            rows.converted.discard(n)
        rows.show(n)
        if self._crm.reading("restored_modified_time") == "new":
            self.update(module, n, {})

    # -- values from outside

    def native_values(self, module: Module, given: Mapping[str, Any], *, path: str, strict: bool = True) -> dict[str, Any]:
        """API values → native ones. Unknown names are passed over, read-only ones too; a wrong type raises INVALID_DATA.

        `strict` False is for people in the vendor's screens: they may set what the API may not.
        """
        made: dict[str, Any] = {}
        for name, value in given.items():
            field = module.fields.get(name)
            if field is None or name == "id" or (strict and not field.writable):
                continue
            made[name] = None if value is None or value == "" else self._native(module, field, value, f"{path}.{name}")
        return made

    def _native(self, module: Module, field: Field, value: Any, path: str) -> Any:
        kind = field.value_type
        if field.api_name == "Tag" or kind in {"multiselectpicklist", "territories"}:
            return self._listed(field, value, path)
        if kind in _STRUCTURED or kind == "layout":
            return tuple(value) if isinstance(value, list) else value
        expected = _JSON_KINDS.get(kind, (str,))
        structured = kind in LOOKUP_TYPES or kind in USER_TYPES or kind in {"bigint", "rollup_summary"}
        if (not structured and not isinstance(value, expected)) or (isinstance(value, bool) and bool not in expected):
            raise _wrong(field, path)
        if isinstance(value, str) and len(value) > field.length and not structured and kind not in {"date", "datetime"}:
            raise invalid_data("invalid data", api_name=field.api_name, json_path=path, maximum_length=field.length)
        if kind == "email" and "@" not in str(value):
            raise _wrong(field, path)
        return self._compared(module, field, value, path)

    def _listed(self, field: Field, value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(field, path)
        return tuple(one["name"] if isinstance(one, dict) else one for one in value) or None  # type: ignore[return-value]

    def _compared(self, module: Module, field: Field, value: Any, path: str) -> Any:
        """Ids, dates and numbers in the stored form, by the same conversion that criteria use."""
        if field.value_type not in LOOKUP_TYPES | USER_TYPES | {"date", "datetime", "bigint"}:
            return value
        try:
            made = native(field, value, self._crm.names(module))
        except BadValue as error:
            raise _wrong(field, path) from error
        if field.value_type in USER_TYPES and made == -1:
            raise _wrong(field, path)
        return made


def _wrong(field: Field, path: str) -> CrmError:
    return invalid_data("invalid data", api_name=field.api_name, json_path=path, expected_data_type=field.json_type)
