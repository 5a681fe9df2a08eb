"""From a configuration to an account that is reached: what `check` and `write` share."""

from __future__ import annotations

from destination_crm.config import Config
from destination_crm.systems import Account
from mailsync.airbyte import connecting
from mailsync.airbyte.messages import Output
from mailsync.airbyte.stopping import Stopping

Connected = connecting.Connected[Account]


def connect(config: Config, output: Output, stopping: Stopping) -> Connected:
    """The account; nothing is called yet."""
    parts = {"modules": config.people_modules, "runs_automation": config.run_automation}
    return connecting.connect(config.system.open, config.settings, output, stopping, **parts)
