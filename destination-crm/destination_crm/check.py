"""`check`: everything that can be known without the catalog, tried for real, all mistakes at once."""

from __future__ import annotations

from typing import Any

from destination_crm.config import Config, parse_config
from destination_crm.preparation import Preparation, account_name
from destination_crm.setting_up import Connected, connect
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import ConfigError
from mailsync.ledger.budget import Budget
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
        if ledger is not None:
            account_budget(config, connected, ledger)
        Preparation(config, connected.account, problems).plan(config.streams, {})
    finally:
        if ledger is not None:
            ledger.close()
    problems.raise_any()


def _ledger(config: Config, connected: Connected, problems: Problems) -> Ledger | None:
    """A ledger that cannot be opened does not hide what else is wrong."""
    try:
        return Ledger.open(config.ledger.location, clock=connected.clock)
    except ConfigError as error:
        problems.add(str(error))
        return None


def account_budget(config: Config, connected: Connected, ledger: Ledger) -> Budget:
    """From now on every call is reserved in the ledger before it is made; what opening the account cost is reserved now."""
    crm = connected.account.crm
    budget = Budget(ledger, account_name(crm), crm.traits.limits, share=config.share_of_limit, clock=connected.clock)
    connected.account.reserve = budget.reserve
    return budget
