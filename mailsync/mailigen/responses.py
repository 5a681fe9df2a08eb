"""Leavings seen in campaigns. No method tells of complaints, and unsubscribes come without times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient
from mailsync.mailigen.lists import all_lists
from mailsync.mailigen.pages import Rows, as_rows
from mailsync.membership.tool import Response

ZONE_MARGIN_S = 86_400.0  # the zone of the vendor's times is not documented
_FORM = "%Y-%m-%d %H:%M:%S"


class Leavings:
    """Unsubscribes of one account's campaigns. Remembers the counters it saw, so that nothing is read twice in one run."""

    def __init__(self, client: MailigenClient) -> None:
        self._client = client
        self._seen: dict[str, int] = {}
        self._list_of: dict[str, tuple[str, ...]] = {}

    def since(self, since: float | None) -> Iterator[Response]:
        """Of campaigns sent after `since` (epoch seconds; None: of all campaigns)."""
        changed: dict[str, int] = {}
        for campaign in self._campaigns(since):
            count = self._unsubscribes(campaign)
            if count != self._seen.get(campaign, 0):
                changed[campaign] = count
        if changed.keys() - self._list_of.keys():
            self._find_lists(since)
        for campaign, count in changed.items():
            for address in Rows(self._client, method.CAMPAIGN_UNSUBSCRIBES, cid=campaign).all():
                yield Response(campaign, address, "unsubscribed", self._list_of.get(campaign, ()), None)
            self._seen[campaign] = count

    def _campaigns(self, since: float | None, **filters: str) -> Iterator[str]:
        if since is not None:
            filters["sendtime_start"] = datetime.fromtimestamp(since - ZONE_MARGIN_S, UTC).strftime(_FORM)
        number = 0
        while True:
            asked: dict[str, Any] = {"start": number, "limit": method.CAMPAIGNS_A_PAGE}
            if filters:
                asked["filters"] = filters
            page = as_rows(method.CAMPAIGNS, self._client.read(method.CAMPAIGNS, **asked))
            yield from (str(row["id"]) for row in page if isinstance(row, dict) and row.get("id") and _was_sent(row))
            if len(page) < method.CAMPAIGNS_A_PAGE:
                return
            number += 1

    def _unsubscribes(self, campaign: str) -> int:
        stats = self._client.read(method.STATS, cid=campaign)
        count = str(stats.get("unsubscribes", "")) if isinstance(stats, dict) else ""
        return int(count) if count.isdigit() else -1  # a counter that cannot be read: look into the campaign each time

    def _find_lists(self, since: float | None) -> None:
        """A campaign's row does not name its list, but campaigns can be asked for by list."""
        found: dict[str, tuple[str, ...]] = {}
        for row in all_lists(self._client):
            key = str(row["id"])
            for campaign in self._campaigns(since, list_id=key):
                found[campaign] = (*found.get(campaign, ()), key)
        self._list_of |= found


def _was_sent(row: dict[str, Any]) -> bool:
    return str(row.get("status", "")).lower() not in ("draft", "save", "schedule")
