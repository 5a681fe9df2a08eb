"""`GET /__admin/state/pipedrive`: everything the company holds, as the API would show it."""

from __future__ import annotations

from typing import Any

from emulators.pipedrive import views
from emulators.pipedrive.account import ENTITIES, Account
from emulators.pipedrive.fields import Field
from emulators.pipedrive.routes.entities import show
from emulators.pipedrive.table import Record


def snapshot(account: Account) -> dict[str, Any]:
    """Entities as modules: what lives, and what left with its reason and heir; fields, filters, budget."""
    modules: dict[str, dict[str, Any]] = {}
    deleted: dict[str, dict[str, Any]] = {}
    for entity in ENTITIES:
        table = account.table(entity)
        modules[entity], gone = {}, {}
        for identifier in table.ids():
            record = table.get(identifier)
            if record is None:
                continue
            if record["is_deleted"]:
                gone[str(identifier)] = _gone(account, entity, record)
            elif identifier not in account.hidden[entity]:
                key = record["uuid"] if entity == "leads" else str(identifier)
                modules[entity][key] = shown(account, entity, record)
        if gone:
            deleted[entity] = gone
    return {
        "modules": modules,
        "deleted": deleted,
        "fields": {entity: {key: _field(one) for key, one in fields.fields.items()} for entity, fields in account.fields.items()},
        "views": {str(one["id"]): one["name"] for one in account.filters},
        "limits": _limits(account),
    }


def _field(field: Field) -> dict[str, Any]:
    return {"name": field.name, "type": field.type, "options": field.options, "custom": field.custom}


def _limits(account: Account) -> dict[str, Any]:
    limits = account.limits
    return {"budget": limits.budget(), "left": limits.left(), "spent": limits.spent, "refused": limits.refused}


def shown(account: Account, entity: str, record: Record) -> dict[str, Any]:
    """One record."""
    if entity == "notes":
        return views.note(account, record)
    return views.lead(record) if entity == "leads" else show(account, entity, record)


def _gone(account: Account, entity: str, record: Record) -> dict[str, Any]:
    heir = account.merged.get(entity, {}).get(record["id"])
    return {
        "deleted_time": record["update_time"],
        "reason": "merged" if heir else "deleted",
        "heir": {"module": entity, "id": str(heir)} if heir else None,
    }
