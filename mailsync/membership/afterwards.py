"""What follows once everybody is where they belong: a further piece of work at the end of a run, which holds the ledger as the run does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.membership.parts import Parts
from mailsync.membership.plan import Plan
from mailsync.membership.told import EventKind


@dataclass(frozen=True, slots=True)
class Settled:
    """A run that has settled everything. `complete`: streams read to their end; `braked`: ids of lists from which nobody was removed."""

    parts: Parts
    plan: Plan
    lease: Lease
    budget: Budget
    complete: frozenset[str]
    braked: frozenset[str]
    tell: Callable[[EventKind, str], None]
    check_stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`notes` are for the log and the history; `problems` somebody must repair, and the run ends with a configuration error that names them."""

    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Afterwards(Protocol):
    """Raises TransientError where it could not finish."""

    def __call__(self, settled: Settled, /) -> Outcome:
        """Do it."""

    def look_ahead(self, ledger: Ledger, plan: Plan, announced: Mapping[str, int], /) -> None:
        """How many records the source expects to send, by stream, before they come. Raises ConfigError where it could not follow them."""


class _Nothing:
    def __call__(self, _settled: Settled, /) -> Outcome:
        return Outcome()

    def look_ahead(self, _ledger: Ledger, _plan: Plan, _announced: Mapping[str, int], /) -> None:
        pass


nothing = _Nothing()
"""Nothing follows."""
