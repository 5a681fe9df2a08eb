"""E6 and E7: activities, deals and notes, each once. Always looked up under the person first: it catches a merge nobody told us of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailsync.ledger import actions
from mailsync.ledger.actions import ActionRow, CampaignFacts
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import ITEMS, NewItem, Person, PersonId, marker_of
from mailsync.responses.held import Held
from mailsync.responses.making import ItemKind, Making, Wanted
from mailsync.responses.model import Work, applicable, bits, crossings, filled
from mailsync.responses.plan import Kind, Rule, RuleGroup
from mailsync.responses.reasons import Reason
from mailsync.responses.statuses import History

PART = 500
"""Rows whose people's whole history is in memory at a time."""

Works = Mapping[str, Sequence[Work]]
"""Person → the rows that are told what became of their rules."""


@dataclass(slots=True)
class Job:
    """One item that a rule asks for."""

    rule: Rule
    campaign: str
    person: Person
    action: ActionRow


@dataclass(slots=True)
class Asked:
    """What the rules ask of many rows: person → what any group's rules would make, and the rows behind it."""

    crossed: dict[str, list[tuple[Rule, str, ActionRow]]] = field(default_factory=dict)
    works: dict[str, list[Work]] = field(default_factory=dict)


class Items:
    """Makes the items of one run."""

    def __init__(
        self, held: Held, *, histories: Callable[[Collection[str]], History], campaigns: Callable[[Collection[str]], Mapping[str, CampaignFacts]]
    ) -> None:
        """`histories`: what people did; `campaigns`: what is known of them."""
        self._held = held
        self._making = Making(held)
        self._histories = histories
        self._campaigns = campaigns

    def gather(self, works: Sequence[Work], history: History, into: Asked) -> None:
        """What the rules ask for the people behind these rows; of whom they ask nothing, nothing is kept."""
        by_person: dict[str, list[Work]] = {}
        for work in works:
            by_person.setdefault(str(work.row.person), []).append(work)
        for person, some in self.crossed(by_person, history).items():
            into.crossed[person] = some
            into.works.setdefault(person, []).extend(by_person[person])

    def act(self, asked: Asked, *, patient: bool) -> None:
        """Everything that was asked for people who are still there."""
        works = {person: [work for work in some if work.open] for person, some in asked.works.items()}
        jobs = self._jobs({person: some for person, some in works.items() if some}, asked.crossed)
        for makes in sorted(ITEMS):
            mine = [job for job in jobs if job.rule.makes is makes]
            self._making.make(ItemKind(self._held, makes, Reason.ITEM), self._wanted(mine, works), patient=patient)

    # What is asked for.

    def _jobs(self, works: Works, asked: Mapping[str, list[tuple[Rule, str, ActionRow]]]) -> list[Job]:
        crossed = self._not_held({person: asked[person] for person in works}, works)
        if not crossed:
            return []
        try:
            people = self._held.read_people(crossed)
        except NoAnswer as silence:
            _wait_all(works, crossed, silence.reason)
            return []
        _tell_all(works, set(crossed) - set(people), Work.person_changed)
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

    def _wanted(self, jobs: Sequence[Job], works: Works) -> list[Wanted[NewItem]]:
        """Each with what it tells. Who was found to be gone since they were asked about has no history any more."""
        wanted: list[Wanted[NewItem]] = []
        for part in in_batches(jobs, PART):
            history = self._histories({job.action.person for job in part})
            facts = self._campaigns({key for one in history.values() for key in one})
            _tell_all(works, {job.action.person for job in part} - set(history), lambda work: work.person_changed())
            for job in [one for one in part if one.action.person in history]:
                new = self._new(job, facts, history[job.action.person])
                wanted.append(Wanted(job.action, lambda new=new: new, works[job.action.person], job.rule.name))  # type: ignore[misc]
        return wanted

    def _new(self, job: Job, facts: Mapping[str, CampaignFacts], history: Mapping[str, int]) -> NewItem:
        rule, wanted = job.rule, bits(job.rule.kinds)
        counting = [key for key, stored in history.items() if stored & wanted] if not job.campaign else [job.campaign]
        names = ", ".join(facts[key].name if key in facts else key for key in sorted(counting))
        status = max(kind for key in counting for kind in rule.kinds if history[key] >> kind & 1)
        fill = {"campaign": names, "status": Kind(status).name.lower().replace("_", " "), "count": len(counting)}
        owner = rule.owner or job.person.owner
        marker = marker_of(job.action.account, job.action.sync, rule.name, job.campaign)
        subject, text = filled(rule.subject, **fill), filled(rule.text, **fill)  # type: ignore[arg-type]
        return NewItem(rule.makes, PersonId.parse(job.action.person), owner, subject, text, marker, rule.settings)


def _tell_all(works: Works, people: Iterable[str], tell: Callable[[Work], None]) -> None:
    for person in people:
        for work in works[person]:
            tell(work)


def _wait_all(works: Works, people: Iterable[str], reason: Reason) -> None:
    _tell_all(works, people, lambda work: work.waits(reason))
