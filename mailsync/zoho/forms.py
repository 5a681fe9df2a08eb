"""What a module's records must and may hold when they are written: fields, the layout's required ones, and values in the vendor's types.

Source: Zoho CRM API v8, Fields Metadata, Layouts Metadata, Insert Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

TEXT = frozenset({"text", "textarea", "picklist", "phone", "website", "email"})
NUMBERS = frozenset({"integer", "bigint", "double", "percent", "currency", "decimal"})
TIMES = frozenset({"date", "datetime"})
# What the vendor fills in itself where a new record lacks it, although the layout calls it required.
FILLED_BY_THE_VENDOR = frozenset({"Layout", "Created_By", "Modified_By", "Created_Time", "Modified_Time", "id"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `picks` of a picklist: its stored values; `length` in characters or digits; `looks_up` the module of a lookup."""

    name: str
    label: str
    kind: str
    length: int
    creatable: bool
    updatable: bool
    required: bool
    unique: bool
    picks: tuple[str, ...]
    looks_up: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One module's fields by API name."""

    module: str
    fields: Mapping[str, FormField]
    required: frozenset[str]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its e-mail fields, in the vendor's order."""
        return tuple(field.name for field in self.fields.values() if field.kind == "email")

    @property
    def owner(self) -> str:
        """The field of its owner: `Owner`, or named after the module (`Candidate_Owner`); "" where there is none to be written."""
        return next((field.name for field in self.fields.values() if field.kind == "ownerlookup" and field.creatable), "")

    def writable(self, name: str, *, holds: Iterable[str]) -> FormField:
        """A field that an update may set, of one of these kinds. Raises ConfigError naming what is wrong."""
        field = self.fields.get(name)
        if field is None:
            raise known_values(f"The field of module {self.module}", name, [one.name for one in self.fields.values() if one.updatable])
        if not field.updatable:
            raise ConfigError(f"The field {name} of module {self.module} cannot be written through the API (type {field.kind}).")
        if field.kind not in holds:
            raise ConfigError(f"The field {name} of module {self.module} has type {field.kind}; accepted: {', '.join(sorted(holds))}.")
        return field

    def value(self, name: str, value: Any) -> Any:
        """A value in the type of the field; text cut to the field's length. None erases."""
        field = self.fields.get(name)
        return value if field is None or value is None else converted(field, value)


def read_form(api: CrmApi, module: str) -> Form:
    """Fields and layout of a module; 2 credits. Raises ConfigError where the module is not there for this user."""
    try:
        rows = (api.get("/settings/fields", params={"module": module}) or {}).get("fields") or ()
        layouts = (api.get("/settings/layouts", params={"module": module}) or {}).get("layouts") or ()
    except CrmRefusal as error:
        if error.code in {"INVALID_MODULE", "INVALID_DATA"}:
            raise ConfigError(
                f"{api.product.name} does not know the module {module} ({error.code}): was it renamed, or hidden from this user?"
            ) from error
        raise
    fields = {str(row["api_name"]): _field(row) for row in rows}
    of_layout = {str(row.get("api_name")) for row in _layout_fields(layouts) if row.get("required")}
    required = {name for name, field in fields.items() if (field.required or name in of_layout) and field.creatable and field.kind != "ownerlookup"}
    return Form(module, fields, frozenset(required - FILLED_BY_THE_VENDOR))


def converted(field: FormField, value: Any) -> Any:
    """A value of ours as the vendor's type: times are epoch seconds here, ISO 8601 there."""
    if field.kind in TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        moment = datetime.fromtimestamp(value, UTC)
        return moment.date().isoformat() if field.kind == "date" else moment.isoformat(timespec="seconds")
    if field.kind == "integer" and isinstance(value, int | float):
        return round(value)
    if field.kind in NUMBERS and isinstance(value, int | float):
        return str(round(value)) if field.kind == "bigint" else value
    if field.kind == "multiselectpicklist":
        return list(value) if isinstance(value, list | tuple) else [str(value)]
    if field.kind == "boolean":
        return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "yes", "1")
    return number(str(value)) if field.kind in NUMBERS else shown(value)[: field.length or None]


def shown(value: Any) -> str:
    """A value as text; whole numbers without a fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def number(text: str) -> Any:
    """A configured constant for a field of numbers; text that is none goes to the vendor as it is, whose refusal names the field."""
    try:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text


def _field(row: Mapping[str, Any]) -> FormField:
    may = row.get("operation_type") or {}
    writable = not row.get("read_only") and not row.get("field_read_only")
    return FormField(
        name=str(row["api_name"]),
        label=str(row.get("display_label") or row.get("field_label") or row["api_name"]),
        kind=str(row.get("data_type") or "text"),
        length=int(row.get("length") or 0),
        creatable=bool(may.get("api_create", writable)),
        updatable=bool(may.get("api_update", writable)),
        required=bool(row.get("system_mandatory")),
        unique=bool(row.get("unique")),
        picks=tuple(str(choice["actual_value"]) for choice in row.get("pick_list_values") or () if choice.get("actual_value") is not None),
        looks_up=str(((row.get("lookup") or {}).get("module") or {}).get("api_name") or ""),
    )


def _layout_fields(layouts: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Of the first layout, which new records get when none is named."""
    for layout in list(layouts)[:1]:
        for section in layout.get("sections") or ():
            yield from section.get("fields") or ()
