"""A dry run: the same rules, on a private copy of the ledger and a mailing tool that is only read; and what it found, as one document.

The real run that follows makes the same writes, unless the vendor refuses somebody, an answer is lost, or people and records change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailsync.clock import Clock
from mailsync.ledger import members, records
from mailsync.ledger.engine import Ledger
from mailsync.ledger.private import private_copy
from mailsync.membership.afterwards import Afterwards, nothing
from mailsync.membership.model import RecordRow
from mailsync.membership.plan import Plan
from mailsync.membership.rehearsal import Rehearsal, RehearsalClock
from mailsync.membership.run import Run
from mailsync.membership.told import Event, EventKind, Forecast, Summary
from mailsync.membership.tool import MailingTool

FORMAT = 1
CANNOT_KNOW = (
    "whom the vendor will refuse: it tells only when asked to add them",
    "whether the plan's contact limit is reached on the way: no call tells how many contacts are left",
    "what people, staff and the CRM change between this plan and the run",
    "in which order the records of several streams arrive: somebody with several records may be written once more or less, with the same result",
)


@dataclass(frozen=True, slots=True)
class Ends:
    """How the real run would end: done, braked or held (a configuration error after all else was done), stopped (the day's calls are spent)."""

    how: str = "done"
    message: str = ""


class DryRun:
    """One rehearsed run. Use `run` as any other run, then ask for the document."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        tool: MailingTool,
        plan: Plan,
        clock: Clock,
        on_event: Callable[[Event], None],
        created: Mapping[str, str],
        afterwards: Afterwards = nothing,
    ) -> None:
        """`created`: key of each list that the run would make → its first contact. `afterwards` must do nothing at the vendor either."""
        self._plan = plan
        self._created = created
        self._began = clock.now()
        self._clock = RehearsalClock(clock)
        self.ledger = private_copy(ledger, self._clock)
        self.tool = Rehearsal(tool, self.ledger, self._clock, lists={feed.list.key: feed.list for feed in plan.feeds}, created=created)

        def tell(event: Event) -> None:
            if event.kind is not EventKind.WAITING:  # nobody waits here
                on_event(event)

        self.run = Run(ledger=self.ledger, tool=self.tool, plan=plan, clock=self._clock, on_event=tell, afterwards=afterwards)
        self.tool.reserve = self.run.budget.reserve

    def document(self, summary: Summary, ends: Ends) -> dict[str, Any]:
        """The plan, without the single writes: plain JSON values, no address in it."""
        return {
            "format": FORMAT,
            "sync": self._plan.sync_name,
            "system": self.tool.traits.system,
            "made_at": datetime.fromtimestamp(self._began, UTC).isoformat(timespec="seconds"),
            "ends": {"how": ends.how, "message": ends.message},
            "records_in": dict(summary.records_in),
            "fates": self._fates(summary),
            "lists": [self._list(key, summary) for key in sorted({feed.list.key for feed in self._plan.feeds})],
            "mails_it_could_cause": sum(count for (_, action), count in self.tool.foreseen.counts().items() if action == "ask_for_confirmation"),
            "calls": [{"endpoint": one.endpoint, "calls": one.spent, "left": one.left} for one in summary.spending],
            "time": self._time(),
            "waiting_afterwards": self._waiting(summary.forecast),
            "changes": [
                {"stream": stream, "field": name, "change": change, "values": count}
                for (stream, name, change), count in sorted(summary.changes.items())
            ],
            "notes": list(summary.notes),
            "cannot_know": list(CANNOT_KNOW),
        }

    def writes(self) -> Iterator[dict[str, str | None]]:
        """Every write in order: list key, action, and the record behind it by stream and id. No address."""
        for list_key, action, address in self.tool.foreseen.writes():
            with self.ledger.begin() as connection:
                found = records.with_address(connection, [address]) or records.holders_before(connection, [address])
                named = self._off(connection, list_key, address) if action == "take_off" else action
            best = max(found, key=_behind, default=None)
            yield {"list": list_key, "action": named, "stream": best.stream if best else None, "record": best.id if best else None}

    def close(self) -> None:
        """The copy is gone."""
        self.run.abandon()
        self.ledger.close()

    def _off(self, connection: sa.Connection, list_key: str, address: str) -> str:
        list_id = f"{self._plan.account}/{list_key}"
        member = members.load(connection, list_id, [address]).get(address)
        return "remove" if member is not None and member.removed == "removed" else "take_off"

    def _fates(self, summary: Summary) -> list[dict[str, Any]]:
        names = {feed.list.key: feed.list.name for feed in self._plan.feeds}
        return [
            {
                "stream": stream,
                "list": key,
                "list_name": names.get(key, key),
                "fate": fate.value,
                "reason": reason,
                "records": count,
                "examples": list(summary.examples.get((stream, key, fate.value, reason), ())),
            }
            for (stream, key, fate, reason), count in sorted(summary.fates.items(), key=lambda item: (*item[0][:2], item[0][2].value, item[0][3]))
        ]

    def _list(self, key: str, summary: Summary) -> dict[str, Any]:
        listing = next(feed.list for feed in self._plan.feeds if feed.list.key == key)
        counts = {action: count for (at, action), count in self.tool.foreseen.counts().items() if at == key}
        off = counts.pop("take_off", 0)
        removed = summary.actions.get((key, "removed"), 0)
        named = {"remove": removed, "take_off": off - removed, "suppress": summary.actions.get((key, "suppressed"), 0)}
        return {
            "key": key,
            "name": listing.name,
            "sign_up_form": listing.has_form,
            "to_be_created": key in self._created,
            "writes": counts | {action: count for action, count in named.items() if count},
            "kept": summary.actions.get((key, "kept"), 0),
        }

    def _waiting(self, forecast: Forecast) -> dict[str, Any]:
        return {
            "calls": forecast.calls,
            "by_endpoint": dict(forecast.by_endpoint),
            "seconds": round(forecast.seconds),
            "days": forecast.days,
            "exact": forecast.exact,
        }

    def _time(self) -> dict[str, float]:
        clock = self._clock
        return {
            "seconds": round(clock.now() - self._began, 1),
            "waiting_for_limits_s": round(clock.waited, 1),
            "a_call_s": round(self.tool.latency_s, 4),
        }


def _behind(row: RecordRow) -> tuple[int, tuple[float, float, str, str, str]]:
    """Who stands behind an address: the living before the dead, then the winner."""
    return row.live, row.rank
