"""Scopes: which one a path needs.

Source: scopes of the Zoho CRM API v8 operations (OpenAPI of the vendor); checked 2026-11.
"""

from __future__ import annotations

import re

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
CREATING = "ZohoCRM.modules.CREATE"
UPDATING = "ZohoCRM.modules.UPDATE"
LAYOUTS = "ZohoCRM.settings.layouts.READ"
PIPELINES = "ZohoCRM.settings.pipeline.READ"
# What finding people and writing responses back takes.
FOR_WRITING_BACK = (MODULES, CREATING, UPDATING, SETTINGS_MODULES, SETTINGS_FIELDS, LAYOUTS, CUSTOM_VIEWS, PIPELINES, ORGANISATION, USERS, COQL)

_OF_PATH: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/settings/modules", (SETTINGS_MODULES,)),
    (r"/settings/fields", (SETTINGS_FIELDS,)),
    (r"/settings/layouts", (LAYOUTS,)),
    (r"/settings/pipeline", (PIPELINES,)),
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
