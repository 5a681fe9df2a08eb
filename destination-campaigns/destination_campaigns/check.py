"""`check`: everything that can be known without the catalog, tried for real, all mistakes at once."""

from __future__ import annotations

from typing import Any

from destination_campaigns.config import Config, parse_config
from destination_campaigns.launching import check_launches
from destination_campaigns.preparation import check_new_fields
from destination_campaigns.setting_up import Connected, Feeds, budgeted, connect, find_feeds
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import ConfigError
from mailsync.ledger.engine import Ledger


def check(raw: Any, output: Output) -> None:
    """Raises MailsyncError that says what a person must do; returns when the configuration works."""
    config = parse_config(raw)
    for secret in config.secrets():
        output.hide(secret)
    problems = Problems()
    connected = connect(config, output, Stopping())
    ledger = _ledger(config, connected, problems)
    try:
        connected.account.check_access()
        if not config.streams:
            output.log("streams is empty: only connections that choose the list themselves, by a mapping of the platform, can be synced.", "WARN")
        feeds = find_feeds(config, connected, problems, make=None)
        _check_fields(config, connected, feeds, problems)
        check_launches(config, connected, problems)
    finally:
        if ledger is not None:
            ledger.close()
    problems.raise_any()


def _check_fields(config: Config, connected: Connected, feeds: Feeds, problems: Problems) -> None:
    for entry in config.streams:
        fields = connected.account.fields(feeds.keys(entry.stream))
        known = {name.casefold() for field in fields for name in (field.name, field.api_name)}
        missing = [target for _, target in entry.records.mapping if target.casefold() not in known]
        if entry.records.create_fields:
            check_new_fields(f"{entry.path}.mapping", missing, connected, problems)
            continue
        names = ", ".join(sorted(field.name for field in fields))
        for target in missing:
            problems.add(f"{entry.path}.mapping: there is no contact field {target!r}. Accepted: {names}; or set create_fields.")


def _ledger(config: Config, connected: Connected, problems: Problems) -> Ledger | None:
    """The ledger, with the calls of this check counted in it; a ledger that cannot be opened does not hide what else is wrong."""
    try:
        ledger = Ledger.open(config.ledger.location, clock=connected.clock)
    except ConfigError as error:
        problems.add(str(error))
        return None
    budgeted(config, connected, ledger)
    return ledger
