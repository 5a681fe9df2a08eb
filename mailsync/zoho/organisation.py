"""The organisation, its modules and their fields.

Source: Zoho CRM API v8 and Zoho Recruit API v2, Organization, Modules and Fields Metadata; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailsync.errors import ConfigError, VendorUnavailable, known_values
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import Field, parse_fields
from mailsync.zoho.refusals import CrmRefusal

# Rows that live under a parent or between two modules: list endpoints fail on them.
NOT_A_STREAM = frozenset({"linking", "subform", "static_subform", "field_tracker", "picklisttracker", "webtab_link", "web"})


@dataclass(frozen=True, slots=True)
class Organisation:
    """`id` is the organisation's id (zgid where given); a state that carries another one belongs to another account."""

    id: str
    name: str
    edition: str
    licences: int = 0


@dataclass(frozen=True, slots=True)
class Module:
    """One module. `why_not` says why it is no stream, None when it is one. `convertable`: its records may become another module's."""

    api_name: str
    label: str
    why_not: str | None
    convertable: bool = False


def organisation(api: CrmApi) -> Organisation:
    """The account behind the token; 1 credit."""
    rows = (api.get("/org") or {}).get("org") or ()
    if not rows:
        raise VendorUnavailable(f"{api.product.name} gave no organisation for this token.")
    row = rows[0]
    licence = row.get("license_details") or {}
    return Organisation(
        id=str(row.get("zgid") or row.get("id")),
        name=str(row.get("company_name") or ""),
        edition=str(licence.get("paid_type") or "unknown"),
        licences=int(licence.get("users_license_purchased") or 0),
    )


def modules(api: CrmApi) -> dict[str, Module]:
    """All modules by API name; 1 credit."""
    rows = (api.get("/settings/modules") or {}).get("modules") or ()
    return {module.api_name: module for module in map(_module, rows)}


def _module(row: dict[str, object]) -> Module:
    name = str(row["api_name"])
    return Module(name, str(row.get("plural_label") or name), _why_not(row), convertable=row.get("convertable") is True)


def _why_not(row: dict[str, object]) -> str | None:
    if row.get("api_supported") is False:
        return "the API does not serve it"
    if row.get("viewable") is False:
        return "it is hidden from the user behind the token"
    if row.get("generated_type") in NOT_A_STREAM:
        return f"its rows belong to other modules ({row['generated_type']})"
    return None


def usable(known: dict[str, Module], name: str) -> Module:
    """The module by API name. Raises ConfigError saying why it is none, with those there are."""
    module = known.get(name)
    if module is None:
        raise known_values("module", name, streams(known))
    if module.why_not:
        raise ConfigError(f"The module {name} cannot be read: {module.why_not}. Readable: {', '.join(sorted(streams(known)))}.")
    return module


def streams(known: dict[str, Module]) -> Iterable[str]:
    """API names of the modules that are streams."""
    return [module.api_name for module in known.values() if module.why_not is None]


def fields(api: CrmApi, module: str) -> tuple[Field, ...]:
    """A module's fields; 1 credit. An empty answer means a module that this user cannot read: no field at all."""
    try:
        rows = (api.get("/settings/fields", params={"module": module}) or {}).get("fields") or ()
    except CrmRefusal as error:
        if error.code in {"INVALID_MODULE", "INVALID_DATA"}:
            raise ConfigError(
                f"{api.product.name} does not know the module {module} ({error.code}): was it deleted, renamed, or hidden from this user?"
            ) from error
        raise
    return parse_fields(rows) if rows else ()
