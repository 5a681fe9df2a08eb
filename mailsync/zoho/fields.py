"""A module's fields: which of them both COQL and Bulk Read can give, and the JSON schema of each.

Source: Zoho CRM API v8, Fields Metadata, COQL Overview and Bulk Read; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

MODIFIED_TIME = "Modified_Time"

# Rows of other modules or files: COQL refuses to select them and Bulk Read leaves them out.
WITHOUT_A_COLUMN = frozenset(
    {
        "address",
        "subform",
        "multiselectlookup",
        "multiuserlookup",
        "fileupload",
        "imageupload",
        "profileimage",
        "territories",
        "linetax",
        "event_reminder",
        "multireminder",
        "ALARM",
        "RRULE",
        "time_range",
        "module",
    }
)
# Compound fields that Bulk Read refuses by name; their parts (Mailing_City, …) are fields of their own.
REFUSED_BY_BULK = frozenset(
    f"{prefix}{name}" for prefix in ("", "Mailing_", "Other_", "Billing_", "Shipping_") for name in ("Address", "Coordinates", "nearby_distance__s")
)
REFERENCES = frozenset({"ownerlookup", "userlookup", "lookup", "multi_module_lookup", "consent_lookup", "layout"})
NUMBERS = frozenset({"double", "percent", "currency", "decimal"})
# What a formula or roll-up may return, in the words of fields metadata.
COMPUTED = frozenset({"formula", "rollup_summary"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `data_type` is the vendor's word; `value_type` the one that decides its shape (a formula's return type)."""

    api_name: str
    label: str
    data_type: str
    value_type: str
    picklist: tuple[str, ...] = ()
    is_rich_text: bool = False
    lookup_module: str | None = None


def parse_fields(answer: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """The fields of one metadata answer, `id` first, in the vendor's order."""
    fields = {field.api_name: field for field in map(_parse, answer)}
    identity = fields.pop("id", None) or Field("id", "Record Id", "bigint", "bigint")
    return (replace(identity, value_type="bigint"), *fields.values())


def _parse(raw: Mapping[str, Any]) -> Field:
    data_type = str(raw.get("data_type") or "text")
    name = str(raw["api_name"])
    return Field(
        api_name=name,
        label=str(raw.get("display_label") or raw.get("field_label") or name),
        data_type=data_type,
        value_type=_value_type(name, data_type, raw),
        picklist=tuple(str(choice["actual_value"]) for choice in raw.get("pick_list_values") or () if choice.get("actual_value") is not None),
        is_rich_text=_is_rich_text(data_type, raw),
        lookup_module=((raw.get("lookup") or {}).get("module") or {}).get("api_name"),
    )


def _value_type(name: str, data_type: str, raw: Mapping[str, Any]) -> str:
    if name == "Tag":
        return "tags"
    if data_type == "formula":
        return str((raw.get("formula") or {}).get("return_type") or _from_json_type(raw))
    if data_type == "rollup_summary":
        return _from_json_type(raw)
    return data_type


def _from_json_type(raw: Mapping[str, Any]) -> str:
    return {"integer": "integer", "double": "double", "boolean": "boolean"}.get(str(raw.get("json_type")), "text")


def _is_rich_text(data_type: str, raw: Mapping[str, Any]) -> bool:
    kind = (raw.get("textarea") or {}).get("type") if isinstance(raw.get("textarea"), Mapping) else raw.get("textarea")
    return data_type == "textarea" and str(kind or "").startswith("rich")


def has_a_column(field: Field) -> bool:
    """Whether COQL and Bulk Read both give this field; only such fields are part of a stream."""
    return field.data_type not in WITHOUT_A_COLUMN and field.api_name not in REFUSED_BY_BULK


def json_schema(field: Field) -> dict[str, Any]:
    """One property: nullable, open, titled with the label; `x_data_type` is the vendor's type, kept for destinations."""
    return {**_shape(field.value_type), "title": field.label, "x_data_type": field.data_type}


def _shape(value_type: str) -> dict[str, Any]:
    if value_type in NUMBERS:
        return {"type": ["null", "number"]}
    if value_type in REFERENCES:
        return {"type": ["null", "object"], "properties": {"id": {"type": ["null", "string"]}}, "additionalProperties": True}
    return dict(_SHAPES.get(value_type, {"type": ["null", "string"]}))


_LIST_OF_TEXT = {"type": ["null", "array"], "items": {"type": ["null", "string"]}}
_SHAPES: dict[str, dict[str, Any]] = {
    "boolean": {"type": ["null", "boolean"]},
    "integer": {"type": ["null", "integer"]},
    "datetime": {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"},
    "date": {"type": ["null", "string"], "format": "date"},
    "multiselectpicklist": _LIST_OF_TEXT,
    "tags": _LIST_OF_TEXT,
}
