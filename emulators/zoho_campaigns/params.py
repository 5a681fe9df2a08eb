"""A request's parameters: query string and form body together, as the vendor reads them (docs/systems/zoho_campaigns.md#wire)."""

from __future__ import annotations

from urllib.parse import parse_qsl

import orjson

from emulators.zoho_campaigns.errors import CampaignsError

FORM = "application/x-www-form-urlencoded"


class Params:
    """Read by name. A JSON body is never looked at."""

    def __init__(self, query: bytes, body: bytes, content_type: str) -> None:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        if body and content_type.startswith(FORM):
            pairs += parse_qsl(body.decode("latin-1"), keep_blank_values=True)
        self._values = dict(pairs)
        self._twice = len(self._values) != len(pairs)

    def refuse_twice(self) -> None:
        """Raises 1006 where a parameter was given more than once."""
        if self._twice:
            raise CampaignsError(1006)

    def get(self, name: str, default: str = "") -> str:
        """One value."""
        return self._values.get(name, default)

    def need(self, name: str) -> str:
        """One value that must be there and not empty. Raises 903."""
        value = self._values.get(name, "").strip()
        if not value:
            raise CampaignsError(903)
        return value

    def number(self, name: str, default: int) -> int:
        """One number from 1. Raises 1001 where it is none."""
        text = self._values.get(name)
        if text is None or text == "":
            return default
        if not text.isdigit() or int(text) < 1:
            raise CampaignsError(1001)
        return int(text)

    def details(self) -> dict[str, object]:
        """The `details` parameter: JSON, or the unquoted map of the vendor's samples. Raises 1001."""
        text = self.get("details", "{}").strip()
        try:
            given = orjson.loads(text)
        except orjson.JSONDecodeError:
            pairs = (part.partition(":") for part in text.strip("{}").split(","))
            return {name.strip(): value.strip() for name, _, value in pairs}
        if not isinstance(given, dict):
            raise CampaignsError(1001)
        return given
