"""E4 and E5: the highest status of a person in a campaign, and the latest campaign's status as a field. Only ever forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mailsync.ledger import actions
from mailsync.ledger.actions import CampaignFacts, Show
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.crm import Ability, Fate, Outcome, PersonId, Value
from mailsync.responses.held import Held
from mailsync.responses.model import DAY_S, Work, latest, status_of
from mailsync.responses.plan import StatusField
from mailsync.responses.reasons import Reason

History = Mapping[str, Mapping[str, int]]
"""Person → campaign → everything they did there."""


@dataclass(slots=True)
class Job:
    """One person's write: what each place shows afterwards, and the rows that are told.

    `before`: what was known of these places when it was decided.
    """

    person: PersonId
    shows: dict[str, Show]
    before: dict[str, Show | None]
    values: dict[str, Value]
    works: list[Work] = field(default_factory=list)


class Statuses:
    """Writes member statuses and status fields."""

    def __init__(self, held: Held, *, campaign_gone: Callable[[str], None]) -> None:
        self._held = held
        self._campaign_gone = campaign_gone

    def act(self, works: Sequence[Work], history: History, facts: Mapping[str, CampaignFacts], *, relearning: bool) -> None:
        """`history` and `facts` cover all campaigns of the people behind `works`; only statuses above what is shown are written."""
        people = {work.row.person for work in works if work.row.person is not None}
        with self._held.ledger.begin() as connection:
            shows = actions.shows(connection, self._held.plan.account, people)
        for key, jobs in self._member_jobs(works, history, facts, shows, relearning=relearning).items():
            self._write(jobs, Ability.MEMBER_STATUS, Reason.MEMBER_STATUS, self._member_call(facts[key]), key)
        fields = [work for work in works if work.open]
        jobs = self._field_jobs(fields, history, facts, shows, relearning=relearning)
        self._write(jobs, Ability.FIELD, Reason.FIELD, self._held_fields, None)

    def _member_jobs(
        self,
        works: Sequence[Work],
        history: History,
        facts: Mapping[str, CampaignFacts],
        shows: Mapping[tuple[str, str], Show],
        *,
        relearning: bool,
    ) -> dict[str, list[Job]]:
        plan, found = self._held.plan, dict[str, dict[str, Job]]()
        for work in works:
            campaign, person = facts.get(work.row.campaign), str(work.row.person)
            if not self._takes_members(person, counted=not relearning) or campaign is None or campaign.crm_id is None or campaign.gone:
                continue
            place = f"campaign {campaign.campaign}"
            kind = status_of(history.get(person, {}).get(campaign.campaign, 0), aged=self._is_old(campaign), statuses=plan.member_statuses)
            before = shows.get((person, place))
            if kind is None or (before is not None and before.kind >= kind):
                continue
            if relearning:
                work.holds(Reason.RELEARNING)
                continue
            job = Job(PersonId.parse(person), {place: Show(0.0, "", kind)}, {place: before}, {"status": plan.member_statuses[kind]})
            found.setdefault(campaign.campaign, {}).setdefault(person, job).works.append(work)
        return {key: list(jobs.values()) for key, jobs in found.items()}

    def _is_old(self, campaign: CampaignFacts) -> bool:
        return campaign.sent_at is not None and campaign.sent_at + DAY_S <= self._held.now()

    def _takes_members(self, person: str, *, counted: bool) -> bool:
        traits = self._held.crm.traits
        if not self._held.plan.member_statuses:
            return False
        if Ability.MEMBER_STATUS in traits.supports and PersonId.parse(person).module in traits.member_modules:
            return True
        self._held.calls.done["member status unsupported"] += counted
        return False

    def _member_call(self, campaign: CampaignFacts) -> Callable[[list[Job]], Sequence[Outcome]]:
        return lambda jobs: self._held.crm.write_member_statuses(str(campaign.crm_id), [(job.person, str(job.values["status"])) for job in jobs])

    def _held_fields(self, jobs: list[Job]) -> Sequence[Outcome]:
        return self._held.crm.write_fields([(job.person, job.values) for job in jobs])

    def _field_jobs(
        self,
        works: Sequence[Work],
        history: History,
        facts: Mapping[str, CampaignFacts],
        shows: Mapping[tuple[str, str], Show],
        *,
        relearning: bool,
    ) -> list[Job]:
        order = {key: (one.sent_at or 0.0, self._is_old(one)) for key, one in facts.items()}
        found: dict[str, Job] = {}
        for work in works:
            person = str(work.row.person)
            for wanted in self._held.plan.fields:
                place = f"field {wanted.field}"
                show = latest(history.get(person, {}), order, wanted.statuses) if wanted.module == PersonId.parse(person).module else None
                before = shows.get((person, place))
                if show is None or (before is not None and show <= before):
                    continue
                if relearning:
                    work.holds(Reason.RELEARNING)
                    continue
                job = found.setdefault(person, Job(PersonId.parse(person), {}, {}, {}))
                job.shows[place], job.before[place] = show, before
                job.values |= _values(wanted, show, facts)
                if work not in job.works:
                    job.works.append(work)
        return list(found.values())

    def _write(
        self, jobs: Sequence[Job], ability: Ability, reason: Reason, call: Callable[[list[Job]], Sequence[Outcome]], campaign: str | None
    ) -> None:
        size = self._held.crm.traits.batch.get(ability, 1)
        for module in sorted({job.person.module for job in jobs}):
            for batch in in_batches([job for job in jobs if job.person.module == module], size):
                try:
                    outcomes = self._held.calls.repeatable(lambda batch=batch: call(batch), Reason.NO_ANSWER)  # type: ignore[misc]
                except NoAnswer as silence:
                    _all_wait(batch, silence.reason)
                    continue
                self._note_shown([job for job, outcome in zip(batch, outcomes, strict=True) if outcome.fate is Fate.DONE], ability)
                for job, outcome in zip(batch, outcomes, strict=True):
                    self._tell(job, outcome, reason, campaign)

    def _tell(self, job: Job, outcome: Outcome, reason: Reason, campaign: str | None) -> None:
        if outcome.fate is Fate.GONE:
            self._held.gone(str(job.person))
        elif outcome.fate is Fate.CAMPAIGN_GONE and campaign is not None:
            self._campaign_gone(campaign)
        for work in job.works:
            if outcome.fate is Fate.GONE:
                work.waits(Reason.PERSON_CHANGED)
                work.open = False
            elif outcome.fate is Fate.DONE:
                work.wrote()
            elif outcome.fate is not Fate.CAMPAIGN_GONE:
                work.refused(reason, " ".join(filter(None, (outcome.field, outcome.code, outcome.message))))

    def _note_shown(self, jobs: Sequence[Job], ability: Ability) -> None:
        """Commit ③. Where another sync wrote the same place meanwhile, nobody knows whose write came last: the next decision writes it again."""
        account = self._held.plan.account
        with self._held.commit() as connection:
            now = actions.shows(connection, account, [str(job.person) for job in jobs])
            for job in jobs:
                person = str(job.person)
                for place in [one for one in job.shows if now.get((person, one)) != job.before[one]]:
                    actions.unshow(connection, account, person, place)
                    del job.shows[place]
                    for work in job.works:
                        work.stays_dirty = True
            rows = [(str(job.person), place, show) for job in jobs for place, show in job.shows.items()]
            actions.save_shows(self._held.ledger, connection, account, rows)
        self._held.calls.done[ability.value.replace("_", " ")] += len(jobs)


def _values(wanted: StatusField, show: Show, facts: Mapping[str, CampaignFacts]) -> dict[str, Value]:
    text = {kind.value: status for kind, status in wanted.statuses.items()}[show.kind]
    values: dict[str, Value] = {wanted.field: text}
    if wanted.campaign_field is not None:
        values[wanted.campaign_field] = facts[show.campaign].name
    return values


def _all_wait(jobs: Sequence[Job], reason: Reason) -> None:
    for job in jobs:
        for work in job.works:
            work.waits(reason)
