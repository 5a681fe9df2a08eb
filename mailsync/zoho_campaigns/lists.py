"""Mailing lists and who is on them: complete reads in pages of at most 650 rows, 1-based, without totals or cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.membership.tool import ListedStatus, MailingList, Member
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.client import CampaignsClient
from mailsync.zoho_campaigns.codes import Act
from mailsync.zoho_campaigns.pages import fresh_pages, from_index, rows

LISTS_A_PAGE = 100
SUBSCRIBERS_A_PAGE = 650
_STATUS = {ListedStatus.ACTIVE: "active", ListedStatus.UNSUBSCRIBED: "unsub", ListedStatus.BOUNCED: "bounce"}


def all_lists(client: CampaignsClient) -> Iterator[MailingList]:
    """Every list. The largest page is not documented, so only an empty page (or one that repeats) is the end."""
    window = from_index(LISTS_A_PAGE, {"sort": "asc"})
    for page in fresh_pages(client, method.LISTS, window, rows_in="list_of_details", identity="listkey"):
        for row in page:
            yield MailingList(str(row["listkey"]), str(row.get("listname", "")), has_form=truth(row.get("is_public")))


def create_list(client: CampaignsClient, *, name: str, first_contact: str, public: bool) -> bool:
    """Create a list; whether the vendor said that it did. The vendor cannot create an empty one: `first_contact` is put on it.

    Raises ConfigError where that is refused.
    """
    said = client.write_patiently(
        method.CREATE_LIST,
        {"listname": name, "signupform": "public" if public else "private", "mode": "newlist", "emailids": first_contact},
    )
    if said is not None and said.act is not Act.OK and said.reason != "duplicate_list":
        raise ConfigError(f"The list {name!r} could not be created. {said.described()}. Is first_contact an address that Zoho accepts?")
    return said is not None


class Subscribers:
    """Reads of one account's members. Remembers the counts it read, so that a short last page needs no further call."""

    def __init__(self, client: CampaignsClient) -> None:
        self._client = client
        self._counts: dict[tuple[str, ListedStatus], int] = {}

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many the vendor says there are."""
        said = self._client.read(method.COUNT, {"listkey": list_key, "status": _STATUS[status]})
        try:
            number = int(said.body.get("no_of_contacts") or 0)
        except (TypeError, ValueError):
            raise VendorUnavailable("Zoho Campaigns answered listsubscriberscount without a number.") from None
        self._counts[list_key, status] = number
        return number

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        """Rows from `first` (0-based). Asks again while the vendor gives fewer than asked for and its own count says there are more."""
        members: list[Member] = []
        while len(members) < size:
            got = self._rows(list_key, status, first + len(members), size - len(members))
            members += got
            if not got or first + len(members) >= self._counts.get((list_key, status), -1):
                return members
        return members

    def _rows(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        params = {"listkey": list_key, "status": _STATUS[status], "sort": "asc", "fromindex": str(first + 1), "range": str(size)}
        said = self._client.read(method.SUBSCRIBERS, params)
        if said.act is Act.EMPTY:
            return []
        return [Member(str(row["contact_email"])) for row in rows(said.body.get("list_of_details")) if row.get("contact_email")]


def truth(value: Any) -> bool:
    """The vendor writes booleans as text."""
    return str(value).strip().lower() in ("true", "1", "yes", "public")
