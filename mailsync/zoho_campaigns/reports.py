"""Zoho Campaigns as `MailingReports`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailsync.errors import Bug
from mailsync.mailings import ACTIONS, Campaign, Contact, Details, Figures, Recipient
from mailsync.zoho_campaigns import campaigns
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.campaigns import text
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.lists import SUBSCRIBERS_A_PAGE, all_lists
from mailsync.zoho_campaigns.pages import Row, fresh_pages, from_index
from mailsync.zoho_campaigns.recipients import RECIPIENTS_A_PAGE, Recipients
from mailsync.zoho_campaigns.settings import NAME

# Who is listed in two at once, because the lists are read one after the other, is meant by the later one.
_STATUSES = {"active": "active", "bounced": "bounce", "spam": "spam", "unsubscribed": "unsub"}


class ZohoCampaignsReports:
    """One account, by one client."""

    system = NAME
    actions = frozenset(ACTIONS)
    recipients_endpoint = method.RECIPIENTS

    def __init__(self, client: CampaignsClient) -> None:
        self._client = client
        self._recipients = Recipients(client)

    def page_size(self, action: str) -> int:  # noqa: ARG002 - the same for all
        """500 rows are known to work."""
        return RECIPIENTS_A_PAGE

    def begin(self) -> None:
        """A token, and whether it says itself that it lacks a scope."""
        self._client.check_scopes()

    def campaigns(self, since: float | None) -> list[Campaign]:
        """Campaigns sent or being sent after an instant."""
        return list(campaigns.campaigns(self._client, since))

    def unsent(self) -> list[Campaign]:
        """Drafts, scheduled and cancelled campaigns, and those under review."""
        return list(campaigns.unsent(self._client))

    def details(self, campaign: Campaign) -> Details | None:
        """Its lists, counters and variants."""
        return campaigns.details(self._client, campaign)

    def figures(self, key: str) -> Figures | None:
        """Its counters."""
        return campaigns.figures(self._client, key)

    def recipients(self, campaign: Campaign, key: str, action: str, figures: Figures) -> Iterator[list[Recipient]]:
        """Everybody of one action."""
        return self._recipients.pages(key, action, zone_s=campaign.zone_s, expected=figures.expected.get(action))

    def lists(self) -> list[tuple[str, str]]:
        """Every list."""
        return [(one.key, one.name) for one in all_lists(self._client)]

    def statuses(self) -> Sequence[str]:
        """The four that the vendor lists."""
        return tuple(_STATUSES)

    def contacts(self, list_key: str, status: str) -> Iterator[list[Contact]]:
        """Everybody of one status. `spam` is documented for counts only: where the vendor refuses it here, nobody is told of."""
        window = from_index(SUBSCRIBERS_A_PAGE, {"listkey": list_key, "status": _STATUSES[status], "sort": "asc"})
        try:
            for page in fresh_pages(self._client, method.SUBSCRIBERS, window, rows_in="list_of_details", identity="contact_email"):
                yield [_contact(row) for row in page]
        except Bug:
            if status != "spam":
                raise


def _contact(row: Row) -> Contact:
    return Contact(
        str(row["contact_email"]),
        added_at=_added_at(row.get("added_time")),
        contact_id=text(row.get("zuid")),
        first_name=text(row.get("firstname")),
        last_name=text(row.get("lastname")),
        company=text(row.get("companyname")),
        phone=text(row.get("phone")),
    )


def _added_at(value: Any) -> float | None:
    """Epoch milliseconds; a date in the account's own clock is not taken, because nothing here tells its zone."""
    digits = str(value or "").strip()
    return int(digits) / 1000 if digits.isdigit() else None
