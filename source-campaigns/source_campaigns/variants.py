"""The variants of a campaign, asked once: what goes out does not change any more."""

from __future__ import annotations

from typing import Any

from mailsync.mailings import NORMAL, Campaign
from source_campaigns.stream_run import StreamRun


def variants_of(campaign: Campaign, known: dict[str, Any], run: StreamRun) -> tuple[str, ...]:
    """Keys of variants or mails; a plain campaign has none and costs no call. Remembered once the campaign was sent."""
    if campaign.type == NORMAL:
        return ()
    if "variants" in known:
        return tuple(known["variants"])
    details = run.account.shared.details(campaign)
    if details is not None and campaign.status == "sent":
        known["variants"] = list(details.variants)
    return details.variants if details else ()
