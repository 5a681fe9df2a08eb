"""Getting in: an API token in the header, or OAuth with one access token renewed in time (docs/systems/pipedrive.md#authentication)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.pipedrive.sign_in import Credentials

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path, not a secret
RENEW_BEFORE_END_S = 300.0
TOKEN_PATIENCE = Patience(tries=4, total_s=60.0)


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
