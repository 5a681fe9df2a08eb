"""The related lists of campaigns in Zoho Recruit: candidates and contacts. No page of the vendor promises them: they are inferred from Zoho CRM, so
the first call is a question. Pages go by number, 200 each.

Source: Zoho Recruit API v2, Update Related Records (whose text names campaigns), Get Records; checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mailsync.errors import ConfigError
from mailsync.zoho import deleted
from mailsync.zoho.api import CrmApi
from mailsync.zoho.members import MODULE, STATUS, Departure, Page, Place
from mailsync.zoho.refusals import CrmRefusal

ROWS_PER_PAGE = 200
# What a client has to expect of a related list that the account's API does not serve.
NOT_SERVED = frozenset({"INVALID_DATA", "INVALID_MODULE", "NOT_SUPPORTED", "INVALID_URL_PATTERN", "INVALID_REQUEST_METHOD"})


class RecruitMembers:
    """Members of one account's campaigns."""

    modules: tuple[str, ...] = ("Candidates", "Contacts")
    credits_per_page: int = 3

    def __init__(self, api: CrmApi) -> None:
        self._api = api
        self._status: tuple[str, ...] = (STATUS,)

    def page(self, campaign: str, module: str, fields: Sequence[str], place: Place) -> Page:
        """One page."""
        try:
            return self._page(campaign, module, fields, place)
        except CrmRefusal as error:
            if not self._status or STATUS not in error.details.values():
                raise
        self._status = ()
        return self._page(campaign, module, fields, place)

    def _page(self, campaign: str, module: str, fields: Sequence[str], place: Place) -> Page:
        number = int(place.token or 1)
        params = {"fields": ",".join(["id", *fields, *self._status]), "page": str(number), "per_page": str(ROWS_PER_PAGE)}
        answer = self._api.get(f"/{MODULE}/{campaign}/{module}", params=params, cost=self.credits_per_page) or {}
        rows = answer.get("data") or []
        more = bool(rows) and bool((answer.get("info") or {}).get("more_records"))
        return Page(rows, Place(str(number + 1), "", place.read + len(rows)) if more else None)

    def among(self, campaign: str, module: str, ids: Sequence[str]) -> frozenset[str] | None:  # noqa: ARG002 - the protocol's signature
        """Not to be had: the list has to be read again."""
        return None

    def departures(self, module: str, ids: Collection[str], *, since: str) -> Mapping[str, Departure]:
        """People who were deleted. What became of a converted candidate Recruit does not say."""
        found = deleted.deleted(self._api, module, since=since, kind="All")
        return {one.id: Departure("deleted", one.at) for one in found if one.id in ids}


def why_not_served(api: CrmApi, campaign: str, module: str) -> str | None:
    """The vendor's code where it serves no members of campaigns to this account; None where it does. One call of one row."""
    try:
        api.get(f"/{MODULE}/{campaign}/{module}", params={"fields": "id", "per_page": "1"}, cost=RecruitMembers.credits_per_page)
    except CrmRefusal as error:
        if error.code in NOT_SERVED:
            return error.code
        raise
    except ConfigError:
        return "NO_PERMISSION"
    return None
