"""Criteria of a selection in the words of Bulk Read, and which comparators fit which of a module's fields.

What a product cannot express exactly is refused by name. Source: Zoho CRM API v8 and Zoho Recruit API v2, Bulk Read (criteria); checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailsync.criteria import EMPTINESS, EQUALITY, MEMBERSHIP, ORDER, WORDS, Criteria, Criterion
from mailsync.errors import ConfigError, known_values
from mailsync.zoho.fields import NUMBERS, Field, has_a_column

MOST_VALUES = 100

# How a product writes the field of a condition.
Named = Callable[[str], Mapping[str, Any]]

_ORDERED = {*NUMBERS, "integer", "bigint", "date", "datetime"}
_WORDED = {"text", "textarea", "email", "phone", "website", "picklist", "autonumber"}


def bulk(criteria: Criteria, fields: Mapping[str, Field], named: Named) -> dict[str, Any]:
    """The `criteria` object of a bulk read job. Raises ConfigError naming a field that is gone, or a comparator its type has not."""
    parts = [_bulk(condition, checked(condition, fields), named) for condition in criteria.conditions]
    return parts[0] if len(parts) == 1 else {"group_operator": "and" if criteria.match == "all" else "or", "group": parts}


def checked(condition: Criterion, fields: Mapping[str, Field]) -> Field:
    """The condition's field. Raises ConfigError naming a field that is gone, or a comparator or value its type has not."""
    field = fields.get(condition.field)
    if field is None or not has_a_column(field):
        comparable = [name for name, known in fields.items() if has_a_column(known)]
        raise known_values("field of a criterion", condition.field, comparable)
    if condition.comparator not in (accepted := comparators_of(field)):
        raise ConfigError(
            f"The comparator {condition.comparator} does not fit the field {field.api_name} of type {field.data_type}. "
            f"Accepted: {', '.join(accepted)}."
        )
    _check_values(condition, field)
    return field


def comparators_of(field: Field) -> tuple[str, ...]:
    """The comparators that a field's type allows in Bulk Read and in queries alike."""
    if field.value_type == "boolean":
        return ("equal",)
    if field.value_type in _ORDERED:
        return (*EQUALITY, *MEMBERSHIP, *ORDER, *EMPTINESS)
    if field.value_type in _WORDED or field.value_type == "string":
        return (*EQUALITY, *MEMBERSHIP, *WORDS, *EMPTINESS)
    return (*EQUALITY, *MEMBERSHIP, *EMPTINESS)


def _check_values(condition: Criterion, field: Field) -> None:
    wanted = {"between": 2, "not_between": 2, "is_empty": 0, "is_not_empty": 0}.get(condition.comparator)
    count = len(condition.values)
    if condition.comparator in MEMBERSHIP:
        if not 1 <= count <= MOST_VALUES:
            raise ConfigError(f"The criterion on {field.api_name} lists {count} values; {condition.comparator} takes 1 to {MOST_VALUES}.")
    elif count != (1 if wanted is None else wanted):
        raise ConfigError(f"The criterion on {field.api_name} has {count} values; {condition.comparator} takes {1 if wanted is None else wanted}.")
    if field.value_type == "boolean" and condition.values[0].lower() not in ("true", "false"):
        raise ConfigError(f"The criterion on {field.api_name} needs true or false.")
    if field.value_type in NUMBERS or field.value_type == "integer":
        _check_numbers(condition, field)
    if field.value_type in ("date", "datetime"):
        _check_times(condition, field)


def _check_numbers(condition: Criterion, field: Field) -> None:
    try:
        list(map(float, condition.values))
    except ValueError:
        raise ConfigError(f"The criterion on {field.api_name} needs a number.") from None


def _check_times(condition: Criterion, field: Field) -> None:
    """The vendor takes ISO 8601; a time needs an offset or Z."""
    is_date = field.value_type == "date"
    try:
        moments: list[datetime | None] = [datetime.fromisoformat(value) for value in condition.values]
    except ValueError:
        moments = [None]
    if any(moment is None or (moment.tzinfo is None and not is_date) for moment in moments):
        wanted = "a date such as 2026-01-31" if is_date else "a time such as 2026-01-31T08:00:00Z"
        raise ConfigError(f"The criterion on {field.api_name} needs {wanted}.")


def _bulk(condition: Criterion, field: Field, named: Named) -> dict[str, Any]:
    comparator, values = condition.comparator, condition.values
    value: Any = list(values) if comparator in (*MEMBERSHIP, "between", "not_between") else (values[0] if values else "")
    if comparator in EMPTINESS:
        comparator, value = ("equal" if comparator == "is_empty" else "not_equal"), "${EMPTY}"
    if field.value_type == "boolean":
        value = str(value).lower() == "true"
    return {**named(field.api_name), "comparator": comparator, "value": value}


def all_of(*parts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Bulk criteria joined by AND; None where there are none."""
    kept: Sequence[Mapping[str, Any]] = [part for part in parts if part]
    if not kept:
        return None
    return dict(kept[0]) if len(kept) == 1 else {"group_operator": "and", "group": [dict(part) for part in kept]}
