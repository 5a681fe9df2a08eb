"""What one run of the membership rules tells its host: events for the log, what is settled, the summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from mailsync.errors import ConfigError, TransientError
from mailsync.ledger.budget import Budget
from mailsync.ledger.history import Account
from mailsync.membership.plan import FateCounts, RecordFate


class EventKind(Enum):
    """What an event is for: a log line of which level, and which lines a person waits for."""

    PROGRESS = "progress"
    WAITING = "waiting"
    WARNING = "warning"
    FORECAST = "forecast"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Event:
    """One line for the log: no address, no payload, no URL query."""

    kind: EventKind
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Record messages of one stream that came since the last STATE of that stream, and those of it that are `rejected`.

    `final` False: some of them still wait for their fate. Who gives the STATE back keeps it until the next message of the stream, and where that is
    its end asks once more.
    """

    records: int
    rejected: int
    final: bool = True


@dataclass(frozen=True, slots=True)
class Spending:
    """Calls of one endpoint. `left` is what the tightest long window still gives this share now, None where the endpoint has no limit."""

    endpoint: str
    spent: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Work to come: the calls it takes, the seconds under the limits, and on how many days.

    `exact` False: an upper bound, or reckoned from a part.
    """

    calls: int
    seconds: float
    days: int = 0
    by_endpoint: Mapping[str, int] = field(default_factory=dict)
    exact: bool = True

    def __str__(self) -> str:
        """For people."""
        parts = ", ".join(f"{endpoint} {count:,}" for endpoint, count in self.by_endpoint.items())
        parts = f" ({parts})" if parts else ""
        long = f"{self.seconds / 3600:.1f} hours" if self.seconds >= 7200 else f"{math.ceil(self.seconds / 60)} minutes"
        days = f", on {self.days} days" if self.days > 1 else ""
        return f"{'' if self.exact else 'about '}{self.calls:,} calls{parts}, at least {long} under the vendor's limits{days}"


@dataclass(frozen=True, slots=True)
class Summary:
    """One run.

    `actions`: (list key, what was done) → addresses; `examples`: (stream, list key, fate, reason) → record id → its detail;
    `changes`: (stream, field, how) → values that were not written as they came.
    """

    fates: FateCounts
    records_in: Mapping[str, int]
    actions: Mapping[tuple[str, str], int]
    spending: tuple[Spending, ...]
    forecast: Forecast
    notes: tuple[str, ...] = ()
    examples: Mapping[tuple[str, str, str, str], Mapping[str, str]] = field(default_factory=dict)
    changes: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


def account_of(summary: Summary, budget: Budget) -> Account:
    """The summary as the ledger's history keeps it. Of what was written or is unchanged nobody needs an example."""
    quiet = {RecordFate.WRITTEN.value, RecordFate.UNCHANGED.value, RecordFate.RELEASED.value}
    return Account(
        records_in=summary.records_in,
        fates={(stream, key, fate.value, reason): count for (stream, key, fate, reason), count in summary.fates.items()},
        examples={key: records for key, records in summary.examples.items() if key[2] not in quiet},
        actions=summary.actions,
        spent=budget.spent,
        uses=budget.uses(),
        changes=summary.changes,
        notes=summary.notes,
        forecast=(summary.forecast.calls, summary.forecast.seconds, summary.forecast.days),
    )


class Held(ConfigError):
    """Something was held back until somebody changes the configuration. Everything else of the run was done; `summary` tells it."""

    def __init__(self, message: str, *, summary: Summary) -> None:
        super().__init__(message)
        self.summary = summary


class Braked(Held):
    """More removals are due than a run does without an explicit yes."""


class Stopped(TransientError):
    """The run was asked to stop and did so between two calls; the same command carries on."""

    repeatable = False
