"""Reading campaigns and what recipients did (docs/systems/zoho_campaigns.md#campaigns)."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.sax.saxutils import escape

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.mailings import CLICKED, HARD_BOUNCE, OPENED, OPTED_OUT, SOFT_BOUNCE, SPAM
from emulators.zoho_campaigns.models import Campaign, Status
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.times import ZONE_NAME, epoch_ms, long_date, timeline_date

DEFAULT_CAMPAIGNS = 5
DEFAULT_ROWS = 20
MOST_ROWS = 1000
SENT, UNOPENED, UNSENT = "sentcontacts", "unopenedcontacts", "unsentcontacts"
ACTIONS = (SENT, OPENED, UNOPENED, CLICKED, OPTED_OUT, SPAM, HARD_BOUNCE, SOFT_BOUNCE, UNSENT)
ALL_STATUSES = ("", "all", "all campaigns")
# XML rows carry the time of the event under these names; opens and clicks come as a list of reports instead.
EVENT_TIME = {OPTED_OUT: "optOutTime", HARD_BOUNCE: "bouncedDate", SOFT_BOUNCE: "bouncedDate"}
TIMELINES = {"open_timeline": OPENED, "click_timeline": CLICKED}
STATUS_WORDS = {
    Status.ACTIVE: "Active",
    Status.UNSUBSCRIBED: "UnSubscribed",
    Status.BOUNCED: "Bounced",
    Status.SPAM: "Spam",
    Status.PENDING: "Pending",
}
UNKNOWN_TO_US = ("jobtitle", "mobile", "address", "city", "state", "country", "zipcode", "website", "secondary_email", "note", "title", "timezone",
                 "twitter_handle", "facebook_handle", "linkedin_handle")  # fmt: skip


def recentcampaigns(account: Account, params: Params) -> dict[str, Any]:
    """Campaigns by sending time; only sent ones exist here. 6101 where none is in view."""
    first, size = params.number("fromindex", 1), params.number("range", DEFAULT_CAMPAIGNS)
    wanted = params.get("status").lower()
    sent = [one for one in account.campaigns.values() if not one.parent] if wanted in (*ALL_STATUSES, "sent") else []
    sent.sort(key=lambda one: (one.sent_at, one.number), reverse=not params.get("sort", "desc").lower().startswith("asc"))
    page = sent[first - 1 : first - 1 + size]
    if not page:
        raise CampaignsError(6101)
    return {"range": str(size), "fromindex": str(first), "recent_campaigns": [_summary(one) for one in page]}


def _summary(one: Campaign) -> dict[str, str]:
    times = {f"{name}_time{suffix}": epoch_ms(one.sent_at) for name in ("created", "updated", "sent") for suffix in ("", "_gmt")}
    return {
        "campaign_key": one.key,
        "campaign_name": one.name,
        "campaign_status": "Sent",
        "campaigntype": "abtesting" if one.kind == "abtesting" else "Email Campaign",
        "subject": one.subject,
        "from_email": "letters@example.com",
        "reply_to": "letters@example.com",
        "folder_id": "0",
        "is_hybrid": "false",
        "campaign_preview": "https://example.com/preview",
        **times,
        "sent_time_zone": ZONE_NAME,
        "sent_date_string": long_date(one.sent_at),
        "zuid": "20070001",
    }


def getcampaigndetails(account: Account, params: Params) -> dict[str, Any]:
    """One campaign with the lists it went to; an A/B test with its variants."""
    one = _campaign(account, params, unknown=6001)
    lists = [account.lists[key] for key in one.list_keys]
    body: dict[str, Any] = {
        "campaign-details": [_summary(one)],
        "campaign-reports": [_counters(account, one)],
        "associated_mailing_lists": [
            {
                "listkey": each.key,
                "listname": each.name,
                "liststatus": "deleted" if each.deleted else "active",
                "contactscount": str(len(each.view(Status.ACTIVE))),
            }
            for each in lists
        ],
        "campaign-reach": [{"email_client": "0", "facebook": "0"}],
        "campaign-by-loaction": {},
    }
    if one.children:
        body["AB-split-details"] = [{f"{letter}_child_campaignkey": child for letter, child in zip("ab", one.children, strict=True)}]
    return body


def campaignreports(account: Account, params: Params) -> dict[str, Any]:
    """The counters of one campaign, all as text."""
    one = _campaign(account, params, unknown=6001)
    return {"campaign-reports": [_counters(account, one)], "campaign-reach": [{}], "campaign-by-loaction": "{}"}


def _campaign(account: Account, params: Params, *, unknown: int) -> Campaign:
    found = account.campaigns.get(params.get("campaignkey"))
    if found is None:
        raise CampaignsError(unknown)
    return found


def _counters(account: Account, one: Campaign) -> dict[str, str]:
    sent, hard, soft, opened = len(one.recipients), _count(one, HARD_BOUNCE), _count(one, SOFT_BOUNCE), _count(one, OPENED)
    opens = opened if account.reading("opens_count") == "unique" else sum(map(len, one.actions.get(OPENED, {}).values()))
    counts = {
        "emails_sent": sent,
        "delivered": sent - hard - soft,
        "opens": opens,
        "unique_clicks": _count(one, CLICKED),
        "unsub": _count(one, OPTED_OUT),
        "spams": _count(one, SPAM),
        "complaints": _count(one, SPAM),
        "bounces": hard + soft,
        "hardbounce": hard,
        "softbounce": soft,
        "unsent": 0,
        "autoreply": 0,
        "forwards": 0,
    }
    told = {f"{name}_count": str(count) for name, count in counts.items()}
    percents = {f"{name}_percent": f"{100 * count / sent if sent else 0:.1f}" for name, count in counts.items()}
    return {**told, **percents, "unopened": str(sent - hard - soft - opened)}


def _count(one: Campaign, action: str) -> int:
    return len(one.actions.get(action, ()))


def getcampaignrecipientsdata(account: Account, params: Params) -> dict[str, Any] | str:
    """Who did what: JSON rows, or as text the XML rows with event times. Without `range` only twenty come."""
    one = _campaign(account, params, unknown=6002)
    action = params.need("action")
    if action not in ACTIONS:
        raise CampaignsError(1001)
    first, size = params.number("fromindex", 1), params.number("range", DEFAULT_ROWS)
    if size > MOST_ROWS:
        raise CampaignsError(6502)
    page = _recipients(one, action)[first - 1 : first - 1 + size]
    if not page:
        raise CampaignsError(6501)
    if params.get("resfmt").upper() != "JSON":
        return _timeline(one, TIMELINES.get(params.get("type"), action), page)
    rows = [_row(account, one, address) for address in page]
    return {"action": action, "range": str(size), "fromindex": str(first), "list_of_details": rows}


def _recipients(one: Campaign, action: str) -> list[str]:
    """Address keys in an order that tells nothing, the same for every page: the vendor documents none."""
    if action == SENT:
        found = set(one.recipients)
    elif action == UNOPENED:
        found = set(one.recipients) - set(one.actions.get(OPENED, ())) - set(one.actions.get(HARD_BOUNCE, ()))
    else:
        found = set(one.actions.get(action, ()))
    return sorted(found, key=lambda address: hashlib.blake2b(address.encode(), digest_size=8).digest())


def _row(account: Account, one: Campaign, address: str) -> dict[str, str]:
    contact = one.recipients[address]
    member = next((account.lists[key].members[address] for key in one.list_keys if address in account.lists[key].members), None)
    fields = account.fields_of(member) if member else contact.fields
    return {
        "contactid": str(contact.number),
        "contactemailaddress": contact.email,
        "contactfn": fields.get("First Name") or "null",
        "contactln": fields.get("Last Name") or "null",
        "contactstatus": "UnSubscribed" if address in account.do_not_mail else STATUS_WORDS[member.status if member else Status.ACTIVE],
        "companyname": fields.get("Company Name") or "null",
        "phone": fields.get("Phone") or "null",
        "sent_time": epoch_ms(one.sent_at),
        "sentdate": long_date(one.sent_at),
        **dict.fromkeys(UNKNOWN_TO_US, "null"),
    }


def _timeline(one: Campaign, action: str, page: list[str]) -> str:
    rows = "".join(_timeline_row(one, action, address) for address in page)
    head = '<?xml version="1.0" encoding="UTF-8" ?>\n<response uri="/api/v1.1/getcampaignrecipientsdata" version="1.1">'
    return f"{head}<code>0</code><status>success</status><contacts>{rows}</contacts></response>"


def _timeline_row(one: Campaign, action: str, address: str) -> str:
    times = [timeline_date(at) for at in one.actions.get(action, {}).get(address, [])]
    row = f'<fl val="contact_email">{escape(one.recipients[address].email)}</fl>'
    if name := EVENT_TIME.get(action):
        row += "".join(f'<fl val="{name}">{time}</fl>' for time in times[:1])
    elif times:
        reports = "".join(f'<report><fl val="time">{time}</fl></report>' for time in times)
        row += f"<reports>{reports}</reports>"
    return f"<contact>{row}</contact>"
