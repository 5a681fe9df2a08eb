"""`suppress`: one address, from standard input, into the account's do-not-mail registry. Asked for by `mailsync forget --at-vendor`; irreversible."""

from __future__ import annotations

from typing import IO, Any

from destination_campaigns.config import parse_config
from destination_campaigns.setting_up import budgeted, connect
from mailsync.airbyte.messages import Output
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import ConfigError, TransientError
from mailsync.ledger.engine import Ledger
from mailsync.membership.tool import Fate

LONGEST_ADDRESS = 1000


def suppress_from(raw_config: Any, stdin: IO[bytes], output: Output) -> None:
    """Raises MailsyncError where the vendor did not say that it took effect."""
    config = parse_config(raw_config)
    for secret in config.secrets():
        output.hide(secret)
    address = stdin.readline(LONGEST_ADDRESS).decode("utf-8", "replace").strip()
    if "@" not in address:
        raise ConfigError("Standard input must hold one address.")
    connected = connect(config, output, Stopping())
    ledger = Ledger.open(config.ledger.location, clock=connected.clock)
    try:
        budgeted(config, connected, ledger)
        connected.account.check_access()
        tool = connected.account.tool
        named = {name for entry in config.streams for name in (entry.list_key, entry.list_name) if name}
        for key in sorted(one.key for one in tool.mailing_lists() if named & {one.key, one.name}):
            for outcome in tool.suppress(key, [address]):
                _check(outcome.fate, f"{outcome.code} {outcome.message}".strip())
            if tool.traits.can_delete_member:
                tool.take_off(key, [address], delete=True)
    finally:
        ledger.close()
    output.log("The mailing tool will never mail this address again from this account.")


def _check(fate: Fate, said: str) -> None:
    if fate is Fate.LOST:
        raise TransientError("The mailing tool did not answer, so nobody knows whether it took effect. Run again: doing it twice is no harm.")
    if fate is not Fate.DONE:
        raise ConfigError(f"The mailing tool refused: {said or 'without a reason'}. Erase the contact in its own pages.")
