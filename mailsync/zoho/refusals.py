"""What the error answers of Zoho's CRMs mean: one table from (status, code) to what happens next.

The vendor puts the same fault under several statuses (a missing scope is 401 on some paths and 403 on others), so the code decides where there
is one. Source: Zoho CRM API v8, Status Codes and the error tables of each page; recorded answers; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mailsync.errors import AuthError, ConfigError, MailsyncError, RateLimited, VendorUnavailable
from mailsync.http import Answer
from mailsync.zoho.data_centers import DATA_CENTERS
from mailsync.zoho.product import Product

TOKEN_CODES = frozenset({"INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE"})
LIMIT_CODES = frozenset({"TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"})
UNAVAILABLE_CODES = frozenset({"INTERNAL_ERROR", "SERVICE_UNAVAILABLE"})
NOT_IN_THIS_EDITION = frozenset({"FEATURE_NOT_ENABLED", "API_NOT_SUPPORTED"})


class CrmRefusal(MailsyncError):
    """The vendor understood the call and refuses it. The caller knows whether `code` is the user's to mend; uncaught it is a bug of ours."""

    def __init__(self, message: str, *, code: str, details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class TokenRefused(MailsyncError):
    """The access token is not accepted; a new one may be."""


def refusal(answer: Answer, method: str, path: str, product: Product) -> MailsyncError:
    """The error of an answer that is no success. Its text names method, path, status and code, and never a value of the answer's data."""
    body = _body(answer)
    code = str(body.get("code") or "no code")
    details = body.get("details") if isinstance(body.get("details"), Mapping) else {}
    asked = f"{product.name} answered HTTP {answer.status} {code} to {method} {path}"
    if code in LIMIT_CODES or answer.status == 429:
        return RateLimited(f"{asked}: too many calls, or the day's credits are spent.")
    if code in TOKEN_CODES:
        return TokenRefused(asked)
    if answer.status >= 500 or code in UNAVAILABLE_CODES or not body:
        return VendorUnavailable(f"{asked}.")
    told = _for_the_user(code, details or {}, product.scopes_of(path), asked)
    return told or CrmRefusal(f"{asked}{_named(details or {})}.", code=code, details=details or {})


def _for_the_user(code: str, details: Mapping[str, Any], scopes: tuple[str, ...], asked: str) -> MailsyncError | None:
    if code == "OAUTH_SCOPE_MISMATCH":
        return AuthError(f"{asked}: the refresh token lacks the scope {' or '.join(scopes)}. Create a refresh token with it and save it here.")
    if code == "INVALID_HOST":
        return AuthError(
            f"{asked}: the account lives in another data centre. Set data_center to where it lives: one of {', '.join(sorted(DATA_CENTERS))}."
        )
    if code == "NO_PERMISSION":
        named = ", ".join(map(str, details.get("permissions") or ())) or "a permission it does not name"
        return ConfigError(f"{asked}: the user behind the token lacks {named}. Give it to that user's profile, or use another user's token.")
    if code in NOT_IN_THIS_EDITION:
        return ConfigError(f"{asked}: the account's edition or settings do not offer this to the API. Leave the stream out, or upgrade the account.")
    return None


def _named(details: Mapping[str, Any]) -> str:
    """Names of fields, parameters and limits in the details; values are left out, they may be personal."""
    keys = ("api_name", "param_name", "field", "column_name", "clause", "limit", "near", "reason")
    shown = [f"{key} {details[key]}" for key in keys if isinstance(details.get(key), str | int) and len(str(details[key])) <= 60]
    return f" ({', '.join(shown)})" if shown else ""


def _body(answer: Answer) -> Mapping[str, Any]:
    """The error envelope; some calls wrap it in a list of their own. Empty where the body is no JSON (an HTML error page, a redirect)."""
    try:
        body = orjson.loads(answer.body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    while isinstance(body, Mapping) and "code" not in body:
        rows = next((value for value in body.values() if isinstance(value, list) and value), None)
        if rows is None:
            return {}
        body = rows[0]
    return body if isinstance(body, Mapping) else {}
