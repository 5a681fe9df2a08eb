"""`discover`: the account's lists as objects that the platform can map streams to."""

from __future__ import annotations

from typing import Any

from destination_campaigns.activation import object_names, operation
from destination_campaigns.config import parse_config
from destination_campaigns.setting_up import budgeted, connect
from mailsync.airbyte.messages import Output
from mailsync.airbyte.stopping import Stopping
from mailsync.ledger.engine import Ledger


def discover(raw: Any, output: Output) -> None:
    """Prints one DESTINATION_CATALOG. A list with a sign-up form is offered only where its mails are allowed. Raises MailsyncError."""
    config = parse_config(raw)
    for secret in config.secrets():
        output.hide(secret)
    connected = connect(config, output, Stopping())
    ledger = Ledger.open(config.ledger.location, clock=connected.clock)
    try:
        budgeted(config, connected, ledger)
        connected.account.check_access()
        lists = [one for one in connected.account.tool.mailing_lists() if config.allow_confirmation_mails or not one.has_form]
        named = object_names(lists)
        output.destination_catalog([operation(name, connected.account.fields([named[name].key])) for name in sorted(named)])
    finally:
        ledger.close()
