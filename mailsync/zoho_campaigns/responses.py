"""Leavings seen in campaigns: opt-outs and complaints, read completely.

The counters of the campaign's report say where there is nothing to read. Where the time of an event is missing, `at` is None: the rules then count a
doubt as left.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailsync.mailings import COMPLAINT, UNSUBSCRIBED, Campaign
from mailsync.membership.tool import Response
from mailsync.zoho_campaigns import campaigns
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.recipients import Recipients

_LEAVINGS = (UNSUBSCRIBED, COMPLAINT)


def leavings(client: CampaignsClient, since: float | None) -> Iterator[Response]:
    """Opt-outs and complaints of campaigns sent after `since` (epoch seconds; None: of all campaigns)."""
    recipients = Recipients(client)
    for campaign in campaigns.campaigns(client, since):
        yield from _of_campaign(client, recipients, campaign)


def _of_campaign(client: CampaignsClient, recipients: Recipients, campaign: Campaign) -> Iterator[Response]:
    found = campaigns.details(client, campaign)
    if found is None:
        return
    # The recipients of an A/B test's variants are in no other report than their own.
    parts = {campaign.key: found.figures, **{key: campaigns.figures(client, key) for key in found.variants}}
    for key, figures in parts.items():
        for kind in _LEAVINGS if figures else ():
            if figures and figures.expected.get(kind) == 0:
                continue
            for page in recipients.pages(key, kind, zone_s=campaign.zone_s, expected=None):
                for one in page:
                    yield Response(campaign.key, one.address, kind, found.list_keys, one.first_at)
