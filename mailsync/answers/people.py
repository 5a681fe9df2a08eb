"""Who gave a response: the CRM record whose link was answered, else who has the address. Decided once; who is gone hands over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailsync.answers.work import AnswerWork
from mailsync.ledger import actions, survey_responses
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Person, PersonId
from mailsync.responses.held import Held
from mailsync.responses.reasons import Reason


class Respondents:
    """Finds the person behind each response."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def choose(self, works: Sequence[AnswerWork]) -> None:
        """Every open response afterwards has a person, or is told why not."""
        unknown = [work for work in works if work.row.person is None]
        self._by_record([work for work in unknown if work.row.record])
        self._by_address([work for work in unknown if work.open and work.row.person is None and work.row.address])
        for work in unknown:
            if work.open and work.row.person is None:
                work.skipped(self._why_nobody(work))
        self._keep([work for work in unknown if work.row.person is not None])

    def _why_nobody(self, work: AnswerWork) -> Reason:
        if not work.row.record and not work.row.address:
            return Reason.NO_RESPONDENT
        return Reason.PERSON_DELETED if work.row.record or work.row.last else Reason.NO_PERSON

    def _by_record(self, works: Sequence[AnswerWork]) -> None:
        """A record that is there; of one that is not, who stands for it now."""
        candidates = {work.pair: self._candidates(work) for work in works}
        everybody = sorted({one for some in candidates.values() for one in some})
        try:
            alive = self._alive(everybody)
            heirs = self._heirs([one for one in everybody if one not in alive])
        except NoAnswer as silence:
            for work in works:
                work.waits(silence.reason)
                work.open = False
            return
        for work in works:
            found = [one for one in candidates[work.pair] if one in alive] or [heirs[one] for one in candidates[work.pair] if one in heirs]
            if found:
                work.row.person = str(found[0])

    def _candidates(self, work: AnswerWork) -> list[PersonId]:
        """Without a module the id may be of any: ids of one CRM are unique over its modules, or there is only one module of people."""
        modules = self._held.crm.people_modules
        wanted = [one for one in modules if one.casefold() == work.row.module.casefold()] if work.row.module else list(modules)
        return [PersonId(module, work.row.record) for module in wanted]

    def _alive(self, ids: Iterable[PersonId]) -> set[PersonId]:
        found: set[PersonId] = set()
        for batch in in_batches(sorted(ids), self._held.crm.traits.read_size):
            found |= set(self._held.calls.repeatable(lambda batch=batch: self._held.crm.people(batch), Reason.LOOKUP_FAILED))  # type: ignore[misc]
        return found

    def _heirs(self, ids: Sequence[PersonId]) -> dict[PersonId, PersonId]:
        """Only heirs who are there themselves."""
        found: dict[PersonId, PersonId] = {}
        for batch in in_batches(sorted(ids), self._held.crm.traits.read_size):
            found |= self._held.calls.repeatable(lambda batch=batch: self._held.crm.heirs(batch), Reason.LOOKUP_FAILED)  # type: ignore[misc]
        alive = self._alive(set(found.values()))
        return {one: heir for one, heir in found.items() if heir in alive}

    def _by_address(self, works: Sequence[AnswerWork]) -> None:
        """The same rule as everywhere where several have the address."""
        found, failed = self._held.find({work.row.address for work in works})
        for work in works:
            people: Sequence[Person] = found.get(work.row.address, ())
            if work.row.address in failed:
                work.waits(failed[work.row.address])
                work.open = False
            elif people:
                work.row.person = str(max(people, key=lambda one: one.rank).id)

    def _keep(self, works: Sequence[AnswerWork]) -> None:
        """Commit who is meant, with what the one before had."""
        if not works:
            return
        held = self._held
        with held.commit() as connection:
            for work in works:
                if work.row.last is not None and work.row.person != work.row.last:
                    actions.inherit(held.ledger, connection, held.plan.account, work.row.last, str(work.row.person))
            survey_responses.place(connection, [work.row for work in works])
