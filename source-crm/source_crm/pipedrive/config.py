"""The configuration of source-crm for Pipedrive, parsed once into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.pipedrive.entities import ENTITIES
from mailsync.pipedrive.sign_in import Credentials, credentials
from source_crm import options
from source_crm.options import Options

ADDRESSES = ("first", "primary")
LAST_CONTACTED = ("mails_and_activities", "mails", "off")
COMPARE_EVERY_HOURS = 24
MOST_CRITERIA = 1000  # criteria are refused below, with what to do instead


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user decides. `address`: which of a person's addresses (and numbers) is the one. `organization_fields`: as the user wrote them.

    `last_contacted`: from what it is derived. `compare_every_hours`: how often all ids are compared; 0 for every sync.
    """

    account: Credentials
    options: Options
    address: str
    organization_fields: tuple[str, ...]
    last_contacted: str
    compare_every_hours: int


def parse(config: Mapping[str, Any]) -> Config:
    """Check and freeze. Raises ConfigError naming the option and what is accepted."""
    system = config.get("system") or {}
    chosen = options.parse(config, system="Pipedrive", most_criteria=MOST_CRITERIA, bulk_from_rows=0)
    for name, selection in chosen.selections.items():
        if name not in ENTITIES:
            raise known_values("module of a selection", name, ENTITIES)
        if selection.criteria is not None:
            raise ConfigError(f"The selection of {name} has criteria. Pipedrive's API takes none: make a filter there and name it as the view.")
    if chosen.refresh_formulas_every_days:
        raise ConfigError("refresh_formulas_every_days is for Zoho; Pipedrive's API shows formula fields to nobody. Set it to 0.")
    return Config(
        account=credentials(system),
        options=chosen,
        address=_choice(system, "address", ADDRESSES),
        organization_fields=_names(system.get("organization_fields") or ()),
        last_contacted=_choice(system, "last_contacted", LAST_CONTACTED),
        compare_every_hours=_hours(system.get("compare_ids_every_hours", COMPARE_EVERY_HOURS)),
    )


def _choice(system: Mapping[str, Any], name: str, accepted: tuple[str, ...]) -> str:
    value = str(system.get(name) or accepted[0])
    if value not in accepted:
        raise known_values(f"system.{name}", value, accepted)
    return value


def _names(given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise ConfigError("system.organization_fields must be a list of names of fields.")
    names = tuple(one.strip() for one in given if one.strip())
    if len(set(names)) < len(names):
        raise ConfigError("system.organization_fields names a field twice.")
    return names


def _hours(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigError("system.compare_ids_every_hours must be a whole number, 0 or more.")
    return value
