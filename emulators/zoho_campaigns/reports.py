"""Reading campaigns and what recipients did (docs/systems/zoho_campaigns.md#campaigns)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.launching import is_shown, shown_status
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
    """Campaigns by time, whatever became of them. 6101 where none is in view."""
    first, size = params.number("fromindex", 1), params.number("range", DEFAULT_CAMPAIGNS)
    wanted = params.get("status").lower()
    visible = [one for one in account.campaigns.values() if not one.parent and is_shown(account, one)]
    shown = [one for one in visible if wanted in ALL_STATUSES or _word(shown_status(account, one)) == wanted]
    by_sending = account.reading("recent_order") == "sent_time"
    shown.sort(key=lambda one: (one.sent_at if by_sending else one.created_at, one.number))
    if not params.get("sort", "desc").lower().startswith("asc"):
        shown.reverse()
    page = shown[first - 1 : first - 1 + size]
    if not page:
        raise CampaignsError(6101)
    return {"range": str(size), "fromindex": str(first), "recent_campaigns": [_summary(account, one) for one in page]}


def _word(status: str) -> str:
    """A status as the parameter writes it."""
    return {"Draft": "drafts"}.get(status, status.lower().replace(" ", ""))


def _summary(account: Account, one: Campaign) -> dict[str, str]:
    moments = {"created": one.created_at, "updated": one.sent_at or one.changed_at, **({"sent": one.sent_at} if one.sent_at else {})}
    times = {f"{name}_time{suffix}": epoch_ms(at) for name, at in moments.items() for suffix in ("", "_gmt")}
    return {
        "campaign_key": one.key,
        "campaign_name": one.name,
        "campaign_status": shown_status(account, one),
        "campaigntype": "abtesting" if one.kind == "abtesting" else "Email Campaign",
        "subject": one.subject,
        "from_email": one.message.from_email,
        "reply_to": one.message.from_email,
        "folder_id": "0",
        "is_hybrid": "false",
        "campaign_preview": "https://example.com/preview",
        **times,
        **({"sent_time_zone": ZONE_NAME, "sent_date_string": long_date(one.sent_at)} if one.sent_at else {}),
        "created_date_string": long_date(one.created_at),
        "zuid": "20070001",
    }


def getcampaigndetails(account: Account, params: Params) -> dict[str, Any]:
    """One campaign with the lists it went to; an A/B test with its variants."""
    one = _campaign(account, params, unknown=6001)
    lists = [account.lists[key] for key in one.list_keys]
    body: dict[str, Any] = {
        "campaign-details": [_summary(account, one)],
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
        body["AB-split-details"] = [_split(account, one)]
    return body


def _split(account: Account, one: Campaign) -> dict[str, str]:
    told: dict[str, str] = {}
    for letter, key in zip("ab", one.children, strict=True):
        child = account.campaigns[key]
        told |= {
            f"{letter}_child_campaignkey": key,
            f"{letter}_open_count": str(_count(child, OPENED)),
            f"{letter}_click_count": str(_count(child, CLICKED)),
        }
    return told


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
    """Of an A/B test with the variants' counters in it, under one reading, or without."""
    parts = [one]
    if account.reading("ab_report") == "with_variants":
        parts += [account.campaigns[key] for key in one.children]
    counts = {name: sum(_counts(account, part)[name] for part in parts) for name in _counts(account, one)}
    sent = counts["emails_sent"]
    told = {f"{name}_count": str(count) for name, count in counts.items() if name != "unopened"}
    percents = {f"{name}_percent": f"{100 * count / sent if sent else 0:.1f}" for name, count in counts.items()}
    return {**told, **percents, "unopened": str(counts["unopened"])}


def _counts(account: Account, one: Campaign) -> dict[str, int]:
    sent, hard, soft, opened = len(one.recipients), _count(one, HARD_BOUNCE), _count(one, SOFT_BOUNCE), _count(one, OPENED)
    opens = opened if account.reading("opens_count") == "unique" else sum(map(len, one.actions.get(OPENED, {}).values()))
    return {
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
        "unsent": len(one.unsent),
        "autoreply": 0,
        "forwards": 0,
        "unopened": len(_who(one, UNOPENED)),
    }


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
    rows = [_row(account, one, address) for address in page]
    if params.get("resfmt").upper() != "JSON" and account.reading("timelines") != "twin_of_json":
        timed = account.reading("timelines") == "given"
        return _timeline(one, TIMELINES.get(params.get("type"), action), page, timed=timed)
    return {"action": action, "range": str(size), "fromindex": str(first), "list_of_details": rows}


def _recipients(one: Campaign, action: str) -> list[str]:
    """Address keys in an order that tells nothing, the same for every page: the vendor documents none."""
    return sorted(_who(one, action), key=_place)


def _who(one: Campaign, action: str) -> set[str]:
    if action == SENT:
        return set(one.recipients)
    if action == UNSENT:
        return set(one.unsent)
    if action == UNOPENED:
        return set(one.recipients) - set().union(*(one.actions.get(name, ()) for name in (OPENED, HARD_BOUNCE, SOFT_BOUNCE)))
    return set(one.actions.get(action, ()))


@lru_cache(maxsize=100_000)
def _place(address: str) -> bytes:
    return hashlib.blake2b(address.encode(), digest_size=8).digest()


def _row(account: Account, one: Campaign, address: str) -> dict[str, str]:
    contact = one.recipients.get(address) or one.unsent[address]
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


def _timeline(one: Campaign, action: str, page: list[str], *, timed: bool) -> str:
    rows = "".join(_timeline_row(one, action if timed else "", address) for address in page)
    head = '<?xml version="1.0" encoding="UTF-8" ?>\n<response uri="/api/v1.1/getcampaignrecipientsdata" version="1.1">'
    return f"{head}<code>0</code><status>success</status><contacts>{rows}</contacts></response>"


def _timeline_row(one: Campaign, action: str, address: str) -> str:
    times = [timeline_date(at) for at in one.actions.get(action, {}).get(address, [])]
    row = f'<fl val="contact_email">{escape((one.recipients.get(address) or one.unsent[address]).email)}</fl>'
    if name := EVENT_TIME.get(action):
        row += "".join(f'<fl val="{name}">{time}</fl>' for time in times[:1])
    elif times:
        reports = "".join(f'<report><fl val="time">{time}</fl></report>' for time in times)
        row += f"<reports>{reports}</reports>"
    return f"<contact>{row}</contact>"
