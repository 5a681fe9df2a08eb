r"""`contactinfo`: one contact as text, written so that one decoding too many changes nothing.

Whether the vendor URL-decodes this parameter once or twice is not documented; a production client double-encodes `+`, others do not. Decoding
twice harms only text that holds `+` or `%`. So the JSON written here holds neither, nor anything else that a second decoding, a naive splitter or
another character set could touch: every character outside letters, digits, space and `.-_@` is a JSON escape (`\u002b`). A JSON parser gives the
same text under both readings, and an answer that arrives by double decoding is the same as the one that does not.

Only the ten-address call has no such form (`emailids` is bare text): `survives_bare` says which addresses may travel there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ADDRESS_FIELD = "Contact Email"

_TO_ESCAPE = re.compile(r"[^A-Za-z0-9 ._@-]")
_BARE = re.compile(r"[A-Za-z0-9._@-]+")


def contactinfo(address: str, payload: Mapping[str, str] | None = None) -> str:
    """The value of the `contactinfo` parameter, before the form's own encoding. Keys are field display names."""
    pairs = [(ADDRESS_FIELD, address), *(payload or {}).items()]
    return "{" + ",".join(f'"{escaped(name)}":"{escaped(value)}"' for name, value in pairs) + "}"


def escaped(text: str) -> str:
    """The text as the inside of a JSON string, ASCII only."""
    return _TO_ESCAPE.sub(_escape, text)


def survives_bare(address: str) -> bool:
    """Whether the address reads the same after one and after two URL decodings, and holds no comma."""
    return _BARE.fullmatch(address) is not None


def _escape(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x10000:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"
