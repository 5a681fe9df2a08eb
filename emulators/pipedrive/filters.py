"""Evaluating a filter's conditions on records (docs/systems/pipedrive.md#filters)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from emulators.pipedrive import times
from emulators.pipedrive.account import Account
from emulators.pipedrive.fields import Field
from emulators.pipedrive.table import Record

Holds = Callable[[Record], bool]
OBJECTS = {"person": "persons", "organization": "organizations", "deal": "deals", "activity": "activities"}
ENTITY_OF_TYPE = {"people": "persons", "org": "organizations", "deals": "deals", "activity": "activities"}
_AGO = re.compile(r"(\d+)_(day|week|month|year)s?_ago")
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_NAMED_DAYS = {"today": 0, "yesterday": 1, "tomorrow": -1, "last_week": 7, "last_month": 30, "last_quarter": 91, "last_year": 365}
# Where the entity's property has another name than the field's code.
_PROPERTY = {"email": "emails", "phone": "phones", "label": "label_ids", "pipeline": "pipeline_id", "user_id": "owner_id"}


def compiled(account: Account, record: Record) -> Holds:
    """Whether a record of the filter's entity matches. A condition on a field that is gone holds for nobody."""
    entity = ENTITY_OF_TYPE[record["type"]]
    groups = record["conditions"]["conditions"]
    every = [_condition(account, entity, one) for group in groups if group["glue"] == "and" for one in group["conditions"]]
    some = [_condition(account, entity, one) for group in groups if group["glue"] == "or" for one in group["conditions"]]
    return lambda candidate: all(holds(candidate) for holds in every) and (not some or any(holds(candidate) for holds in some))


def _condition(account: Account, entity: str, condition: dict[str, Any]) -> Holds:
    about = OBJECTS.get(condition["object"], "")
    field = account.fields[about].by_number(condition["field_id"]) if about else None
    if field is None:
        return lambda _: False
    test = _test(field, condition["operator"], _value(account, field, condition["value"]))
    related = _related(account, entity, about)
    return lambda candidate: any(test(value_of(one, field)) for one in related(candidate))


def value_of(record: Record, field: Field) -> Any:
    """The native value of a field."""
    if field.custom:
        value = (record.get("custom_fields") or {}).get(field.key)
        return value.get("value") if isinstance(value, dict) else value
    value = record.get(_PROPERTY.get(field.key, field.key))
    if isinstance(value, list):
        return [one["value"] if isinstance(one, dict) else one for one in value] or None
    return value.get("value") if isinstance(value, dict) else value


def _related(account: Account, entity: str, about: str) -> Callable[[Record], Iterable[Record]]:
    """The records that a condition looks at: the record itself, its organization, or what belongs to it."""
    if entity == about:
        return lambda record: (record,)
    if about == "organizations":
        return lambda record: _one(account, "organizations", record.get("org_id"))
    if about == "persons":
        return lambda record: _one(account, "persons", record.get("person_id"))
    link = "person_id" if entity == "persons" else "org_id"
    return lambda record: account.linked(about, link, record["id"])


def _one(account: Account, entity: str, identifier: int | None) -> Iterator[Record]:
    found = account.tables[entity].live(identifier) if identifier else None
    if found is not None:
        yield found


def _value(account: Account, field: Field, value: Any) -> Any:
    if field.type != "date" or value is None:
        return value
    days = _days_ago(str(value))
    return str(value) if days is None else times.day(account.now() - days * times.DAY_S)


def _days_ago(token: str) -> int | None:
    if token in _NAMED_DAYS:
        return _NAMED_DAYS[token]
    matched = _AGO.fullmatch(token)
    return int(matched[1]) * _UNIT_DAYS[matched[2]] if matched else None


def is_relative(record: Record) -> bool:
    """Whether the filter depends on the day."""
    return any(_days_ago(str(one["value"])) is not None for group in record["conditions"]["conditions"] for one in group["conditions"])


def _test(field: Field, operator: str, wanted: Any) -> Callable[[Any], bool]:
    if operator == "IS NULL":
        return lambda value: value in (None, [], "")
    if operator == "IS NOT NULL":
        return lambda value: value not in (None, [], "")
    compare = _COMPARED.get(operator)
    if compare is None:
        return lambda _: False
    text = str(wanted).casefold()

    def test(value: Any) -> bool:
        several = value if isinstance(value, list) else [value]
        shown = [_shown(field, one) for one in several if one is not None]
        if operator in ("!=", "not_contains", "NOT LIKE '$%'"):
            return all(compare(one, text) for one in shown)
        return any(compare(one, text) for one in shown)

    return test


def _shown(field: Field, value: Any) -> str:
    if field.type == "date" and isinstance(value, int):
        return times.day(value)
    return str(value).casefold()


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
    def ordered(one: str, other: str) -> bool:
        try:
            return compare(float(one), float(other))
        except ValueError:
            return compare(one, other)

    return ordered


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": _ordered(lambda one, other: one > other),
    "<": _ordered(lambda one, other: one < other),
    ">=": _ordered(lambda one, other: one >= other),
    "<=": _ordered(lambda one, other: one <= other),
    "contains": lambda one, other: one == other,
    "not_contains": lambda one, other: one != other,
    "LIKE '%$%'": lambda one, other: other in one,
    "LIKE '$%'": lambda one, other: one.startswith(other),
    "NOT LIKE '$%'": lambda one, other: not one.startswith(other),
}
