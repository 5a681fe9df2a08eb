"""What every `write` does around its rules: the ledger it decides on, the history of a refusal, the events in the log, and the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from mailsync.airbyte.messages import Output
from mailsync.airbyte.report import event_line
from mailsync.clock import Clock
from mailsync.errors import TransientError
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import refusal_noted
from mailsync.ledger.place import LedgerPlace
from mailsync.ledger.private import private_ledger
from mailsync.membership.told import Event, Held, Summary


class Abandonable(Protocol):
    """A run that may fail."""

    def abandon(self, error: Exception) -> None:
        """Give the lease back and note why."""


@contextmanager
def ledger_of_run(place: LedgerPlace, clock: Clock, *, dry_run: bool) -> Iterator[Ledger]:
    """A dry run makes no ledger file: where there is none yet, it begins with an empty one of its own."""
    absent = dry_run and place.kind == "sqlite" and not Path(place.location).exists()
    ledger = private_ledger(clock) if absent else Ledger.open(place.location, clock=clock)
    try:
        yield ledger
    finally:
        ledger.close()


def set_up_noted(ledger: Ledger, sync: str, *, system: str, account: str, dry_run: bool) -> AbstractContextManager[None]:
    """Around the setting up of a run: an error is noted in the history, but of a dry run, which leaves the ledger as it is."""
    return nullcontext() if dry_run else refusal_noted(ledger, sync, system=system, account=account)


def event_teller(output: Output) -> Callable[[Event], None]:
    """Writes a run's events into the log."""

    def tell(event: Event) -> None:
        output.log(*event_line(event))

    return tell


@contextmanager
def ended_well_or_abandoned(run: Abandonable, report: Callable[[Summary], None]) -> Iterator[None]:
    """Around a run: one that is held back has done everything else, and reports; any other error abandons it.

    Raises what the run raised, and TransientError where its budget is spent and it is to stop then.
    """
    try:
        yield
    except Held as held:
        report(held.summary)
        raise
    except BudgetSpent as spent:
        run.abandon(spent)
        raise TransientError(f"{spent} when_budget_is_spent is stop; run again later.") from spent
    except Exception as error:
        run.abandon(error)
        raise
