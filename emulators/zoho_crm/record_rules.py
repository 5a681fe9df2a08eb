"""What the vendor checks in a record beyond the types of its values: parents that exist, unique values, a deal's stage, a note's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.zoho_crm.errors import CrmError, invalid_data
from emulators.zoho_crm.fields import LOOKUP_TYPES, Field
from emulators.zoho_crm.people_of_account import face
from emulators.zoho_crm.rows import folded
from emulators.zoho_crm.seed.texts import PIPELINES
from emulators.zoho_crm.state import Crm, Module

ACTIVITIES = ("Tasks", "Events", "Calls")
# children, and the fields by which they hang on a person or a deal (docs/systems/zoho_crm.md#notes-and-activities)
CHILDREN: Mapping[str, tuple[str, ...]] = {
    "Notes": ("Parent_Id",),
    **dict.fromkeys(ACTIVITIES, ("Who_Id", "What_Id")),
    "Deals": ("Contact_Name",),
}


def check_values(crm: Crm, module: Module, row: Mapping[str, Any], values: Mapping[str, Any], n: int | None, path: str) -> None:
    """Of an insert (`n` None) or an update. Raises the row's refusal."""
    for name, value in values.items():
        field = module.fields[name]
        if value is not None and field.data_type in LOOKUP_TYPES:
            _check_parent(crm, field, row, value, f"{path}.{name}")
        if value is not None and field.unique:
            _check_unique(module, field, value, n, f"{path}.{name}")
    if module.api_name == "Deals" and "Stage" in values:
        _check_stage(module, values, n, path)


def check_required(crm: Crm, module: Module, values: Mapping[str, Any], path: str) -> None:
    """What an insert must hold. Raises MANDATORY_NOT_FOUND, EXPECTED_FIELD_MISSING."""
    of_layout = module.required if crm.reading("layout_required") == "enforced" else set()
    for name, field in module.fields.items():
        if (field.mandatory or name in of_layout) and values.get(name) is None:
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name=name, json_path=f"{path}.{name}")
    if module.api_name == "Notes" and not (values.get("Note_Title") or values.get("Note_Content")):
        raise CrmError(400, "EXPECTED_FIELD_MISSING", "one of the expected fields is missing", api_names=["Note_Title", "Note_Content"])


def _check_parent(crm: Crm, field: Field, row: Mapping[str, Any], value: str, path: str) -> None:
    """A looked-up record must be there. Fields that look into several modules are told which by the request."""
    target = field.lookup
    if field.api_name == "What_Id":
        target = row.get("$se_module")
        if not target:
            raise CrmError(400, "MANDATORY_NOT_FOUND", "required field not found", api_name="$se_module", json_path=path)
    if field.api_name == "Parent_Id":
        given = row.get("Parent_Id")
        told = (given.get("module") or {}).get("api_name") if isinstance(given, dict) else None
        target = told or row.get("se_module") or row.get("$se_module") or target
    module = crm.modules.get(str(target))
    number = module.rows.number(value) if module is not None and module.rows is not None else None
    if module is None or module.rows is None or number is None or not module.rows.present(number):
        raise invalid_data("the id given seems to be invalid", api_name=field.api_name, json_path=f"{path}.id")


def _check_unique(module: Module, field: Field, value: Any, n: int | None, path: str) -> None:
    rows = module.records()
    for other in rows.by_value(field.api_name, [value]):
        row = rows.row(other)
        if other != n and other not in rows.converted and folded(row.get(field.api_name)) == folded(value):
            owner = face(row.get("Owner") or 0)
            found = {"id": rows.id_of(other), "Owner": {"name": owner["name"], "id": owner["id"]}, "module": {"api_name": module.api_name}}
            raise CrmError(400, "DUPLICATE_DATA", "duplicate data", api_name=field.api_name, json_path=path, id=found["id"], duplicate_record=found)


def _check_stage(module: Module, values: Mapping[str, Any], n: int | None, path: str) -> None:
    pipeline = values.get("Pipeline") or (module.records().row(n).get("Pipeline") if n is not None else None)
    stages = dict(PIPELINES).get(str(pipeline)) if pipeline else module.fields["Stage"].picks
    if stages is None:
        raise invalid_data("invalid data", api_name="Pipeline", json_path=f"{path}.Pipeline")
    if values["Stage"] not in stages:
        raise CrmError(400, "DEPENDENT_MISMATCH", "the stage does not belong to the pipeline", api_name="Stage", json_path=f"{path}.Stage")


def adopt_children(crm: Crm, writer: Any, leaving: tuple[Module, str], heir: tuple[Module, str]) -> None:
    """Merged or converted: notes, activities, deals and campaign links go over to the record that stays."""
    (from_module, old), (to_module, new) = leaving, heir
    crm.members.move(from_module.api_name, old, to_module.api_name, new)
    for name, fields in CHILDREN.items():
        if name not in crm.modules:
            continue
        children = crm.modules[name]
        for field in fields:
            rows = children.records()
            for n in rows.by_value(field, [old]):
                if rows.row(n).get(field) == old:
                    into = "Who_Id" if field == "What_Id" and to_module.api_name == "Contacts" else field
                    writer.update(children, n, {field: None, into: new}, touch=False)
