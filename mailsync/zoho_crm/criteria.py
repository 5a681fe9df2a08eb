"""Criteria of a selection, said in COQL and in Bulk Read's own words.

Vendor screens allow one word per criterion; here a value is any text. The two languages have different comparators, and `like` has a wildcard of
its own, so what either cannot express exactly is refused by name.
Source: Zoho CRM API v8, COQL Overview, Bulk Read (criteria); checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mailsync.criteria import EMPTINESS, EQUALITY, MEMBERSHIP, ORDER, WORDS, Criteria, Criterion
from mailsync.errors import ConfigError, known_values
from mailsync.zoho_crm.coql import IDS_PER_IN, both, either, text
from mailsync.zoho_crm.fields import NUMBERS, Field, has_a_column

MOST_CRITERIA = 14  # of COQL's 25: a start date and ten groups of ids fit beside them

_ORDERED = {*NUMBERS, "integer", "bigint", "date", "datetime"}
_WORDED = {"text", "textarea", "email", "phone", "website", "picklist", "autonumber"}
_SYMBOLS = {"equal": "=", "not_equal": "!=", "greater_than": ">", "greater_equal": ">=", "less_than": "<", "less_equal": "<="}


def coql(criteria: Criteria, fields: Mapping[str, Field]) -> str:
    """The WHERE condition. Raises ConfigError naming a field that is gone, or a comparator its type has not."""
    parts = [_coql(condition, _checked(condition, fields)) for condition in criteria.conditions]
    return both(*parts) if criteria.match == "all" else either(*parts)


def bulk(criteria: Criteria, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The `criteria` object of a bulk read job. Raises ConfigError as `coql` does."""
    parts = [_bulk(condition, _checked(condition, fields)) for condition in criteria.conditions]
    return parts[0] if len(parts) == 1 else {"group_operator": "and" if criteria.match == "all" else "or", "group": parts}


def _checked(condition: Criterion, fields: Mapping[str, Field]) -> Field:
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
    """The comparators that a field's type allows in COQL and Bulk Read alike."""
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
        if not 1 <= count <= IDS_PER_IN:
            raise ConfigError(f"The criterion on {field.api_name} lists {count} values; {condition.comparator} takes 1 to {IDS_PER_IN}.")
    elif count != (1 if wanted is None else wanted):
        raise ConfigError(f"The criterion on {field.api_name} has {count} values; {condition.comparator} takes {1 if wanted is None else wanted}.")
    if condition.comparator in WORDS and "%" in condition.values[0]:
        raise ConfigError(
            f"The criterion on {field.api_name} searches for a % sign with {condition.comparator}; COQL reads it as a wildcard. Use equal or in."
        )
    if field.value_type == "boolean" and condition.values[0].lower() not in ("true", "false"):
        raise ConfigError(f"The criterion on {field.api_name} needs true or false.")


def _coql(condition: Criterion, field: Field) -> str:
    literals = [_literal(value, field) for value in condition.values]
    name, comparator = field.api_name, condition.comparator
    if comparator in EMPTINESS:
        return f"{name} is {'null' if comparator == 'is_empty' else 'not null'}"
    if comparator in MEMBERSHIP:
        return f"{name} {comparator.replace('_', ' ')} ({', '.join(literals)})"
    if comparator in ("between", "not_between"):
        return f"{name} {comparator.replace('_', ' ')} {literals[0]} and {literals[1]}"
    if comparator in WORDS:
        return _like(name, comparator, condition.values[0])
    return f"{name} {_SYMBOLS[comparator]} {literals[0]}"


def _like(name: str, comparator: str, value: str) -> str:
    pattern = {"contains": f"%{value}%", "not_contains": f"%{value}%", "starts_with": f"{value}%", "ends_with": f"%{value}"}[comparator]
    return f"{name} {'not like' if comparator == 'not_contains' else 'like'} {text(pattern)}"


def _literal(value: str, field: Field) -> str:
    """Numbers and booleans bare, everything else in quotes."""
    if field.value_type == "boolean":
        return value.lower()
    if field.value_type in NUMBERS or field.value_type == "integer":
        return _number(value, field)
    return text(value)


def _number(value: str, field: Field) -> str:
    try:
        float(value)
    except ValueError:
        raise ConfigError(f"The criterion on {field.api_name} needs a number.") from None
    return value.strip()


def _bulk(condition: Criterion, field: Field) -> dict[str, Any]:
    comparator, values = condition.comparator, condition.values
    value: Any = list(values) if comparator in (*MEMBERSHIP, "between", "not_between") else (values[0] if values else "")
    if comparator in EMPTINESS:
        comparator, value = ("equal" if comparator == "is_empty" else "not_equal"), "${EMPTY}"
    if field.value_type == "boolean":
        value = str(value).lower() == "true"
    return {"field": {"api_name": field.api_name}, "comparator": comparator, "value": value}


def all_of(*parts: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Bulk criteria joined by AND; None where there are none."""
    kept: Sequence[Mapping[str, Any]] = [part for part in parts if part]
    if not kept:
        return None
    return dict(kept[0]) if len(kept) == 1 else {"group_operator": "and", "group": [dict(part) for part in kept]}
