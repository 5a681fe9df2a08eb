"""The campaigns that were sent before the account is first looked at, and who left by them. Same seed, same campaigns.

Whoever has left or bounced on a seeded list did so by one of these campaigns, and no later one went to them. Campaigns of the last weeks still gain
openings and clicks as time passes; nobody leaves by them, so that a list only changes when somebody changes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.arrivals import DAY, HOUR, catch_up, draw
from emulators.zoho_campaigns.mailings import DRAFT_S, HARD_BOUNCE, OPENED, OPTED_OUT, SPAM, happened, received, send_to
from emulators.zoho_campaigns.models import Campaign, Contact, MailingList, Status


@dataclass(frozen=True)
class Mailing:
    """`days_ago` it was sent."""

    name: str
    days_ago: float
    lists: tuple[str, ...]
    kind: str = "normal"


NEWSLETTER, PRODUCT_NEWS, WEB_SIGN_UP = "Newsletter", "Product news", "Web sign-up"
MAILINGS = (
    Mailing("Winter letter", 320, (NEWSLETTER,)),
    Mailing("Spring letter", 250, (NEWSLETTER,)),
    Mailing("Which subject line", 180, (NEWSLETTER,), "abtesting"),
    Mailing("Thank you for signing up", 150, (WEB_SIGN_UP,)),
    Mailing("Summer letter", 110, (NEWSLETTER, PRODUCT_NEWS)),
    Mailing("Autumn letter", 21, (NEWSLETTER,)),
    Mailing("Which offer", 8, (NEWSLETTER,), "abtesting"),
    Mailing("Product update", 2, (PRODUCT_NEWS,)),
)
# Leaving takes part in these, by place.
LEFT_BY = (0, 1, 2, 4)
BOUNCED_BY = (0, 1)
COMPLAINED_BY = 3


def add_campaigns(account: Account) -> None:
    """Send them all, oldest first, and let happen what has happened since."""
    lists = {one.name: one for one in account.lists.values()}
    _complain(lists[WEB_SIGN_UP])
    gone = _fates(lists)
    for place, mailing in enumerate(MAILINGS):
        keys = [lists[name].key for name in mailing.lists]
        recipients = {
            address: member.contact
            for name in mailing.lists
            for address, member in lists[name].members.items()
            if member.status is Status.ACTIVE or gone.get((name, address), -1) >= place
        }
        made = send_to(account, keys, recipients, name=mailing.name, subject=f"{mailing.name} for you", kind=mailing.kind)
        _date(account, made, account.now() - mailing.days_ago * DAY)
        made.unsent = _unsent(lists, mailing, gone, place)
        draw(account, made, gentle=True)
        _leave(account, made, mailing, gone, place)
    catch_up(account)


def _complain(mailing_list: MailingList) -> None:
    mailing_list.move(list(mailing_list.members.values())[-1], Status.SPAM)


def _fates(lists: dict[str, MailingList]) -> dict[tuple[str, str], int]:
    """(list, address) → the place of the mailing by which the membership ended."""
    gone: dict[tuple[str, str], int] = {}
    for name, one in lists.items():
        left, bounced = (
            [address for address, member in one.members.items() if member.status is status] for status in (Status.UNSUBSCRIBED, Status.BOUNCED)
        )
        gone |= {(name, address): LEFT_BY[number % len(LEFT_BY)] for number, address in enumerate(left)}
        gone |= {(name, address): BOUNCED_BY[number % len(BOUNCED_BY)] for number, address in enumerate(bounced)}
        gone |= {(name, address): COMPLAINED_BY for address, member in one.members.items() if member.status is Status.SPAM}
    return gone


def _date(account: Account, campaign: Campaign, at: float) -> None:
    for one in (campaign, *(account.campaigns[key] for key in campaign.children)):
        one.sent_at, one.created_at = at, at - DRAFT_S


def _unsent(lists: dict[str, MailingList], mailing: Mailing, gone: dict[tuple[str, str], int], place: int) -> dict[str, Contact]:
    """Addresses that had bounced just before get nothing; later they are left out altogether."""
    found: dict[str, Contact] = {}
    for name in mailing.lists:
        bounced = {address: member.contact for address, member in lists[name].members.items() if member.status is Status.BOUNCED}
        found |= {address: contact for address, contact in bounced.items() if gone[name, address] == place - 1}
    return found


def _leave(account: Account, campaign: Campaign, mailing: Mailing, gone: dict[tuple[str, str], int], place: int) -> None:
    for name in mailing.lists:
        one = next(each for each in account.lists.values() if each.name == name)
        for address, member in one.members.items():
            if gone.get((name, address)) != place:
                continue
            part = received(account, campaign.key, address)
            part.coming = [event for event in part.coming if event[2] != address]
            at = part.sent_at + HOUR
            if member.status is Status.BOUNCED:
                happened(account, part, HARD_BOUNCE, address, at)
                continue
            happened(account, part, OPENED, address, at)
            happened(account, part, SPAM if member.status is Status.SPAM else OPTED_OUT, address, at + HOUR)
