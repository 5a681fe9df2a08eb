"""How a form lets us into an account of any product of Zoho: data centre, client, refresh token; and the hosts that replace the data centre's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from mailsync.loopback import checked_base_url
from mailsync.zoho.data_centers import DATA_CENTERS, DataCenter, data_center

REQUIRED = ("name", "data_center", "client_id", "client_secret", "refresh_token")

ACCOUNT_NAME = {
    "type": "string",
    "title": "Account name",
    "description": "Names this account in the ledger. Needed only when several accounts of one data centre share a ledger.",
    "order": 6,
}
"""Of products whose API does not tell which organisation it is."""


@dataclass(frozen=True, slots=True)
class ZohoCredentials:
    """What the user gives; never printed (repr is off for the secrets)."""

    accounts_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """`api_url`, without a trailing slash, is None unless the user overrides it."""

    center: DataCenter
    credentials: ZohoCredentials = field(repr=False)
    api_url: str | None


def parse(raw: Mapping[str, Any], base_urls: Any, *, name: str = "system") -> SignIn:
    """Of the object `name` of a form; `base_urls` is the one of `system`. Raises ConfigError naming the option and what is accepted."""
    center, urls = data_center(_text(raw, "data_center", name)), base_urls or {}
    if not isinstance(urls, Mapping):
        raise ConfigError("system.base_urls must be an object with accounts and api.")
    given = {which: checked_base_url(f"system.base_urls.{which}", str(url)) for which, url in urls.items() if url}
    credentials = ZohoCredentials(
        accounts_url=given.get("accounts", center.accounts),
        client_id=_text(raw, "client_id", name),
        client_secret=_text(raw, "client_secret", name),
        refresh_token=_text(raw, "refresh_token", name),
    )
    return SignIn(center, credentials, given.get("api"))


def form(name: str, scopes: Sequence[str], *, of: str = "") -> dict[str, dict[str, Any]]:
    """The properties of `system` in a destination; `scopes` are what the refresh token is made with, `of` says by whom."""
    secret = {"type": "string", "airbyte_secret": True}
    urls = {"accounts": {"type": "string", "title": "Accounts server"}, "api": {"type": "string", "title": "API server"}}
    return {
        "name": {"type": "string", "const": name, "default": name, "order": 0},
        "data_center": {
            "type": "string",
            "title": "Data centre",
            "description": "Where the account lives: the end of the address you see when signed in (zoho.eu is eu, zoho.com is us).",
            "enum": list(DATA_CENTERS),
            "default": "us",
            "order": 1,
        },
        "client_id": {"type": "string", "title": "Client ID", "description": "From the Zoho API console.", "order": 3},
        "client_secret": {**secret, "title": "Client secret", "description": "From the Zoho API console.", "order": 4},
        "refresh_token": {**secret, "title": "Refresh token", "description": f"{of}Made with the scopes {', '.join(scopes)}.", "order": 5},
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Other hosts than the data centre's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 20,
            "properties": urls,
        },
    }


def account_in_ledger(product: str, center: DataCenter, raw: Mapping[str, Any]) -> str:
    """What the ledger calls the account. Keys, tokens and administrators change; the account stays the same."""
    name = str(raw.get("account_name") or "").strip()
    return f"{product}:{center.slug}:{name}" if name else f"{product}:{center.slug}"


def _text(raw: Mapping[str, Any], option: str, name: str) -> str:
    value = raw.get(option)
    if not isinstance(value, str) or not value.strip():
        where = "" if option == "data_center" else " Copy it from the Zoho API console."
        raise ConfigError(f"{name}.{option} is missing or empty.{where}")
    return value.strip()
