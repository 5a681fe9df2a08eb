"""Members of campaigns: people who are linked to a campaign of the CRM, each with a status. No module holds them; a campaign's related lists do.

Source: Zoho CRM API v8 and Zoho Recruit API v2, Get Related Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mailsync.zoho.api import CrmApi
from mailsync.zoho.refusals import CrmRefusal

MODULE = "Campaigns"
NAME = "Campaign_Name"
STATUS = "Member_Status"
# Of a person, beside the field that dates a change.
PERSON = ("Email", "First_Name", "Last_Name", "Full_Name", "Email_Opt_Out")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of the CRM."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list begins: the vendor's `token`, after `read` rows of a list in the order of ids, or, with `since`, of change times."""

    token: str = ""
    since: str = ""
    read: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Members as the vendor shows them, and where the next page begins (None: there is none)."""

    rows: Sequence[Row]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Departure:
    """What became of a person who is no member any more: gone `at` an instant, and why; `heir`: (module, id) of who took the place."""

    reason: str
    at: str
    heir: tuple[str, str] | None = None


class PlaceLost(Exception):
    """The vendor no longer knows where the next page of a list begins; the list has to be begun anew."""


class MemberLists(Protocol):
    """The related lists of campaigns in one product. `modules`: whose records may be members; `credits_per_page`: what one call costs."""

    modules: tuple[str, ...]
    credits_per_page: int

    def page(self, campaign: str, module: str, fields: Sequence[str], place: Place) -> Page:
        """One page, with the id, these fields and, where the vendor shows it, `Member_Status`. Raises PlaceLost, CrmRefusal."""

    def among(self, campaign: str, module: str, ids: Sequence[str]) -> frozenset[str] | None:
        """Who of these is a member now; None where the vendor cannot be asked for some of them."""

    def departures(self, module: str, ids: Collection[str], *, since: str) -> Mapping[str, Departure]:
        """Of people who are no members any more: those who are no records of the module either."""


def is_there(api: CrmApi, campaign: str) -> bool:
    """Whether the campaign is (still) a record that this user sees; 1 credit."""
    try:
        return bool((api.get(f"/{MODULE}/{campaign}") or {}).get("data"))
    except CrmRefusal:
        return False
