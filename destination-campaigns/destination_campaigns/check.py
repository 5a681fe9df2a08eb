"""`check`: everything that can be known without the catalog, tried for real, all mistakes at once."""

from __future__ import annotations

from typing import Any

from destination_campaigns.config import Config, parse_config
from destination_campaigns.launching import check_launches
from destination_campaigns.preparation import check_new_fields
from destination_campaigns.setting_up import Connected, Feeds, budgeted, connect, find_feeds
from mailsync.airbyte.connecting import hide_secrets, ledger_of_check
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping


def check(raw: Any, output: Output) -> None:
    """Raises MailsyncError that says what a person must do; returns when the configuration works."""
    config = parse_config(raw)
    hide_secrets(config, output)
    problems = Problems()
    connected = connect(config, output, Stopping())
    ledger = ledger_of_check(config.ledger, connected.clock, problems)
    try:
        if ledger is not None:
            budgeted(config, connected, ledger)  # this check's calls count as any other
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
