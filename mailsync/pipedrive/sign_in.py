"""What a form gives to let us into a Pipedrive company: an API token, or the three of OAuth (docs/systems/pipedrive.md#authentication)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.loopback import checked_base_url
from mailsync.pipedrive.endpoints import GLOBAL_API, OAUTH, company_url

METHODS = ("api_token", "oauth")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the user gives. Either `api_token`, or the three of OAuth. URLs are None where the vendor's own are meant."""

    method: str
    api_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    company_domain: str = ""
    api_url: str | None = None
    oauth_url: str = OAUTH

    @property
    def base_urls(self) -> tuple[str, str]:
        """Where calls go, as far as it is known before a token is: API and token endpoint."""
        return self.api_url or (company_url(self.company_domain) if self.company_domain else GLOBAL_API), self.oauth_url

    @property
    def identity(self) -> tuple[str, str]:
        """What tells two connections of one process apart."""
        return self.base_urls[0], self.api_token or self.refresh_token


def credentials(system: Mapping[str, Any]) -> Credentials:
    """The `system` part of a configuration. Raises ConfigError naming the option."""
    given = system.get("credentials") or {}
    method = str(given.get("method"))
    if method not in METHODS:
        raise known_values("system.credentials.method", method, METHODS)
    urls = {name: checked_base_url(f"base_urls.{name}", str(url)) for name, url in (system.get("base_urls") or {}).items() if url}
    domain = str(system.get("company_domain") or "").strip().lower()
    if domain and not domain.replace("-", "").isalnum():
        raise ConfigError(
            f"system.company_domain is {domain!r}; it is the first part of your Pipedrive address alone, as in acme for acme.pipedrive.com."
        )
    names = ("api_token",) if method == "api_token" else ("client_id", "client_secret", "refresh_token")
    secrets = {name: _secret(given, name) for name in names}
    return Credentials(method, **secrets, company_domain=domain, api_url=urls.get("api"), oauth_url=urls.get("oauth", OAUTH))


def _secret(given: Mapping[str, Any], name: str) -> str:
    value = str(given.get(name) or "").strip()
    if not value:
        place = "Pipedrive (Personal preferences, API)" if name == "api_token" else "your app in Pipedrive's developer hub"
        raise ConfigError(f"system.credentials.{name} is empty. Copy it from {place}.")
    return value
