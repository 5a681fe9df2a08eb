"""Answers in the vendor's shapes: bare JSON values, `{"error", "code"}` for a refusal, or PHP's form (docs/systems/mailigen.md#wire)."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from emulators.mailigen.account import Account
from emulators.mailigen.errors import INVALID_KEY, MailigenError

OTHER_CODES = 7000  # added to every code but 104 under the reading that they are not MailChimp's


def coded(account: Account, code: int) -> int:
    """The number under which a refusal travels."""
    return code if code == INVALID_KEY or account.reading("error_codes") == "like_mailchimp" else code + OTHER_CODES


def answered(account: Account, value: Any, form: str) -> Response:
    """A success."""
    if value is True and account.reading("truth") == "text":
        value = "true"
    return _rendered(value, form)


def refused(account: Account, error: MailigenError, form: str) -> Response:
    """A refusal of the whole call."""
    status = 200 if account.reading("error_status") == "http_200" else 400
    return _rendered({"error": error.message, "code": coded(account, error.code)}, form, status)


def blocked(account: Account) -> Response:
    """Too many calls, under the chosen reading; no source tells of any limit."""
    status = int(account.reading("blocked_answer")[5:])
    return Response(b"<html><body><h1>Too many requests</h1></body></html>", status, media_type="text/html")


def _rendered(value: Any, form: str, status: int = 200) -> Response:
    if form == "php":
        return Response(serialized(value), status, media_type="text/plain;charset=UTF-8")
    return Response(orjson.dumps(value), status, media_type="application/json;charset=UTF-8")


def serialized(value: Any) -> str:
    """PHP's `serialize`; a list is an array with numbers as keys."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, float):
        return f"d:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    return f"a:{len(pairs)}:{{{''.join(serialized(key) + serialized(inner) for key, inner in pairs)}}}"
