"""Where a ledger is, from a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError, known_values

POSTGRESQL_URL = re.compile(r"postgres(ql)?(\+psycopg)?://")


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """`kind` is sqlite or postgresql; `location` a path or a URL with a password in it."""

    kind: str
    location: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        if self.kind != "postgresql":
            return ()
        found = re.match(r"[^:]+://[^:/@]*:([^@]+)@", self.location)
        return (self.location, *((found.group(1),) if found else ()))


def parse_place(raw: Mapping[str, Any]) -> LedgerPlace:
    """The `ledger` object of a configuration. Raises ConfigError that names the option."""
    kind = str(raw.get("kind") or "")
    if kind not in ("sqlite", "postgresql"):
        raise known_values("ledger.kind", kind, ("sqlite", "postgresql"))
    option = "path" if kind == "sqlite" else "url"
    location = str(raw.get(option) or "").strip()
    if not location:
        raise ConfigError(f"ledger.{option} is missing or empty.")
    if kind == "postgresql" and not POSTGRESQL_URL.match(location):
        raise ConfigError("ledger.url must begin with postgresql://.")
    return LedgerPlace(kind, location)
