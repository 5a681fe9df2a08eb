"""The configuration of source-crm for Zoho CRM, parsed once into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.loopback import checked_base_url
from mailsync.zoho.accounts import ZohoCredentials
from mailsync.zoho.data_centers import ENVIRONMENTS, crm_api, data_center
from mailsync.zoho_crm.criteria import COMPARATORS, MOST_CRITERIA, Criteria, Criterion
from mailsync.zoho_crm.values import instant

BULK_FROM_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records of a module are wanted: one of a custom view (id or name) and criteria; neither means all."""

    module: str
    custom_view: str | None = None
    criteria: Criteria | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Where the account lives and how to get in. `api_url` is None where the token answer decides."""

    data_center: str
    environment: str
    credentials: ZohoCredentials = field(repr=False)
    api_url: str | None

    @property
    def expected_api_url(self) -> str:
        """The API host that belongs to the chosen data centre and environment."""
        return self.api_url or crm_api(data_center(self.data_center), self.environment)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user decides. `start_date` is a UTC instant, None for all records."""

    account: Account
    selections: Mapping[str, Selection]
    start_date: str | None
    refresh_formulas_every_days: int
    bulk_from_rows: int

    def selection(self, module: str) -> Selection:
        """The selection of a module; all of it where none is configured."""
        return self.selections.get(module, Selection(module))


def parse(config: Mapping[str, Any]) -> Config:
    """Check and freeze. Raises ConfigError naming the option and what is accepted."""
    start = config.get("start_date")
    return Config(
        account=_account(config.get("system") or {}),
        selections=_selections(config.get("selections") or ()),
        start_date=_start_date(str(start)) if start else None,
        refresh_formulas_every_days=_whole("refresh_formulas_every_days", config.get("refresh_formulas_every_days", 0)),
        bulk_from_rows=_whole("bulk_from_rows", config.get("bulk_from_rows", BULK_FROM_ROWS)),
    )


def _account(system: Mapping[str, Any]) -> Account:
    center = data_center(str(system.get("data_center")))
    environment = str(system.get("environment") or "production")
    if environment not in ENVIRONMENTS:
        raise known_values("environment", environment, ENVIRONMENTS)
    urls = {name: checked_base_url(f"base_urls.{name}", str(url)) for name, url in (system.get("base_urls") or {}).items() if url}
    credentials = ZohoCredentials(
        accounts_url=urls.get("accounts", center.accounts),
        client_id=_secret(system, "client_id"),
        client_secret=_secret(system, "client_secret"),
        refresh_token=_secret(system, "refresh_token"),
    )
    return Account(center.slug, environment, credentials, urls.get("api"))


def _secret(system: Mapping[str, Any], name: str) -> str:
    value = str(system.get(name) or "").strip()
    if not value:
        raise ConfigError(f"system.{name} is empty. Copy it from the Zoho API console.")
    return value


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
    if len(conditions) > MOST_CRITERIA:
        raise ConfigError(f"The selection of {module} has {len(conditions)} criteria; {MOST_CRITERIA} fit into a query of Zoho CRM.")
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
    return Criterion(name, comparator, _values(row.get("value"), several=comparator in ("in", "not_in", "between", "not_between")))


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
