"""The account that invitations are sent from: its JSON Schema and what it is parsed into. No limit is published, so the pace is configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError
from mailsync.zoho import sign_in
from mailsync.zoho_survey.access import INVITING_SCOPES, LABEL, Access, parse_access

NAME = "zoho_survey"
PER_MINUTE, PER_DAY = 30, 5000
MOST = 100_000

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": f"{LABEL} (experimental)",
    "description": "Survey invitations. Of the calls used only the trigger itself is documented by the vendor; nothing promises that they stay.",
    "required": list(sign_in.REQUIRED),
    "properties": {
        **sign_in.form(NAME, INVITING_SCOPES, of="Of the account that owns the surveys. "),
        "account_name": sign_in.ACCOUNT_NAME,
        "invitations_per_minute": {
            "type": "integer",
            "title": "Invitations a minute",
            "description": "The vendor publishes no limit; this is how fast we go.",
            "default": PER_MINUTE,
            "minimum": 1,
            "maximum": MOST,
            "order": 7,
        },
        "invitations_per_day": {
            "type": "integer",
            "title": "Invitations a day",
            "description": "The rest waits for the next run on another day.",
            "default": PER_DAY,
            "minimum": 1,
            "maximum": MOST,
            "order": 8,
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
    account = sign_in.account_in_ledger(NAME, access.center, raw)
    return ZohoSurveySettings(access, account, _pace(raw, "invitations_per_minute", PER_MINUTE), _pace(raw, "invitations_per_day", PER_DAY))


def _pace(raw: Mapping[str, Any], option: str, default: int) -> int:
    value = raw.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ConfigError(f"system.{option} must be a whole number from 1 to {MOST}.")
    return value
