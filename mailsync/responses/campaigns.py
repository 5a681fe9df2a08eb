"""E3: each mailing campaign as a campaign of the CRM, found by our key, refreshed only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import orjson
import sqlalchemy as sa

from mailsync.ledger import actions
from mailsync.ledger.actions import CampaignFacts
from mailsync.responses.calls import NoAnswer, in_batches
from mailsync.responses.campaign_states import STATE, campaign_of
from mailsync.responses.crm import Ability, CampaignRow, Fate, Outcome, Value
from mailsync.responses.held import Held
from mailsync.responses.reasons import Reason

UNSUPPORTED = "unsupported"


class Campaigns:
    """Keeps campaigns. What failed in this run is not tried again in it."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.failed: dict[str, tuple[Reason, str]] = {}
        self.written: set[str] = set()
        self.unsupported: set[str] = set()

    def known(self, keys: Collection[str]) -> dict[str, CampaignFacts]:
        """What is known of these."""
        with self._held.ledger.begin() as connection:
            return actions.campaigns(connection, self._held.plan.account, keys)

    @property
    def are_kept(self) -> bool:
        """Whether campaigns are asked for, and the CRM has them."""
        return self._held.plan.campaigns is not None and Ability.CAMPAIGN in self._held.crm.traits.supports

    def ensure(self, keys: Collection[str]) -> dict[str, CampaignFacts]:
        """These as the CRM has them now: without `crm_id` where there is none; not among them where the campaign's record has not arrived."""
        facts = self.known(keys)
        if not self.are_kept:
            return facts
        parents = self.known({one.parent for one in facts.values() if one.parent is not None} - set(facts))
        everybody = {**parents, **facts}
        with self._held.ledger.begin() as connection:
            hashes = actions.refreshed_hashes(connection, self._held.plan.sync_name, list(everybody))
        parts = [one for one in everybody.values() if one.parent is not None]
        for some in ([one for one in everybody.values() if one.parent is None], parts):  # a part names its parent by the id that it gets
            self._refresh(sorted(some, key=lambda one: one.campaign), everybody, hashes)
        return facts

    def _refresh(self, some: Sequence[CampaignFacts], everybody: Mapping[str, CampaignFacts], hashes: Mapping[str, str]) -> None:
        """Those that are not written as they are now."""
        due: list[tuple[CampaignFacts, CampaignRow, str]] = []
        for facts in some:
            parent, written = everybody.get(facts.parent or ""), hashes.get(facts.campaign)
            row, status = self._row(facts, parent.crm_id if parent is not None else None), self._status(facts)
            mark = f"{_digest(row)}|{status}"
            if facts.crm_id is None and written == f"{mark}|{UNSUPPORTED}":
                self.unsupported.add(facts.campaign)  # refused as such, and nothing of it changed since: it is not tried in every run
                continue
            if facts.gone or facts.campaign in self.failed or (facts.crm_id is not None and mark == written):
                continue
            # Staff may have set another status since: ours is written when it changed, and not with every figure.
            if status and (facts.crm_id is None or (written or "").partition("|")[2] != status):
                row = replace(row, values={**row.values, self._status_field: status})
            due.append((facts, row, mark))
        for batch in in_batches(due, self._held.crm.traits.batch.get(Ability.CAMPAIGN, 1)):
            if self.are_kept:
                self._write(batch)

    def _write(self, batch: Sequence[tuple[CampaignFacts, CampaignRow, str]]) -> None:
        rows = [row for _, row, _ in batch]
        try:
            outcomes = self._held.calls.repeatable(lambda: self._held.crm.write_campaigns(rows), Reason.NO_ANSWER)
        except NoAnswer as silence:
            self.failed |= {facts.campaign: (silence.reason, "") for facts, _, _ in batch}
            return
        with self._held.commit() as connection:
            for (facts, _, mark), outcome in zip(batch, outcomes, strict=True):
                self._note(connection, facts, mark, outcome)

    @property
    def _status_field(self) -> str:
        return self._held.plan.campaigns.status_field if self._held.plan.campaigns is not None else ""

    def _status(self, facts: CampaignFacts) -> str:
        """What the status field is to show; "" for nothing of ours."""
        plan = self._held.plan.campaigns
        if plan is None or not plan.status_field:
            return ""
        return plan.statuses.get(orjson.loads(facts.facts).get(STATE, ""), "")

    def _note(self, connection: sa.Connection, facts: CampaignFacts, mark: str, outcome: Outcome) -> None:
        """Commit ③."""
        if outcome.fate is Fate.DONE:
            facts.crm_id = outcome.id or facts.crm_id
            self.written.add(facts.campaign)
            self._held.calls.done["campaign"] += 1
        elif outcome.fate is Fate.CAMPAIGN_GONE:
            facts.gone = 1
        elif outcome.fate is Fate.UNSUPPORTED:
            self._held.calls.done["campaign unsupported"] += 1
            self.unsupported.add(facts.campaign)
            mark = f"{mark}|{UNSUPPORTED}"
        else:
            self.failed[facts.campaign] = (Reason.CAMPAIGN, f"{outcome.code} {outcome.message}".strip())
            return
        actions.place_campaign(connection, facts)
        actions.note_refreshed(self._held.ledger, connection, self._held.plan.sync_name, facts.campaign, mark)

    def gone(self, key: str) -> None:
        """Staff deleted it in the CRM."""
        facts = self.known([key]).get(key)
        if facts is not None:
            facts.gone = 1
            with self._held.commit() as connection:
                actions.place_campaign(connection, facts)

    def _row(self, facts: CampaignFacts, parent_id: str | None) -> CampaignRow:
        """Without the status. To a campaign that staff made, and launched from the CRM, only what the mailing tool knows is written."""
        plan = self._held.plan.campaigns
        figures, texts = orjson.loads(facts.figures), orjson.loads(facts.facts)
        theirs = campaign_of(texts)
        is_theirs = theirs is not None and facts.crm_id in (None, theirs)
        values: dict[str, Value] = {}
        if plan is not None:
            values |= {} if is_theirs else dict(plan.constants)
            values |= {to: texts[name] for name, to in plan.facts.items() if name in texts}
            values |= {to: figures[name] for name, to in plan.figures.items() if name in figures}
        return CampaignRow(
            facts.campaign,
            facts.name,
            facts.crm_id or theirs,
            facts.sent_at,
            values,
            None if is_theirs else parent_id,
            is_theirs=is_theirs,
        )


def _digest(row: CampaignRow) -> str:
    text = orjson.dumps([row.name, row.sent_at, row.parent_id, dict(row.values)], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()
