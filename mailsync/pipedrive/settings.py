"""The settings of one Pipedrive company that is written to: their form, and what they are parsed into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.pipedrive.sign_in import Credentials, credentials

NAME = "pipedrive"
_SECRET = {"type": "string", "airbyte_secret": True}
_SCOPES = "base, contacts:full, deals:full, activities:full and users:read"


def _method(name: str, title: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    chosen = {"method": {"type": "string", "const": name, "default": name, "order": 0}}
    numbered = {key: {**schema, "order": order} for order, (key, schema) in enumerate(properties.items(), start=1)}
    return {"type": "object", "title": title, "required": ["method", *properties], "properties": chosen | numbered}


FRAGMENT: dict[str, Any] = {
    "type": "object",
    "title": "Pipedrive",
    "required": ["name", "credentials"],
    "properties": {
        "name": {"type": "string", "const": NAME, "default": NAME, "order": 0},
        "credentials": {
            "type": "object",
            "title": "Credentials",
            "description": "How to get in. Who is behind them must see the people that are written to.",
            "order": 1,
            "oneOf": [
                _method(
                    "api_token",
                    "API token",
                    {"api_token": {**_SECRET, "title": "API token", "description": "From Pipedrive: Personal preferences, API."}},
                ),
                _method(
                    "oauth",
                    "OAuth",
                    {
                        "client_id": {"type": "string", "title": "Client ID", "description": "Of the app in the developer hub."},
                        "client_secret": {**_SECRET, "title": "Client secret", "description": "Of the same app."},
                        "refresh_token": {**_SECRET, "title": "Refresh token", "description": f"The app has the scopes {_SCOPES}."},
                    },
                ),
            ],
        },
        "company_domain": {
            "type": "string",
            "title": "Company domain",
            "description": "The first part of your Pipedrive address (acme of acme.pipedrive.com).",
            "order": 2,
        },
        "opt_out_field": {
            "type": "string",
            "title": "Opt-out field",
            "description": "A custom field of persons that holds the e-mail opt-out: text, or options of which one is Yes. Empty: none is written.",
            "order": 3,
        },
        "deal_key_field": {
            "type": "string",
            "title": "Key field of deals",
            "description": "A custom text field of deals for the mark by which a deal is found again. Default: the end of its title.",
            "order": 4,
        },
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Other hosts than the vendor's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 5,
            "properties": {"oauth": {"type": "string", "title": "OAuth server"}, "api": {"type": "string", "title": "API server"}},
        },
    },
}


@dataclass(frozen=True, slots=True)
class PipedriveSettings:
    """How to get in, and the custom fields that hold opt-outs and marks ("" where there is none)."""

    credentials: Credentials = field(repr=False)
    opt_out_field: str = ""
    deal_key_field: str = ""

    @property
    def base_urls(self) -> tuple[str, ...]:
        """Every host that is called."""
        return self.credentials.base_urls

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        given = self.credentials
        return tuple(filter(None, (given.api_token, given.client_secret, given.refresh_token)))


def parse_settings(system: Mapping[str, Any]) -> PipedriveSettings:
    """Check the `system` object of a configuration. Raises ConfigError that names the option."""
    return PipedriveSettings(credentials(system), *(str(system.get(name) or "").strip() for name in ("opt_out_field", "deal_key_field")))
