"""E1: who is meant. Decided once, when first found; a person who is gone hands over to who has the address now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mailsync.ledger import actions, recipients
from mailsync.ledger.actions import CreationRow
from mailsync.responses.calls import NoAnswer
from mailsync.responses.creating import Creating
from mailsync.responses.crm import Ability, Person
from mailsync.responses.held import Held
from mailsync.responses.model import Work, may_be_made, opt_out_is_due
from mailsync.responses.reasons import Reason


class People:
    """Finds the person behind each row."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._creating = Creating(held)

    def choose(self, works: Sequence[Work], *, patient: bool) -> None:
        """Who is meant by each row, and everybody who has the address where an opt-out must reach all of them."""
        plan = self._held.plan
        unknown = [work for work in works if work.row.person is None]
        leaving = [work for work in works if opt_out_is_due(work.row, plan.opt_out) and self._can_opt_out()]
        looked_at = self._held.now()
        found, failed = self._held.find({work.row.address for work in (*unknown, *leaving)})
        for work in (*unknown, *leaving):
            work.people = found.get(work.row.address, [])
            if work.row.address in failed:
                work.waits(failed[work.row.address])
                work.open = work.row.person is not None
        self._take(works, [work for work in unknown if work.open], looked_at, patient=patient)

    def _can_opt_out(self) -> bool:
        return Ability.OPT_OUT in self._held.crm.traits.supports

    def _take(self, works: Sequence[Work], unknown: Sequence[Work], looked_at: float, *, patient: bool) -> None:
        chosen = {work.pair: str(_winner(work.people).id) for work in unknown if work.people}
        left = [work for work in unknown if not work.people]
        chosen |= self._credited_before(left)
        left = [work for work in left if work.open and work.pair not in chosen]
        made = self._creating.make(self._wanted(left), looked_at, patient=patient)
        chosen |= {work.pair: made[work.row.address] for work in left if work.row.address in made}
        self._held.credit(chosen, works)
        for work in left:
            if work.row.person is None and work.open:
                work.skipped(Reason.NO_PERSON)

    def _credited_before(self, works: Sequence[Work]) -> dict[tuple[str, str], str]:
        """Nobody has the address: the living person who was credited with it before, or whom a sync has just made."""
        addresses = {work.row.address for work in works}
        if not addresses:
            return {}
        account = self._held.plan.account
        with self._held.ledger.begin() as connection:
            before = recipients.of_addresses(connection, account, addresses)
            created = actions.creations(connection, account, addresses)
        candidates = _candidates(before, created.values())
        try:
            alive = self._held.read_people(set().union(*candidates.values())) if candidates else {}
        except NoAnswer as silence:
            for work in works:
                if work.row.address in candidates:
                    work.waits(silence.reason)
                    work.open = False
            return {}
        known = {row.address for row in before if row.person or row.last}
        return self._living(works, candidates, alive, known | {one.address for one in created.values() if one.person})

    def _living(
        self, works: Sequence[Work], candidates: dict[str, set[str]], alive: dict[str, Person], known: Collection[str]
    ) -> dict[tuple[str, str], str]:
        chosen = {}
        for work in works:
            living = [alive[one] for one in candidates.get(work.row.address, ()) if one in alive]
            if living:
                chosen[work.pair] = str(_winner(living).id)
            elif work.row.address in known:
                work.skipped(Reason.PERSON_DELETED)
        return chosen

    def _wanted(self, works: Sequence[Work]) -> list[Work]:
        """Those for whom the configuration asks for a person."""
        plan = self._held.plan
        if plan.creation is None or not works:
            return []
        with self._held.ledger.begin() as connection:
            known = recipients.profiles(connection, plan.account, {work.row.address for work in works})
        active = {address for address, profile in known.items() if profile.active}
        return [work for work in works if may_be_made(work.row, plan, is_active_subscriber=work.row.address in active)]


def _winner(people: Collection[Person]) -> Person:
    return max(people, key=lambda person: person.rank)


def _candidates(before: Collection[recipients.RecipientRow], created: Collection[CreationRow]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for address, person in [(row.address, row.person) for row in before] + [(row.address, row.person) for row in created]:
        if person is not None:
            found.setdefault(address, set()).add(person)
    return found
