"""The stream `responses`: who did what in which campaign.

A campaign's counters say which actions have to be read; those are read completely, because the vendors give their rows in no order, and compared
with the fingerprint of the last read. The derived actions, delivered and unopened, come from the others, and are taken back when an opening or a
bounce shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailsync.mailings import (
    BOUNCES,
    CLICKED,
    COMPLAINT,
    DELIVERED,
    DERIVED,
    HARD_BOUNCE,
    OPENED,
    SENT,
    SOFT_BOUNCE,
    UNOPENED,
    UNSENT,
    UNSUBSCRIBED,
    Campaign,
    Figures,
    Recipient,
)
from source_campaigns.collected import Collected
from source_campaigns.stream_run import DELETED_AT, StreamRun, moment
from source_campaigns.variants import variants_of

# Bounces and openings first: who was sent a mail is delivered or unopened only by what these say.
READ = (HARD_BOUNCE, SOFT_BOUNCE, OPENED, CLICKED, UNSUBSCRIBED, COMPLAINT, UNSENT)

Data = dict[str, Any]
NO_TIME: Data = {"first_at": None, "last_at": None}
# What the state keeps of one action: its signal, how many rows it had, their fingerprint.
Memory = dict[str, list[Any]]


class Responses:
    """`actions` are those that are wanted."""

    unsent = False

    def __init__(self, actions: frozenset[str]) -> None:
        self._actions = actions
        derived = actions & set(DERIVED)
        self._needs = (actions - derived) | ({SENT, *BOUNCES} if derived else set()) | ({OPENED} if UNOPENED in actions else set())

    def prepare(self, campaigns: Sequence[Campaign], run: StreamRun) -> None:
        """Ask for the counters of the next campaigns, and tell what reading the changed actions costs."""
        calls = rows = changed = 0
        for campaign in campaigns:
            known = run.state.campaigns.get(campaign.key, {})
            if "list_keys" not in known:
                run.account.shared.details(campaign)  # will be needed, and brings the counters
            for key in (campaign.key, *variants_of(campaign, known, run)):
                figures = run.account.shared.figures(key)
                due = self._due(figures, (known.get("parts") or {}).get(key) or {}) if figures else []
                counts = {action: figures.expected.get(action, 0) for action in due} if figures else {}
                changed += len(due)
                rows += sum(counts.values())
                calls += sum(max(1, -(-count // run.reports.page_size(action))) for action, count in counts.items())
        minutes = run.account.budget.seconds_for(calls, run.reports.recipients_endpoint) / 60
        run.voice.info(
            f"Forecast: {changed} actions of {len(campaigns)} campaigns changed; reading them takes about {calls} calls for {rows} recipients"
            f"{f', {minutes:.0f} minutes at our share of the limit' if minutes >= 1 else ''}."
        )
        run.voice.estimate(rows)

    def visit(self, campaign: Campaign, known: Data, run: StreamRun) -> Iterator[Data]:
        """New and changed responses of the campaign and its variants."""
        parts: dict[str, Memory] = known.setdefault("parts", {})
        for key in (campaign.key, *variants_of(campaign, known, run)):
            figures = run.account.shared.figures(key)
            memory = parts.setdefault(key, {})
            due = self._due(figures, memory) if figures else []
            if figures and due:
                yield from _Part(self._actions, campaign, key, figures, _lists(campaign, known, run), run).read(due, memory)

    def _due(self, figures: Figures, memory: Memory) -> list[str]:
        """The actions to read. Where recipients are read anew, openings and bounces are as well: the derived actions need all three."""
        due = {action for action in self._needs if _is_changed(action, figures, memory)}
        if SENT in due and self._actions & set(DERIVED):
            due |= {action for action in (*BOUNCES, OPENED) if action in self._needs and figures.expected.get(action) != 0}
        return [action for action in (*READ, SENT) if action in due]


def _is_changed(action: str, figures: Figures, memory: Memory) -> bool:
    signal = figures.signals.get(action, "")
    if action in memory:
        return not signal or memory[action][0] != signal
    return figures.expected.get(action) != 0


def _lists(campaign: Campaign, known: Data, run: StreamRun) -> tuple[list[str], list[str]]:
    """Keys and names of the lists, remembered: they do not change once the campaign was sent."""
    if "list_keys" not in known:
        details = run.account.shared.details(campaign)
        known["list_keys"], known["list_names"] = (list(details.list_keys), list(details.list_names)) if details else ([], [])
    return known["list_keys"], known["list_names"]


class _Part:
    """One campaign, or one variant of it, in one run."""

    def __init__(
        self, actions: frozenset[str], campaign: Campaign, key: str, figures: Figures, lists: tuple[list[str], list[str]], run: StreamRun
    ) -> None:
        self._actions = actions
        self._campaign = campaign
        self._key = key
        self._figures = figures
        self._run = run
        self._list_keys = lists[0]
        self._base = {
            "campaign_key": campaign.key,
            "variant_key": None if key == campaign.key else key,
            "campaign_name": campaign.name,
            "campaign_type": campaign.type,
            "campaign_sent_at": moment(campaign.sent_at),
            "list_keys": lists[0],
            "list_names": lists[1],
        }
        self._seen: dict[str, set[str]] = {action: set() for action in (*BOUNCES, OPENED)}

    def read(self, due: Sequence[str], memory: Memory) -> Iterator[Data]:
        """The records of the actions that are due. `memory` is brought up to date as each was read."""
        had_recipients = SENT in memory
        for action in due:
            if action == SENT:
                yield from self._recipients(memory)
            else:
                yield from self._action(action, memory, takes_back=had_recipients)

    def _action(self, action: str, memory: Memory, *, takes_back: bool) -> Iterator[Data]:
        with Collected() as collected:
            for page in self._pages(action):
                for row in self._rows(action, page):
                    collected.add(row["address"].lower(), row)
            before = memory.get(action) or ["", 0, ""]
            for row in collected.changed(before[2]):
                if action in self._actions:
                    yield self._run.numbered({**self._base, "action": action, **row})
                if takes_back:
                    yield from self._taken_back(action, row["address"])
            memory[action] = self._memory(action, len(collected), before[1], collected.packed())

    def _recipients(self, memory: Memory) -> Iterator[Data]:
        """Who was sent the mail, and the derived actions. Not compared: this changes only while the campaign is being sent."""
        bounced = set().union(*(self._seen[action] for action in BOUNCES))
        count = 0
        for page in self._pages(SENT):
            count += len(page)
            for row in self._rows(SENT, page):
                key = row["address"].lower()
                kinds = [SENT] + ([] if key in bounced else [DELIVERED] + ([] if key in self._seen[OPENED] else [UNOPENED]))
                for kind in kinds:
                    if kind in self._actions:
                        yield self._run.numbered({**self._base, **row, "action": kind, **(NO_TIME if kind in DERIVED else {})})
        memory[SENT] = self._memory(SENT, count, (memory.get(SENT) or ["", 0])[1], "")

    def _pages(self, action: str) -> Iterator[list[Recipient]]:
        if self._figures.expected.get(action) == 0:
            return
        for page in self._run.reports.recipients(self._campaign, self._key, action, self._figures):
            if action in self._seen:
                self._seen[action].update(one.address.lower() for one in page)
            yield page

    def _rows(self, action: str, page: Sequence[Recipient]) -> Iterator[Data]:
        removals = self._run.account.removals
        ours = removals.among(self._list_keys, [(one.address, one.first_at) for one in page]) if removals and action == UNSUBSCRIBED else None
        for place, one in enumerate(page):
            yield _row(one, is_ours=ours[place] if ours else None)

    def _taken_back(self, action: str, address: str) -> Iterator[Data]:
        """Tombstones of derived records that no longer hold."""
        for derived in {OPENED: (UNOPENED,), HARD_BOUNCE: DERIVED, SOFT_BOUNCE: DERIVED}.get(action, ()):
            if derived in self._actions:
                told = {name: self._base[name] for name in ("campaign_key", "variant_key")}
                yield self._run.numbered({**told, "action": derived, "address": address, DELETED_AT: moment(self._run.now)})

    def _memory(self, action: str, rows: int, rows_before: int, packed: str) -> list[Any]:
        """Fewer rows than last time may mean that one slipped through while the pages shifted: without a signal, the next sync reads again."""
        signal = self._figures.signals.get(action, "") if rows >= rows_before else ""
        return [signal, rows, packed]


def _row(one: Recipient, *, is_ours: bool | None) -> Data:
    return {
        "address": one.address,
        "count": one.count,
        "first_at": moment(one.first_at),
        "last_at": moment(one.last_at),
        "is_ours": is_ours,
        "leaving_level": one.leaving_level,
        "contact_id": one.contact_id,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "company": one.company,
        "phone": one.phone,
    }
