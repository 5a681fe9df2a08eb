"""The `contactinfo` parameter in its three forms (docs/systems/zoho_campaigns.md#contactinfo)."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote_plus

import orjson

from emulators.zoho_campaigns.errors import CampaignsError

EMAIL = "Contact Email"
_FL = re.compile(r'<fl\s+val="([^"]*)">(.*?)</fl>', re.DOTALL)


def parsed(text: str, *, decode_again: bool) -> dict[str, str]:
    """Field display name → text. Raises 2001 where it cannot be read, 2004 without an address."""
    if decode_again:
        text = unquote_plus(text)
    text = text.strip()
    fields = _xml(text) if text.startswith("<") else _json(text)
    if not fields.get(EMAIL, "").strip():
        raise CampaignsError(2004)
    return fields


def _xml(text: str) -> dict[str, str]:
    found = {html.unescape(name): html.unescape(value) for name, value in _FL.findall(text)}
    if not found:
        raise CampaignsError(2001)
    return found


def _json(text: str) -> dict[str, str]:
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _unquoted(text)
    if not isinstance(given, dict):
        raise CampaignsError(2001)
    return {name: _as_text(value) for name, value in given.items()}


def _as_text(value: object) -> str:
    """The vendor keeps everything as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _unquoted(text: str) -> dict[str, str]:
    """`{First Name:ann,Contact Email:a@example.com}`: commas and the first colon separate, whatever the values hold."""
    if not (text.startswith("{") and text.endswith("}")):
        raise CampaignsError(2001)
    pairs = [part.partition(":") for part in text[1:-1].split(",")]
    if any(not colon for _, colon, _ in pairs):
        raise CampaignsError(2001)
    return {_bare(name): _bare(value) for name, _, value in pairs}


def _bare(text: str) -> str:
    return text.strip().strip('"')
