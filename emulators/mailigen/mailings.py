"""What happens to campaigns: sending, and what recipients do with the mail. Reads of it are in `campaigns`."""

from __future__ import annotations

from emulators.mailigen.account import Account
from emulators.mailigen.models import Campaign, Click, Status

OPENED, CLICKED, UNSUBSCRIBED, COMPLAINED, FORWARDED = "opened", "clicked", "unsubscribed", "complained", "forwarded"
BOUNCES = ("hard", "soft", "blocked", "temporary", "generic")
LINK = "https://example.com/offer"


def send(account: Account, list_key: str, *, title: str, subject: str) -> Campaign:
    """Send a campaign to the active members of a list, now. Suppressed addresses get nothing."""
    one = account.lists[list_key]
    recipients = {key: member.email for key, member in one.members.items() if member.status is Status.ACTIVE and key not in account.suppressed}
    made = Campaign(account.opaque_key(), account.number(), title, subject, list_key, account.now(), recipients=recipients)
    made.mailed = dict.fromkeys(recipients, 1)
    account.campaigns[made.key] = made
    return made


def received(account: Account, campaign_key: str, address_key: str) -> Campaign:
    """The campaign, when this address got its mail. Raises ValueError."""
    campaign = account.campaigns.get(campaign_key)
    if campaign is None:
        raise ValueError(f"there is no campaign {campaign_key}")
    if address_key not in campaign.recipients:
        raise ValueError("this address is no recipient of the campaign")
    return campaign


def happened(account: Account, campaign: Campaign, kind: str, address_key: str) -> None:
    """Note one event, now."""
    campaign.actions.setdefault(kind, {}).setdefault(address_key, []).append(account.now())


def clicked(account: Account, campaign: Campaign, address_key: str, link: str) -> None:
    """Note one click, which is an opening as well."""
    happened(account, campaign, OPENED, address_key)
    happened(account, campaign, CLICKED, address_key)
    campaign.clicks.append(Click(address_key, link, account.now()))
