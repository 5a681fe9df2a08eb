"""The configuration of source-campaigns apart from the mailing tool's own part, parsed once into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.ledger.place import LedgerPlace, parse_place
from mailsync.mailings import ACTIONS

DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user decides. `since` and `look_back_s` are epoch seconds and seconds; `since` None for all campaigns."""

    since: float | None
    look_back_s: float
    actions: frozenset[str]
    share_of_limit: float
    ledger: LedgerPlace | None


def parse(config: Mapping[str, Any]) -> Config:
    """Check and freeze. Raises ConfigError naming the option and what is accepted."""
    return Config(
        since=_instant(str(config["start_date"])) if config.get("start_date") else None,
        look_back_s=_number(config, "look_back_days", 30, lowest=1, highest=365) * DAY_S,
        actions=_actions(config.get("actions")),
        share_of_limit=_number(config, "share_of_limit", 0.9, lowest=0.01, highest=0.99),
        ledger=parse_place(config["ledger"]) if config.get("ledger") else None,
    )


def _instant(text: str) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except ValueError:
        raise ConfigError(f"start_date is {text[:40]!r}; it must have the form 2026-01-01T00:00:00Z.") from None


def _number(config: Mapping[str, Any], name: str, default: float, *, lowest: float, highest: float) -> float:
    value = config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise ConfigError(f"{name} must be a number from {lowest} to {highest}.")
    return float(value)


def _actions(chosen: Any) -> frozenset[str]:
    if chosen is None:
        return frozenset(ACTIONS)
    if not isinstance(chosen, list) or not chosen:
        raise ConfigError(f"actions must be a list with at least one of {', '.join(ACTIONS)}.")
    for one in chosen:
        if one not in ACTIONS:
            raise known_values("actions", one, ACTIONS)
    return frozenset(chosen)
