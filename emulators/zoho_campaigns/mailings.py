"""What happens to campaigns: sending, and what recipients do with the mail. Reads of it are in `reports`."""

from __future__ import annotations

from collections.abc import Sequence

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.models import Campaign, Contact

OPENED, CLICKED, OPTED_OUT, SPAM = "openedcontacts", "clickedcontacts", "optoutcontacts", "spamcontacts"
HARD_BOUNCE, SOFT_BOUNCE = "senthardbounce", "sentsoftbounce"
TEST_SHARE = 10  # percent of the recipients that each variant of an A/B test is sent to
DRAFT_S = 3600.0  # a campaign is created so long before it is sent


def send(account: Account, list_keys: Sequence[str], *, name: str, subject: str, kind: str = "normal", first: int | None = None) -> Campaign:
    """Send a campaign to the active members of lists, now. `abtesting` sends two variants to a share of them first.

    `first`: only to so many for now; the campaign is in progress until `finish`.
    """
    recipients = {address: one.contact for address, one in account.active_on(list_keys).items()}
    return send_to(account, list_keys, recipients, name=name, subject=subject, kind=kind, first=first)


def send_to(
    account: Account,
    list_keys: Sequence[str],
    recipients: dict[str, Contact],
    *,
    name: str,
    subject: str,
    kind: str = "normal",
    first: int | None = None,
) -> Campaign:
    """The same for recipients that are known."""
    campaign = _create(account, tuple(list_keys), name, subject, kind)
    if kind == "abtesting":
        recipients = _test_phase(account, campaign, recipients)
    if first is not None and first < len(recipients):
        campaign.status = "In Progress"
        campaign.waiting = dict(list(recipients.items())[first:])
        recipients = dict(list(recipients.items())[:first])
    campaign.recipients = recipients
    campaign.mailed = dict.fromkeys(recipients, 1)
    return campaign


def finish(campaign: Campaign) -> None:
    """Send the rest of a campaign that is in progress."""
    campaign.recipients |= campaign.waiting
    campaign.mailed |= dict.fromkeys(campaign.waiting, 1)
    campaign.waiting = {}
    campaign.status = "Sent"


def _create(account: Account, list_keys: tuple[str, ...], name: str, subject: str, kind: str, parent: str = "") -> Campaign:
    now = account.now()
    made = Campaign(account.opaque_key(), account.number(), name, subject, list_keys, now, now - DRAFT_S, kind, parent)
    account.campaigns[made.key] = made
    return made


def _test_phase(account: Account, campaign: Campaign, recipients: dict[str, Contact]) -> dict[str, Contact]:
    """Give the first shares to the two variants; the rest is the campaign's own."""
    share = max(1, len(recipients) * TEST_SHARE // 100)
    addresses = list(recipients)
    children = []
    for place, variant in enumerate("ab"):
        child = _create(account, campaign.list_keys, f"{campaign.name} ({variant})", campaign.subject, "abtesting", campaign.key)
        child.recipients = {address: recipients[address] for address in addresses[place * share : (place + 1) * share]}
        children.append(child.key)
    campaign.children = tuple(children)
    return {address: recipients[address] for address in addresses[2 * share :]}


def received(account: Account, campaign_key: str, address_key: str) -> Campaign:
    """The campaign, or the variant of it, in which this address got the mail. Raises ValueError."""
    campaign = account.campaigns.get(campaign_key)
    if campaign is None:
        raise ValueError(f"there is no campaign {campaign_key}")
    for one in (campaign, *(account.campaigns[child] for child in campaign.children)):
        if address_key in one.recipients:
            return one
    raise ValueError("this address is no recipient of the campaign")


def happened(account: Account, campaign: Campaign, action: str, address_key: str, at: float | None = None) -> None:
    """Note one event, now or at a time that has passed."""
    campaign.actions.setdefault(action, {}).setdefault(address_key, []).append(account.now() if at is None else at)
