"""One account's private tree over HTTP: reads that are repeated until they answer, writes that are made once.

The vendor documents neither errors nor limits of this tree (docs/systems/zoho_survey.md#errors). So a refusal is what has `errormessage`, whatever
the status; one that speaks of a limit is a limit; HTTP 401 is the token, and the other spelling of the header is tried before a new token is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailsync.clock import VendorClock
from mailsync.errors import AuthError, ConfigError, RateLimited, TransientError, VendorUnavailable
from mailsync.http import Answer, Http, Patience, retrying
from mailsync.vendor_words import without_addresses
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho_survey.access import LABEL, READING_SCOPES, Access

BASE = "/survey/api/v1/private"
SCHEMES = ("Bearer", "Zoho-oauthtoken")
# No number is published. A minute is what Zoho's other products lock for at least.
LIMIT_WAIT_S = 60.0
PATIENCE = Patience()


class SurveyRefusal(ConfigError):
    """The vendor refused one call and will refuse it again. `status` and `code` as it said them."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class _TokenRefused(Exception):
    """HTTP 401."""


class SurveyClient:
    """Not thread-safe; one for each stream."""

    def __init__(
        self,
        access: Access,
        *,
        account: ZohoAccount,
        http: Http,
        clock: VendorClock,
        on_wait: Callable[[TransientError, float], None] | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._access = access
        self._account = account
        self._http = http
        self._clock = clock
        self._on_wait = on_wait
        self._patience = patience
        self._schemes = list(SCHEMES)
        self.calls = 0

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The parsed answer of a GET below the tree. Raises SurveyRefusal, AuthError, TransientError."""

        def once() -> Any:
            answer = self._authorised("GET", path, params=params)
            return answer.json()

        return retrying(once, clock=self._clock, patience=self._patience, on_wait=self._on_wait)

    def write(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The parsed answer of a POST, None for an empty one: one request, repeated only after a token that was refused.

        Raises SurveyRefusal, AuthError and RateLimited where it took no effect, VendorUnavailable where nobody knows.
        """
        answer = self._authorised("POST", path, json=body, headers=headers)
        return answer.json() if answer.body.strip() else None

    def _authorised(self, method: str, path: str, **request: Any) -> Answer:
        """Each spelling of the header, then each with a new token."""
        for _ in range(2):
            token = self._account.token()
            for scheme in tuple(self._schemes):
                try:
                    answer = self._call(method, path, f"{scheme} {token.value}", **request)
                except _TokenRefused:
                    continue
                self._schemes.sort(key=lambda known, worked=scheme: known != worked)  # type: ignore[misc]  # bound now, used now
                return answer
            self._account.reject(token)
        raise AuthError(
            f"{LABEL} refused {method} {_place(path)} with HTTP 401, although the token was made a moment ago: is a scope missing? "
            f"It needs {', '.join(READING_SCOPES)}; invitations ZohoSurvey.surveybuilder.CREATE as well. "
            "Or does the account live in another data centre?"
        )

    def _call(self, method: str, path: str, authorization: str, **request: Any) -> Answer:
        headers = {**(request.pop("headers", None) or {}), "Authorization": authorization}
        answer = self._http.call(method, self._access.api_url, BASE + path, headers=headers, **request)
        self._clock.observe(answer.headers.get("date"))
        self.calls += 1
        if answer.status == 401:
            raise _TokenRefused
        if error := _error(answer, f"{method} {_place(path)}"):
            raise error
        return answer


def _error(answer: Answer, asked: str) -> Exception | None:
    """What an answer other than a success means."""
    said = _said(answer)
    if said is None and 200 <= answer.status < 300:
        return None
    code, words = said or ("no code", "")
    told = f"{LABEL} answered {asked} with HTTP {answer.status}, {code}{f': {words}' if words else ''}."
    if answer.status == 429 or "limit" in f"{code} {words}".lower():
        return RateLimited(f"{told} This is taken for too many calls.", retry_after=LIMIT_WAIT_S)
    if answer.status >= 500:
        return VendorUnavailable(told)
    if answer.status == 403:
        return AuthError(f"{told} The user of this token may not do that.")
    return SurveyRefusal(f"{told} Does it still exist, and may this user see it?", status=answer.status, code=code)


def _said(answer: Answer) -> tuple[str, str] | None:
    """Code and words of a refusal; None where the body holds none."""
    if not answer.body.lstrip().startswith(b"{"):
        return None
    body = answer.json()
    if "errormessage" not in body:
        return None
    return str(body.get("code") or "no code"), without_addresses(str(body["errormessage"]))


def _place(path: str) -> str:
    """A path without its ids: `…/collectors/metainfo`."""
    kinds = ("portals", "departments", "surveys", "collectors", "distributions", "webhooks")
    parts = path.strip("/").split("/")
    return "/" + "/".join(
        "…" if before in kinds and part not in ("metainfo", "email") else part for before, part in zip(["", *parts], parts, strict=False)
    )
