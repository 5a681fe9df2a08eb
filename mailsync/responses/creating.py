"""Making people whom nobody has: look-up, margin, intent ②, call, outcome ③."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from mailsync.ledger import actions, recipients
from mailsync.ledger.actions import CreationRow
from mailsync.ledger.recipients import ProfileRow
from mailsync.responses.calls import NoAnswer, NotMade, in_batches
from mailsync.responses.crm import Ability, Fate, NewPerson, Outcome, PersonId
from mailsync.responses.held import Held
from mailsync.responses.model import Work
from mailsync.responses.reasons import Reason

Wanted = dict[str, list[Work]]
"""Address → the rows that want a person for it."""


class Creating:
    """Makes the people of one run."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def make(self, works: Sequence[Work], looked_at: float, *, patient: bool) -> dict[str, str]:
        """Address → the person, made or found.

        `looked_at`: when the look-up began that found nobody. `patient`: wait out the margin of open calls.
        """
        wanted: Wanted = {}
        for work in works:
            wanted.setdefault(work.row.address, []).append(work)
        if not wanted or Ability.PERSON not in self._held.crm.traits.supports:
            return {}
        found = self._wait_out_margin(wanted, looked_at, patient=patient)
        new = self._complete_ones(wanted)
        size = self._held.crm.traits.batch.get(Ability.PERSON, 1)
        for batch in in_batches(sorted(new), size):
            found |= self._make({address: new[address] for address in batch}, wanted)
        return found

    def _wait_out_margin(self, wanted: Wanted, looked_at: float, *, patient: bool) -> dict[str, str]:
        """Absence is believed only when the look-up began a margin after the newest call that could have made somebody."""
        held = self._held
        with held.ledger.begin() as connection:
            opened = actions.creations(connection, held.plan.account, list(wanted))
            relearned = held.relearned_at(connection)
        since = {address: max(relearned, (opened[address].open_since or 0.0) if address in opened else 0.0) for address in wanted}
        young = {address for address in wanted if looked_at < since[address] + held.margin_s}
        if not patient:
            for address in [one for one in young if since[one] > relearned]:
                _all_wait(wanted.pop(address), Reason.OUTCOME_UNKNOWN)
                young.discard(address)
        if not young:
            return {}
        held.calls.nap(max(since[address] for address in young) + held.margin_s)
        return self._look_again(wanted, young)

    def _look_again(self, wanted: Wanted, addresses: set[str]) -> dict[str, str]:
        people, failed = self._held.find(addresses)
        for address in addresses & set(failed):
            _all_wait(wanted.pop(address), failed[address])
        found = {address: str(max(some, key=lambda one: one.rank).id) for address, some in people.items() if some}
        for address in found:
            del wanted[address]
        return found

    def _complete_ones(self, wanted: Wanted) -> dict[str, NewPerson]:
        """Who has all that the CRM's layout requires."""
        held = self._held
        with held.ledger.begin() as connection:
            profiles = recipients.profiles(connection, held.plan.account, list(wanted))
        new = {}
        for address, works in wanted.items():
            person = self._new(address, profiles.get(address) or ProfileRow(held.plan.account, address))
            try:
                missing = held.calls.repeatable(lambda person=person: held.crm.missing_fields(person), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            except NoAnswer as silence:
                _all_wait(works, silence.reason)
                continue
            if missing:
                for work in works:
                    work.waits_for_recheck(Reason.REQUIRED_FIELD, ", ".join(missing))
                    work.open = False
            else:
                new[address] = person
        return new

    def _new(self, address: str, profile: ProfileRow) -> NewPerson:
        creation = self._held.plan.creation
        assert creation is not None  # noqa: S101 - nobody is wanted without it
        last = profile.last_name or ("" if profile.first_name else address.partition("@")[0])
        return NewPerson(creation.module, address, profile.first_name, last, profile.company or "", profile.phone, creation.owner, creation.constants)

    def _make(self, new: dict[str, NewPerson], wanted: Wanted) -> dict[str, str]:
        try:
            self._held.calls.before_making()
            ours = self._intend(new)
        except NotMade as refused:
            for address in new:
                _all_wait(wanted[address], refused.reason)
            return {}
        for address in set(new) - set(ours):
            _all_wait(wanted[address], Reason.OUTCOME_UNKNOWN)  # another sync is at it
        if not ours:
            return {}
        rows = [new[address] for address in ours]
        try:
            outcomes = self._held.calls.making(lambda: self._held.crm.make_people(rows), lambda: self._take_back(ours))
        except NoAnswer as silence:
            for address in ours:
                _all_wait(wanted[address], silence.reason)
            return {}
        return self._made(ours, outcomes, wanted)

    def _intend(self, new: dict[str, NewPerson]) -> list[str]:
        """Commit ②, for those whom no other sync has made or begun to make since we looked."""
        held = self._held
        with held.commit(alone_at="create") as connection:
            known = actions.creations(connection, held.plan.account, list(new))
            now = held.now()
            ours = [
                address
                for address in new
                if address not in known or (known[address].person is None and now - (known[address].open_since or 0.0) >= held.margin_s)
            ]
            actions.save_creations(held.ledger, connection, [CreationRow(held.plan.account, address, open_since=now) for address in ours])
        return ours

    def _take_back(self, addresses: Sequence[str]) -> None:
        with self._held.commit() as connection:
            self._save(connection, dict.fromkeys(addresses))

    def _made(self, addresses: Sequence[str], outcomes: Sequence[Outcome], wanted: Wanted) -> dict[str, str]:
        """Commit ③."""
        held, found, refused = self._held, dict[str, str](), dict[str, None]()
        creation = held.plan.creation
        for address, outcome in zip(addresses, outcomes, strict=True):
            if outcome.fate in (Fate.DONE, Fate.EXISTS) and creation is not None:
                found[address] = str(PersonId(creation.module, outcome.id))
                held.calls.done["person made" if outcome.fate is Fate.DONE else "person found when making"] += 1
                for work in wanted[address]:
                    work.wrote()
            else:
                refused[address] = None
                for work in wanted[address]:
                    work.refused(Reason.PERSON, f"{outcome.code} {outcome.message}".strip())
                    work.open = False
        with held.commit() as connection:
            self._save(connection, {**found, **refused})
        return found

    def _save(self, connection: sa.Connection, people: Mapping[str, str | None]) -> None:
        account = self._held.plan.account
        actions.save_creations(self._held.ledger, connection, [CreationRow(account, address, None, person) for address, person in people.items()])


def _all_wait(works: Sequence[Work], reason: Reason) -> None:
    for work in works:
        work.waits(reason)
        work.open = False
