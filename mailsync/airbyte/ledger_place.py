"""The option `ledger` of a destination: where its memory lies. There is no silent default."""

from __future__ import annotations

from typing import Any

from mailsync.airbyte.form_parts import text
from mailsync.airbyte.options import Options, Problems
from mailsync.ledger.place import POSTGRESQL_URL, LedgerPlace


def parse_ledger(whole: Options, problems: Problems) -> LedgerPlace:
    """The place, from the whole configuration; what is wrong is added to `problems`."""
    if not whole.raw().get("ledger"):
        problems.add("ledger is missing. Give kind sqlite and a path, or kind postgresql and a url: there is no silent default.")
        return LedgerPlace("", "")
    options = whole.object("ledger")
    kind = options.text("kind", required=True)
    if kind == "sqlite":
        options.known(("kind", "path"), refused={})
        return LedgerPlace(kind, options.text("path", required=True))
    if kind == "postgresql":
        options.known(("kind", "url"), refused={})
        url = options.text("url", required=True)
        if url and not POSTGRESQL_URL.match(url):
            problems.add("ledger.url must begin with postgresql://.")
        return LedgerPlace(kind, url)
    if kind:
        problems.add(f"ledger.kind is {kind[:40]!r}. Accepted: sqlite, postgresql.")
    return LedgerPlace(kind, "")


def ledger_form(about: str) -> dict[str, Any]:
    """The form of the option; `about` says what this destination remembers."""
    return {
        "type": "object",
        "title": "Ledger",
        "description": f"The memory of this destination: {about} It must outlive every run.",
        "oneOf": [
            {
                "type": "object",
                "title": "SQLite file",
                "required": ["kind", "path"],
                "properties": {
                    "kind": {"type": "string", "const": "sqlite", "default": "sqlite", "order": 0},
                    "path": text("Path", "A file on a disk that stays. For one machine.", examples=["/var/lib/mailsync/ledger.db"], order=1),
                },
            },
            {
                "type": "object",
                "title": "PostgreSQL",
                "required": ["kind", "url"],
                "properties": {
                    "kind": {"type": "string", "const": "postgresql", "default": "postgresql", "order": 0},
                    "url": {
                        **text("URL", "A database of its own.", examples=["postgresql://user:password@host/ledger"], order=1),
                        "airbyte_secret": True,
                    },
                },
            },
        ],
    }
