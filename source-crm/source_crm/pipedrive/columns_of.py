"""The columns of an entity's stream for one company: its own, those of custom fields, and the organization's on persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import known_values
from mailsync.pipedrive.entities import LAST_CONTACTED, ORGANIZATION, ORGANIZATIONS, PERSONS, Entity
from mailsync.pipedrive.fields import CODE, Column, Field, bound, columns, json_schema

# What of an organization can stand on a person as it is; ids of other records mean nothing there.
OFFERED = ("name", "address", "website", "linkedin", "industry", "annual_revenue", "employee_count", "labels")


@dataclass(frozen=True, slots=True)
class OrganizationColumns:
    """What of the organization is wanted on the person: columns of the organization's own, and of its custom fields; without the prefix."""

    plain: tuple[str, ...] = ()
    customs: tuple[Column, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is wanted."""
        return bool(self.plain or self.customs)


def organization_columns(wanted: Iterable[str], known: Iterable[Field]) -> OrganizationColumns:
    """The configured names resolved: a column's name, a field's name, or a field's code. Raises ConfigError listing those there are."""
    customs = columns(known, ORGANIZATIONS.schemas(()))
    by_name: dict[str, list[Column]] = {}
    for column in customs:
        for name in {column.field.code, column.field.name, column.name}:
            by_name.setdefault(name, []).append(column)
    plain: list[str] = []
    chosen: list[Column] = []
    for name in wanted:
        if name.lower() in OFFERED:
            plain.append(name.lower())
        elif name in by_name:
            chosen += by_name[name]
        else:
            raise known_values("organization_fields", name, [*OFFERED, *(column.name for column in customs)])
    return OrganizationColumns(tuple(dict.fromkeys(plain)), tuple({column.code: column for column in chosen}.values()))


def properties(entity: Entity, known: tuple[Field, ...], organization: OrganizationColumns, *, last_contacted: bool) -> dict[str, Any]:
    """The JSON schemas of all columns, for `discover`."""
    made = entity.schemas(known)
    if not last_contacted:
        made.pop(LAST_CONTACTED, None)
    if entity is PERSONS:
        own = ORGANIZATIONS.schemas(())
        made |= {ORGANIZATION + name: {**own[name], "title": f"Organization: {own[name].get('title', name)}"} for name in organization.plain}
        for column in organization.customs:
            schema = json_schema(column)
            made[ORGANIZATION + column.name] = {**schema, "title": f"Organization: {schema['title']}", CODE: ORGANIZATION + column.code}
    customs = columns(known, made) if entity.has_customs else ()
    return made | {column.name: json_schema(column) for column in customs}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a catalog asks for. `gone`: columns whose field no longer exists."""

    plain: frozenset[str]
    customs: tuple[Column, ...]
    organization: OrganizationColumns
    gone: tuple[str, ...]


def wanted(
    catalog: Mapping[str, Any], entity: Entity, known: tuple[Field, ...], organization: OrganizationColumns, *, last_contacted: bool
) -> Wanted:
    """The catalog's properties against what the company has; no properties mean all."""
    everything = properties(entity, known, organization, last_contacted=last_contacted)
    asked = frozenset(catalog or everything)
    own = {name: schema for name, schema in catalog.items() if not _is_organizations(schema)}
    taken = [name for name, schema in everything.items() if CODE not in schema or _is_organizations(schema)]
    customs, gone = bound(own, columns(known, taken) if entity.has_customs else ())
    on_person = OrganizationColumns(
        tuple(name for name in organization.plain if ORGANIZATION + name in asked),
        tuple(column for column in organization.customs if ORGANIZATION + column.name in asked),
    )
    lost = sorted(name for name, schema in catalog.items() if _is_organizations(schema) and name not in everything)
    return Wanted(asked & set(everything), customs, on_person, (*gone, *lost))


def _is_organizations(schema: Mapping[str, Any]) -> bool:
    return str(schema.get(CODE, "")).startswith(ORGANIZATION)
