"""v2's cursor: a keyset marker, no snapshot; the query is evaluated again on every page (docs/systems/pipedrive.md#reading)."""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

import orjson


class Place(NamedTuple):
    """The last record of a page: the value it was sorted by, and its id."""

    value: int
    id: int


def encoded(field: str, place: Place, *, descending: bool) -> str:
    """The opaque text."""
    content = {"field": field, "fieldValue": place.value, "sortDirection": "desc" if descending else "asc", "id": place.id}
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def decoded(text: str) -> Place | None:
    """The place of a cursor, None for a text that is none."""
    try:
        content: Any = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Place(int(content["fieldValue"]), int(content["id"]))
    except (binascii.Error, orjson.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        return None
