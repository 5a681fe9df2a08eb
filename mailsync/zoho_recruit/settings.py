"""The settings of one Zoho Recruit account that is written to: their form, and what they are parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailsync.zoho import account
from mailsync.zoho_recruit.product import ZOHO_RECRUIT
from mailsync.zoho_recruit.scopes import FOR_WRITING_BACK

NAME = "zoho_recruit"

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": ZOHO_RECRUIT.name,
    "required": list(account.REQUIRED),
    "properties": {name: schema for name, schema in account.form(NAME, FOR_WRITING_BACK).items() if name != "environment"},
}


def parse_settings(system: Mapping[str, Any]) -> account.Account:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    return account.parse(ZOHO_RECRUIT, system)
