"""Filters: finding one by id or name, and whether its conditions still name fields that exist (docs/systems/pipedrive.md#filters)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import LIST_V1
from mailsync.pipedrive.refusals import PipedriveRefusal

TYPES = {"persons": "people", "organizations": "org", "deals": "deals", "activities": "activity"}
FIELD_LISTS = {"person": "personFields", "organization": "organizationFields", "deal": "dealFields", "activity": "activityFields"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of an entity. `update_time` moves when somebody edits it."""

    id: str
    name: str
    update_time: str


def find(api: PipedriveApi, entity: str, wanted: str) -> Filter:
    """The filter with this id or name; 22 tokens. Raises ConfigError where there is none, several, or one that names a deleted field."""
    rows = list(api.get_v1("/filters", params={"type": TYPES[entity]}, price=LIST_V1) or ())
    found = [row for row in rows if str(row.get("id")) == wanted] or [row for row in rows if str(row.get("name")) == wanted]
    if not found:
        names = ", ".join(sorted(str(row.get("name")) for row in rows)[:40])
        raise ConfigError(
            f"Pipedrive has no filter {wanted!r} on {entity} that this user may see; a private filter of somebody else is invisible. "
            f"It has: {names or 'none'}."
        )
    if len(found) > 1:
        raise ConfigError(
            f"Pipedrive has {len(found)} filters named {wanted!r} on {entity}; name one by id: {', '.join(str(row['id']) for row in found)}."
        )
    row = found[0]
    chosen = Filter(str(row["id"]), str(row.get("name")), str(row.get("update_time") or row.get("add_time") or ""))
    _check_fields(api, entity, chosen)
    return chosen


def _check_fields(api: PipedriveApi, entity: str, chosen: Filter) -> None:
    """A condition whose field is gone would match nobody, or everybody: in both cases not what was chosen."""
    try:
        detail = api.get_v1(f"/filters/{chosen.id}", params={"include_field_code": "true"}) or {}
    except PipedriveRefusal as error:
        if error.status in (400, 403, 404):
            raise gone(entity, chosen.name, error) from error
        raise
    doubtful = [one for one in _conditions(detail.get("conditions")) if "field_code" in one and one["field_code"] is None]
    numbers = {kind: _numbers(api, kind) for kind in {str(one.get("object")) for one in doubtful} & set(FIELD_LISTS)}
    if lost := [one for one in doubtful if str(one.get("field_id")) not in numbers.get(str(one.get("object")), {str(one.get("field_id"))})]:
        named = ", ".join(sorted({f"field {one.get('field_id')} of {one.get('object')}" for one in lost}))
        raise ConfigError(
            f"The filter {chosen.name!r} of {entity} tests {named}, which no longer exists. Edit the filter in Pipedrive, or choose another one."
        )


def _numbers(api: PipedriveApi, kind: str) -> set[str]:
    rows = api.get_v1(f"/{FIELD_LISTS[kind]}", params={"limit": "500"}, price=LIST_V1) or ()
    return {str(row.get("id")) for row in rows}


def _conditions(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, Mapping):
        for inner in part.get("conditions") or ():
            yield from _conditions(inner)
        if "field_id" in part:
            yield part


def gone(entity: str, name: str, error: PipedriveRefusal) -> ConfigError:
    """What the user has to do when a filter that was there is not any more. Never an empty list: that would take everybody off."""
    return ConfigError(f"The filter {name!r} of {entity} cannot be read ({error}). Was it deleted or made private? Choose another one.")
