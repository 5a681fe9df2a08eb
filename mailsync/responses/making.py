"""Making something that must not be made twice: margin, look-up, intent ②, call, outcome ③. What is made differs only in a `ThingKind`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import sqlalchemy as sa

from mailsync.ledger import actions
from mailsync.ledger.actions import ActionRow
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Ability, Fate, NewItem, Outcome, PersonId, marker_of
from mailsync.responses.held import Held
from mailsync.responses.model import Decision
from mailsync.responses.reasons import Reason

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Wanted(Generic[T]):
    """One thing. `action` is its place in the ledger and gives its mark; `new` builds it; `works` are told what became of it, under `name`."""

    action: ActionRow
    new: Callable[[], T]
    works: Sequence[Decision]
    name: str = ""
    looked_at: float = 0.0

    @property
    def marker(self) -> str:
        """What it is found again by."""
        return marker_of(self.action.account, self.action.sync, self.action.rule, self.action.campaign)


class ThingKind(Protocol[T]):
    """What is made. `refused`: the reason where the CRM refuses one; `size`: how many a call."""

    makes: Ability
    refused: Reason
    size: int

    def find(self, wanted: Sequence[Wanted[T]]) -> tuple[Mapping[Wanted[T], str], Mapping[Wanted[T], Reason]]:
        """Those that are there already, by their marks, with their ids; and those of which nobody knows."""

    def make(self, things: Sequence[T]) -> Sequence[Outcome]:
        """Make them in one request. One outcome each, in order."""


class ItemKind:
    """Items under a person: one list per person, shared by all that want something under it."""

    def __init__(self, held: Held, makes: Ability, refused: Reason) -> None:
        self._held, self.makes, self.refused = held, makes, refused
        self.size = held.crm.traits.batch.get(makes, 1)

    def find(self, wanted: Sequence[Wanted[NewItem]]) -> tuple[Mapping[Wanted[NewItem], str], Mapping[Wanted[NewItem], Reason]]:
        """By the marks under each person."""
        markers, failed = dict[str, Mapping[str, str]](), dict[str, Reason]()
        people = sorted({PersonId.parse(one.action.person) for one in wanted})
        for batch in in_batches(people, self._held.crm.traits.marker_size):
            try:
                answer = self._held.calls.repeatable(lambda batch=batch: self._held.crm.markers(self.makes, batch), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            except NoAnswer as silence:
                failed |= dict.fromkeys(map(str, batch), silence.reason)
                continue
            markers |= {str(one): answer[one] for one in batch if one in answer}
            failed |= {str(one): Reason.LOOKUP_FAILED for one in batch if one not in answer}
        found = {one: markers[one.action.person].get(one.marker) for one in wanted if one.action.person in markers}
        there = {one: item for one, item in found.items() if item is not None}
        return there, {one: failed[one.action.person] for one in wanted if one.action.person in failed}

    def make(self, things: Sequence[NewItem]) -> Sequence[Outcome]:
        """One request."""
        return self._held.crm.make_items(things)


class Making:
    """Makes things in one run. Always looked up first, not only after a crash: that catches a merge nobody told us of, and a lost ledger."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def make(self, kind: ThingKind[T], wanted: Sequence[Wanted[T]], *, patient: bool) -> list[Wanted[T]]:
        """All of them; those that were made now. What is there afterwards has `done_at` and `item` in its action."""
        left = self._not_found(kind, self._old_enough(wanted, patient=patient))
        for batch in in_batches(left, kind.size):
            self._make(kind, batch)
        return [one for one in left if one.action.done_at is not None]

    def _old_enough(self, wanted: Sequence[Wanted[T]], *, patient: bool) -> list[Wanted[T]]:
        """Absence will be believed only a margin after the newest call that could have made it: wait for that, or leave it for later."""
        if not wanted:
            return []
        held, now, margin = self._held, self._held.now(), self._held.margin_s
        with held.ledger.begin() as connection:
            relearned = held.relearned_at(connection)
        young = {one for one in wanted if now < (one.action.open_since or 0.0) + margin}
        if young and not patient:
            _wait(young, Reason.OUTCOME_UNKNOWN)
        left = [one for one in wanted if patient or one not in young]
        held.calls.nap(max([relearned, *(one.action.open_since or 0.0 for one in left)]) + margin if left else 0.0)
        return left

    def _not_found(self, kind: ThingKind[T], wanted: Sequence[Wanted[T]]) -> list[Wanted[T]]:
        """What carries our mark is done."""
        if not wanted:
            return []
        looked_at = self._held.now()
        found, failed = kind.find(wanted)
        for one, reason in failed.items():
            _wait([one], reason)
        self._note_done(list(found.items()))
        self._held.calls.done["items found"] += len(found)
        for one in wanted:
            one.looked_at = looked_at
        return [one for one in wanted if one not in found and one not in failed]

    def _make(self, kind: ThingKind[T], batch: Sequence[Wanted[T]]) -> None:
        held = self._held
        try:
            held.calls.before_making()
            begun = self._intend(batch)
            if not begun:
                return
            things = [one.new() for one in begun]
            outcomes = held.calls.making(lambda: kind.make(things), lambda: self._take_back(begun))
        except NoAnswer as silence:  # also NotMade: then the intents were taken back
            _wait(batch, silence.reason)
        else:
            self._made(kind, begun, outcomes)

    def _intend(self, batch: Sequence[Wanted[T]]) -> list[Wanted[T]]:
        """Commit ②, for what still holds: nobody did it meanwhile, and the look-up is not older than the newest call."""
        held = self._held
        with held.commit(alone_at="items") as connection:
            now = held.now()
            known = actions.of_people(connection, held.plan.account, [one.action.person for one in batch])
            begun = [one for one in batch if self._still(connection, one, known.get(one.action.key))]
            for one in begun:
                one.action.open_since = now
            actions.save(held.ledger, connection, [one.action for one in begun])
        _wait([one for one in batch if one not in begun], Reason.OUTCOME_UNKNOWN)
        return begun

    def _still(self, connection: sa.Connection, one: Wanted[T], now: ActionRow | None) -> bool:
        if now is not None and (now.done_at is not None or one.looked_at < (now.open_since or 0.0) + self._held.margin_s):
            return False
        return one.looked_at >= self._held.relearned_at(connection) + self._held.margin_s

    def _take_back(self, wanted: Sequence[Wanted[T]]) -> None:
        with self._held.commit() as connection:
            actions.drop(connection, [one.action for one in wanted])

    def _made(self, kind: ThingKind[T], begun: Sequence[Wanted[T]], outcomes: Sequence[Outcome]) -> None:
        """Commit ③."""
        done = [(one, outcome.id) for one, outcome in zip(begun, outcomes, strict=True) if outcome.fate in (Fate.DONE, Fate.EXISTS)]
        self._note_done(done)
        self._take_back([one for one in begun if one.action.done_at is None])
        self._held.calls.done[kind.makes.value] += len(done)
        for one, outcome in zip(begun, outcomes, strict=True):
            if outcome.fate is Fate.GONE:
                self._held.gone(one.action.person)
            for work in one.works:
                if one.action.done_at is not None:
                    work.wrote()
                elif outcome.fate is Fate.GONE:
                    work.person_changed()
                else:
                    work.refused(kind.refused, " ".join(filter(None, (one.name, outcome.field, outcome.code, outcome.message))))

    def _note_done(self, done: Sequence[tuple[Wanted[T], str]]) -> None:
        now = self._held.now()
        for one, item in done:
            one.action.open_since, one.action.done_at, one.action.item = None, now, item
        if done:
            with self._held.commit() as connection:
                actions.save(self._held.ledger, connection, [one.action for one, _ in done])


def _wait(wanted: Iterable[Wanted[T]], reason: Reason) -> None:
    for one in wanted:
        for work in one.works:
            work.waits(reason)
