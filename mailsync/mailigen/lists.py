"""Lists of the account, and who is on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailsync.errors import Bug, ConfigError
from mailsync.mailigen import endpoints as method
from mailsync.mailigen.client import MailigenClient, Refusal
from mailsync.mailigen.pages import Rows, as_rows
from mailsync.membership.tool import ListedStatus, Member

FEW = 2000
_STATUS = {ListedStatus.ACTIVE: "subscribed", ListedStatus.UNSUBSCRIBED: "unsubscribed", ListedStatus.BOUNCED: "bounced"}


def all_lists(client: MailigenClient) -> Iterator[dict[str, Any]]:
    """The vendor's row of every list."""
    known: set[str] = set()
    while True:
        page = as_rows(method.LISTS, client.read(method.LISTS, start=len(known) // method.LISTS_A_PAGE, limit=method.LISTS_A_PAGE))
        fresh = [row for row in page if isinstance(row, dict) and row.get("id") and str(row["id"]) not in known]
        known.update(str(row["id"]) for row in fresh)
        yield from fresh
        if len(page) < method.LISTS_A_PAGE or not fresh:
            return


def create_list(client: MailigenClient, name: str) -> bool:
    """Create an empty list; whether the vendor said so. Raises ConfigError where the vendor refuses it."""
    said = client.write(method.CREATE_LIST, title=name, options={"has_email_type_option": False})
    if isinstance(said, Refusal):
        raise ConfigError(f"The list {name!r} could not be created. {said.described()}.")
    return said is not None


class Members:
    """Reads of one account's members. Remembers counts, so that the next one is found in two calls."""

    def __init__(self, client: MailigenClient, *, size: int = method.ROWS_A_PAGE) -> None:
        self._client = client
        self._size = size
        self._counts: dict[tuple[str, ListedStatus], int] = {}
        self._kept: dict[tuple[str, ListedStatus], list[str]] = {}

    @property
    def page_size(self) -> int:
        """A page of the vendor and the first row of the next."""
        return self._size + 1

    def guess(self, list_key: str, status: ListedStatus, count: Any) -> None:
        """What the vendor's own counter says, whomever it counts: a place to begin looking."""
        if str(count).isdigit():
            self._counts.setdefault((list_key, status), int(count))

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many there are, counted by ourselves: whom the vendor's counters count is not documented, and bounced members have none.

        Few are counted by reading them, which is one call, and the rows are kept for the `page` that follows; many by looking for the last one.
        """
        key = (list_key, status)
        rows, guess = self._rows(*key), self._counts.get(key, 0)
        if guess <= FEW:
            page = rows.page(0)
            if len(page) < self._size:
                self._counts[key], self._kept[key] = len(page), page
                return len(page)
            guess = self._size
        self._kept.pop(key, None)
        self._counts[key] = rows.count(guess)
        return self._counts[key]

    def page(self, list_key: str, status: ListedStatus, first: int) -> list[Member]:
        """Rows from `first`, a multiple of the vendor's page."""
        if first % self._size:
            raise Bug("Mailigen's pages begin at whole pages only.")
        key = (list_key, status)
        kept = self._kept.pop(key, None)
        if kept is not None and first == 0:
            return [Member(address) for address in kept]
        rows, more = self._rows(*key), self._counts.get(key, first + self._size + 1) > first + self._size
        return [Member(address) for address in (rows.joined(first) if more else rows.page(first // self._size))]

    def _rows(self, list_key: str, status: ListedStatus) -> Rows:
        return Rows(self._client, method.MEMBERS, size=self._size, id=list_key, status=_STATUS[status])
