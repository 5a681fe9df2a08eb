"""From a configuration to an account that can be called: what every verb of every destination begins with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import StoppableClock, Stopping
from mailsync.clock import VendorClock, clock_for
from mailsync.errors import ConfigError, TransientError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.place import LedgerPlace

A = TypeVar("A")


class Secretive(Protocol):
    """A configuration that says what of it no message may contain."""

    def secrets(self) -> Iterable[str]:
        """Each of them."""


class Reachable(Protocol):
    """Settings of an account that name the vendor's addresses."""

    @property
    def base_urls(self) -> Collection[str]:
        """All that may be called."""


@dataclass(frozen=True, slots=True)
class Connected(Generic[A]):
    """An account and the vendor's time."""

    account: A
    clock: VendorClock


def hide_secrets(config: Secretive, output: Output) -> None:
    """From here on no message shows them."""
    for secret in config.secrets():
        output.hide(secret)


def connect(open_account: Callable[..., A], settings: Reachable, output: Output, stopping: Stopping, **parts: Any) -> Connected[A]:
    """The account; nothing is called yet. `parts` is what else `open_account` takes."""
    machine, warning = clock_for(settings.base_urls)
    if warning:
        output.log(warning, "WARN")
    clock = VendorClock(StoppableClock(machine.scale, stopping))

    def waiting(error: TransientError, seconds: float) -> None:
        output.log(f"{error} Waiting {seconds:.0f} s.", "WARN")

    return Connected(open_account(settings, clock=clock, on_secret=output.hide, on_wait=waiting, **parts), clock)


def ledger_of_check(place: LedgerPlace, clock: VendorClock, problems: Problems) -> Ledger | None:
    """The ledger for a `check`; one that cannot be opened does not hide what else is wrong."""
    try:
        return Ledger.open(place.location, clock=clock)
    except ConfigError as error:
        problems.add(str(error))
        return None
