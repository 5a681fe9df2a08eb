"""Criteria of a selection, as the user gives them and whatever the CRM: conditions on fields, all or any of which have to match.

How a CRM is asked for them, and which comparators fit which of its fields, is the system's own knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass

EQUALITY = ("equal", "not_equal")
MEMBERSHIP = ("in", "not_in")
ORDER = ("greater_than", "greater_equal", "less_than", "less_equal", "between", "not_between")
WORDS = ("contains", "not_contains", "starts_with", "ends_with")
EMPTINESS = ("is_empty", "is_not_empty")
COMPARATORS = (*EQUALITY, *MEMBERSHIP, *ORDER, *WORDS, *EMPTINESS)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. `values` are the user's texts: none for emptiness, two for between, several for in."""

    field: str
    comparator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criteria:
    """Conditions that must all match ("all"), or any of them ("any")."""

    conditions: tuple[Criterion, ...]
    match: str = "all"
