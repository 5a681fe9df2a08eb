"""Leavings seen in campaigns: opt-outs and complaints, read completely.

A campaign's recipients come in no documented order and only 20 a call unless a range is asked for, so every page is read. The counters of the
campaign's report say where there is nothing to read. Rows in JSON hold no time of the event (`sent_time` is when the mail went out); opt-outs
in XML do, to the minute and in the account's zone, which the two forms of the campaign's own sending time tell. Where any of this is missing,
`at` is None: the rules then count a doubt as left.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailsync.membership.tool import Response
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.pages import rows

CAMPAIGNS_A_PAGE = 100
RECIPIENTS_A_PAGE = 500
# People answer mails of a campaign that is still being sent, or was stopped half-way.
_VIEWS = ("sent", "inprogress", "stopped", "paused")
# The recipients' view, our word for the response, and the report's counters that are all zero when the view is empty.
_LEAVINGS = (
    ("optoutcontacts", "unsubscribed", ("unsub_count",)),
    ("spamcontacts", "complaint", ("spams_count", "complaints_count")),
)


# Views whose XML rows carry the time of the event, and its name there.
_TIMED = {"optoutcontacts": "optOutTime"}
_CONTACT = re.compile(r"<contact>(.*?)</contact>", re.DOTALL)
_FL = re.compile(r'<fl val="([^"]*)">(.*?)</fl>', re.DOTALL)
_EVENT_TIME = "%b %d, %Y %I:%M %p"
_LONG_DATE = "%d %b %Y, %I:%M %p"


@dataclass(frozen=True, slots=True)
class _Campaign:
    key: str
    is_split: bool
    zone_s: float | None  # what the account's clock is ahead of UTC, None where it cannot be told


def leavings(client: CampaignsClient, since: float | None) -> Iterator[Response]:
    """Opt-outs and complaints of campaigns sent after `since` (epoch seconds; None: of all campaigns)."""
    seen: set[str] = set()
    for view in _VIEWS:
        for campaign in _campaigns(client, view, since):
            if campaign.key not in seen:
                seen.add(campaign.key)
                yield from _of_campaign(client, campaign)


def _campaigns(client: CampaignsClient, view: str, since: float | None) -> Iterator[_Campaign]:
    first, known = 1, set[str]()
    while True:
        said = client.read(method.RECENT_CAMPAIGNS, {"status": view, "sort": "desc", "fromindex": str(first), "range": str(CAMPAIGNS_A_PAGE)})
        page = [row for row in rows(said.body.get("recent_campaigns")) if str(row.get("campaign_key")) not in known]
        recent = [row for row in page if since is None or _sent_at(row) is None or (_sent_at(row) or 0.0) > since]
        for row in recent:
            yield _Campaign(str(row["campaign_key"]), is_split="ab" in str(row.get("campaigntype", "")).lower(), zone_s=_zone(row))
        known.update(str(row.get("campaign_key")) for row in page)
        first += len(page)
        if not page or not recent:
            return


def _of_campaign(client: CampaignsClient, campaign: _Campaign) -> Iterator[Response]:
    kind = "abtesting" if campaign.is_split else "normal"
    said = client.read(method.CAMPAIGN_DETAILS, {"campaignkey": campaign.key, "campaigntype": kind})
    if said.act is Act.EMPTY:
        return
    list_keys = tuple(str(row["listkey"]) for row in rows(said.body.get("associated_mailing_lists")) if row.get("listkey"))
    counters = next(iter(rows(said.body.get("campaign-reports"))), {})
    keys = (campaign.key, *_children(said.body))
    for action, word, names in _LEAVINGS:
        if _all_zero(counters, names):
            continue
        for key in keys:
            for address, local in _recipients(client, key, action):
                at = None if local is None or campaign.zone_s is None else local - campaign.zone_s
                yield Response(campaign.key, address, word, list_keys, at)


def _recipients(client: CampaignsClient, campaign_key: str, action: str) -> Iterator[tuple[str, float | None]]:
    """Address, and the time of the event in the account's own clock."""
    first, known = 1, set[str]()
    while True:
        params = {"campaignkey": campaign_key, "action": action, "fromindex": str(first), "range": str(RECIPIENTS_A_PAGE)}
        page = _page(client, params)
        fresh = [row for row in page if row[0] not in known]
        if not fresh:
            return
        known.update(address for address, _ in fresh)
        yield from fresh
        first += len(page)


def _page(client: CampaignsClient, params: Mapping[str, str]) -> list[tuple[str, float | None]]:
    if params["action"] in _TIMED:
        said = client.read(method.RECIPIENTS, {**params, "resfmt": "XML"})
        if said.act is Act.EMPTY or "<contact>" in said.xml:
            return _xml_rows(said.xml, _TIMED[params["action"]])
    said = client.read(method.RECIPIENTS, params)
    return [(str(row["contactemailaddress"]), None) for row in rows(said.body.get("list_of_details")) if row.get("contactemailaddress")]


def _xml_rows(xml: str, time_name: str) -> list[tuple[str, float | None]]:
    contacts = [dict(_FL.findall(contact)) for contact in _CONTACT.findall(xml)]
    return [(html.unescape(one["contact_email"]), _local(one.get(time_name), _EVENT_TIME)) for one in contacts if one.get("contact_email")]


def _children(details: Mapping[str, Any]) -> list[str]:
    split = next(iter(rows(details.get("AB-split-details"))), {})
    return [str(split[name]) for name in ("a_child_campaignkey", "b_child_campaignkey") if split.get(name)]


def _all_zero(counters: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(str(counters.get(name, "")).strip() == "0" for name in names)


def _zone(row: Mapping[str, Any]) -> float | None:
    at, local = _sent_at(row), _local(row.get("sent_date_string") or row.get("sent_time_date_string"), _LONG_DATE)
    # The text has whole minutes; zones differ by quarters of an hour.
    return None if at is None or local is None else round((local - at) / 900) * 900.0


def _local(text: Any, form: str) -> float | None:
    try:
        return datetime.strptime(str(text).strip(), form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _sent_at(row: Mapping[str, Any]) -> float | None:
    text = str(row.get("sent_time", "")).strip()
    return int(text) / 1000 if text.isdigit() else None
