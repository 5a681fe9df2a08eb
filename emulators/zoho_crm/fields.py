"""One field of a module: what it is, and how the vendor's metadata describes it (docs/systems/zoho_crm.md#fields)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPES: Mapping[str, str] = {
    "integer": "integer",
    "double": "double",
    "percent": "double",
    "currency": "double",
    "boolean": "boolean",
    "multiselectpicklist": "jsonarray",
    "multiselectlookup": "jsonarray",
    "multiuserlookup": "jsonarray",
    "subform": "jsonarray",
    "fileupload": "jsonarray",
    "imageupload": "jsonarray",
    "territories": "jsonarray",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "lookup": "jsonobject",
    "multi_module_lookup": "jsonobject",
    "consent_lookup": "jsonobject",
    "layout": "jsonobject",
    "address": "jsonobject",
}
SINGLE_READ_ONLY = frozenset({"subform", "multiselectlookup", "multiuserlookup"})
USER_TYPES = frozenset({"ownerlookup", "userlookup"})
LOOKUP_TYPES = frozenset({"lookup", "multi_module_lookup"})
TEXT_TYPES = frozenset({"text", "textarea", "email", "phone", "website", "picklist", "autonumber", "profileimage"})
NUMBER_TYPES = frozenset({"integer", "bigint", "double", "percent", "currency", "rollup_summary"})
TIME_TYPES = frozenset({"date", "datetime"})
RICH_LIST_CUT = 500
BULK_REFUSED_TYPES = frozenset({"address"})
BULK_LEFT_OUT_TYPES = frozenset({"multiselectlookup", "multiuserlookup", "subform", "fileupload", "imageupload"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `lookup` names the target module; `returns` the type of a formula or a roll-up; `rich` marks rich text."""

    api_name: str
    data_type: str
    label: str = ""
    length: int = 255
    decimals: int | None = None
    custom: bool = False
    mandatory: bool = False
    writable: bool = True
    virtual: bool = False
    hidden: bool = False
    rich: bool = False
    picks: tuple[str, ...] = ()
    lookup: str | None = None
    returns: str | None = None
    unique: bool = False
    id: str = field(default="", compare=False)

    @property
    def value_type(self) -> str:
        """The data type that decides how a value looks: a formula's is its return type."""
        if self.data_type in {"formula", "rollup_summary"} and self.returns:
            return {"string": "text"}.get(self.returns, self.returns)
        return self.data_type

    @property
    def json_type(self) -> str:
        """The vendor's json_type."""
        if self.api_name == "Tag":
            return "jsonarray"
        return JSON_TYPES.get(self.value_type, "string")


def describe(field_: Field) -> dict[str, Any]:
    """The metadata object of one field, as `GET /settings/fields` shows it."""
    can = field_.writable
    return {
        "id": field_.id,
        "api_name": field_.api_name,
        "field_label": field_.label,
        "display_label": field_.label,
        "data_type": field_.data_type,
        "json_type": field_.json_type,
        "length": field_.length,
        "decimal_place": field_.decimals,
        "system_mandatory": field_.mandatory,
        "custom_field": field_.custom,
        "virtual_field": field_.virtual,
        "visible": True,
        "searchable": field_.value_type in TEXT_TYPES,
        "sortable": field_.value_type not in SINGLE_READ_ONLY,
        "filterable": field_.value_type not in SINGLE_READ_ONLY,
        "read_only": not can and field_.data_type not in {"datetime", "ownerlookup"},
        "field_read_only": not can,
        "operation_type": {"web_update": can, "api_create": can, "web_create": can, "api_update": can},
        "view_type": {"view": True, "edit": can, "quick_create": False, "create": can},
        "created_source": "default",
        "unique": {"casesensitive": "false"} if field_.unique else {},
        "tooltip": None,
        "history_tracking": None,
        "external": None,
        "crypt": None,
        **_details(field_),
    }


def _details(field_: Field) -> dict[str, Any]:
    target = {"api_name": field_.lookup, "id": None} if field_.lookup else None
    is_multiple = field_.data_type in {"multiselectlookup", "multiuserlookup"}
    return {
        "pick_list_values": [_pick(field_, number, value) for number, value in enumerate(field_.picks, start=1)],
        "lookup": {"module": target, "display_label": field_.label} if target and not is_multiple else {},
        "multiselectlookup": {"connected_module": field_.lookup} if field_.data_type == "multiselectlookup" else {},
        "multiuserlookup": {"connected_module": "users"} if field_.data_type == "multiuserlookup" else {},
        "subform": {"module": field_.api_name, "id": field_.id} if field_.data_type == "subform" else None,
        "associated_module": {"module": field_.api_name} if field_.data_type == "subform" else None,
        "formula": {"return_type": field_.returns} if field_.data_type == "formula" else {},
        "rollup_summary": {"return_type": field_.returns} if field_.data_type == "rollup_summary" else {},
        "auto_number": {"prefix": "", "start_number": "1"} if field_.data_type == "autonumber" else {},
        "currency": {"rounding_option": "normal", "precision": 2} if field_.data_type == "currency" else {},
        "textarea": {"type": _textarea(field_)} if field_.data_type == "textarea" else None,
    }


def _textarea(field_: Field) -> str:
    if field_.rich:
        return "rich_text"
    return "small" if field_.length <= 2000 else "large"


def _pick(field_: Field, number: int, value: str) -> dict[str, Any]:
    return {
        "display_value": value,
        "actual_value": value,
        "reference_value": value,
        "sequence_number": number,
        "id": f"{field_.id}{number:02d}",
        "type": "used",
        "colour_code": None,
    }
