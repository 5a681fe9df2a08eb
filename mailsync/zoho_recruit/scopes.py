"""Scopes: which one a path needs. Source: scopes named by the pages of Zoho Recruit API v2; checked 2026-11."""

from __future__ import annotations

import re

MODULES = "ZohoRecruit.modules.READ"
SETTINGS_MODULES = "ZohoRecruit.settings.modules.READ"
SETTINGS_FIELDS = "ZohoRecruit.settings.fields.READ"
CUSTOM_VIEWS = "ZohoRecruit.settings.custom_views.READ"
ORGANISATION = "ZohoRecruit.org.READ"
USERS = "ZohoRecruit.users.READ"
BULK = "ZohoRecruit.bulk.READ"
SEARCH = "ZohoRecruit.search.READ"

# What reading modules with increments, deletions and backfills takes.
FOR_READING = (MODULES, SETTINGS_MODULES, SETTINGS_FIELDS, ORGANISATION, BULK)
LAYOUTS = "ZohoRecruit.settings.layouts.READ"
# What finding people and writing responses back takes.
FOR_WRITING_BACK = (
    MODULES, "ZohoRecruit.modules.CREATE", "ZohoRecruit.modules.UPDATE", SETTINGS_FIELDS, LAYOUTS, CUSTOM_VIEWS, ORGANISATION, USERS, SEARCH,
)  # fmt: skip

_OF_PATH: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/settings/modules", (SETTINGS_MODULES,)),
    (r"/settings/fields", (SETTINGS_FIELDS,)),
    (r"/settings/custom_views", (CUSTOM_VIEWS,)),
    (r"/org$", (ORGANISATION,)),
    (r"/users", (USERS,)),
    (r"/recruit/bulk/", (BULK, MODULES)),
    (r"/search", (SEARCH, MODULES)),
)


def scopes_of(path: str) -> tuple[str, ...]:
    """The scopes a call of this path needs; reading a module where nothing else is known."""
    return next((scopes for pattern, scopes in _OF_PATH if re.search(pattern, path)), (MODULES,))
