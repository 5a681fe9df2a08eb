"""A run over campaigns, which three streams have in common: the ones that are due, oldest first, a checkpoint after each that brought something.

A campaign is looked at in every sync until it is older than the look-back; the first sync that finds it so old looks a last time and closes it. A
campaign that was never looked at is read once however old it is, and one that goes on is never closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from mailsync.mailings import Campaign
from source_campaigns.stream_run import StreamRun, moment

BATCH = 100
MILLISECOND = 0.001


class Visitor(Protocol):
    """What one stream does with campaigns. `unsent`: it shows those, too, that were not sent."""

    unsent: bool

    def prepare(self, campaigns: Sequence[Campaign], run: StreamRun) -> None:
        """Look ahead over the next campaigns, to tell what reading them costs."""

    def visit(self, campaign: Campaign, known: dict[str, Any], run: StreamRun) -> Iterator[dict[str, Any]]:
        """Numbered records of one campaign. `known` is what the stream remembers of it, and is changed."""


def visit_all(run: StreamRun, visitor: Visitor) -> Iterator[dict[str, Any]]:
    """The records of one run."""
    state = run.state
    since = max((one for one in (run.config.since, state.closed_upto) if one is not None), default=None)
    due = run.account.shared.campaigns(since)
    if visitor.unsent:
        due += run.account.shared.unsent(run.config.since)
    horizon = run.now - run.config.look_back_s
    run.voice.info(f"{len(due)} campaigns to look at{f', sent after {moment(since)}' if since else ''}.")
    for first in range(0, len(due), BATCH):
        visitor.prepare(due[first : first + BATCH], run)
        for place, campaign in enumerate(due[first : first + BATCH], first):
            cursor = state.cursor
            known = state.campaigns.setdefault(campaign.key, {})
            known["sent_at"] = None if campaign.goes_on else campaign.sent_at
            yield from visitor.visit(campaign, known, run)
            if state.cursor != cursor:
                _close(run, due[place + 1 :], horizon)
                run.checkpoint()
    _close(run, (), horizon)
    there = {campaign.key for campaign in due}
    state.campaigns = {key: known for key, known in state.campaigns.items() if known["sent_at"] is not None or key in there}
    run.checkpoint()


def _close(run: StreamRun, still_due: Sequence[Campaign], horizon: float) -> None:
    """Close what is older than the look-back, but nothing that is sent as late as a campaign still to be looked at."""
    upto = horizon
    if still_due and still_due[0].sent_at is not None and not still_due[0].goes_on:
        upto = min(horizon, still_due[0].sent_at - MILLISECOND)
    run.state.close(upto)
