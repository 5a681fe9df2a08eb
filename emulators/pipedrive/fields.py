"""Field definitions: the built-in ones of each entity and the account's own, as v1 and v2 list them (docs/systems/pipedrive.md#fields)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from emulators.pipedrive.times import v1, v2

CREATED = 1_614_556_800
ADDRESS_PARTS = (
    "subpremise", "street_number", "route", "sublocality", "locality", "admin_area_level_1", "admin_area_level_2", "country", "postal_code",
    "formatted_address",
)  # fmt: skip
# Values of these come as objects with parts.
COMPOSITE = {
    "monetary": ("value", "currency"),
    "daterange": ("value", "until"),
    "time": ("value", "timezone_id", "timezone_name"),
    "timerange": ("value", "until", "timezone_id", "timezone_name"),
    "address": ("value", *ADDRESS_PARTS),
}


@dataclass(slots=True)
class Field:
    """One definition. `id` is v1's number, which filters name; `key` is what v2 calls field_code."""

    id: int
    key: str
    name: str
    type: str
    options: list[dict[str, Any]] | None = None
    custom: bool = False
    optional: bool = False
    add_time: int = CREATED
    update_time: int | None = None

    def as_v1(self) -> dict[str, Any]:
        """As `GET /v1/*Fields` shows it."""
        return {
            "id": self.id, "key": self.key, "name": self.name, "order_nr": self.id, "field_type": self.type, "add_time": v1(self.add_time),
            "update_time": v1(self.update_time or self.add_time), "active_flag": True, "edit_flag": self.custom, "index_visible_flag": True,
            "details_visible_flag": True, "add_visible_flag": False, "important_flag": False, "bulk_edit_allowed": True,
            "searchable_flag": self.type in ("varchar", "text", "phone"), "filtering_allowed": True, "sortable_flag": True,
            "mandatory_flag": self.key in ("name", "title"), **({"options": self.options} if self.options is not None else {}),
        }  # fmt: skip

    def as_v2(self) -> dict[str, Any]:
        """As `GET /v2/*Fields` shows it: no number, no times of its own."""
        return {
            "field_name": self.name,
            "field_code": self.key,
            "description": None,
            "field_type": self.type,
            "options": [_timed(option) for option in self.options] if self.options is not None else None,
            "subfields": self._subfields(),
            "is_custom_field": self.custom,
            "is_optional_response_field": self.optional,
        }

    def _subfields(self) -> list[dict[str, Any]] | None:
        parts = [part for part in COMPOSITE.get(self.type, ()) if part != "value"]
        return [{"field_code": f"{self.key}_{part}", "field_name": f"{part} of {self.name}", "field_type": "varchar"} for part in parts] or None

    def option(self, identifier: Any) -> dict[str, Any] | None:
        """An option by id."""
        return next((one for one in self.options or () if one["id"] == identifier), None)


def _timed(option: dict[str, Any]) -> dict[str, Any]:
    return {"id": option["id"], "label": option["label"], "color": option.get("color"), "add_time": v2(CREATED), "update_time": None}


def custom_key(entity: str, name: str, number: int) -> str:
    """The forty hexadecimal digits of an account's own field."""
    return hashlib.sha1(f"{entity}|{name}|{number}".encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class FieldSet:
    """All fields of one entity, in the vendor's order."""

    entity: str
    fields: dict[str, Field] = field(default_factory=dict)
    next_id: int = 9000
    next_option: int = 1

    def add(self, name: str, type_: str, labels: tuple[str, ...] = ()) -> Field:
        """A custom field; option ids are numbers of their own."""
        key = custom_key(self.entity, name, self.next_id)
        options: list[dict[str, Any]] | None = None
        if type_ in ("enum", "set"):
            options = [{"id": self.next_option + place, "label": label} for place, label in enumerate(labels)]
            self.next_option += len(labels)
        made = self.fields[key] = Field(self.next_id, key, name, type_, options, custom=True)
        self.next_id += 1
        return made

    def customs(self) -> list[Field]:
        """The account's own fields."""
        return [one for one in self.fields.values() if one.custom]

    def find(self, wanted: str) -> Field:
        """By key or name. Raises ValueError."""
        for one in self.fields.values():
            if wanted in (one.key, one.name):
                return one
        raise ValueError(f"{self.entity} has no field {wanted!r}")

    def by_number(self, number: Any) -> Field | None:
        """By v1's number, as filters name it."""
        return next((one for one in self.fields.values() if str(one.id) == str(number)), None)
