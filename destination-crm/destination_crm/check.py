"""`check`: everything that can be known without the catalog, tried for real, all mistakes at once."""

from __future__ import annotations

from typing import Any

from destination_crm.config import Config, parse_config
from destination_crm.preparation import Preparation, account_name
from destination_crm.setting_up import Connected, connect
from mailsync.airbyte.connecting import hide_secrets, ledger_of_check
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger


def check(raw: Any, output: Output) -> None:
    """Raises MailsyncError that says what a person must do; returns when the configuration works."""
    config = parse_config(raw)
    hide_secrets(config, output)
    problems = Problems()
    connected = connect(config, output, Stopping())
    ledger = ledger_of_check(config.ledger, connected.clock, problems)
    try:
        connected.account.check_access()
        if ledger is not None:
            account_budget(config, connected, ledger)
        Preparation(config, connected.account, problems).plan(config.streams, {})
    finally:
        if ledger is not None:
            ledger.close()
    problems.raise_any()


def account_budget(config: Config, connected: Connected, ledger: Ledger) -> Budget:
    """From now on every call is reserved in the ledger before it is made; what opening the account cost is reserved now."""
    crm = connected.account.crm
    budget = Budget(ledger, account_name(crm), crm.traits.limits, share=config.share_of_limit, clock=connected.clock)
    connected.account.reserve = budget.reserve
    return budget
