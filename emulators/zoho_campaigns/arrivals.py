"""Responses that come by themselves: each recipient's behaviour is drawn when the mail goes out, and happens as the vendors' clock passes it.

Same seed, same behaviour. Three in ten open, most of them within hours and the last after weeks; one in five of those clicks; few mails come back;
now and then somebody leaves or complains.
"""

from __future__ import annotations

from random import Random

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.launching import progress
from emulators.zoho_campaigns.mailings import CLICKED, HARD_BOUNCE, OPENED, OPTED_OUT, SOFT_BOUNCE, SPAM, happened
from emulators.zoho_campaigns.models import Campaign, Status

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
HARD, SOFT, OPEN, CLICK, AGAIN, LEAVE, COMPLAIN = 0.01, 0.01, 0.3, 0.2, 0.3, 0.01, 0.003
MEAN_TO_OPEN_S = 2 * DAY
LONGEST_S = 25 * DAY
# What ends the memberships on the campaign's lists.
ENDS = {HARD_BOUNCE: Status.BOUNCED, OPTED_OUT: Status.UNSUBSCRIBED, SPAM: Status.SPAM}

Event = tuple[float, str, str]


def draw(account: Account, campaign: Campaign, *, gentle: bool = False) -> None:
    """Decide what will come of a campaign and of its variants. `gentle`: nobody leaves, complains or bounces for good."""
    for one in (campaign, *(account.campaigns[key] for key in campaign.children)):
        random = Random(f"{account.world.seed}/{one.number}")
        coming = [event for address in one.recipients for event in _behaviour(random, one.sent_at, address)]
        one.coming = sorted((event for event in coming if not gentle or event[1] not in ENDS), reverse=True)


def _behaviour(random: Random, sent_at: float, address: str) -> list[Event]:
    luck = random.random()
    if luck < HARD:
        return [(sent_at + random.uniform(1, 10) * MINUTE, HARD_BOUNCE, address)]
    if luck < HARD + SOFT:
        return [(sent_at + random.uniform(1, 10) * MINUTE, SOFT_BOUNCE, address)]
    if random.random() >= OPEN:
        return []
    opened = sent_at + min(2 * MINUTE + random.expovariate(1 / MEAN_TO_OPEN_S), LONGEST_S)
    events = [(opened, OPENED, address)]
    if random.random() < CLICK:
        events += [(opened + MINUTE * (1 + number), CLICKED, address) for number in range(random.choice((1, 1, 2)))]
    if random.random() < AGAIN:
        events.append((opened + random.uniform(1, 48) * HOUR, OPENED, address))
    if random.random() < LEAVE:
        events.append((opened + 5 * MINUTE, OPTED_OUT, address))
    elif random.random() < COMPLAIN:
        events.append((opened + 5 * MINUTE, SPAM, address))
    return events


def catch_up(account: Account) -> None:
    """Let everything happen whose time has come."""
    now = account.now()
    for campaign in list(account.campaigns.values()):
        progress(account, campaign)
        while campaign.coming and campaign.coming[-1][0] <= now:
            at, action, address = campaign.coming.pop()
            if address in campaign.recipients:
                happened(account, campaign, action, address, at)
                _end(account, campaign, action, address)


def _end(account: Account, campaign: Campaign, action: str, address: str) -> None:
    for one, member in account.memberships(address) if action in ENDS else ():
        if one.key in campaign.list_keys:
            one.move(member, ENDS[action])
