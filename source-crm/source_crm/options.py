"""What the user chooses for every CRM alike (the form in spec.yaml, beside the system's own branch), parsed once into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailsync.criteria import COMPARATORS, Criteria, Criterion
from mailsync.errors import ConfigError, known_values
from mailsync.instants import instant

SEVERAL_VALUES = ("in", "not_in", "between", "not_between")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records of a module are wanted: one of a custom view (id or name) and criteria; neither means all."""

    module: str
    custom_view: str | None = None
    criteria: Criteria | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Selections by module. `start_date` is a UTC instant, None for all records."""

    selections: Mapping[str, Selection]
    start_date: str | None
    refresh_formulas_every_days: int
    bulk_from_rows: int

    def selection(self, module: str) -> Selection:
        """The selection of a module; all of it where none is configured."""
        return self.selections.get(module, Selection(module))


def parse(config: Mapping[str, Any], *, system: str, most_criteria: int, bulk_from_rows: int) -> Options:
    """Check and freeze. Raises ConfigError naming the option and what is accepted.

    `system` is the CRM's name for messages, `most_criteria` how many conditions a query of it takes,
    `bulk_from_rows` from how many records a first read goes by bulk job unless the user says otherwise.
    """
    start = config.get("start_date")
    selections = _selections(config.get("selections") or ())
    for module, selection in selections.items():
        if selection.criteria and len(selection.criteria.conditions) > most_criteria:
            count = len(selection.criteria.conditions)
            raise ConfigError(f"The selection of {module} has {count} criteria; {most_criteria} fit into a query of {system}.")
    return Options(
        selections=selections,
        start_date=_start_date(str(start)) if start else None,
        refresh_formulas_every_days=_whole("refresh_formulas_every_days", config.get("refresh_formulas_every_days", 0)),
        bulk_from_rows=_whole("bulk_from_rows", config.get("bulk_from_rows", bulk_from_rows)),
    )


def _selections(rows: Sequence[Mapping[str, Any]]) -> dict[str, Selection]:
    selections: dict[str, Selection] = {}
    for row in rows:
        selection = _selection(row)
        if selection.module in selections:
            raise ConfigError(f"selections names the module {selection.module} twice; a stream has one selection.")
        selections[selection.module] = selection
    return selections


def _selection(row: Mapping[str, Any]) -> Selection:
    module = str(row.get("module") or "")
    if not module:
        raise ConfigError("A selection names no module.")
    view = str(row.get("custom_view") or "").strip() or None
    conditions = tuple(_criterion(module, one) for one in row.get("criteria") or ())
    if view and conditions:
        raise ConfigError(f"The selection of {module} has a custom view and criteria; choose one of them.")
    match = str(row.get("match") or "all")
    if match not in ("all", "any"):
        raise known_values(f"match of the selection of {module}", match, ("all", "any"))
    return Selection(module, view, Criteria(conditions, match) if conditions else None)


def _criterion(module: str, row: Mapping[str, Any]) -> Criterion:
    name, comparator = str(row.get("field") or ""), str(row.get("comparator") or "")
    if not name:
        raise ConfigError(f"A criterion of {module} names no field.")
    if comparator not in COMPARATORS:
        raise known_values(f"comparator of the criterion on {module}.{name}", comparator, COMPARATORS)
    return Criterion(name, comparator, _values(row.get("value"), several=comparator in SEVERAL_VALUES))


def _values(value: Any, *, several: bool) -> tuple[str, ...]:
    """A value as given; where several are meant, an array, or a line for each."""
    if value is None or value == "":
        return ()
    if isinstance(value, list | tuple):
        return tuple(_text(one) for one in value)
    text = _text(value)
    return tuple(line.strip() for line in text.splitlines() if line.strip()) if several else (text,)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _start_date(value: str) -> str:
    moment = instant(value if "T" in value else f"{value}T00:00:00Z")
    if not moment.endswith("Z") or len(moment) != len("2026-01-01T00:00:00Z"):
        raise ConfigError("start_date must be an instant such as 2026-01-01T00:00:00Z.")
    return moment


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigError(f"{name} must be a whole number, 0 or more.")
    return value
