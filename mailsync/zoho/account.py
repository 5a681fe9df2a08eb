"""The account of one of Zoho's CRMs, as a form gives it, and where its API is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import AuthError, ConfigError, known_values
from mailsync.loopback import checked_base_url
from mailsync.zoho.accounts import ZohoCredentials
from mailsync.zoho.data_centers import DATA_CENTERS, ENVIRONMENTS, data_center, data_center_of
from mailsync.zoho.product import Product

REQUIRED = ("name", "data_center", "client_id", "client_secret", "refresh_token")


@dataclass(frozen=True, slots=True)
class Account:
    """Where the account lives and how to get in. `api_url` is None unless the user overrides it."""

    product: Product
    data_center: str
    environment: str
    credentials: ZohoCredentials = field(repr=False)
    api_url: str | None

    @property
    def expected_api_url(self) -> str:
        """The API host that belongs to the chosen data centre and environment."""
        return self.api_url or self.product.host(data_center(self.data_center), self.environment)

    @property
    def base_urls(self) -> tuple[str, str]:
        """Every host that is called."""
        return self.credentials.accounts_url, self.expected_api_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return self.credentials.client_secret, self.credentials.refresh_token


def parse(product: Product, system: Mapping[str, Any]) -> Account:
    """The account of a form's `system`. Raises ConfigError naming the option and what is accepted."""
    center = data_center(str(system.get("data_center")))
    environment = str(system.get("environment") or "production")
    if environment not in ENVIRONMENTS:
        raise known_values("environment", environment, ENVIRONMENTS)
    given = system.get("base_urls") or {}
    if not isinstance(given, Mapping):
        raise ConfigError("system.base_urls must be an object with accounts and api.")
    urls = {name: checked_base_url(f"base_urls.{name}", str(url)) for name, url in given.items() if url}
    credentials = ZohoCredentials(
        accounts_url=urls.get("accounts", center.accounts),
        client_id=_secret(system, "client_id"),
        client_secret=_secret(system, "client_secret"),
        refresh_token=_secret(system, "refresh_token"),
    )
    return Account(product, center.slug, environment, credentials, urls.get("api"))


def form(name: str, scopes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The properties of the form of `system` in a destination; `name` is the system's, `scopes` what the refresh token is made with."""
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
        "environment": {
            "type": "string",
            "title": "Environment",
            "description": "The environment for which the refresh token was made.",
            "enum": list(ENVIRONMENTS),
            "default": "production",
            "order": 2,
        },
        "client_id": {"type": "string", "title": "Client ID", "description": "From the Zoho API console.", "order": 3},
        "client_secret": {**secret, "title": "Client secret", "description": "From the Zoho API console.", "order": 4},
        "refresh_token": {**secret, "title": "Refresh token", "description": f"Made with the scopes {', '.join(scopes)}.", "order": 5},
        "base_urls": {
            "type": "object",
            "title": "Base URLs",
            "description": "Other hosts than the data centre's own, for local emulators: https, or http on loopback.",
            "airbyte_hidden": True,
            "order": 20,
            "properties": urls,
        },
    }


def base_url(where: Account, api_domain: str | None) -> str:
    """Where the API is: the configured override, else where product, data centre and token answer say; the last two must agree."""
    if where.api_url or not api_domain:
        return where.expected_api_url
    actual = data_center_of(api_domain)
    if actual is not None and actual.slug != where.data_center:
        raise AuthError(
            f"data_center is {where.data_center}, and Zoho says that this account lives in {actual.slug} ({actual.label}). "
            f"Set data_center to {actual.slug}."
        )
    if not where.product.token_names_host:
        return where.expected_api_url
    return api_domain.rstrip("/") if where.environment == "production" or actual is None else where.expected_api_url


def _secret(system: Mapping[str, Any], name: str) -> str:
    value = str(system.get(name) or "").strip()
    if not value:
        raise ConfigError(f"system.{name} is empty. Copy it from the Zoho API console.")
    return value
