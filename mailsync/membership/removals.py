"""Removals (docs/membership.md): only what we added, only when the last claim is gone, never in a landslide, after a fresh complete read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from mailsync.ledger import members, records
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import completed, feed
from mailsync.membership.calls import Calls, DecideAgain
from mailsync.membership.model import Action, Decision, MemberRow, Situation
from mailsync.membership.plan import OnDelete
from mailsync.membership.settle import BATCH, Settler, is_due
from mailsync.membership.tool import MailingList

BRAKE_COUNT = 50
BRAKE_SHARE = 0.05
_GENTLEST_FIRST = (OnDelete.KEEP, OnDelete.REMOVE, OnDelete.SUPPRESS)


@dataclass(frozen=True, slots=True)
class Brake:
    """Why nobody was removed from one list."""

    list_name: str
    due: int
    owned: int


def brakes(due: int, owned: int) -> bool:
    """More than max(50, 5 %) of the people we own, or all of several."""
    return due > max(BRAKE_COUNT, BRAKE_SHARE * owned) or (due == owned and owned > 1)


class Removals:
    """The removals of one run on the lists it feeds."""

    def __init__(
        self, ledger: Ledger, *, sync: str, account: str, lease: Lease, settler: Settler, calls: Calls, check_stop: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._sync = sync
        self._account = account
        self._lease = lease
        self._settler = settler
        self._calls = calls
        self._check_stop = check_stop

    def count_due(self, list_id: str) -> int:
        """How many removals are due, those to be kept apart."""
        return sum(1 for _, what in self._due(list_id) if what is not OnDelete.KEEP)

    def has_due(self, list_id: str) -> bool:
        """Whether anything at all is due."""
        return next(self._due(list_id), None) is not None

    def keep(self, listing: MailingList, list_id: str) -> int:
        """Memberships whose records are gone under on_delete: keep are theirs from now on."""
        kept = [member for member, what in self._due(list_id) if what is OnDelete.KEEP]
        for member in kept:
            member.ours = 0
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.save(self._ledger, connection, kept)
            members.clear_dirty(connection, list_id, [member.address for member in kept])
        self._calls.actions[listing.key, "kept"] += len(kept)
        return len(kept)

    def brake(self, listing: MailingList, list_id: str) -> Brake | None:
        """Whether so many are due that nobody may be removed."""
        due = self.count_due(list_id)
        with self._ledger.begin() as connection:
            owned = members.owned_and_on(connection, list_id)
        return Brake(listing.name, due, owned) if due and brakes(due, owned) else None

    def remove(self, listing: MailingList, list_id: str) -> None:
        """Remove who is due, as many in a call as the vendor takes; each is decided once more just before its call."""
        try:
            for everywhere, addresses in self._batches(list_id):
                self._remove_together(listing, list_id, addresses, everywhere=everywhere)
        except BudgetSpent:
            return  # still due in the next run

    def _batches(self, list_id: str) -> Iterator[tuple[bool, list[str]]]:
        """(whether they are suppressed everywhere, addresses of one call)."""
        waiting: dict[bool, list[str]] = {False: [], True: []}
        for member, what in self._due(list_id):
            if what is OnDelete.KEEP:
                continue
            everywhere = what is OnDelete.SUPPRESS and not self._is_elsewhere(list_id, member.address)
            waiting[everywhere].append(member.address)
            if len(waiting[everywhere]) == self._calls.batch_size:
                yield everywhere, waiting[everywhere]
                waiting[everywhere] = []
        yield from waiting.items()

    def _remove_together(self, listing: MailingList, list_id: str, addresses: list[str], *, everywhere: bool) -> None:
        while addresses:
            try:
                if everywhere:
                    self._calls.suppress(listing, addresses, _still_due)
                else:
                    self._calls.take_off(listing, addresses, "removed", _still_due)
            except DecideAgain:
                found = self._settler.decisions(list_id, addresses)
                addresses = [address for address, one in found.items() if _still_due(*one)]
            else:
                break
        done = [address for address, (at, _) in self._settler.decisions(list_id, addresses).items() if at.member.open is None] if addresses else []
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            members.clear_dirty(connection, list_id, done)

    def _due(self, list_id: str) -> Iterator[tuple[MemberRow, OnDelete]]:
        """What is due now, in order of address; nothing is kept in memory but one batch."""
        after = ""
        while True:
            self._check_stop()
            with self._ledger.begin() as connection:
                batch = members.dirty_after(connection, list_id, after, BATCH)
            if not batch:
                return
            after = batch[-1]
            for address, (at, decision) in self._settler.decisions(list_id, batch).items():
                if _still_due(at, decision):
                    what = self._what(list_id, address)
                    if what is not None:
                        yield at.member, what

    def _what(self, list_id: str, address: str) -> OnDelete | None:
        """What to do by the gentlest on_delete of the streams that held the address; None while another sync has not been complete since."""
        with self._ledger.begin() as connection:
            held = records.last_held(connection, address)
            rows = connection.execute(sa.select(feed.c.sync, feed.c.stream, feed.c.on_delete).where(feed.c.list == list_id))
            feeds: Mapping[tuple[str, str], OnDelete] = {(row[0], row[1]): OnDelete(row[2]) for row in rows}
            done = {row[0]: row[1] for row in connection.execute(sa.select(completed.c.sync, completed.c.at).where(completed.c.list == list_id))}
        wanted = set()
        for sync, stream, _, left_at in held:
            if (sync, stream) not in feeds:
                continue
            if sync != self._sync and done.get(sync, 0.0) <= left_at:
                return None
            wanted.add(feeds[sync, stream])
        return next((one for one in _GENTLEST_FIRST if one in wanted), OnDelete.REMOVE)

    def _is_elsewhere(self, list_id: str, address: str) -> bool:
        """Whether another list holds the address: then it is not suppressed everywhere."""
        with self._ledger.begin() as connection:
            return any(other.is_on for other in members.on_other_lists(connection, self._account, list_id, address))


def _still_due(at: Situation, decision: Decision) -> bool:
    """Due, and neither suppression work nor a call without an answer waits."""
    return is_due(at) and decision.action is not Action.TAKE_OFF and at.member.open is None
