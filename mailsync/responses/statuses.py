"""E4 and E5: the highest status of a person in a campaign, and the latest campaign's status as a field. Only ever forward.

What is to be written is gathered over many rows first, so that each call is as full as the CRM takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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

Facts = Mapping[str, CampaignFacts]
Shows = Mapping[tuple[str, str], Show]


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


@dataclass(slots=True)
class Gathered:
    """The writes of many rows. `members`: campaign → person → write; `fields`: person → write. `campaigns`: those of `members`."""

    members: dict[str, dict[str, Job]] = field(default_factory=dict)
    fields: dict[str, Job] = field(default_factory=dict)
    campaigns: dict[str, CampaignFacts] = field(default_factory=dict)


class Statuses:
    """Writes member statuses and status fields."""

    def __init__(self, held: Held, *, campaign_gone: Callable[[str], None]) -> None:
        self._held = held
        self._campaign_gone = campaign_gone

    def gather(self, works: Sequence[Work], history: History, facts: Facts, into: Gathered, *, relearning: bool) -> None:
        """`history` and `facts` cover all campaigns of the people behind `works`; only statuses above what is shown are to be written."""
        people = {work.row.person for work in works if work.row.person is not None}
        with self._held.ledger.begin() as connection:
            shows = actions.shows(connection, self._held.plan.account, people)
        for work in works:
            self._gather_member(work, history, facts, shows, into, relearning=relearning)
        self._gather_fields(works, history, facts, shows, into, relearning=relearning)

    def write(self, gathered: Gathered) -> None:
        """All of it. Who was found to be gone meanwhile is left out."""
        for key, jobs in gathered.members.items():
            self._write(jobs.values(), Ability.MEMBER_STATUS, Reason.MEMBER_STATUS, self._member_call(gathered.campaigns[key]), key)
        self._write(gathered.fields.values(), Ability.FIELD, Reason.FIELD, self._field_call, None)

    # What is to be written.

    def _gather_member(self, work: Work, history: History, facts: Facts, shows: Shows, into: Gathered, *, relearning: bool) -> None:
        statuses = self._held.plan.member_statuses
        campaign, person = facts.get(work.row.campaign), str(work.row.person)
        if not self._takes_members(person, counted=not relearning) or campaign is None or campaign.crm_id is None or campaign.gone:
            return
        place = f"campaign {campaign.campaign}"
        kind = status_of(history.get(person, {}).get(campaign.campaign, 0), aged=self._is_old(campaign), statuses=statuses)
        before = shows.get((person, place))
        if kind is None or (before is not None and before.kind >= kind):
            return
        if relearning:
            work.holds(Reason.RELEARNING)
            return
        into.campaigns[campaign.campaign] = campaign
        job = Job(PersonId.parse(person), {place: Show(0.0, "", kind)}, {place: before}, {"status": statuses[kind]})
        into.members.setdefault(campaign.campaign, {}).setdefault(person, job).works.append(work)

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

    def _gather_fields(self, works: Sequence[Work], history: History, facts: Facts, shows: Shows, into: Gathered, *, relearning: bool) -> None:
        order = {key: (one.sent_at or 0.0, self._is_old(one)) for key, one in facts.items()}
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
                job = into.fields.setdefault(person, Job(PersonId.parse(person), {}, {}, {}))
                job.shows[place], job.before[place] = show, before
                job.values |= _values(wanted, show, facts)
                if not any(one is work for one in job.works):
                    job.works.append(work)

    # Writing it.

    def _member_call(self, campaign: CampaignFacts) -> Callable[[list[Job]], Sequence[Outcome]]:
        return lambda jobs: self._held.crm.write_member_statuses(str(campaign.crm_id), [(job.person, str(job.values["status"])) for job in jobs])

    def _field_call(self, jobs: list[Job]) -> Sequence[Outcome]:
        return self._held.crm.write_fields([(job.person, job.values) for job in jobs])

    def _write(
        self, jobs: Iterable[Job], ability: Ability, reason: Reason, call: Callable[[list[Job]], Sequence[Outcome]], campaign: str | None
    ) -> None:
        size = self._held.crm.traits.batch.get(ability, 1)
        of_module: dict[str, list[Job]] = {}
        for job in jobs:
            if any(work.open for work in job.works):
                of_module.setdefault(job.person.module, []).append(job)
        for module in sorted(of_module):
            for batch in in_batches(of_module[module], size):
                try:
                    outcomes = self._held.calls.repeatable(lambda batch=batch: call(batch), Reason.NO_ANSWER)  # type: ignore[misc]
                except NoAnswer as silence:
                    _all_wait(batch, silence.reason)
                    continue
                self._note_shown([job for job, outcome in zip(batch, outcomes, strict=True) if outcome.fate is Fate.DONE], ability)
                for job, outcome in zip(batch, outcomes, strict=True):
                    self._tell(job, outcome, reason, campaign)

    def _tell(self, job: Job, outcome: Outcome, reason: Reason, campaign: str | None) -> None:
        if outcome.fate is Fate.UNSUPPORTED:
            self._held.calls.done["member status unsupported"] += len(job.works)
            return
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


def _values(wanted: StatusField, show: Show, facts: Facts) -> dict[str, Value]:
    text = {kind.value: status for kind, status in wanted.statuses.items()}[show.kind]
    values: dict[str, Value] = {wanted.field: text}
    if wanted.campaign_field is not None:
        values[wanted.campaign_field] = facts[show.campaign].name
    return values


def _all_wait(jobs: Sequence[Job], reason: Reason) -> None:
    for job in jobs:
        for work in job.works:
            work.waits(reason)
