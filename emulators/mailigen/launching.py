"""Making, scheduling and sending campaigns by API (docs/systems/mailigen.md#launching)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulators.mailigen.account import Account, checked, key_of
from emulators.mailigen.errors import INVALID_CONTENT, INVALID_DATE, INVALID_OPTION, INVALID_STATUS, MailigenError
from emulators.mailigen.models import Campaign, Status
from emulators.mailigen.php_form import Params
from emulators.mailigen.times import FORM

DRAFT, SCHEDULED, SENDING, SENT, PAUSED = "draft", "scheduled", "sending", "sent", "paused"
MINUTES_S = 600.0
MOST_TESTS = 5
CHANGEABLE_TEXTS = {"subject": "subject", "from_email": "sender", "title": "title", "html": "content"}
CHANGEABLE = frozenset({*CHANGEABLE_TEXTS, "from_name", "list_id"})


def draft(account: Account, list_key: str, title: str, subject: str, sender: str = "news@example.com", content: str = "<p>Hello</p>") -> Campaign:
    """A campaign that was not sent yet."""
    now = account.now()
    made = Campaign(account.opaque_key(), account.number(), title, subject, list_key, 0.0, status=DRAFT, sender=sender, content=content)
    made.made_at = made.changed_at = now
    account.campaigns[made.key] = made
    return made


def is_shown(account: Account, one: Campaign) -> bool:
    """Whether `campaigns` shows a campaign; one that was sent by staff always."""
    late = account.reading("new_campaign_shown") == "minutes_later" and one.made_at > 0
    return not late or account.now() >= one.made_at + MINUTES_S


def shown_status(account: Account, one: Campaign) -> str:
    """Its status in the vendor's word, or for a while the one before."""
    late = account.reading("status_shown") == "minutes_later" and one.status_before
    status = one.status_before if late and account.now() < one.changed_at + MINUTES_S else one.status
    return account.reading("scheduled_status") if status == SCHEDULED else status


def move(account: Account, campaign: Campaign, status: str) -> None:
    """It has another status from now on."""
    campaign.status_before, campaign.status, campaign.changed_at = campaign.status, status, account.now()


def release(account: Account, campaign: Campaign) -> None:
    """It goes out now, to everybody subscribed to its list whom the account may mail."""
    for key, member in account.lists[campaign.list_key].members.items():
        if member.status is Status.ACTIVE and key not in account.suppressed:
            campaign.recipients[key] = member.email
            campaign.mailed[key] = campaign.mailed.get(key, 0) + 1
    campaign.sent_at = account.now()
    move(account, campaign, SENT if account.reading("sending_takes") == "no_time" else SENDING)


def progress(account: Account) -> None:
    """What happens by itself: the sending of what is due, the end of the sending."""
    now = account.now()
    for campaign in account.campaigns.values():
        if campaign.due is not None and campaign.due <= now:
            campaign.due = None
            release(account, campaign)
        elif campaign.status == SENDING and now >= campaign.changed_at + MINUTES_S:
            move(account, campaign, SENT)


def campaign_create(account: Account, params: Params) -> Any:
    """`campaignCreate`: the id of a draft."""
    options, content = params.struct("options"), params.struct("content")
    account.list_for(options.get("list_id", ""))
    subject, title = options.get("subject", "").strip(), options.get("title", "").strip()
    if params.text("type") not in ("html", "plain") or not subject:
        raise MailigenError(INVALID_OPTION)
    sender = checked(options.get("from_email", ""))
    if account.reading("unknown_sender") == "refused" and key_of(sender) not in account.senders:
        raise MailigenError(INVALID_OPTION, "This sender is not confirmed")
    if account.reading("title_twice") == "refused" and any(one.title == title for one in account.campaigns.values()):
        raise MailigenError(INVALID_OPTION, "There is a campaign with this title")
    return draft(account, options["list_id"], title or subject, subject, sender, _content(account, content)).key


def _content(account: Account, given: dict[str, str]) -> str:
    if given.get("html") or given.get("plain"):
        return given.get("html") or given["plain"]
    page = account.world.pages.get(given.get("url", "").removeprefix(f"{account.world.base_url}/pages/"))
    if not page:
        raise MailigenError(INVALID_CONTENT)
    return page


def campaign_update(account: Account, params: Params) -> Any:
    """`campaignUpdate`: one option of a draft."""
    one, name, value = _unsent(account, params), params.need("name"), params.text("value")
    if name not in CHANGEABLE:
        raise MailigenError(INVALID_OPTION)
    if name == "list_id":
        one.list_key = account.list_for(value).key
    elif name in CHANGEABLE_TEXTS:
        setattr(one, CHANGEABLE_TEXTS[name], value)
    return True


def campaign_delete(account: Account, params: Params) -> Any:
    """`campaignDelete`."""
    del account.campaigns[account.campaign_for(params.need("cid")).key]
    return True


def campaign_schedule(account: Account, params: Params) -> Any:
    """`campaignSchedule`, in GMT."""
    one = _unsent(account, params)
    try:
        at = datetime.strptime(params.need("schedule_time"), FORM).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise MailigenError(INVALID_DATE) from None
    if at <= account.now():
        raise MailigenError(INVALID_DATE)
    if one.status == SCHEDULED and account.reading("schedule_twice") == "refused":
        raise MailigenError(INVALID_STATUS)
    if one.status != SCHEDULED:
        move(account, one, SCHEDULED)
    one.due = at
    return True


def campaign_unschedule(account: Account, params: Params) -> Any:
    """`campaignUnschedule`."""
    one = account.campaign_for(params.need("cid"))
    if one.status != SCHEDULED:
        raise MailigenError(INVALID_STATUS)
    one.due = None
    move(account, one, DRAFT)
    return True


def campaign_send_now(account: Account, params: Params) -> Any:
    """`campaignSendNow`."""
    one = account.campaign_for(params.need("cid"))
    if one.status in (SENT, SENDING) and account.reading("send_twice") != "refused":
        if account.reading("send_twice") == "mails_again":
            release(account, one)
        return True
    if one.status != DRAFT:
        raise MailigenError(INVALID_STATUS)
    release(account, one)
    return True


def campaign_send_test(account: Account, params: Params) -> Any:
    """`campaignSendTest`: to addresses of one's own, who are no recipients."""
    one, addresses = account.campaign_for(params.need("cid")), [checked(str(address)) for address in params.rows("test_emails")]
    if not 0 < len(addresses) <= MOST_TESTS:
        raise MailigenError(INVALID_OPTION)
    for address in addresses:
        one.tests[key_of(address)] = one.tests.get(key_of(address), 0) + 1
    return True


def _unsent(account: Account, params: Params) -> Campaign:
    one = account.campaign_for(params.need("cid"))
    if one.status not in (DRAFT, SCHEDULED):
        raise MailigenError(INVALID_STATUS)
    return one
