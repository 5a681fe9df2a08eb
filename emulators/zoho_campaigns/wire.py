"""Answers in the vendor's envelope: XML unless JSON was asked for, outcome in `code` (docs/systems/zoho_campaigns.md#wire)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson
from starlette.responses import Response

VERSION = "1.1"
LOCKED_TEXT = "You have crossed the maximum number of API calls allowed: URL rolling throttles limit exceeded. Please try again after some time."
LOCKED_CODE = "URL_ROLLING_THROTTLES_LIMIT_EXCEEDED"
LOCKED_NUMBER = 4000
HTML = (
    b"<!DOCTYPE html><html><head><title>Zoho Campaigns</title></head><body><h3>Access has been restricted. Please try again later.</h3></body></html>"
)


def envelope(uri: str, code: int, message: str, *, as_number: bool) -> dict[str, Any]:
    """What every answer holds."""
    return {
        "message": message,
        "status": "success" if code in (0, 200) else "error",
        "code": code if as_number else str(code),
        "uri": uri,
        "version": VERSION,
    }


def rendered(body: Mapping[str, Any], *, as_json: bool, wrapped: bool = False, status: int = 200) -> Response:
    """One answer. `wrapped` puts the JSON into `{"response": …}`; XML always has that root."""
    if as_json:
        return Response(orjson.dumps({"response": body} if wrapped else body), status, media_type="application/json;charset=UTF-8")
    return Response(xml(body), status, media_type="application/xml;charset=UTF-8")


def unauthorized(uri: str, *, capitals: bool) -> Response:
    """HTTP 401 of the authentication layer, which writes `Code` and `URI` its own way and answers JSON whatever was asked."""
    names = ("URI", "Code") if capitals else ("uri", "code")
    body = {"message": "Unauthorized request.", "version": VERSION, names[0]: uri, names[1]: "1007", "status": "error"}
    return Response(orjson.dumps(body), 401, media_type="application/json;charset=UTF-8")


def locked(uri: str, reading: str) -> Response:
    """What a locked endpoint answers, under the chosen reading."""
    status, shape = int(reading[5:8]), reading[9:]
    if shape == "html":
        return Response(HTML, status, media_type="text/html;charset=UTF-8")
    code = LOCKED_NUMBER if shape == "number_code" else LOCKED_CODE
    body = {"message": LOCKED_TEXT, "status": "error", "code": code, "uri": uri, "version": VERSION}
    return Response(orjson.dumps(body), status, media_type="application/json;charset=UTF-8")


def xml(body: Mapping[str, Any]) -> str:
    """The XML twin of a JSON body: records become `<fl val="…">` lists."""
    attributes = f'uri={quoteattr(str(body.get("uri", "")))} version="{VERSION}"'
    inner = "".join(_element(name, value) for name, value in body.items() if name not in ("uri", "version"))
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<response {attributes}>{inner}</response>'


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return f"<{name}>{''.join(_row(name, row) for row in value)}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(str(key), inner) for key, inner in value.items())}</{name}>"
    return f"<{name}>{escape(_text(value))}</{name}>"


def _row(name: str, row: Any) -> str:
    if not isinstance(row, Mapping):
        return f'<fl val="{name}">{escape(_text(row))}</fl>'
    return "<details>" + "".join(f"<fl val={quoteattr(str(key))}>{escape(_text(value))}</fl>" for key, value in row.items()) + "</details>"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
