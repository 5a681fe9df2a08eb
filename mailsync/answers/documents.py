"""Answers as one living note, or one row of a custom module, for each response: made once, found by our mark, written anew after an edit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

import orjson

from mailsync.answers.conversion import Unfit, converted, shown
from mailsync.answers.plan import RowPlan
from mailsync.answers.work import AnswerWork, told
from mailsync.ledger import actions
from mailsync.ledger.actions import ActionRow
from mailsync.ledger.recipients import Pair
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Ability, Fate, NewItem, NewRow, Outcome, PersonId, Value, marker_of
from mailsync.responses.held import Held
from mailsync.responses.making import ItemKind, Making, ThingKind, Wanted
from mailsync.responses.reasons import Reason

T = TypeVar("T", NewItem, NewRow)
NOTE, ROW = "note", "row"
DELETED = "-"
"""Instead of a hash: staff deleted it, and it is not made again."""


class Documents:
    """Makes and keeps notes and rows."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._making = Making(held)

    def act(self, works: Sequence[AnswerWork], *, patient: bool) -> None:
        """Everything that the configuration asks for of these responses."""
        notes = [work for work in works if work.survey.note]
        self._keep(NOTE, notes, _Notes(self._held), patient=patient)
        rows = [work for work in works if work.open and work.survey.row is not None]
        for module in sorted({str(work.survey.row.module) for work in rows if work.survey.row}):
            mine = [work for work in rows if work.survey.row is not None and work.survey.row.module == module]
            self._keep(ROW, mine, _Rows(self._held, mine[0].survey.row), patient=patient)  # type: ignore[arg-type]

    def _keep(self, what: str, works: Sequence[AnswerWork], kind: _Kind[T], *, patient: bool) -> None:
        """One kind: what was never made is made, what is there with another content is written anew."""
        meant = [work for work in works if getattr(work.row, what) != DELETED]
        things = {work.pair: kind.build(work) for work in meant}
        changed = [work for work in meant if getattr(work.row, what) != _hash(kind.content(things[work.pair]))]
        acts = self._actions(kind, changed)
        new = self._of_the_living([work for work in changed if acts[work.pair].done_at is None])
        wanted = [Wanted(acts[work.pair], partial(things.__getitem__, work.pair), [work]) for work in new]
        made = {id(one.action) for one in self._making.make(kind, wanted, patient=patient)}
        for work in [work for work in new if id(acts[work.pair]) in made]:
            _note(work, what, _hash(kind.content(things[work.pair])))
        known = [work for work in changed if work.open and acts[work.pair].done_at is not None and id(acts[work.pair]) not in made]
        for batch in in_batches(known, kind.size):
            self._rewrite(what, batch, kind, things, acts)

    def _actions(self, kind: _Kind[T], works: Sequence[AnswerWork]) -> dict[Pair, ActionRow]:
        """The place of each in the ledger."""
        plan = self._held.plan
        with self._held.ledger.begin() as connection:
            known = actions.of_people(connection, plan.account, {str(work.row.person) for work in works})
        found: dict[Pair, ActionRow] = {}
        for work in works:
            row = kind.action(work)
            found[work.pair] = known.get(row.key, row)
        return found

    def _of_the_living(self, works: Sequence[AnswerWork]) -> list[AnswerWork]:
        """Under somebody who is gone nothing can be made, and nothing can be looked for."""
        if not works:
            return []
        try:
            alive = self._held.read_people({str(work.row.person) for work in works})
        except NoAnswer as silence:
            for work in works:
                work.waits(silence.reason)
            return []
        for work in works:
            if work.row.person not in alive:
                work.person_changed()
        return [work for work in works if work.open]

    def _rewrite(self, what: str, works: Sequence[AnswerWork], kind: _Kind[T], things: Mapping[Pair, T], acts: Mapping[Pair, ActionRow]) -> None:
        rows = [(str(acts[work.pair].item), things[work.pair]) for work in works]
        try:
            outcomes = self._held.calls.repeatable(lambda: kind.rewrite(rows), Reason.NO_ANSWER)
        except NoAnswer as silence:
            for work in works:
                work.waits(silence.reason)
            return
        gone = [work for work, outcome in zip(works, outcomes, strict=True) if outcome.fate is Fate.GONE]
        for work in self._of_the_living(gone):
            _note(work, what, DELETED)
        for work, outcome in zip(works, outcomes, strict=True):
            if outcome.fate is Fate.DONE:
                self._held.calls.done[f"{kind.makes.value} rewritten"] += 1
                _note(work, what, _hash(kind.content(things[work.pair])))
                work.wrote()
            elif outcome.fate is not Fate.GONE:
                work.refused(kind.refused, " ".join(filter(None, (outcome.field, outcome.code, outcome.message))))


