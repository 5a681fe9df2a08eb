"""The end of a run: mirrors, removals under the brake, responses once more, what is left to do, and the sum of fates."""

from __future__ import annotations

from collections.abc import Callable

from mailsync.ledger import members
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import completed
from mailsync.membership import opening
from mailsync.membership.afterwards import Afterwards, Settled, nothing
from mailsync.membership.parts import Parts
from mailsync.membership.plan import Plan
from mailsync.membership.removals import Brake
from mailsync.membership.told import Braked, EventKind, Held, Spending, Summary


class Ending:
    """Closes one run."""

    def __init__(
        self,
        parts: Parts,
        *,
        ledger: Ledger,
        lease: Lease,
        plan: Plan,
        budget: Budget,
        tell: Callable[[EventKind, str], None],
        afterwards: Afterwards = nothing,
        check_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts = parts
        self._afterwards = afterwards
        self._check_stop = check_stop
        self._ledger = ledger
        self._lease = lease
        self._plan = plan
        self._budget = budget
        self._tell = tell
        self._began = ledger.clock.now()

    def close(self, complete: frozenset[str], notes: list[str]) -> Summary:
        """Everything that waits for the end of input. Raises Braked after the rest was done."""
        parts = self._parts
        notes = [*notes, *opening.decide_new_feeds(self._ledger, self._lease, self._plan), *self._close_mirrors(complete)]
        self._resolve_lost_answers()
        brakes = {list_id: brake for list_id in parts.lists if (brake := self._remove(list_id, complete)) is not None}
        parts.responses.read(self._began)
        parts.settler.fields_now()
        parts.settler.settle_all()
        self._note_completed(complete)
        notes += [
            f"Stream {name}: the refresh of this generation is closed, so the records were taken as changes; nothing was removed for being absent."
            for name in sorted(parts.mirror.not_rising)
        ]
        notes += [
            f"{count} people opted out in the CRM are on list {key} by somebody else's doing; set crm_opt_out_reaches to everyone to act on them."
            for key, count in parts.foreign_opt_outs.items()
        ]
        notes += opening.former_feeds(self._ledger, self._lease, self._plan)
        parts.fates.check_sum()
        more = self._afterwards(
            Settled(parts, self._plan, self._lease, self._budget, complete, frozenset(brakes), tell=self._tell, check_stop=self._check_stop)
        )
        summary = self.summary([*notes, *more.notes])
        if brakes:
            raise Braked("\n".join([_braked(list(brakes.values())), *more.problems]), summary=summary)
        if more.problems:
            raise Held("\n".join(more.problems), summary=summary)
        return summary

    def _close_mirrors(self, complete: frozenset[str]) -> list[str]:
        notes = []
        for name in sorted(complete):
            gone = self._parts.mirror.close(name)
            if gone:
                notes.append(f"Stream {name}: {gone} records were not in the full refresh and are gone.")
        self._parts.settler.settle_all()
        return notes

    def _resolve_lost_answers(self) -> None:
        """A complete read tells what became of calls without an answer; on a list with a form nothing is called again."""
        for list_id in self._parts.lists:
            with self._ledger.begin() as connection:
                lost = members.with_open_intents(connection, list_id)
            if lost:
                self._tell(EventKind.PROGRESS, f"{len(lost)} answers were lost; reading the list again to see what became of those calls.")
                self._parts.read_completely(list_id)
        self._parts.settler.settle_all()

    def _remove(self, list_id: str, complete: frozenset[str]) -> Brake | None:
        parts, listing = self._parts, self._parts.lists[list_id]
        if not parts.streams_of[list_id] <= complete or not parts.removals.has_due(list_id):
            return None
        parts.read_completely(list_id)
        parts.settler.settle_all()
        parts.removals.keep(listing, list_id)
        brake = None if self._plan.removals_over_brake else parts.removals.brake(listing, list_id)
        if brake is None:
            parts.removals.remove(listing, list_id)
        return brake

    def _note_completed(self, complete: frozenset[str]) -> None:
        lists = [one for one, streams in self._parts.streams_of.items() if streams <= complete]
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            rows = [{"sync": self._plan.sync_name, "list": one, "at": self._ledger.clock.now()} for one in lists]
            if rows:
                connection.execute(self._ledger.upsert(completed), rows)

    def summary(self, notes: list[str]) -> Summary:
        """What the run did so far."""
        parts = self._parts
        return Summary(
            fates=parts.fates.totals(),
            records_in=dict(parts.fates.records_in),
            actions={key: count for key, count in parts.calls.actions.items() if count},
            spending=self._spending(),
            forecast=parts.forecaster.waiting(),
            notes=tuple(notes),
            examples=parts.fates.examples(),
            changes=dict(parts.fates.changes),
        )

    def _spending(self) -> tuple[Spending, ...]:
        left: dict[str, tuple[float, int]] = {}
        for use in self._budget.uses():
            if use.window_s >= left.get(use.endpoint, (0.0, 0))[0]:
                left[use.endpoint] = (use.window_s, max(0, use.allowed - use.used))
        return tuple(Spending(name, count, left[name][1] if name in left else None) for name, count in sorted(self._budget.spent.items()))


def _braked(brakes: list[Brake]) -> str:
    lists = "; ".join(f"list {one.list_name!r}: {one.due} of the {one.owned} people this sync added" for one in brakes)
    return (
        f"Nobody was removed, because so many at once look like a mistake: {lists}. Often a view, filter or permission was changed in the CRM. "
        "If it was meant, set allow_removals_over_brake for one run; otherwise repair the selection, and all stay."
    )
