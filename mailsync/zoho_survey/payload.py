"""The body of a webhook's push, in either style, as named values (docs/systems/zoho_survey.md#payload)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

import orjson

from mailsync.zoho_survey.responses import Value


class UnreadablePayload(ValueError):
    """A body that is no JSON object; what is in it is not repeated."""


def values(body: bytes) -> Iterator[tuple[str, Value]]:
    """Names and values, entities decoded. Raises UnreadablePayload."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnreadablePayload from None
    if not isinstance(parsed, dict):
        raise UnreadablePayload
    for name, value in parsed.items():
        yield unescape(name).strip(), _value(value)


def names_keys(values: Iterable[tuple[str, Value]]) -> bool:
    """Whether it is of the style that names questions by key."""
    return any(name == "RESPONSE_ID" for name, _ in values)


def _value(value: Any) -> Value:
    """Nested values are not documented; they are kept as the JSON that they are."""
    if isinstance(value, str):
        return unescape(value)
    if value is None:
        return ""
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return [unescape(one) if isinstance(one, str) else orjson.dumps(one).decode() for one in value if one is not None]
    return unescape(orjson.dumps(value).decode()) if isinstance(value, list | dict) else orjson.dumps(value).decode()
