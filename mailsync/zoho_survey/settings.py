"""The account that invitations are sent from: its JSON Schema and what it is parsed into. No limit is published, so the pace is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho.data_centers import DATA_CENTERS
from mailsync.zoho_survey.access import INVITING_SCOPES, LABEL, Access, parse_access

NAME = "zoho_survey"
PER_MINUTE, PER_DAY = 30, 5000
MOST = 100_000

_SECRET = {"type": "string", "airbyte_secret": True}
FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": f"{LABEL} (experimental)",
    "description": "Survey invitations. Of the calls used only the trigger itself is documented by the vendor; nothing promises that they stay.",
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
        "client_secret": {**_SECRET, "title": "Client secret", "description": "From the Zoho API console.", "order": 3},
        "refresh_token": {
            **_SECRET,
            "title": "Refresh token",
            "description": f"Of the account that owns the surveys. Made with the scopes {', '.join(INVITING_SCOPES)}.",
            "order": 4,
        },
        "account_name": {
            "type": "string",
            "title": "Account name",
            "description": "Names this account in the ledger. Needed only when several accounts of one data centre share a ledger.",
            "order": 5,
        },
        "invitations_per_minute": {
            "type": "integer",
            "title": "Invitations a minute",
            "description": "The vendor publishes no limit; this is how fast we go.",
            "default": PER_MINUTE,
            "minimum": 1,
            "maximum": MOST,
            "order": 6,
        },
        "invitations_per_day": {
            "type": "integer",
            "title": "Invitations a day",
            "description": "The rest waits for the next run on another day.",
            "default": PER_DAY,
            "minimum": 1,
            "maximum": MOST,
            "order": 7,
        },
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Other hosts than the data centre's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 8,
            "properties": {
                "accounts": {"type": "string", "title": "Accounts server"},
                "api": {"type": "string", "title": "API server"},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class ZohoSurveySettings:
    """Checked settings. `account` names the account in the ledger."""

    access: Access
    account: str
    per_minute: int
    per_day: int

    @property
    def base_urls(self) -> tuple[str, str]:
        """Every host that is called."""
        return self.access.base_urls

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.access.secrets


def parse_settings(raw: Mapping[str, Any]) -> ZohoSurveySettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    access = parse_access(raw, raw.get("base_urls"), name="system")
    name = str(raw.get("account_name") or "").strip()
    account = f"{NAME}:{access.data_center}" + (f":{name}" if name else "")
    return ZohoSurveySettings(access, account, _pace(raw, "invitations_per_minute", PER_MINUTE), _pace(raw, "invitations_per_day", PER_DAY))


def _pace(raw: Mapping[str, Any], option: str, default: int) -> int:
    value = raw.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ConfigError(f"system.{option} must be a whole number from 1 to {MOST}.")
    return value
