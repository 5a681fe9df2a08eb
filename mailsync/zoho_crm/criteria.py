"""Criteria of a selection, said in COQL and in Zoho CRM's dialect of Bulk Read.

Vendor screens allow one word per criterion; here a value is any text. The two languages have different comparators, and `like` has a wildcard of
its own, so what either cannot express exactly is refused by name.
Source: Zoho CRM API v8, COQL Overview, Bulk Read (criteria); checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailsync.criteria import EMPTINESS, MEMBERSHIP, WORDS, Criteria, Criterion
from mailsync.errors import ConfigError
from mailsync.zoho.criteria import checked
from mailsync.zoho.fields import NUMBERS, Field
from mailsync.zoho_crm.coql import both, either, text

MOST_CRITERIA = 14  # of COQL's 25: a start date and ten groups of ids fit beside them

_SYMBOLS = {"equal": "=", "not_equal": "!=", "greater_than": ">", "greater_equal": ">=", "less_than": "<", "less_equal": "<="}


def coql(criteria: Criteria, fields: Mapping[str, Field]) -> str:
    """The WHERE condition. Raises ConfigError naming a field that is gone, or a comparator its type has not."""
    parts = [_coql(condition, checked(condition, fields)) for condition in criteria.conditions]
    return both(*parts) if criteria.match == "all" else either(*parts)


def named(field: str) -> dict[str, Any]:
    """How Bulk Read's criteria name a field."""
    return {"field": {"api_name": field}}


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
    if "%" in value:
        raise ConfigError(f"The criterion on {name} searches for a % sign with {comparator}; COQL reads it as a wildcard. Use equal or in.")
    pattern = {"contains": f"%{value}%", "not_contains": f"%{value}%", "starts_with": f"{value}%", "ends_with": f"%{value}"}[comparator]
    return f"{name} {'not like' if comparator == 'not_contains' else 'like'} {text(pattern)}"


def _literal(value: str, field: Field) -> str:
    """Numbers and booleans bare, everything else in quotes."""
    if field.value_type == "boolean":
        return value.lower()
    if field.value_type in NUMBERS or field.value_type == "integer":
        return value.strip()
    return text(value)
