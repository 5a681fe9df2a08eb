"""E2: a proven leaving sets the CRM's e-mail opt-out, on every record with the address and on who was credited; once for each leaving."""

from __future__ import annotations

from collections.abc import Sequence

from mailsync.ledger import actions
from mailsync.ledger.actions import ActionRow
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Ability, Fate, Outcome, PersonId
from mailsync.responses.held import Held
from mailsync.responses.model import Work, opt_out_is_due
from mailsync.responses.reasons import Reason

Jobs = dict[PersonId, list[Work]]
"""Person → the leavings that are to be shown on them."""


class OptingOut:
    """Sets opt-outs."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def act(self, works: Sequence[Work]) -> None:
        """All that is due and was never done: one that staff set back stays so until a new leaving."""
        traits = self._held.crm.traits
        due = [work for work in works if opt_out_is_due(work.row, self._held.plan.opt_out)]
        jobs = self._jobs(due) if Ability.OPT_OUT in traits.supports else {}
        if due and Ability.OPT_OUT not in traits.supports:
            self._held.calls.done["opt-out unsupported"] += len(due)
        self._note_done({one: some for one, some in jobs.items() if any(self._is_opted_out(one, work) for work in some)})
        left = [one for one, some in jobs.items() if not any(self._is_opted_out(one, work) for work in some)]
        for module in sorted({one.module for one in left}):
            for batch in in_batches(sorted(one for one in left if one.module == module), traits.batch.get(Ability.OPT_OUT, 1)):
                self._call(batch, jobs)

    def _jobs(self, due: Sequence[Work]) -> Jobs:
        jobs: Jobs = {}
        for work in due:
            reached = {person.id for person in work.people}
            if work.row.person is not None:
                reached.add(PersonId.parse(work.row.person))
            for one in reached:
                if one.module in self._held.crm.traits.opt_out_modules:
                    jobs.setdefault(one, []).append(work)
        with self._held.ledger.begin() as connection:
            known = actions.of_people(connection, self._held.plan.account, [str(one) for one in jobs])
        open_jobs = {one: [work for work in some if self._row(one, work).key not in known] for one, some in jobs.items()}
        return {one: some for one, some in open_jobs.items() if some}

    def _is_opted_out(self, one: PersonId, work: Work) -> bool:
        return any(person.id == one and person.opted_out for person in work.people)

    def _call(self, batch: Sequence[PersonId], jobs: Jobs) -> None:
        try:
            outcomes = self._held.calls.repeatable(lambda: self._held.crm.opt_out(batch), Reason.NO_ANSWER)
        except NoAnswer as silence:
            for one in batch:
                for work in jobs[one]:
                    work.waits(silence.reason)
            return
        done = {one: jobs[one] for one, outcome in zip(batch, outcomes, strict=True) if outcome.fate is Fate.DONE}
        self._note_done(done)
        self._held.calls.done["opt-out"] += len(done)
        for one, outcome in zip(batch, outcomes, strict=True):
            self._tell(one, outcome, jobs[one])

    def _tell(self, one: PersonId, outcome: Outcome, works: Sequence[Work]) -> None:
        if outcome.fate is Fate.GONE:
            self._held.gone(str(one))
        for work in works:
            if outcome.fate is Fate.DONE:
                work.wrote()
            elif outcome.fate is Fate.GONE:
                work.waits(Reason.PERSON_CHANGED)
                self._held.again.add(work.pair)
            else:
                work.refused(Reason.OPT_OUT, f"{outcome.code} {outcome.message}".strip(), at_once=True)

    def _note_done(self, jobs: Jobs) -> None:
        """Commit ③."""
        now = self._held.now()
        rows = [self._row(one, work, done_at=now) for one, works in jobs.items() for work in works]
        if rows:
            with self._held.commit() as connection:
                actions.save(self._held.ledger, connection, rows)

    def _row(self, one: PersonId, work: Work, done_at: float | None = None) -> ActionRow:
        return ActionRow(self._held.plan.account, "", "", work.row.campaign, work.row.address, str(one), None, done_at)
