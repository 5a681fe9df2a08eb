"""The related lists of campaigns in Zoho CRM: leads and contacts, 200 a page for one credit.

They are read in the order of ids. Page tokens end after 100,000 rows: a longer list is read again in the order of the people's modified times, which
can be asked for from an instant on. Whether `Member_Status` may be asked for, and is then shown, is unverified.
Source: Zoho CRM API v8, Get Related Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from mailsync import instants
from mailsync.errors import ConfigError
from mailsync.instants import instant
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import MODIFIED_TIME
from mailsync.zoho.members import MODULE, STATUS, Departure, Page, Place, PlaceLost
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho_crm import coql
from mailsync.zoho_crm.conversions import CONVERTING_MODULE, HEIR_MODULE, conversions

ROWS_PER_PAGE = 200
ROWS_PER_LIST = 100_000
BEGINNING = "1970-01-01T00:00:00Z"
IDS_PER_CALL = 100  # 2,000 characters of `ids`
TOKEN_CODES = frozenset({"EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"})
NO_QUERY_CODES = frozenset({"INVALID_MODULE", "INVALID_QUERY", "NOT_SUPPORTED", "MODULE_NOT_SUPPORTED"})


class CrmMembers:
    """Members of one account's campaigns."""

    modules: tuple[str, ...] = ("Leads", "Contacts")
    credits_per_page: int = 1

    def __init__(self, api: CrmApi) -> None:
        self._api = api
        self._status: tuple[str, ...] = (STATUS,)

    def page(self, campaign: str, module: str, fields: Sequence[str], place: Place) -> Page:
        """One page. Raises PlaceLost where a token is no longer taken."""
        try:
            return self._page(campaign, module, fields, place)
        except CrmRefusal as error:
            if place.token and (error.code in TOKEN_CODES or error.details.get("param_name") == "page_token"):
                raise PlaceLost from error
            if not self._status or STATUS not in error.details.values():
                raise
        self._status = ()
        return self._page(campaign, module, fields, place)

    def _page(self, campaign: str, module: str, fields: Sequence[str], place: Place) -> Page:
        params = {
            "fields": ",".join(dict.fromkeys(["id", *fields, MODIFIED_TIME, *self._status])),
            "per_page": str(ROWS_PER_PAGE),
            "sort_by": MODIFIED_TIME if place.since else "id",
            "sort_order": "asc",
            **({"page_token": place.token} if place.token else {}),
        }
        answer = self._api.get(f"/{MODULE}/{campaign}/{module}", params=params, since=place.since or None) or {}
        rows, info = answer.get("data") or [], answer.get("info") or {}
        if not rows or not info.get("more_records"):
            return Page(rows, None)
        return Page(rows, _next(rows, str(info.get("next_page_token") or ""), place, f"{module} of the campaign {campaign}"))

    def among(self, campaign: str, module: str, ids: Sequence[str]) -> frozenset[str] | None:
        """Who of these is a member now, a hundred a call; None where `ids` is not heeded."""
        found: set[str] = set()
        for start in range(0, len(ids), IDS_PER_CALL):
            asked = ids[start : start + IDS_PER_CALL]
            params = {"fields": "id", "ids": ",".join(asked), "per_page": str(ROWS_PER_PAGE)}
            answer = self._api.get(f"/{MODULE}/{campaign}/{module}", params=params) or {}
            there = {str(row["id"]) for row in answer.get("data") or ()}
            if there - set(asked):
                return None
            found |= there
        return frozenset(found)

    def departures(self, module: str, ids: Collection[str], *, since: str) -> Mapping[str, Departure]:
        """Leads that became contacts, and people who were deleted."""
        gone: dict[str, Departure] = {}
        if module == CONVERTING_MODULE:
            for one in conversions(self._api, since=since):
                if one.id in ids:
                    gone[one.id] = Departure("converted", one.at, (HEIR_MODULE, one.contact_id) if one.contact_id else None)
        rest = sorted(set(ids) - gone.keys())
        now = instants.text(self._api.clock.now())
        for start in range(0, len(rest), coql.IDS_PER_QUERY):
            batch = rest[start : start + coql.IDS_PER_QUERY]
            with suppress(_Unasked):
                gone |= dict.fromkeys(set(batch) - self._records(module, batch), Departure("deleted", now))
        return gone

    def _records(self, module: str, ids: Sequence[str]) -> set[str]:
        """Who of them is a record of the module. Raises _Unasked where no query tells."""
        try:
            return {str(row["id"]) for row in coql.run(self._api, coql.select(["id"], module, coql.id_in(ids))).rows}
        except CrmRefusal as error:
            if error.code not in NO_QUERY_CODES:
                raise
            raise _Unasked from error


class _Unasked(Exception):
    """COQL refuses the module."""


def _next(rows: Sequence[Mapping[str, object]], token: str, place: Place, what: str) -> Place:
    read = place.read + len(rows)
    if token and read < ROWS_PER_LIST:
        return Place(token, place.since, read)
    if not place.since:
        return Place("", BEGINNING, 0)
    last = instant(str(rows[-1].get(MODIFIED_TIME) or ""))
    if not last or last == place.since:
        raise ConfigError(f"Zoho CRM lists at most {ROWS_PER_LIST:,} {what} that were changed in one second. Split the campaign in two.")
    return Place("", last, 0)
