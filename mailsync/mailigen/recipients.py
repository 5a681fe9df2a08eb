"""Who did what in one campaign of Mailigen, read completely.

Openings come with a count and without times, bounces and unsubscribes as bare addresses, clicks one by one with their times. No method tells to whom
a campaign was sent: those who opened it and those who did not are read, fifty a call. None tells of complaints or of mails that were not sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient
from mailsync.mailigen.pages import Rows, as_rows
from mailsync.mailings import CLICKED, HARD_BOUNCE, OPENED, SENT, SOFT_BOUNCE, UNSUBSCRIBED, Recipient

FORM = "%Y-%m-%d %H:%M:%S"
PASSES = 3
LIST_LEVEL = "list"


def instant(text: Any) -> float | None:
    """A time of the vendor, whose zone is not documented: read as GMT, which its schedule times are in."""
    try:
        return datetime.strptime(str(text), FORM).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


class Recipients:
    """Reads of one account."""

    def __init__(self, client: MailigenClient) -> None:
        self._client = client

    def pages(self, campaign_key: str, action: str, expected: int | None) -> Iterator[list[Recipient]]:
        """Everybody, nobody twice. `expected`: how many the campaign's counters tell of."""
        known: set[str] = set()
        for page in self._pages(campaign_key, action, known, expected):
            fresh = {one.address.lower(): one for one in page if one.address.lower() not in known}
            known.update(fresh)
            if fresh:
                yield list(fresh.values())

    def _pages(self, key: str, action: str, known: set[str], expected: int | None) -> Iterator[list[Recipient]]:
        if action == SENT:
            yield from self._sent(key, known, expected)
        elif action == OPENED:
            yield from self._counted(method.CAMPAIGN_OPENED, key)
        elif action == CLICKED:
            yield self._clicked(key)
        elif action == UNSUBSCRIBED:
            yield [Recipient(address, leaving_level=LIST_LEVEL) for address in self._bare(method.CAMPAIGN_UNSUBSCRIBES, key)]
        else:
            methods = {HARD_BOUNCE: (method.HARD_BOUNCES,), SOFT_BOUNCE: method.SOFT_BOUNCES}[action]
            yield [Recipient(address) for each in methods for address in self._bare(each, key)]

    def _sent(self, key: str, known: set[str], expected: int | None) -> Iterator[list[Recipient]]:
        """Who opens meanwhile moves from one list to the other and moves the rows behind: the second list is read after the first, and both
        again while somebody is missing.
        """
        for _ in range(PASSES):
            before = len(known)
            yield from self._counted(method.CAMPAIGN_NOT_OPENED, key)
            yield from self._counted(method.CAMPAIGN_OPENED, key)
            if expected is None or len(known) >= expected or len(known) == before:
                return

    def _counted(self, name: str, key: str) -> Iterator[list[Recipient]]:
        """Rows under `data`, with the number of rows under `total`."""
        read = 0
        for number in range(1_000_000):
            said = self._client.read(name, cid=key, start=number, limit=method.RECIPIENTS_A_PAGE)
            rows = [row for row in as_rows(name, said.get("data") if isinstance(said, dict) else said) if isinstance(row, dict)]
            yield [Recipient(str(row["email"]), count=_number(row.get("count"))) for row in rows if row.get("email")]
            read += len(rows)
            if not rows or (isinstance(said, dict) and read >= (_number(said.get("total")) or 0)):
                return

    def _clicked(self, key: str) -> list[Recipient]:
        """Clicks one by one, put together for each address."""
        clicks: dict[str, tuple[str, list[float | None]]] = {}
        for number in range(1_000_000):
            said = self._client.read(method.CAMPAIGN_CLICKS, cid=key, start=number, limit=method.RECIPIENTS_A_PAGE)
            rows = [row for row in as_rows(method.CAMPAIGN_CLICKS, said) if isinstance(row, dict) and row.get("email")]
            for row in rows:
                clicks.setdefault(str(row["email"]).lower(), (str(row["email"]), []))[1].append(instant(row.get("date")))
            if not rows:
                break
        return [_clicker(address, times) for address, times in clicks.values()]

    def _bare(self, name: str, key: str) -> Iterator[str]:
        yield from Rows(self._client, name, cid=key).all()


def _clicker(address: str, times: list[float | None]) -> Recipient:
    told = sorted(at for at in times if at is not None)
    return Recipient(address, count=len(times), first_at=told[0] if told else None, last_at=told[-1] if told else None)


def _number(value: Any) -> int | None:
    digits = str(value if value is not None else "").strip()
    return int(digits) if digits.isdigit() else None
