"""From a configuration to an account that is reached: what `check` and `write` share."""

from __future__ import annotations

from dataclasses import dataclass

from destination_crm.config import Config
from destination_crm.systems import Account
from mailsync.airbyte.messages import Output
from mailsync.airbyte.stopping import StoppableClock, Stopping
from mailsync.clock import VendorClock, clock_for
from mailsync.errors import TransientError


@dataclass(frozen=True, slots=True)
class Connected:
    """An account and the vendor's time."""

    account: Account
    clock: VendorClock


def connect(config: Config, output: Output, stopping: Stopping) -> Connected:
    """The account; nothing is called yet."""
    machine, warning = clock_for(config.settings.base_urls)
    if warning:
        output.log(warning, "WARN")
    clock = VendorClock(StoppableClock(machine.scale, stopping))

    def waiting(error: TransientError, seconds: float) -> None:
        output.log(f"{error} Waiting {seconds:.0f} s.", "WARN")

    parts = {"modules": config.people_modules, "runs_automation": config.run_automation}
    return Connected(config.system.open(config.settings, clock=clock, on_secret=output.hide, on_wait=waiting, **parts), clock)
