"""The configuration of one Zoho Campaigns account: its JSON Schema and what it is parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.loopback import checked_base_url
from mailsync.zoho.accounts import ZohoCredentials
from mailsync.zoho.data_centers import DATA_CENTERS, data_center

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
    "required": ["name", "data_center", "client_id", "client_secret", "refresh_token"],
    "properties": {
        "name": {"type": "string", "const": NAME, "default": NAME, "order": 0},
        "data_center": {
            "type": "string",
            "title": "Data centre",
            "description": "Where the account lives: the end of the address you see when signed in (zoho.eu is eu, zoho.com is us).",
            "enum": list(DATA_CENTERS),
            "default": "us",
            "order": 1,
        },
        "client_id": {"type": "string", "title": "Client ID", "description": "From the Zoho API console.", "order": 2},
        "client_secret": {
            "type": "string",
            "title": "Client secret",
            "description": "From the Zoho API console.",
            "airbyte_secret": True,
            "order": 3,
        },
        "refresh_token": {
            "type": "string",
            "title": "Refresh token",
            "description": f"Made with the scopes {', '.join(NEEDED_SCOPES)}.",
            "airbyte_secret": True,
            "order": 4,
        },
        "account_name": {
            "type": "string",
            "title": "Account name",
            "description": "Names this account in the ledger. Needed only when several accounts of one data centre share a ledger.",
            "order": 5,
        },
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Other hosts than the data centre's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 6,
            "properties": {
                "accounts": {"type": "string", "title": "Accounts server"},
                "api": {"type": "string", "title": "API server"},
            },
        },
    },
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
    center = data_center(_text(raw, "data_center"))
    urls = raw.get("base_urls") or {}
    if not isinstance(urls, Mapping):
        raise ConfigError("system.base_urls must be an object with accounts and api.")
    credentials = ZohoCredentials(
        accounts_url=checked_base_url("system.base_urls.accounts", urls.get("accounts") or center.accounts),
        client_id=_text(raw, "client_id"),
        client_secret=_text(raw, "client_secret"),
        refresh_token=_text(raw, "refresh_token"),
    )
    api_url = checked_base_url("system.base_urls.api", urls.get("api") or center.campaigns_api)
    return ZohoCampaignsSettings(center.slug, api_url, credentials, _account(raw, center.slug), scopes)


def _account(raw: Mapping[str, Any], center: str) -> str:
    # No method of the API tells the organisation. Keys, tokens and administrators change; the account stays the same in the ledger.
    name = str(raw.get("account_name") or "").strip()
    return f"{NAME}:{center}:{name}" if name else f"{NAME}:{center}"


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"system.{name} is missing or empty.")
    return value.strip()
