"""A dry run: the same rules on a private copy of the ledger, with a survey tool that is never told anything; and what it found, as one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mailsync.clock import Clock
from mailsync.invitations.inviter import Target, Traits
from mailsync.invitations.run import Run
from mailsync.ledger.engine import Ledger
from mailsync.ledger.private import private_copy
from mailsync.membership.plan import Plan
from mailsync.membership.rehearsal import RehearsalClock
from mailsync.membership.told import Event, EventKind, Summary
from mailsync.membership.tool import DONE, Outcome

FORMAT = 1
CALL_S = 1.0
CANNOT_KNOW = (
    "whom the survey tool will refuse, or accept without a mail: it tells only when asked to invite",
    "what people and the CRM change between this plan and the run",
)


class _Pretender:
    """Notes each invitation, by survey and CRM record, and answers that it was sent."""

    def __init__(self, traits: Traits, clock: RehearsalClock) -> None:
        self.traits, self._clock = traits, clock
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        self.planned: list[tuple[str, str, str]] = []

    def get_ready(self) -> None:
        """Nothing is called."""

    def look(self, target: Target) -> None:
        """Nothing is called."""

    def invite(self, target: Target, values: Mapping[str, str]) -> Outcome:
        """Noted by the record's id, never by the address."""
        self._clock.work(CALL_S)
        self.planned.append((target.key, values.get(target.module_field, ""), values.get(target.record_field, "")))
        return DONE


class DryRun:
    """One rehearsed run. Use `run` as any other run, then ask for the document."""

    def __init__(
        self, *, ledger: Ledger, traits: Traits, plan: Plan, targets: Collection[Target], clock: Clock, on_event: Callable[[Event], None]
    ) -> None:
        self._plan, self._targets = plan, {one.key: one for one in targets}
        self._began = clock.now()
        self._clock = RehearsalClock(clock)
        self.ledger = private_copy(ledger, self._clock)
        self._pretender = _Pretender(traits, self._clock)

        def tell(event: Event) -> None:
            if event.kind is not EventKind.WAITING:  # nobody waits here
                on_event(event)

        carried = [_carrying(one) for one in targets]
        self.run = Run(ledger=self.ledger, inviter=self._pretender, plan=plan, targets=carried, clock=self._clock, on_event=tell)

    def document(self, summary: Summary, *, how: str = "done", message: str = "") -> dict[str, Any]:
        """The plan, without the single invitations: plain JSON values, no address in it. `how`: done, stopped."""
        mails = Counter(key for key, _, _ in self._pretender.planned)
        return {
            "format": FORMAT,
            "sync": self._plan.sync_name,
            "system": self._pretender.traits.system,
            "made_at": datetime.fromtimestamp(self._began, UTC).isoformat(timespec="seconds"),
            "ends": {"how": how, "message": message},
            "records_in": dict(summary.records_in),
            "fates": [
                {"stream": stream, "survey": key, "fate": fate.value, "reason": reason, "records": count}
                for (stream, key, fate, reason), count in sorted(summary.fates.items(), key=lambda one: (one[0][0], one[0][1], one[0][2].value))
            ],
            "surveys": [{"key": key, "name": one.name, "invitations": mails[key]} for key, one in sorted(self._targets.items())],
            "mails": sum(mails.values()),
            "waiting_for_another_day": summary.forecast.calls,
            "time": {"waiting_s": round(self._clock.waited, 1), "a_call_s": CALL_S},
            "notes": list(summary.notes),
            "cannot_know": list(CANNOT_KNOW),
        }

    def writes(self) -> Iterator[dict[str, object]]:
        """Every invitation in order, by CRM record. No address."""
        return ({"action": "invite", "survey": key, "stream": stream, "record": record} for key, stream, record in self._pretender.planned)

    def close(self) -> None:
        """The copy is gone."""
        self.run.abandon()
        self.ledger.close()


def _carrying(target: Target) -> Target:
    """The pretender must know whom a call is about, also where the survey is not told."""
    return Target(target.key, target.name, target.path, target.email_field, target.record_field or "record", target.module_field or "module")
