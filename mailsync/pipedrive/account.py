"""Getting in: an API token in the header, or OAuth with one access token renewed in time (docs/systems/pipedrive.md#authentication)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, ConfigError, TransientError, VendorUnavailable, known_values
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.loopback import checked_base_url
from mailsync.pipedrive.endpoints import GLOBAL_API, OAUTH, company_url

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path, not a secret
RENEW_BEFORE_END_S = 300.0
TOKEN_PATIENCE = Patience(tries=4, total_s=60.0)
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


@dataclass(frozen=True, slots=True)
class Access:
    """A living access token. `ends_at` in the vendor's epoch seconds."""

    value: str = field(repr=False)
    ends_at: float
    api_domain: str | None
    scopes: frozenset[str]


class Account:
    """The one holder of credentials of a process. Thread-safe."""

    def __init__(
        self,
        given: Credentials,
        *,
        http: Http,
        clock: VendorClock,
        on_secret: Callable[[str], None] | None = None,
        on_wait: Callable[[TransientError, float], None] | None = None,
    ) -> None:
        """`on_secret` is told each new token, so that the host's log masking knows it; `on_wait(error, seconds)` before each wait."""
        self.credentials = given
        self._http, self._clock = http, clock
        self._on_secret, self._on_wait = on_secret, on_wait
        self._lock = threading.Lock()
        self._access: Access | None = None

    def base_url(self) -> str:
        """Where the API is: the override, else the host of the token answer, else the configured one. May renew the token."""
        known = self.credentials.base_urls[0]
        if self.credentials.api_url or self.credentials.method == "api_token":
            return known
        return (self.access().api_domain or known).rstrip("/")

    def authorization(self) -> dict[str, str]:
        """The header of a call. Raises AuthError, VendorUnavailable."""
        if self.credentials.method == "api_token":
            return {"x-api-token": self.credentials.api_token}
        return {"Authorization": f"Bearer {self.access().value}"}

    def access(self) -> Access:
        """The access token, with at least five minutes to live."""
        with self._lock:
            if self._access is None or self._access.ends_at - self._clock.now() < RENEW_BEFORE_END_S:
                self._access = retrying(self._renewed, clock=self._clock, patience=TOKEN_PATIENCE, on_wait=self._on_wait)
            return self._access

    def reject(self, headers: Mapping[str, str]) -> bool:
        """The vendor refused the token of these headers. Whether another one can be had."""
        if self.credentials.method == "api_token":
            return False
        with self._lock:
            if self._access is not None and headers.get("Authorization") == f"Bearer {self._access.value}":
                self._access = None
        return True

    def refused(self, asked: str) -> AuthError:
        """What the user has to do when the credential is not accepted."""
        if self.credentials.method == "api_token":
            return AuthError(
                f"{asked}: the API token is not valid. It ends when its user makes a new one or is deactivated; copy the present one from "
                "Pipedrive (Personal preferences, API) and save it here."
            )
        return AuthError(
            f"{asked}: a token made a moment ago is refused. Was the app removed from the company? Install it again and save its refresh token."
        )

    def _renewed(self) -> Access:
        given = self.credentials
        basic = base64.b64encode(f"{given.client_id}:{given.client_secret}".encode()).decode()
        answer = self._http.call(
            "POST",
            given.oauth_url,
            TOKEN_PATH,
            headers={"Authorization": f"Basic {basic}"},
            form={"grant_type": "refresh_token", "refresh_token": given.refresh_token},
        )
        self._clock.observe(answer.headers.get("date"))
        access = _read(answer, self._clock.now())
        if self._on_secret:
            self._on_secret(access.value)
        return access


def _read(answer: Answer, now: float) -> Access:
    if answer.status >= 500 or answer.status == 429:
        raise VendorUnavailable(f"Pipedrive's OAuth server answered HTTP {answer.status} while renewing the access token.")
    body = answer.json()
    if not isinstance(body, dict):
        raise VendorUnavailable("Pipedrive's OAuth server answered the token renewal with something that is not an object.")
    if body.get("access_token"):
        scopes = frozenset(str(body.get("scope") or "").replace(",", " ").split())
        return Access(str(body["access_token"]), now + float(body.get("expires_in") or 3600), body.get("api_domain"), scopes)
    code = str(body.get("error") or "no error code")
    if code == "invalid_client":
        raise AuthError(
            "Pipedrive says invalid_client: the client id or the client secret is wrong. Copy both from your app in Pipedrive's developer hub."
        )
    raise AuthError(
        f"Pipedrive says {code} (HTTP {answer.status}) to the refresh token: it was mistyped, the app was removed from the company, or it was not "
        "used for sixty days. Install the app again and save the new refresh token here."
    )
