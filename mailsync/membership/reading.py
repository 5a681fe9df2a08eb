"""Reading a mailing list completely, and comparing what it shows with what is known.

Active first, then unsubscribed, then bounced; the later one wins. Pages overlap by one row and must agree, and rows = count before = count after,
else the list changed meanwhile and is read again: offset pages lose a row when an earlier one leaves. An aborted read teaches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.errors import TransientError
from mailsync.ledger import members
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import read_marks, reading
from mailsync.ledger.suppressions import ForgottenAddresses, Suppressions
from mailsync.membership.address import address_key
from mailsync.membership.model import ABSENT, MemberRow
from mailsync.membership.observe import ListFacts, observe
from mailsync.membership.situations import Situations
from mailsync.membership.tool import ListedStatus, MailingList, MailingTool

TRIES = 5
BATCH = 1000
LEAVERS = (ListedStatus.UNSUBSCRIBED, ListedStatus.BOUNCED)


class ListChanged(TransientError):
    """The list changed while it was read."""


@dataclass(frozen=True, slots=True)
class Marks:
    """When a list was last read: completely, and its leavers. 0 where never."""

    complete_at: float
    leavers_at: float


class Reader:
    """Reads the lists of one account into the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        tool: MailingTool,
        *,
        lease: Lease,
        sync: str,
        account: str,
        situations: Situations,
        suppressions: Suppressions,
        say: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._tool = tool
        self._lease = lease
        self._sync = sync
        self._account = account
        self._situations = situations
        self._suppressions = suppressions
        self._say = say
        self._forgotten = ForgottenAddresses(ledger)
        self.met: set[tuple[str, str]] = set()  # (list id, spelling) of erased addresses that a list still has; in memory only

    def marks(self, list_id: str) -> Marks:
        """When the list was last read."""
        with self._ledger.begin() as connection:
            row = connection.execute(sa.select(read_marks).where(read_marks.c.list == list_id)).one_or_none()
        return Marks(row.complete_at, row.leavers_at) if row is not None else Marks(0.0, 0.0)

    def read_completely(self, listing: MailingList) -> None:
        """Commit ①: every membership as it is now."""
        list_id = f"{self._account}/{listing.key}"
        at = self._stage_until_still(listing, list_id, tuple(ListedStatus))
        before = self.marks(list_id)
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            facts = ListFacts(listing.has_form, self._tool.traits.can_delete_member, before.complete_at > 0, at, self._sync)
            self._compare_shown(connection, list_id, facts)
            for rows in self._not_shown(connection, list_id, at):
                self._apply(connection, list_id, [(row, ABSENT) for row in rows], facts)
            members.seen_again(connection, list_id, at)
            self._note(connection, list_id, complete_at=at, leavers_at=at)

    def read_leavers(self, listing: MailingList) -> None:
        """Only who unsubscribed or bounced: cheap, and what must be fresh before people are subscribed."""
        list_id = f"{self._account}/{listing.key}"
        at = self._stage_until_still(listing, list_id, LEAVERS)
        before = self.marks(list_id)
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            facts = ListFacts(listing.has_form, self._tool.traits.can_delete_member, before.complete_at > 0, at, self._sync)
            self._compare_shown(connection, list_id, facts)
            self._note(connection, list_id, complete_at=before.complete_at, leavers_at=at)

    def _note(self, connection: sa.Connection, list_id: str, *, complete_at: float, leavers_at: float) -> None:
        connection.execute(sa.delete(reading).where(reading.c.sync == self._sync, reading.c.list == list_id))
        values = {"list": list_id, "complete_at": complete_at, "leavers_at": leavers_at}
        connection.execute(self._ledger.upsert(read_marks), values)

    def _stage_until_still(self, listing: MailingList, list_id: str, statuses: tuple[ListedStatus, ...]) -> float:
        """Pages into the staging table; when the read began."""
        for _ in range(TRIES):
            at = self._ledger.clock.now()
            try:
                self._stage(listing, list_id, statuses)
            except ListChanged:
                self._say(f"The list {listing.name!r} changed while it was read; reading it again.")
                continue
            return at
        raise TransientError(f"The list {listing.name!r} kept changing while it was read, {TRIES} times. Run again when it is quieter.")

    def _stage(self, listing: MailingList, list_id: str, statuses: tuple[ListedStatus, ...]) -> None:
        counts = {status: self._tool.count(listing.key, status) for status in statuses}
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            connection.execute(sa.delete(reading).where(reading.c.sync == self._sync, reading.c.list == list_id))
        for status in statuses:
            rows = 0
            for page in self._pages(listing.key, status, counts[status]):
                rows += len(page)
                self._store(list_id, status, page)
            if rows != counts[status]:
                raise ListChanged
        if {status: self._tool.count(listing.key, status) for status in statuses} != counts:
            raise ListChanged

    def _pages(self, list_key: str, status: ListedStatus, count: int) -> Iterator[list[str]]:
        """Pages of addresses without the row that overlaps."""
        if count == 0:
            return
        size, first, last = self._tool.page_size(), 0, None
        while True:
            page = [member.address for member in self._tool.page(list_key, status, first, size)]
            if last is not None:
                if not page or page[0] != last:
                    raise ListChanged
                yield page[1:]
            else:
                yield page
            if len(page) < size:
                return
            last, first = page[-1], first + size - 1

    def _store(self, list_id: str, status: ListedStatus, page: Iterable[str]) -> None:
        keyed = [(address_key(raw) or raw.strip().lower(), raw) for raw in page]
        if self._forgotten:
            self.met.update((list_id, raw) for key, raw in keyed if key in self._forgotten and status is ListedStatus.ACTIVE)
            keyed = [(key, raw) for key, raw in keyed if key not in self._forgotten]
        rows = [{"sync": self._sync, "list": list_id, "address": key, "spelling": raw, "status": status.value} for key, raw in keyed]
        if rows:
            with self._ledger.begin() as connection:
                self._lease.fence(connection)
                connection.execute(self._ledger.upsert(reading), rows)

    def _compare_shown(self, connection: sa.Connection, list_id: str, facts: ListFacts) -> None:
        """Only rows of which the read says something new leave the database: in a quiet list that is nobody."""
        after = ""
        while batch := members.read_anew(connection, self._sync, list_id, after, BATCH):
            known = members.load(connection, list_id, [address for address, _, _ in batch])
            rows = [(known.get(address) or MemberRow(list_id, address, spelling), status) for address, spelling, status in batch]
            self._apply(connection, list_id, rows, facts)
            after = batch[-1][0]

    def _not_shown(self, connection: sa.Connection, list_id: str, at: float) -> Iterator[list[MemberRow]]:
        after = ""
        while rows := members.known_not_read(connection, self._sync, list_id, after, at, BATCH):
            yield rows
            after = rows[-1].address

    def _apply(self, connection: sa.Connection, list_id: str, rows: list[tuple[MemberRow, str]], facts: ListFacts) -> None:
        suppress: list[tuple[str, str, str, float]] = []
        consented: list[str] = []
        rewrite: list[str] = []
        changed: list[str] = []
        for row, status in rows:
            since = row.seen_at or facts.at
            found = observe(row, status, facts)
            if found.suppress is not None:
                suppress += self._reach(connection, list_id, row.address, found.suppress, since)
            if found.consent:
                consented.append(row.address)
            if found.rewrite:
                rewrite.append(row.address)
            if found.changed:
                changed.append(row.address)
        members.save(self._ledger, connection, [row for row, _ in rows])
        self._suppressions.add(connection, suppress)
        self._suppressions.lift(connection, list_id, consented)
        members.forget_written(connection, self._situations.scope(list_id), rewrite)
        if changed:
            members.mark_dirty(self._ledger, connection, self._situations.lists | {list_id}, self._situations.reach(connection, changed))

    def _reach(self, connection: sa.Connection, list_id: str, address: str, reason: str, since: float) -> list[tuple[str, str, str, float]]:
        """How far a suppression goes: bounced everywhere; vanished everywhere when no other list shows the person."""
        everywhere = (self._suppressions.everywhere, address, reason, since)
        if reason == "bounced":
            return [everywhere]
        rows = [(list_id, address, reason, since)]
        if reason == "vanished" and not any(
            other.seen != ABSENT or other.is_on for other in members.on_other_lists(connection, self._account, list_id, address)
        ):
            rows.append(everywhere)
        return rows
