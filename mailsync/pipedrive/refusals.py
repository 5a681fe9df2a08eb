"""What Pipedrive's error answers mean: from status, code and text to what happens next (docs/systems/pipedrive.md#errors).

Both limits are HTTP 429. The daily one is recognised by its text, then by a `Retry-After` of more than a few seconds, then by the header that says
that no tokens are left; what remains is the two-second burst. An HTML 403 is the wall in front of clients that ignored 429.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mailsync.errors import AuthError, ConfigError, MailsyncError, RateLimited, VendorUnavailable
from mailsync.http import Answer

DAILY_TEXT = "daily request budget"
BURST_WAIT_S = 2.0
# "Wait a quarter of an hour" is ours: the vendor does not say how long the wall stands.
WALL_WAIT_S = 900.0
# Where a daily 429 does not say when the budget is new.
NEXT_DAY_S = 86_400.0
LONG_WAIT_S = 10.0
SCOPES = {
    "persons": "contacts:read",
    "organizations": "contacts:read",
    "personFields": "contacts:read",
    "organizationFields": "contacts:read",
    "filters": "contacts:read",
    "notes": "contacts:read",
    "deals": "deals:read",
    "dealFields": "deals:read",
    "pipelines": "deals:read",
    "stages": "deals:read",
    "activities": "activities:read",
    "activityTypes": "activities:read",
    "users": "users:read",
    "leads": "leads:read",
    "leadLabels": "leads:read",
}


class PipedriveRefusal(MailsyncError):
    """The vendor understood the call and refuses it. The caller knows whether it is the user's to mend; uncaught it is a bug of ours."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class TokenRefused(MailsyncError):
    """The credential is not accepted; a new access token may be."""


class BurstLimited(RateLimited):
    """Too many calls in two seconds."""


class DailyBudgetSpent(RateLimited):
    """The company's tokens of the day are used up, by whatever program."""


class Blocked(RateLimited):
    """The wall: calls went on after 429."""


def refusal(answer: Answer, method: str, path: str) -> MailsyncError:
    """The error of an answer that is no success. Its text names method, path, status and code, and no value of the answer's data."""
    body = _body(answer)
    code = str((body or {}).get("code") or (body or {}).get("errorCode") or "no code")
    asked = f"Pipedrive answered HTTP {answer.status} ({code}) to {method} {path}"
    if answer.status == 429:
        return _limited(answer, body or {}, asked)
    if answer.status == 401:
        return TokenRefused(asked)
    if answer.status >= 500:
        return VendorUnavailable(f"{asked}.")
    if body is None:
        return _no_json(answer, asked)
    return _for_the_user(answer.status, code, body, path, asked) or PipedriveRefusal(f"{asked}.", status=answer.status, code=code)


def _limited(answer: Answer, body: Mapping[str, Any], asked: str) -> RateLimited:
    wait = _seconds(answer.headers.get("retry-after"))
    said = str(body.get("error") or "").lower()
    spent = answer.headers.get("x-daily-ratelimit-token-remaining") == "0"
    if DAILY_TEXT in said or (wait is not None and wait > LONG_WAIT_S) or spent:
        when = f" It is new in {wait / 3600:.1f} hours." if wait else " It is new at midnight of the vendor's."
        return DailyBudgetSpent(
            f"{asked}: the company's daily token budget is spent; all programs of the company share it.{when} "
            "What was read so far is kept: run again then, sync less often, or buy tokens.",
            retry_after=wait or NEXT_DAY_S,
        )
    return BurstLimited(f"{asked}: too many calls in two seconds.", retry_after=_seconds(answer.headers.get("x-ratelimit-reset")) or BURST_WAIT_S)


def _no_json(answer: Answer, asked: str) -> MailsyncError:
    if answer.status == 403:
        return Blocked(
            f"{asked} with a web page instead of data: the vendor blocks this address because calls went on after its limit was reached. "
            "Stop every program that uses this token for a quarter of an hour, then run again.",
            retry_after=WALL_WAIT_S,
        )
    return VendorUnavailable(f"{asked} with a body that is not JSON.")


def _for_the_user(status: int, code: str, body: Mapping[str, Any], path: str, asked: str) -> MailsyncError | None:
    if status == 402:
        return ConfigError(
            f"{asked}: the company's account is closed (a trial that ended, or an unpaid bill). Open it in Pipedrive's billing settings."
        )
    if status == 403 and "scope" in str(body.get("error") or "").lower():
        return AuthError(
            f"{asked}: the app lacks the scope {scope_of(path)}. Add it to the app in Pipedrive's developer hub, and install the app again."
        )
    if status == 403 and code.startswith("feature_capping"):
        return ConfigError(f"{asked}: the plan's limit is reached. Upgrade the plan, or delete what is not needed.")
    if status == 415:
        return ConfigError(f"{asked}: the account's plan does not have this feature.")
    return None


def scope_of(path: str) -> str:
    """The OAuth scope that a path needs for reading."""
    parts = [part for part in path.split("/") if part not in ("", "api", "v1", "v2")]
    return SCOPES.get(parts[0], "base") if parts else "base"


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _body(answer: Answer) -> Mapping[str, Any] | None:
    """The error envelope; None where the body is no JSON object."""
    try:
        body = orjson.loads(answer.body or b"{}")
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, Mapping) else None
