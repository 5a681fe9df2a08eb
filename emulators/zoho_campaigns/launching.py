"""What becomes of a campaign that was made by API or by staff: reviewed, scheduled, sent, halted (docs/systems/zoho_campaigns.md#launching)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Campaign, Member, Message
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.times import ZONE

DRAFT, TO_BE_REVIEWED, REVIEWED, SCHEDULED = "Draft", "To Be Reviewed", "Reviewed", "Scheduled"
IN_PROGRESS, SENT, STOPPED, CANCELED = "In Progress", "Sent", "Stopped", "Canceled"
MINUTES_S = 600.0
STEP_MIN = 5


def draft(account: Account, list_keys: Sequence[str], name: str, subject: str, message: Message) -> Campaign:
    """A campaign that was not sent yet."""
    now = account.now()
    by_itself = account.reading("review") == "by_itself"
    made = Campaign(account.opaque_key(), account.number(), name, subject, tuple(list_keys), 0.0, now, message=message, changed_at=now)
    made.status = TO_BE_REVIEWED if by_itself else DRAFT
    account.campaigns[made.key] = made
    return made


def is_shown(account: Account, one: Campaign) -> bool:
    """Whether `recentcampaigns` shows a campaign; one that was sent by staff always."""
    late = account.reading("new_campaign_shown") == "minutes_later" and one.changed_at > 0
    return not late or account.now() >= one.created_at + MINUTES_S


def shown_status(account: Account, one: Campaign) -> str:
    """Its status, or for a while the one before."""
    late = account.reading("status_shown") == "minutes_later" and one.status_before
    return one.status_before if late and account.now() < one.changed_at + MINUTES_S else one.status


def move(account: Account, campaign: Campaign, status: str) -> None:
    """It has another status from now on."""
    campaign.status_before, campaign.status, campaign.changed_at = campaign.status, status, account.now()


def approve(account: Account, campaign: Campaign) -> None:
    """The review is over, for the people who are on its lists now."""
    campaign.reviewed_for = frozenset(account.active_on(campaign.list_keys))
    move(account, campaign, REVIEWED)


def release(account: Account, campaign: Campaign) -> None:
    """It goes out now: to each active member of its lists, of its topic where it has one."""
    people = _recipients(account, campaign)
    for address, member in people.items():
        campaign.recipients[address] = member.contact
        campaign.mailed[address] = campaign.mailed.get(address, 0) + 1
    campaign.sent_at = account.now()
    move(account, campaign, SENT if account.reading("sending_takes") == "no_time" else IN_PROGRESS)


def progress(account: Account, campaign: Campaign) -> None:
    """What happens by itself: the review, the sending of what is due, the end of the sending."""
    now = account.now()
    while campaign.due and campaign.due[0] <= now:
        campaign.due.pop(0)
        release(account, campaign)
    waited = campaign.changed_at > 0 and now >= campaign.changed_at + MINUTES_S
    if waited and campaign.status == TO_BE_REVIEWED and account.reading("review") == "by_itself":
        approve(account, campaign)
    elif waited and campaign.status == IN_PROGRESS and not campaign.waiting:
        move(account, campaign, SENT)


def sendcampaign(account: Account, params: Params) -> dict[str, Any]:
    """`sendcampaign`: now, or with `isschedule=true` at a time."""
    campaign = account.campaigns.get(params.need("campaignkey"))
    if campaign is None:
        raise CampaignsError(6503)
    if params.get("isschedule").lower() == "true":
        return _schedule(account, campaign, params)
    if campaign.status in (SENT, IN_PROGRESS):
        return _send_again(account, campaign)
    if campaign.status == SCHEDULED:
        raise CampaignsError(6605)
    _refuse(account, campaign)
    release(account, campaign)
    return _told("inprogress")


def _told(status: str) -> dict[str, Any]:
    return {"code": 200, "campaign_status": status, "message": "Success"}


def _send_again(account: Account, campaign: Campaign) -> dict[str, Any]:
    reading = account.reading("send_twice")
    if reading == "error_6600":
        raise CampaignsError(6600)
    if reading == "mails_again":
        release(account, campaign)
    return _told("inprogress")


def _schedule(account: Account, campaign: Campaign, params: Params) -> dict[str, Any]:
    at = _moment(account, params)
    if campaign.status in (SENT, IN_PROGRESS):
        raise CampaignsError(6600)
    if campaign.status == SCHEDULED:
        if account.reading("schedule_twice") == "error_6605":
            raise CampaignsError(6605)
        if account.reading("schedule_twice") == "replaces":
            campaign.due.clear()
    else:
        _refuse(account, campaign)
        move(account, campaign, SCHEDULED)
    campaign.due = sorted([*campaign.due, at])
    return _told("scheduled")


def _refuse(account: Account, campaign: Campaign) -> None:
    """Raises why it cannot go out."""
    message, people = campaign.message, frozenset(account.active_on(campaign.list_keys))
    changed = campaign.reviewed_for is not None and campaign.reviewed_for != people
    refusals = (
        (6605, campaign.status in (STOPPED, CANCELED)),
        (6606, any(account.lists[key].deleted for key in campaign.list_keys)),
        (6606, account.reading("topic_needed") == "list_details" and not message.topic),
        (6607, message.content is None),
        (6609, message.from_email.lower() not in account.senders),
        (6611, account.reading("review") != "not_needed" and campaign.status != REVIEWED),
        (6608, changed and account.reading("recipients_changed") == "error_6608"),
        (6302, not _recipients(account, campaign)),
    )
    for code, holds in refusals:
        if holds:
            raise CampaignsError(code)


def _recipients(account: Account, campaign: Campaign) -> dict[str, Member]:
    topic = campaign.message.topic
    return {address: one for address, one in account.active_on(campaign.list_keys).items() if not topic or topic in one.topics}


def _moment(account: Account, params: Params) -> float:
    """`scheduledate` mm/dd/yyyy, `schedulehour` 1–12, `scheduleminute` in fives, `am_pm`. Raises 903 and 1001."""
    date, hour, minute, half = (params.need(name) for name in ("scheduledate", "schedulehour", "scheduleminute", "am_pm"))
    if not (hour.isdigit() and 1 <= int(hour) <= 12 and minute.isdigit() and int(minute) < 60 and int(minute) % STEP_MIN == 0):
        raise CampaignsError(1001)
    zone = _zone(account, params)
    try:
        moment = datetime.strptime(f"{date} {int(hour):02} {int(minute):02} {half.upper()}", "%m/%d/%Y %I %M %p").replace(tzinfo=zone)
    except ValueError:
        raise CampaignsError(1001) from None
    at = moment.timestamp()
    if at <= account.now():
        raise CampaignsError(1001)
    return at


def _zone(account: Account, params: Params) -> tzinfo:
    wanted = params.get("sendingTZ")
    if not wanted or account.reading("schedule_zone") == "account":
        return ZONE
    try:
        return UTC if wanted in ("GMT", "UTC") else ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError):
        raise CampaignsError(1001) from None
