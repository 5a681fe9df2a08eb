"""Custom views: finding one by id or name, and what of it can change without a record changing.

Source: Zoho CRM API v8, Custom Views Metadata; checked 2026-11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mailsync.errors import ConfigError
from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

EVERYTHING = "ALLVIEWS"
CONVERTED = "CONVERTEDVIEWS"
EMPTY = "${EMPTY}"


@dataclass(frozen=True, slots=True)
class View:
    """One custom view.

    `fields` are those of the module that its conditions name. `fingerprint` changes when somebody edits what it matches. `drifts` says that records
    enter or leave it while nobody edits them: dates relative to today, fields of other records, or conditions that the vendor does not show.
    """

    id: str
    name: str
    is_everything: bool
    fingerprint: str
    drifts: bool
    fields: tuple[str, ...] = ()
    is_converted: bool = False


def find(api: CrmApi, module: str, wanted: str) -> View:
    """The view with this id or name (1 or 2 credits). Raises ConfigError listing the module's views when there is none."""
    rows = _listed(api, module)
    found = [row for row in rows if str(row.get("id")) == wanted] or [row for row in rows if wanted in _names(row)]
    if not found:
        names = ", ".join(sorted({str(row.get("display_value") or row.get("name")) for row in rows})[:40])
        raise ConfigError(f"The module {module} has no custom view {wanted!r} that this user may see. It has: {names or 'none'}.")
    if len(found) > 1:
        ids = ", ".join(str(row["id"]) for row in found)
        raise ConfigError(f"The module {module} has {len(found)} custom views named {wanted!r}; name one by id: {ids}.")
    return _view(api, module, found[0])


def _listed(api: CrmApi, module: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = api.get("/settings/custom_views", params={"module": module, "page": str(page), "per_page": "200"}) or {}
        fresh = answer.get("custom_views") or []
        rows += fresh
        if not fresh or not (answer.get("info") or {}).get("more_records"):
            return rows
        page += 1


def _names(row: Mapping[str, Any]) -> set[str]:
    return {str(row.get(key)) for key in ("name", "display_value") if row.get(key)}


def _view(api: CrmApi, module: str, row: Mapping[str, Any]) -> View:
    """Conditions stand in the single read only."""
    identifier = str(row["id"])
    everything = row.get("system_name") == EVERYTHING
    detail = row if everything else _single(api, module, identifier)
    names = {str((condition.get("field") or {}).get("api_name") or "") for condition in _conditions(detail.get("criteria"))}
    conditions = {key: detail.get(key) for key in ("criteria", "cross_filters") if detail.get(key)}
    return View(
        id=identifier,
        name=str(row.get("display_value") or row.get("name")),
        is_everything=everything,
        fingerprint=hashlib.blake2b(orjson.dumps(conditions, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest(),
        drifts=not everything and (not conditions or bool(detail.get("cross_filters")) or any(map(_drifts, _conditions(detail.get("criteria"))))),
        fields=tuple(sorted(name for name in names if name and "." not in name)),
        is_converted=row.get("system_name") == CONVERTED,
    )


def _single(api: CrmApi, module: str, identifier: str) -> Mapping[str, Any]:
    try:
        rows = (api.get(f"/settings/custom_views/{identifier}", params={"module": module}) or {}).get("custom_views") or [{}]
    except CrmRefusal as error:
        raise ConfigError(f"The custom view {identifier} of {module} cannot be read ({error.code}). Was it deleted a moment ago?") from error
    return rows[0]  # type: ignore[no-any-return]


def _conditions(criteria: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(criteria, Mapping):
        return
    for part in criteria.get("group") or ():
        yield from _conditions(part)
    if "field" in criteria:
        yield criteria


def _drifts(condition: Mapping[str, Any]) -> bool:
    field = str((condition.get("field") or {}).get("api_name") or "")
    values = condition.get("value")
    texts = [str(value) for value in (values if isinstance(values, list) else [values])]
    is_relative = condition.get("type") in ("pre_defined", "merge_field") or any(value.startswith("${") and value != EMPTY for value in texts)
    return "." in field or is_relative or bool(condition.get("$disrupted"))
