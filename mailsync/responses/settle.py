"""Settling: for each dirty row the steps E1 to E7, batched step by step; then its fate. Nothing is retried inside a settle, except after gone.

A batch is large, so that the calls of each step are as full as the CRM takes them; what people did is read in parts, so that memory stays flat.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mailsync.answers.deciding import Answers
from mailsync.answers.work import AnswerWork
from mailsync.ledger import actions, recipients
from mailsync.ledger.actions import CampaignFacts
from mailsync.ledger.recipients import DueRow, Pair, RecipientRow
from mailsync.ledger.survey_responses import is_response
from mailsync.responses.calls import in_batches
from mailsync.responses.campaigns import Campaigns
from mailsync.responses.crm import PersonId
from mailsync.responses.held import Held
from mailsync.responses.items import PART, Asked, Items
from mailsync.responses.model import Work, history_of
from mailsync.responses.opting_out import OptingOut
from mailsync.responses.people import People
from mailsync.responses.reasons import Reason
from mailsync.responses.statuses import Gathered, History, Statuses

BATCH = 5000
"""Rows: at most one call in a hundred rows is not full for each module and campaign, some 2 % of the calls."""

DEATHS = 3  # how often in a row the person behind a row may vanish within one settle

Facts = dict[str, CampaignFacts]


class Settler:
    """Settles the rows of one sync."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._campaigns = Campaigns(held)
        self._people = People(held)
        self._opting_out = OptingOut(held)
        self._statuses = Statuses(held, campaign_gone=self._campaigns.gone)
        self.items = Items(held, histories=self.histories, campaigns=self._campaigns.known)
        self._answers = Answers.of(held)
        self.reached: set[Pair] = set()  # rows of which something was written, until whoever counts them takes it away

    def settle_all(self, *, patient: bool) -> None:
        """Everything that is dirty. `patient`: calls whose answer was lost are waited out."""
        for batch in self._dirty():
            self.settle(batch, patient=patient)
            self.reached.clear()

    def settle(self, pairs: Collection[Pair], *, patient: bool = False) -> None:
        """Those of these rows that are dirty."""
        todo = sorted(pairs)
        for _ in range(DEATHS + 1):
            self._held.again.clear()
            for first in range(0, len(todo), BATCH):
                self._batch(todo[first : first + BATCH], patient=patient)
            if not self._held.again:
                return
            todo = sorted(self._held.again)

    def histories(self, people: Collection[str]) -> History:
        """What these people did, over all their addresses."""
        with self._held.ledger.begin() as connection:
            rows = recipients.of_people(connection, self._held.plan.account, people)
        by_person: dict[str, list[RecipientRow]] = {}
        for row in rows:
            by_person.setdefault(str(row.person), []).append(row)
        return {person: history_of(some) for person, some in by_person.items()}

    def _dirty(self) -> Iterator[list[Pair]]:
        after: Pair = ("", "")  # before every row: none is about nothing
        while True:
            with self._held.ledger.begin() as connection:
                batch = recipients.dirty_after(connection, self._held.plan.sync_name, after, BATCH, but=(Reason.OPT_OUT.value, self._held.number))
            if not batch:
                return
            yield batch
            after = batch[-1]

    def _batch(self, pairs: Sequence[Pair], *, patient: bool) -> None:
        held = self._held
        with held.ledger.begin() as connection:
            due = recipients.load_due(connection, held.plan.sync_name, pairs)
            known = recipients.load(connection, held.plan.account, pairs)
            relearning = held.is_relearning(connection)
        pairs = [pair for pair in pairs if pair in due and due[pair].dirty]
        answers: list[AnswerWork] = []
        for part in in_batches([pair for pair in pairs if is_response(pair)], PART):
            answers += self._answers.decide(part, relearning=relearning, patient=patient)
        works = [Work(known.get(pair) or RecipientRow(held.plan.account, *pair)) for pair in pairs if not is_response(pair)]
        people = [work for work in works if work.row.address]
        facts = self._campaigns.ensure({work.row.campaign for work in works if work.row.campaign})
        self._people.choose(people, patient=patient)
        self._opting_out.act([work for work in people if work.open or work.people])
        self._only_brought([work for work in people if work.open and work.row.person])
        self._show([work for work in people if work.open and work.row.person], facts, relearning=relearning, patient=patient)
        for work in works:
            if not work.row.address:
                self._tell_campaign(work, facts)
        self._decide([*works, *answers], due)

    def _only_brought(self, works: Sequence[Work]) -> None:
        """Where only people of one forward sync are wanted, the others get nothing but an opt-out."""
        sync = self._held.plan.brought_by
        if sync is None or not works:
            return
        ids = {one: PersonId.parse(one) for one in {str(work.row.person) for work in works}}
        with self._held.ledger.begin() as connection:
            ours = recipients.brought_by(connection, sync, [(one.module, one.id) for one in ids.values()])
        for work in works:
            one = ids[str(work.row.person)]
            if (one.module, one.id) not in ours:
                work.not_ours()

    def _show(self, works: Sequence[Work], facts: Facts, *, relearning: bool, patient: bool) -> None:
        works = [work for work in works if work.row.campaign]
        gathered, asked = Gathered(), Asked()
        for part in in_batches(works, PART):
            history = self.histories({str(work.row.person) for work in part})
            everything = self._campaigns.known({key for one in history.values() for key in one}) | facts
            for work in part:
                self._miss_campaign(work, facts.get(work.row.campaign))
            self._statuses.gather(part, history, everything, gathered, relearning=relearning)
            self.items.gather(part, history, asked)
        self._statuses.write(gathered)
        self.items.act(asked, patient=patient)

    def _miss_campaign(self, work: Work, facts: CampaignFacts | None) -> None:
        """What a row waits for because of its campaign; its opt-out and its items need none."""
        plan = self._held.plan
        members = bool(plan.member_statuses) and self._campaigns.are_kept
        if facts is None:
            if members or plan.fields:
                work.waits(Reason.CAMPAIGN_UNKNOWN)
        elif members and facts.crm_id is None and not facts.gone and facts.campaign not in self._campaigns.unsupported:
            reason, _ = self._campaigns.failed.get(facts.campaign, (Reason.CAMPAIGN, ""))
            work.waits(Reason.CAMPAIGN_NOT_WRITTEN if reason is Reason.CAMPAIGN else reason)

    def _tell_campaign(self, work: Work, facts: Facts) -> None:
        campaign = facts.get(work.row.campaign)
        failed = self._campaigns.failed.get(work.row.campaign)
        if campaign is not None and campaign.gone:
            work.skipped(Reason.CAMPAIGN_DELETED)
        elif failed is not None and failed[0] is Reason.CAMPAIGN:
            work.refused(*failed)
        elif failed is not None:
            work.waits(failed[0])
        elif work.row.campaign in self._campaigns.written:
            work.wrote()

    def _decide(self, works: Sequence[Work | AnswerWork], due: dict[Pair, DueRow]) -> None:
        """Fates and what is left to do, in one commit."""
        held, now = self._held, self._held.now()
        seen = {pair: row.dirty for pair, row in due.items()}
        for work in works:
            row = due[work.pair]
            if work.reached:
                self.reached.add(work.pair)
            row.dirty = int(work.stays_dirty)
            row.fate, row.reason, row.detail = work.fate.value, work.reason, work.detail
            row.since, row.since_run = (now, held.number) if work.rechecked else (None, None)
        with held.commit() as connection:
            recipients.decided(connection, [due[work.pair] for work in works], seen=seen)


def age_campaigns(held: Held, seconds: float, quiet_below: int) -> None:
    """Campaigns that became old enough: who did not open them shows as unopened from now on."""
    with held.commit() as connection:
        for facts in actions.grown_old(connection, held.plan.account, held.now() - seconds):
            actions.mark_aged(connection, facts)
            recipients.mark_quiet_dirty(connection, held.plan.account, facts.campaign, quiet_below)
