"""Who did what in one campaign, read completely.

Recipients come in no documented order, and only twenty a call unless a range is asked for, so every page is read. Rows in JSON have names and no
time of the event (`sent_time` is when the mail went out). Rows in XML have times, to the minute and in the account's zone, and no names: one for
each opening and click, one for an opt-out or a bounce. The XML form is undocumented; where it does not come, JSON is read instead.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mailsync.mailings import CLICKED, COMPLAINT, HARD_BOUNCE, OPENED, SENT, SOFT_BOUNCE, UNSENT, UNSUBSCRIBED, Recipient
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.campaigns import LONG_DATE, local_time, sent_at, text
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.pages import Row, rows

RECIPIENTS_A_PAGE = 500
TIMELINE_DATE = "%b %d, %Y %I:%M %p"


@dataclass(frozen=True, slots=True)
class View:
    """`action` is the vendor's word. `timeline` asks for the times of openings and clicks; `time_in` is where other XML rows hold theirs."""

    action: str
    timeline: str = ""
    time_in: str = ""

    @property
    def is_timed(self) -> bool:
        """Whether the XML form is worth asking for."""
        return bool(self.timeline or self.time_in)


VIEWS = {
    SENT: View("sentcontacts"),
    OPENED: View("openedcontacts", timeline="open_timeline"),
    CLICKED: View("clickedcontacts", timeline="click_timeline"),
    HARD_BOUNCE: View("senthardbounce", time_in="bouncedDate"),
    SOFT_BOUNCE: View("sentsoftbounce", time_in="bouncedDate"),
    UNSUBSCRIBED: View("optoutcontacts", time_in="optOutTime"),
    COMPLAINT: View("spamcontacts"),
    UNSENT: View("unsentcontacts"),
}

_CONTACT = re.compile(r"<(contact|details)>(.*?)</\1>", re.DOTALL)
_FL = re.compile(r'<fl val="([^"]*)">(.*?)</fl>', re.DOTALL)


class Recipients:
    """Reads of one account. Remembers where the XML form did not come."""

    def __init__(self, client: CampaignsClient) -> None:
        self._client = client
        self._without_xml: set[str] = set()

    def pages(self, campaign_key: str, action: str, *, zone_s: float | None, expected: int | None) -> Iterator[list[Recipient]]:
        """Everybody, nobody twice. `expected`: the campaign's counter, which spares the call that finds nothing more."""
        known: set[str] = set()
        after = 0
        while True:
            page = self._page(VIEWS[action], campaign_key, after, zone_s)
            fresh = {one.address.lower(): one for one in page if one.address.lower() not in known}
            if not fresh:
                return
            known.update(fresh)
            yield list(fresh.values())
            after += len(page)
            if expected is not None and len(known) >= expected:
                return

    def _page(self, view: View, campaign_key: str, after: int, zone_s: float | None) -> list[Recipient]:
        params = {"campaignkey": campaign_key, "action": view.action, "fromindex": str(after + 1), "range": str(RECIPIENTS_A_PAGE)}
        if view.is_timed and view.action not in self._without_xml:
            said = self._client.read(method.RECIPIENTS, {**params, "resfmt": "XML", **({"type": view.timeline} if view.timeline else {})})
            contacts = _CONTACT.findall(said.xml)
            if contacts or said.act is Act.EMPTY:
                return [one for _, contact in contacts if (one := _from_xml(contact, view, zone_s))]
            self._without_xml.add(view.action)
        said = self._client.read(method.RECIPIENTS, params)
        return [_from_json(row, view) for row in rows(said.body.get("list_of_details")) if row.get("contactemailaddress")]


def _from_json(row: Row, view: View) -> Recipient:
    at = sent_at(row) if view.action == VIEWS[SENT].action else None
    return Recipient(str(row["contactemailaddress"]), first_at=at, last_at=at, **_person(row))


def _from_xml(contact: str, view: View, zone_s: float | None) -> Recipient | None:
    pairs = [(name, html.unescape(value)) for name, value in _FL.findall(contact)]
    told = dict(pairs)
    address = told.get("contact_email") or told.get("contactemailaddress")
    if not address:
        return None
    local = [local_time(value, TIMELINE_DATE, LONG_DATE) for name, value in pairs if name == (view.time_in or "time")]
    times = sorted(at - zone_s for at in local if at is not None and zone_s is not None)
    return Recipient(
        address,
        count=len(local) if local and view.timeline else None,
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        **_person(told),
    )


def _person(row: Row) -> dict[str, Any]:
    return {
        "contact_id": text(row.get("contactid")),
        "first_name": text(row.get("contactfn")),
        "last_name": text(row.get("contactln")),
        "company": text(row.get("companyname")),
        "phone": text(row.get("phone")),
    }
