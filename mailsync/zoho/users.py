"""The users of an organisation. Source: Zoho CRM API v8, Users; checked 2026-11."""

from __future__ import annotations

from mailsync.errors import known_values
from mailsync.zoho.api import CrmApi

PER_PAGE = 200


class Users:
    """Who may own records."""

    def __init__(self, api: CrmApi) -> None:
        self._api = api

    def find(self, wanted: str) -> str:
        """The id of an active user, by id, address or name. Raises ConfigError naming the users."""
        known = self._active()
        for identifier, name, address in known:
            if wanted == identifier or wanted.casefold() in (address.casefold(), name.casefold()):
                return identifier
        raise known_values("The owner", wanted, [name for _, name, _ in known])

    def _active(self) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        page = 1
        while True:
            params = {"type": "ActiveUsers", "page": str(page), "per_page": str(PER_PAGE)}
            answer = self._api.get("/users", params=params) or {}
            rows = answer.get("users") or ()
            found += [(str(row["id"]), str(row.get("full_name") or ""), str(row.get("email") or "")) for row in rows]
            if not rows or not (answer.get("info") or {}).get("more_records"):
                return found
            page += 1
