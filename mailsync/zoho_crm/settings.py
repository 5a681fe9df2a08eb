"""The settings of one Zoho CRM account that is written to: their form, and what they are parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.zoho import account, sign_in
from mailsync.zoho_crm.product import ZOHO_CRM
from mailsync.zoho_crm.scopes import FOR_WRITING_BACK

NAME = "zoho_crm"

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": ZOHO_CRM.name,
    "required": list(sign_in.REQUIRED),
    "properties": {
        **account.form(NAME, FOR_WRITING_BACK),
        "campaign_key_field": {
            "type": "string",
            "title": "Key field of campaigns",
            "description": "A unique text field of the Campaigns module, by API name: campaigns are found again by it. "
            "Without one, a key in brackets stands at the end of their names.",
            "order": 6,
        },
        "deal_key_field": {
            "type": "string",
            "title": "Key field of deals",
            "description": "A text field of deals, by API name, for the mark by which a deal is found again. "
            "Default: the last line of its description.",
            "order": 7,
        },
    },
}


@dataclass(frozen=True, slots=True)
class ZohoCrmSettings:
    """The account, and the fields by which campaigns and deals are found again ("" where there is none)."""

    account: account.Account = field(repr=False)
    campaign_key_field: str = ""
    deal_key_field: str = ""

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""
        return self.account.base_urls

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.account.secrets


def parse_settings(system: Mapping[str, Any]) -> ZohoCrmSettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    keys = [str(system.get(name) or "").strip() for name in ("campaign_key_field", "deal_key_field")]
    return ZohoCrmSettings(account.parse(ZOHO_CRM, system), *keys)
