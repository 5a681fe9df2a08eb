"""Scopes: which one a path needs, and whether a grant covers it.

Source: scopes of the Zoho CRM API v8 operations (OpenAPI of the vendor); checked 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MODULES = "ZohoCRM.modules.READ"
SETTINGS_MODULES = "ZohoCRM.settings.modules.READ"
SETTINGS_FIELDS = "ZohoCRM.settings.fields.READ"
CUSTOM_VIEWS = "ZohoCRM.settings.custom_views.READ"
ORGANISATION = "ZohoCRM.org.READ"
USERS = "ZohoCRM.users.READ"
COQL = "ZohoCRM.coql.READ"
BULK = "ZohoCRM.bulk.READ"
SEARCH = "ZohoSearch.securesearch.READ"

# What reading modules with increments, deletions and backfills takes.
FOR_READING = (MODULES, SETTINGS_MODULES, SETTINGS_FIELDS, ORGANISATION, COQL, BULK)

_OF_PATH: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/settings/modules", (SETTINGS_MODULES,)),
    (r"/settings/fields", (SETTINGS_FIELDS,)),
    (r"/settings/custom_views", (CUSTOM_VIEWS,)),
    (r"/org$", (ORGANISATION,)),
    (r"/users", (USERS,)),
    (r"/coql$", (COQL, MODULES)),
    (r"/crm/bulk/", (BULK, MODULES)),
    (r"/actions/count|/search", (SEARCH, MODULES)),
)


def scopes_of(path: str) -> tuple[str, ...]:
    """The scopes a call of this path needs; reading a module where nothing else is known."""
    return next((scopes for pattern, scopes in _OF_PATH if re.search(pattern, path)), (MODULES,))


def missing(granted: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Which of the needed scopes no granted one covers. An empty grant (older token answers do not tell it) misses nothing."""
    known = frozenset(granted)
    return [scope for scope in needed if known and not _covered(scope, known)]


def _covered(scope: str, granted: frozenset[str]) -> bool:
    """`ZohoCRM.settings.ALL` covers `ZohoCRM.settings.fields.READ`; a single module's scope covers modules as far as that module goes."""
    parts = scope.split(".")
    wider = {".".join((*parts[:cut], operation)) for cut in range(1, len(parts)) for operation in ("ALL", parts[-1])}
    if wider & granted:
        return True
    return scope == MODULES and any(grant.startswith("ZohoCRM.modules.") and grant.rsplit(".", 1)[1] in ("ALL", "READ") for grant in granted)
