"""Fields that are written: found by code, name or column, and values in the vendor's types (docs/systems/pipedrive.md#fields, #writes)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.pipedrive.fields import Field, column_name

TEXT = frozenset({"varchar", "text", "varchar_auto", "phone"})
OPTIONS = frozenset({"enum", "set"})
NUMBERS = frozenset({"double", "int"})
YES = frozenset({"yes", "true", "opted out", "opt-out", "ja"})


class Fields:
    """The custom fields of one entity."""

    def __init__(self, entity: str, known: Iterable[Field]) -> None:
        self._entity = entity
        self._known = [one for one in known if one.is_custom]

    def find(self, wanted: str, *, kinds: Iterable[str]) -> Field:
        """By code, name, or the name of the column that source-crm makes of it. Raises ConfigError."""
        found = [one for one in self._known if wanted in (one.code, one.name)] or [one for one in self._known if column_name(one.name) == wanted]
        if not found:
            raise known_values(f"The custom field of {self._entity}", wanted, [one.name for one in self._known])
        if len(found) > 1:
            raise ConfigError(f"{len(found)} custom fields of {self._entity} are called {wanted!r}; name one by its code: {_codes(found)}.")
        if found[0].type not in kinds:
            raise ConfigError(f"The field {wanted} of {self._entity} has type {found[0].type}; accepted: {', '.join(sorted(kinds))}.")
        return found[0]


def converted(field: Field, value: Any) -> Any:
    """A value of ours as the vendor's type; an option by its label. Raises ConfigError for a label that is none."""
    if value is None:
        return None
    if field.type in OPTIONS:
        options = [_option(field, one) for one in (value if isinstance(value, tuple) else (value,))]
        return options if field.type == "set" else options[0]
    if field.type in NUMBERS:
        return float(value)
    if field.type == "date" and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).date().isoformat()
    return str(value)


def _option(field: Field, label: Any) -> Any:
    option = next((identifier for identifier, known in field.labels.items() if known.casefold() == str(label).casefold()), None)
    if option is None:
        raise known_values(f"The value for the field {field.name}", label, field.labels.values())
    return option


def opted_out(field: Field) -> Any:
    """What stands for an opt-out in a field. Raises ConfigError where no option says so."""
    if field.type not in OPTIONS:
        return "yes"
    label = next((label for label in field.labels.values() if label.casefold() in YES), None)
    if label is None:
        raise ConfigError(f"The field {field.name} has no option Yes; its options are {', '.join(field.labels.values())}.")
    return converted(field, label)


def _codes(found: Iterable[Field]) -> str:
    return ", ".join(one.code for one in found)


def customs(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """`custom_fields` of a request. `fields` by the name under which the configuration knows them."""
    return {fields[name].code: converted(fields[name], value) for name, value in values.items()}
