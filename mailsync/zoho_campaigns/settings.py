"""The configuration of one Zoho Campaigns account: its JSON Schema and what it is parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.zoho import sign_in
from mailsync.zoho.sign_in import ZohoCredentials

NAME = "zoho_campaigns"
LABEL = "Zoho Campaigns"
READING_SCOPES = ("ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ")
NEEDED_SCOPES = ("ZohoCampaigns.contact.READ", "ZohoCampaigns.contact.CREATE", "ZohoCampaigns.contact.UPDATE", "ZohoCampaigns.campaign.READ")

REFUSED_OPTIONS: dict[str, str] = {
    "marketing_type": "its API has no parameter for marketing or non-marketing contacts. Set the type in Zoho Campaigns",
    "lawful_basis": "its API has no parameter for the lawful basis. Set the basis of API contacts in Zoho Campaigns under Settings, Compliance",
}

LAUNCH_REFUSED_OPTIONS: dict[str, str] = {
    "lawful_basis": REFUSED_OPTIONS["lawful_basis"],
    "reply_to": "its API takes no address for replies when a campaign is made. Replies go to from_email; change it in Zoho Campaigns",
    "content_file": "its API takes content by the address of a page only. Give content_page",
    "test_addresses": "its API sends no test mails. Send one from the draft in Zoho Campaigns",
}

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": LABEL,
    "required": list(sign_in.REQUIRED),
    "properties": {**sign_in.form(NAME, NEEDED_SCOPES), "account_name": sign_in.ACCOUNT_NAME},
}


@dataclass(frozen=True, slots=True)
class ZohoCampaignsSettings:
    """Checked settings; `api_url` without a trailing slash. `account` names the account in the ledger, `scopes` are what the token must hold."""

    data_center: str
    api_url: str
    credentials: ZohoCredentials = field(repr=False)
    account: str
    scopes: tuple[str, ...] = NEEDED_SCOPES

    @property
    def base_urls(self) -> tuple[str, str]:
        """Every host that is called."""
        return self.credentials.accounts_url, self.api_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.credentials.client_secret, self.credentials.refresh_token


def parse_settings(raw: Mapping[str, Any], scopes: tuple[str, ...] = NEEDED_SCOPES) -> ZohoCampaignsSettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    found = sign_in.parse(raw, raw.get("base_urls"))
    account = sign_in.account_in_ledger(NAME, found.center, raw)
    return ZohoCampaignsSettings(found.center.slug, found.api_url or found.center.campaigns_api, found.credentials, account, scopes)
