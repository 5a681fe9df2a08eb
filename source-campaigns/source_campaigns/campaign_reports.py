"""The stream `campaign_reports`: the figures of each campaign and variant, when they changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from mailsync.mailings import Campaign
from source_campaigns.stream_run import StreamRun, moment
from source_campaigns.variants import variants_of


class Reports:
    """One call for each campaign and variant, shared with the stream `responses` when both are read."""

    unsent = False

    def prepare(self, campaigns: Sequence[Campaign], run: StreamRun) -> None:
        """The calls are as many as the campaigns."""
        run.voice.info(f"The figures of {len(campaigns)} campaigns take a call each, and one for each variant.")

    def visit(self, campaign: Campaign, known: dict[str, Any], run: StreamRun) -> Iterator[dict[str, Any]]:
        """The figures of the campaign and of its variants."""
        marks: dict[str, str] = known.setdefault("figures", {})
        for key in (campaign.key, *variants_of(campaign, known, run)):
            figures = run.account.shared.figures(key)
            if figures is None:
                continue
            mark = hashlib.blake2b(orjson.dumps(dict(figures.values)), digest_size=6).hexdigest()
            if marks.get(key) != mark:
                marks[key] = mark
                yield run.numbered(_row(campaign, key) | dict(figures.values))


def _row(campaign: Campaign, key: str) -> dict[str, Any]:
    parent = None if key == campaign.key else campaign.key
    return {"campaign_key": key, "parent_key": parent, "name": campaign.name, "sent_at": moment(campaign.sent_at)}
