"""A dry run: the same rules, on a private copy of the ledger and a CRM that is only read; and what it found, as one document.

The real run that follows makes the same writes, unless the CRM refuses something, an answer is lost, or people and responses change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from mailsync.clock import Clock
from mailsync.ledger.engine import Ledger
from mailsync.ledger.private import private_copy
from mailsync.membership.rehearsal import RehearsalClock
from mailsync.membership.told import Event, EventKind, Summary
from mailsync.responses.crm import Crm
from mailsync.responses.plan import Plan
from mailsync.responses.rehearsal import Rehearsal
from mailsync.responses.run import Run

FORMAT = 1
CANNOT_KNOW = (
    "what the CRM will refuse: it tells only when asked to write",
    "whether new people would match a filter: they are not there yet",
    "reads about people who are not made yet: they are not counted",
    "what people, staff and the mailing tool change between this plan and the run",
)


class DryRun:
    """One rehearsed run. Use `run` as any other run, then ask for the document."""

    def __init__(self, *, ledger: Ledger, crm: Crm, plan: Plan, clock: Clock, on_event: Callable[[Event], None]) -> None:
        """`crm` is the real one, built so that its reads reserve in the real ledger."""
        self._plan = plan
        self._began = clock.now()
        self._clock = RehearsalClock(clock)
        self.ledger = private_copy(ledger, self._clock)
        self.crm = Rehearsal(crm, self.ledger)

        def tell(event: Event) -> None:
            if event.kind is not EventKind.WAITING:  # nobody waits here
                on_event(event)

        self.run = Run(ledger=self.ledger, crm=self.crm, plan=plan, clock=self._clock, on_event=tell)
        self.crm.reserve = self.run.reserve

    def document(self, summary: Summary, *, how: str = "done", message: str = "") -> dict[str, Any]:
        """The plan, without the single writes: plain JSON values, no address in it. `how`: done, braked, stopped."""
        return {
            "format": FORMAT,
            "sync": self._plan.sync_name,
            "system": self.crm.traits.system,
            "made_at": datetime.fromtimestamp(self._began, UTC).isoformat(timespec="seconds"),
            "ends": {"how": how, "message": message},
            "records_in": dict(summary.records_in),
            "fates": [
                {
                    "stream": stream,
                    "fate": fate.value,
                    "reason": reason,
                    "records": count,
                    "examples": list(summary.examples.get((stream, target, fate.value, reason), ())),
                }
                for (stream, target, fate, reason), count in sorted(
                    summary.fates.items(), key=lambda item: (item[0][0], item[0][2].value, item[0][3])
                )
            ],
            "totals": {
                action: {"rows": rows, "requests": requests, self.crm.traits.endpoint: cost}
                for action, (rows, requests, cost) in sorted(self.crm.counts().items())
            },
            "time": {"waiting_s": round(self._clock.waited, 1)},
            "notes": list(summary.notes),
            "cannot_know": list(CANNOT_KNOW),
        }

    def writes(self) -> Iterator[dict[str, object]]:
        """Every write in order: action, CRM id, values. No address."""
        return self.crm.writes()

    def close(self) -> None:
        """The copy is gone."""
        self.run.abandon()
        self.ledger.close()
