"""Reads that several streams need, made once in a process: the list of campaigns, where they went, their counters.

A counter may be some minutes older than the rows that are read because of it. That is the safe side: what happened in between shows as a difference
in the next sync.
"""

from __future__ import annotations

import threading

from mailsync.mailings import Campaign, Details, Figures, MailingReports


class SharedReads:
    """Thread-safe; one at a time, because the vendor's windows and not its answers are what limits."""

    def __init__(self, reports: MailingReports) -> None:
        self._reports = reports
        self._lock = threading.RLock()
        self._campaigns: list[Campaign] | None = None
        self._unsent: list[Campaign] | None = None
        self._since: float | None = None
        self._details: dict[str, Details | None] = {}
        self._figures: dict[str, Figures | None] = {}

    def campaigns(self, since: float | None) -> list[Campaign]:
        """Campaigns sent after an instant, oldest first; those that go on, and those of unknown sending time, last."""
        with self._lock:
            if self._campaigns is None or not _covers(self._since, since):
                self._campaigns, self._since = self._reports.campaigns(since), since
            found = [one for one in self._campaigns if since is None or one.goes_on or one.sent_at is None or one.sent_at > since]
        return sorted(found, key=lambda one: (one.goes_on or one.sent_at is None, one.sent_at or 0.0, one.key))

    def unsent(self, since: float | None) -> list[Campaign]:
        """Campaigns that were not sent, the oldest first; of those known to be made before an instant, none. Never one that `campaigns` shows."""
        with self._lock:
            if self._unsent is None:
                self._unsent = self._reports.unsent()
            sent = {one.key for one in self._campaigns or ()}
            found = [one for one in self._unsent if one.key not in sent and (since is None or one.created_at is None or one.created_at >= since)]
        return sorted(found, key=lambda one: (one.created_at or 0.0, one.key))

    def details(self, campaign: Campaign) -> Details | None:
        """Where it went; its counters come along, and are not asked for again."""
        with self._lock:
            if campaign.key not in self._details:
                found = self._details[campaign.key] = self._reports.details(campaign)
                if found and found.figures.signals:
                    self._figures.setdefault(campaign.key, found.figures)
            return self._details[campaign.key]

    def figures(self, key: str) -> Figures | None:
        """The counters of a campaign or variant."""
        with self._lock:
            if key not in self._figures:
                self._figures[key] = self._reports.figures(key)
            return self._figures[key]


def _covers(read: float | None, wanted: float | None) -> bool:
    return read is None or (wanted is not None and wanted >= read)
