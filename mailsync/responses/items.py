"""E6 and E7: activities, deals and notes, each once. Always looked up under the person first: it catches a merge nobody told us of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger import actions
from mailsync.ledger.actions import ActionRow, CampaignFacts
from mailsync.responses.calls import NoAnswer, NotMade, in_batches
from mailsync.responses.crm import ITEMS, Ability, Fate, NewItem, Outcome, Person, PersonId, marker_of
from mailsync.responses.held import Held
from mailsync.responses.model import Work, applicable, bits, crossings, filled
from mailsync.responses.plan import Kind, Rule, RuleGroup
from mailsync.responses.reasons import Reason
from mailsync.responses.statuses import History

Works = Mapping[str, Sequence[Work]]
"""Person → the rows that are told what became of their rules."""


@dataclass(slots=True)
class Job:
    """One item that a rule asks for."""

    rule: Rule
    campaign: str
    person: Person
    action: ActionRow
    looked_at: float = 0.0

    @property
    def marker(self) -> str:
        """What it is found again by."""
        return marker_of(self.action.account, self.action.sync, self.rule.name, self.campaign)


class Items:
    """Makes the items of one run."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def act(self, works: Sequence[Work], history: History, facts: Mapping[str, CampaignFacts], *, patient: bool) -> None:
        """Everything that the rules ask for the people behind these rows."""
        by_person: dict[str, list[Work]] = {}
        for work in works:
            by_person.setdefault(str(work.row.person), []).append(work)
        jobs = self._jobs(by_person, history)
        for makes in sorted(ITEMS):
            self._make_all([job for job in jobs if job.rule.makes is makes], makes, by_person, facts, history, patient=patient)

    # What is asked for.

    def _jobs(self, works: Works, history: History) -> list[Job]:
        crossed = self._not_held(self.crossed(works, history), works)
        if not crossed:
            return []
        try:
            people = self._held.read_people(crossed)
        except NoAnswer as silence:
            _wait_all(works, crossed, silence.reason)
            return []
        _tell_all(works, set(crossed) - set(people), _person_changed)
        groups, unknown = self.groups_of(people)
        _tell_all(works, unknown, lambda work: work.waits(unknown[str(work.row.person)]))
        return [
            Job(rule, campaign, people[person], row)
            for person, found in crossed.items()
            if person in groups
            for rule, campaign, row in found
            if self._may_fire(rule, groups[person], works[person])
        ]

    def crossed(self, people: Iterable[str], history: History) -> dict[str, list[tuple[Rule, str, ActionRow]]]:
        """Person → what any group's rules would make, and was not made yet."""
        plan, people = self._held.plan, list(people)
        if not plan.rules:
            return {}
        with self._held.ledger.begin() as connection:
            known = actions.of_people(connection, plan.account, people)
        found: dict[str, list[tuple[Rule, str, ActionRow]]] = {}
        for person in people:
            for rule in plan.rules:
                for campaign in crossings(rule, history.get(person, {})):
                    row = ActionRow(plan.account, plan.sync_name, rule.name, campaign, "", person)
                    row = known.get(row.key, row)
                    if row.done_at is None:
                        found.setdefault(person, []).append((rule, campaign, row))
        return found

    def _not_held(self, crossed: dict[str, list[tuple[Rule, str, ActionRow]]], works: Works) -> dict[str, list[tuple[Rule, str, ActionRow]]]:
        """Without people of whom only rules that may not fire yet ask something: reading them and their filters would be for nothing."""
        held = self._held.held_rules
        waiting = {person for person, some in crossed.items() if all(rule.name in held for rule, _, _ in some)}
        for person in waiting:
            for work in works[person]:
                work.holds(held[crossed[person][0][0].name])
        return {person: some for person, some in crossed.items() if person not in waiting}

    def groups_of(self, people: Mapping[str, Person]) -> tuple[dict[str, list[RuleGroup]], dict[str, Reason]]:
        """Person → the groups that apply; and of whom nobody knows, because a filter could not be read."""
        groups = self._held.plan.groups
        inside: dict[str, dict[str, bool]] = {person: {} for person in people}
        unknown: dict[str, Reason] = {}
        for wanted in {group.filter for group in groups if group.filter is not None}:
            ids = sorted(person.id for person in people.values() if person.id.module == wanted.module)
            for batch in in_batches(ids, self._held.crm.traits.read_size):
                try:
                    found = self._held.calls.repeatable(
                        lambda batch=batch, wanted=wanted: self._held.crm.in_filter(wanted, batch),  # type: ignore[misc]
                        Reason.LOOKUP_FAILED,
                    )
                except NoAnswer as silence:
                    unknown |= dict.fromkeys(map(str, batch), silence.reason)
                    continue
                for one in batch:
                    inside[str(one)][wanted.id] = one in found
        return {one: applicable(groups, people[one], inside[one]) for one in people if one not in unknown}, unknown

    def _may_fire(self, rule: Rule, groups: Sequence[RuleGroup], works: Sequence[Work]) -> bool:
        if not any(one is rule for group in groups for one in group.rules):
            return False
        reason = self._held.held_rules.get(rule.name)
        if reason is not None:
            for work in works:
                work.holds(reason)
        return reason is None

    # Making it.

    def _make_all(
        self, jobs: Sequence[Job], makes: Ability, works: Works, facts: Mapping[str, CampaignFacts], history: History, *, patient: bool
    ) -> None:
        jobs = self._not_found(self._old_enough(jobs, works, patient=patient), makes, works)
        for batch in in_batches(jobs, self._held.crm.traits.batch.get(makes, 1)):
            self._make(batch, works, facts, history)

    def _old_enough(self, jobs: Sequence[Job], works: Works, *, patient: bool) -> list[Job]:
        """Absence will be believed only a margin after the newest call that could have made it: wait for that, or leave it for later."""
        if not jobs:
            return []
        held, now, margin = self._held, self._held.now(), self._held.margin_s
        with held.ledger.begin() as connection:
            relearned = held.relearned_at(connection)
        young = [job for job in jobs if now < (job.action.open_since or 0.0) + margin]
        if young and not patient:
            for job in young:
                for work in works[job.action.person]:
                    work.waits(Reason.OUTCOME_UNKNOWN)
        left = [job for job in jobs if patient or job not in young]
        held.calls.nap(max([relearned, *(job.action.open_since or 0.0 for job in left)]) + margin if left else 0.0)
        return left

    def _not_found(self, jobs: Sequence[Job], makes: Ability, works: Works) -> list[Job]:
        """One list per person, shared by all rules. What carries our marker is done."""
        looked_at, markers, failed = self._held.now(), dict[str, Mapping[str, str]](), dict[str, Reason]()
        for batch in in_batches(sorted({job.person.id for job in jobs}), self._held.crm.traits.marker_size):
            try:
                answer = self._held.calls.repeatable(lambda batch=batch: self._held.crm.markers(makes, batch), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            except NoAnswer as silence:
                failed |= dict.fromkeys(map(str, batch), silence.reason)
                continue
            markers |= {str(one): answer[one] for one in batch if one in answer}
            failed |= {str(one): Reason.LOOKUP_FAILED for one in batch if one not in answer}
        _tell_all(works, failed, lambda work: work.waits(failed[str(work.row.person)]))
        known = [job for job in jobs if job.action.person in markers]
        found = [job for job in known if job.marker in markers[job.action.person]]
        self._note_done([(job, markers[job.action.person][job.marker]) for job in found])
        self._held.calls.done["items found"] += len(found)
        for job in known:
            job.looked_at = looked_at
        return [job for job in known if job not in found]

    def _make(self, batch: Sequence[Job], works: Works, facts: Mapping[str, CampaignFacts], history: History) -> None:
        held = self._held
        try:
            held.calls.before_making()
            jobs = self._intend(batch, works)
            if not jobs:
                return
            new = [self._new(job, facts, history.get(job.action.person, {})) for job in jobs]
            outcomes = held.calls.making(lambda: held.crm.make_items(new), lambda: self._take_back(jobs))
        except NotMade as refused:
            _wait_all(works, {job.action.person for job in batch}, refused.reason)
        except NoAnswer as silence:
            _wait_all(works, {job.action.person for job in batch}, silence.reason)
        else:
            self._made(jobs, outcomes, works)

    def _intend(self, batch: Sequence[Job], works: Works) -> list[Job]:
        """Commit ②, for what still holds: nobody did it meanwhile, and the look-up is not older than the newest call."""
        held = self._held
        with held.commit(alone_at="items") as connection:
            now = held.now()
            known = actions.of_people(connection, held.plan.account, [job.action.person for job in batch])
            jobs = [job for job in batch if self._still(connection, job, known.get(job.action.key))]
            for job in jobs:
                job.action.open_since = now
            actions.save(held.ledger, connection, [job.action for job in jobs])
        for job in batch:
            if job not in jobs:
                for work in works[job.action.person]:
                    work.waits(Reason.OUTCOME_UNKNOWN)
        return jobs

    def _still(self, connection: sa.Connection, job: Job, now: ActionRow | None) -> bool:
        if now is not None and (now.done_at is not None or job.looked_at < (now.open_since or 0.0) + self._held.margin_s):
            return False
        return job.looked_at >= self._held.relearned_at(connection) + self._held.margin_s

    def _take_back(self, jobs: Sequence[Job]) -> None:
        with self._held.commit() as connection:
            actions.drop(connection, [job.action for job in jobs])

    def _made(self, jobs: Sequence[Job], outcomes: Sequence[Outcome], works: Works) -> None:
        """Commit ③."""
        done = [(job, outcome.id) for job, outcome in zip(jobs, outcomes, strict=True) if outcome.fate is Fate.DONE]
        self._note_done(done)
        self._take_back([job for job, outcome in zip(jobs, outcomes, strict=True) if outcome.fate is not Fate.DONE])
        for job, _ in done:
            self._held.calls.done[job.rule.makes.value] += 1
        for job, outcome in zip(jobs, outcomes, strict=True):
            if outcome.fate is Fate.GONE:
                self._held.gone(job.action.person)
            for work in works[job.action.person]:
                if outcome.fate is Fate.DONE:
                    work.wrote()
                elif outcome.fate is Fate.GONE:
                    _person_changed(work)
                else:
                    work.refused(Reason.ITEM, " ".join(filter(None, (job.rule.name, outcome.field, outcome.code, outcome.message))))

    def _note_done(self, done: Sequence[tuple[Job, str]]) -> None:
        now = self._held.now()
        for job, item in done:
            job.action.open_since, job.action.done_at, job.action.item = None, now, item
        if done:
            with self._held.commit() as connection:
                actions.save(self._held.ledger, connection, [job.action for job, _ in done])

    def _new(self, job: Job, facts: Mapping[str, CampaignFacts], history: Mapping[str, int]) -> NewItem:
        rule, wanted = job.rule, bits(job.rule.kinds)
        counting = [key for key, stored in history.items() if stored & wanted] if not job.campaign else [job.campaign]
        names = ", ".join(facts[key].name if key in facts else key for key in sorted(counting))
        status = max(kind for key in counting for kind in rule.kinds if history[key] >> kind & 1)
        fill = {"campaign": names, "status": Kind(status).name.lower().replace("_", " "), "count": len(counting)}
        owner = rule.owner or job.person.owner
        subject, text = filled(rule.subject, **fill), filled(rule.text, **fill)  # type: ignore[arg-type]
        return NewItem(rule.makes, PersonId.parse(job.action.person), owner, subject, text, job.marker, rule.settings)


def _tell_all(works: Works, people: Iterable[str], tell: Callable[[Work], None]) -> None:
    for person in people:
        for work in works[person]:
            tell(work)


def _wait_all(works: Works, people: Iterable[str], reason: Reason) -> None:
    _tell_all(works, people, lambda work: work.waits(reason))


def _person_changed(work: Work) -> None:
    work.waits(Reason.PERSON_CHANGED)
    work.open = False
