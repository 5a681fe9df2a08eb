"""The configuration of one Mailigen account: its JSON Schema and what it is parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.loopback import checked_base_url
from mailsync.mailigen.endpoints import DEFAULT_BASE

NAME = "mailigen"
LABEL = "Mailigen"
USUAL_BATCH, LARGEST_BATCH = 100, 1000

REFUSED_OPTIONS: dict[str, str] = {
    "topic": "Mailigen has no topics",
    "first_contact": "Mailigen creates lists empty, so none is needed",
    "marketing_type": "Mailigen does not tell marketing from other contacts",
    "lawful_basis": "its API has no parameter for the lawful basis",
}

LAUNCH_REFUSED_OPTIONS: dict[str, str] = {
    "topic": REFUSED_OPTIONS["topic"],
    "first_contact": REFUSED_OPTIONS["first_contact"],
    "lawful_basis": REFUSED_OPTIONS["lawful_basis"],
    "reply_to": "its API has no parameter for the address of replies. They go to from_email",
    "time_zone": "its API takes scheduled times as they are, in GMT",
}

FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": "Mailigen (legacy)",
    "description": "The vendor is switching Mailigen off; this works as long as its API 1.8 answers.",
    "required": ["name", "api_key"],
    "properties": {
        "name": {"type": "string", "const": NAME, "default": NAME, "order": 0},
        "api_key": {
            "type": "string",
            "title": "API key",
            "description": "From Mailigen, Settings, API.",
            "airbyte_secret": True,
            "order": 1,
        },
        "account_name": {
            "type": "string",
            "title": "Account name",
            "description": "Names this account in the ledger. Needed only when several accounts share a ledger.",
            "order": 2,
        },
        "double_opt_in": {
            "type": "boolean",
            "title": "Double opt-in",
            "description": "Each person gets a mail to confirm. Off: nobody is mailed by being added.",
            "default": False,
            "order": 3,
        },
        "send_goodbye": {
            "type": "boolean",
            "title": "Goodbye mails",
            "description": "Let Mailigen say goodbye to whoever is taken off.",
            "default": False,
            "order": 4,
        },
        "send_notify": {
            "type": "boolean",
            "title": "Notify the owner",
            "description": "Let Mailigen tell the list's owner of everybody who is taken off.",
            "default": False,
            "order": 5,
        },
        "batch_size": {
            "type": "integer",
            "title": "People per call",
            "description": "How many people one call carries. No limit is documented; the vendor's own modules used 100.",
            "default": USUAL_BATCH,
            "minimum": 1,
            "maximum": LARGEST_BATCH,
            "order": 6,
        },
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Another host than the vendor's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 7,
            "properties": {"api": {"type": "string", "title": "API server"}},
        },
    },
}


@dataclass(frozen=True, slots=True)
class MailigenSettings:
    """Checked settings; `api_url` without a trailing slash. `account` names the account in the ledger."""

    api_url: str
    api_key: str = field(repr=False)
    account: str
    double_opt_in: bool
    send_goodbye: bool
    send_notify: bool
    batch_size: int

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""
        return (self.api_url,)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return (self.api_key,)


def parse_settings(raw: Mapping[str, Any]) -> MailigenSettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    key = raw.get("api_key")
    if not isinstance(key, str) or not key.strip():
        raise ConfigError("system.api_key is missing or empty.")
    urls = raw.get("base_urls") or {}
    if not isinstance(urls, Mapping):
        raise ConfigError("system.base_urls must be an object with api.")
    # The key may be renewed; the account stays the same in the ledger. `getAccountDetails` tells one account from another.
    name = str(raw.get("account_name") or "").strip()
    return MailigenSettings(
        api_url=checked_base_url("system.base_urls.api", urls.get("api") or DEFAULT_BASE),
        api_key=key.strip(),
        account=f"{NAME}:{name}" if name else NAME,
        double_opt_in=_flag(raw, "double_opt_in"),
        send_goodbye=_flag(raw, "send_goodbye"),
        send_notify=_flag(raw, "send_notify"),
        batch_size=_batch_size(raw),
    )


def _flag(raw: Mapping[str, Any], name: str) -> bool:
    value = raw.get(name, False)
    if not isinstance(value, bool):
        raise ConfigError(f"system.{name} must be true or false.")
    return value


def _batch_size(raw: Mapping[str, Any]) -> int:
    value = raw.get("batch_size", USUAL_BATCH)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_BATCH:
        raise ConfigError(f"system.batch_size must be a number from 1 to {LARGEST_BATCH}.")
    return value