class _Kind(ThingKind[T], Protocol[T]):
    """A note or a row."""

    def build(self, work: AnswerWork) -> T:
        """As it should be."""

    def content(self, thing: T) -> object:
        """What of it makes a difference."""

    def action(self, work: AnswerWork) -> ActionRow:
        """Its place in the ledger, where it was never begun."""

    def rewrite(self, rows: Sequence[tuple[str, T]]) -> Sequence[Outcome]:
        """Those that are there, anew."""


class _Notes(ItemKind):
    """Notes under the person."""

    def __init__(self, held: Held) -> None:
        super().__init__(held, Ability.NOTE, Reason.ANSWER_NOTE)

    def build(self, work: AnswerWork) -> NewItem:
        """Title, and every question with its answer."""
        says, action = told(work.row), self.action(work)
        name = says.columns.get("survey_name", "") or work.row.survey
        head = " · ".join(filter(None, (name, says.columns.get("status", "").capitalize(), says.columns.get("ended_at", ""))))
        text = "\n".join([head, *(f"{question}: {shown(answer)}" for question, answer in says.answers.items() if answer)])
        marker = marker_of(action.account, action.sync, action.rule, action.campaign)
        return NewItem(Ability.NOTE, PersonId.parse(action.person), None, work.survey.note.replace("{survey}", name), text, marker)

    def content(self, thing: NewItem) -> object:
        """Title and text."""
        return [thing.subject, thing.text]

    def action(self, work: AnswerWork) -> ActionRow:
        """One for each response."""
        plan, row = self._held.plan, work.row
        return ActionRow(plan.account, plan.sync_name, f"{NOTE} of {row.pair[0]}", row.response, "", str(row.person))

    def rewrite(self, rows: Sequence[tuple[str, NewItem]]) -> Sequence[Outcome]:
        """By id."""
        return self._held.crm.rewrite_notes(rows)


class _Rows:
    """Rows of one custom module."""

    makes, refused = Ability.ROW, Reason.ANSWER_ROW

    def __init__(self, held: Held, plan: RowPlan) -> None:
        self._held, self._plan = held, plan
        self.size = held.crm.traits.batch.get(Ability.ROW, 1)

    def build(self, work: AnswerWork) -> NewRow:
        """The mapped answers; one that does not fit is left out and told."""
        says, action, plan = told(work.row), self.action(work), work.survey.row or self._plan
        values: dict[str, Value] = {}
        for mapped in plan.fields:
            answer = says.of(mapped)
            try:
                values |= {} if answer is None else {mapped.target.field: converted(mapped.target, answer)}
            except Unfit as why:
                work.refused(Reason.ANSWER_UNFIT, f"{mapped.target.field}: {why}")
        person = PersonId.parse(action.person)
        marker = marker_of(action.account, action.sync, action.rule, action.campaign)
        return NewRow(plan.module, plan.key_field, marker, person, plan.person_fields[person.module], values)

    def content(self, thing: NewRow) -> object:
        """Values, and whose they are."""
        return [str(thing.person), dict(thing.values)]

    def action(self, work: AnswerWork) -> ActionRow:
        """One for each response."""
        plan, row = self._held.plan, work.row
        return ActionRow(plan.account, plan.sync_name, f"{ROW} of {row.pair[0]}", row.response, "", str(row.person))

    def find(self, wanted: Sequence[Wanted[NewRow]]) -> tuple[Mapping[Wanted[NewRow], str], Mapping[Wanted[NewRow], Reason]]:
        """By their keys."""
        found, failed = dict[Wanted[NewRow], str](), dict[Wanted[NewRow], Reason]()
        for batch in in_batches(wanted, self._held.crm.traits.read_size):
            keys = [one.marker for one in batch]
            try:
                ids = self._held.calls.repeatable(lambda keys=keys: self._look(keys), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            except NoAnswer as silence:
                failed |= dict.fromkeys(batch, silence.reason)
                continue
            found |= {one: ids[one.marker] for one in batch if one.marker in ids}
        return found, failed

    def _look(self, keys: Sequence[str]) -> Mapping[str, str]:
        return self._held.crm.rows_by_key(self._plan.module, self._plan.key_field, keys)

    def make(self, things: Sequence[NewRow]) -> Sequence[Outcome]:
        """One request."""
        return self._held.crm.make_rows(things)

    def rewrite(self, rows: Sequence[tuple[str, NewRow]]) -> Sequence[Outcome]:
        """By id."""
        return self._held.crm.rewrite_rows(rows)


def _note(work: AnswerWork, what: str, shows: str) -> None:
    setattr(work.row, what, shows)
    work.changed = True


def _hash(content: object) -> str:
    return hashlib.blake2b(orjson.dumps(content), digest_size=16).hexdigest()
