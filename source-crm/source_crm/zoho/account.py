"""The account of one of Zoho's CRMs, as the form gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.loopback import checked_base_url
from mailsync.zoho.accounts import ZohoCredentials
from mailsync.zoho.data_centers import ENVIRONMENTS, data_center
from mailsync.zoho.product import Product


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


def parse(product: Product, system: Mapping[str, Any]) -> Account:
    """The account of a form's `system`. Raises ConfigError naming the option and what is accepted."""
    center = data_center(str(system.get("data_center")))
    environment = str(system.get("environment") or "production")
    if environment not in ENVIRONMENTS:
        raise known_values("environment", environment, ENVIRONMENTS)
    urls = {name: checked_base_url(f"base_urls.{name}", str(url)) for name, url in (system.get("base_urls") or {}).items() if url}
    credentials = ZohoCredentials(
        accounts_url=urls.get("accounts", center.accounts),
        client_id=_secret(system, "client_id"),
        client_secret=_secret(system, "client_secret"),
        refresh_token=_secret(system, "refresh_token"),
    )
    return Account(product, center.slug, environment, credentials, urls.get("api"))


def _secret(system: Mapping[str, Any], name: str) -> str:
    value = str(system.get(name) or "").strip()
    if not value:
        raise ConfigError(f"system.{name} is empty. Copy it from the Zoho API console.")
    return value
