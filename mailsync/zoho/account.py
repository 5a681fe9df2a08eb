"""The account of one of Zoho's CRMs, as a form gives it, and where its API is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import AuthError, known_values
from mailsync.zoho import sign_in
from mailsync.zoho.data_centers import ENVIRONMENTS, data_center, data_center_of
from mailsync.zoho.product import Product
from mailsync.zoho.sign_in import ZohoCredentials


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
    environment = str(system.get("environment") or "production")
    if environment not in ENVIRONMENTS:
        raise known_values("environment", environment, ENVIRONMENTS)
    found = sign_in.parse(system, system.get("base_urls"))
    return Account(product, found.center.slug, environment, found.credentials, found.api_url)


def form(name: str, scopes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The properties of the form of `system` in a destination; `name` is the system's, `scopes` what the refresh token is made with."""
    return sign_in.form(name, scopes) | {
        "environment": {
            "type": "string",
            "title": "Environment",
            "description": "The environment for which the refresh token was made.",
            "enum": list(ENVIRONMENTS),
            "default": "production",
            "order": 2,
        }
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
