"""Zoho accounts: one access token, refreshed in time and under a lock, errors told apart by body and not by status.

Facts: the accounts server answers errors with HTTP 200 and an `error` key; ten tokens in ten minutes per refresh token, answered by HTTP 400
with `"status": "failure"` and a translated text; a token lives one hour and no new refresh token is returned.
Source: Zoho accounts protocol pages and recorded answers, checked 2026-11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, RateLimited, TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.zoho.data_centers import DATA_CENTERS
from mailsync.zoho.sign_in import ZohoCredentials

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret
RENEW_BEFORE_END_S = 300.0
# Reports say the limit clears after 15 to 30 minutes without calls; ten minutes is the documented window.
TOKEN_LIMIT_WAIT_S = 600.0
TOKEN_PATIENCE = Patience(tries=4, total_s=1900.0)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`ends_at` in the vendor's epoch seconds. `api_domain` is the CRM API host of the account's data centre; `scopes` may be empty."""

    value: str = field(repr=False)
    ends_at: float
    api_domain: str | None
    scopes: frozenset[str]


class ZohoAccount:
    """The one refresher of a process. Thread-safe."""

    def __init__(
        self,
        credentials: ZohoCredentials,
        *,
        http: Http,
        clock: VendorClock,
        on_secret: Callable[[str], None] | None = None,
        on_wait: Callable[[TransientError, float], None] | None = None,
        patience: Patience = TOKEN_PATIENCE,
    ) -> None:
        """`on_secret` is told each new token, so that the host's log masking knows it; `on_wait(error, seconds)` before each wait.

        `patience` is shorter where a person waits (`check`): the token limit takes ten minutes to clear.
        """
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._on_secret = on_secret
        self._on_wait = on_wait
        self._patience = patience
        self._lock = threading.Lock()
        self._token: AccessToken | None = None

    def token(self) -> AccessToken:
        """A token with at least five minutes to live. Raises AuthError, RateLimited, VendorUnavailable."""
        with self._lock:
            if self._token is None or self._token.ends_at - self._clock.now() < RENEW_BEFORE_END_S:
                self._token = retrying(self._refresh, clock=self._clock, patience=self._patience, on_wait=self._on_wait)
            return self._token

    def reject(self, token: AccessToken) -> None:
        """Say that the vendor refused this token; the next `token()` is a new one. Ignored when another thread renewed it already."""
        with self._lock:
            if self._token is not None and self._token.value == token.value:
                self._token = None

    def authorization(self) -> dict[str, str]:
        """The request header of a valid token."""
        return {"Authorization": f"Zoho-oauthtoken {self.token().value}"}

    def _refresh(self) -> AccessToken:
        credentials = self._credentials
        answer = self._http.call(
            "POST",
            credentials.accounts_url,
            TOKEN_PATH,
            form={
                "grant_type": "refresh_token",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "refresh_token": credentials.refresh_token,
            },
        )
        self._clock.observe(answer.headers.get("date"))
        token = _read(answer, self._clock.now())
        if self._on_secret:
            self._on_secret(token.value)
        return token


def _read(answer: Answer, now: float) -> AccessToken:
    if answer.status >= 500:
        raise VendorUnavailable(f"Zoho accounts answered HTTP {answer.status} while renewing the access token.")
    body = answer.json()
    if not isinstance(body, dict):
        raise VendorUnavailable("Zoho accounts answered the token renewal with something that is not an object.")
    if "access_token" in body:
        scopes = frozenset(str(body.get("scope", "")).replace(",", " ").split())
        return AccessToken(str(body["access_token"]), now + float(body.get("expires_in", 3600)), body.get("api_domain"), scopes)
    raise _refusal(answer.status, body)


def _refusal(status: int, body: dict[str, object]) -> Exception:
    code = str(body.get("error", "no error code"))
    if body.get("status") == "failure":  # with HTTP 400, or 200 in older recordings; the texts are translated
        return RateLimited(
            "Zoho accounts gives no more tokens for now: ten in ten minutes are allowed per refresh token. Another program may use the same one.",
            retry_after=TOKEN_LIMIT_WAIT_S,
        )
    if code == "invalid_code":
        return AuthError(
            "Zoho says invalid_code: the refresh token is revoked, mistyped, or of another data centre. Create a new one and save it here."
        )
    if code in ("invalid_client", "invalid_client_secret"):
        centers = ", ".join(sorted(DATA_CENTERS))
        return AuthError(
            f"Zoho says {code}: the client id or secret is wrong, or the client was made in another data centre. "
            f"Check both, and data_center (one of {centers}) against the address bar of your Zoho account."
        )
    if code == "general_error" or status == 429:
        return VendorUnavailable(f"Zoho accounts says {code} while renewing the access token.")
    return AuthError(f"Zoho accounts refused to renew the access token (HTTP {status}, {code}). Check client id, secret and refresh token.")
