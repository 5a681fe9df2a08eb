"""The settings of one Zoho Recruit account that is written to: their form, and what they are parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.zoho import account, sign_in
from mailsync.zoho_recruit.product import ZOHO_RECRUIT
from mailsync.zoho_recruit.scopes import FOR_WRITING_BACK

NAME = "zoho_recruit"

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": ZOHO_RECRUIT.name,
    "required": list(sign_in.REQUIRED),
    "properties": {
        **{name: schema for name, schema in account.form(NAME, FOR_WRITING_BACK).items() if name != "environment"},
        "campaign_key_field": {
            "type": "string",
            "title": "Key field of campaigns",
            "description": "A unique text field of the Campaigns module, by API name: campaigns are found again by it. "
            "Without one, a key in brackets stands at the end of their names.",
            "order": 6,
        },
    },
}


@dataclass(frozen=True, slots=True)
class ZohoRecruitSettings:
    """The account, and the field by which campaigns are found again ("" where there is none)."""

    account: account.Account = field(repr=False)
    campaign_key_field: str = ""

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""
        return self.account.base_urls

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.account.secrets


def parse_settings(system: Mapping[str, Any]) -> ZohoRecruitSettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    return ZohoRecruitSettings(account.parse(ZOHO_RECRUIT, system), str(system.get("campaign_key_field") or "").strip())
