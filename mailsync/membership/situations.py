"""Loading, for many addresses at once, what the decision about each depends on; and which addresses a cause reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from mailsync.ledger import members, records
from mailsync.ledger.suppressions import Suppressed, Suppressions
from mailsync.membership.feeding import Feeding
from mailsync.membership.model import NEVER, MemberRow, RecordRow, Situation

_ORDER = (
    *("crm_opt_out", "complaint", "left", "left_or_returned", "left_elsewhere"),
    *("forgotten", "suppressed_on_delete", "suppressed", "vanished", "bounced"),
)
_LEAVINGS_HERE = {"left", "left_or_returned"}
_SPREADING = {"left", "complaint"}


class Situations:
    """Bound to one account: its feeds, and where fields belong."""

    def __init__(self, *, account: str, feeding: Feeding, suppressions: Suppressions, fields_belong_to_contact: bool) -> None:
        self.account = account
        self._feeding = feeding
        self.suppressions = suppressions
        self._by_contact = fields_belong_to_contact

    @property
    def lists(self) -> frozenset[str]:
        """Every list that any sync of the account feeds."""
        return frozenset().union(*self._feeding.lists.values()) if self._feeding.lists else frozenset()

    def scope(self, list_id: str) -> str:
        """Where what was written is remembered."""
        return self.account if self._by_contact else list_id

    def load(self, connection: sa.Connection, list_id: str, addresses: Collection[str]) -> dict[str, Situation]:
        """One situation for each address."""
        known = members.load(connection, list_id, addresses)
        written = members.written_hashes(connection, self.scope(list_id), addresses)
        everybody: dict[str, list[RecordRow]] = {}
        for row in records.with_address(connection, addresses):
            everybody.setdefault(str(row.address), []).append(row)
        suppressed = self._reasons(connection, list_id, addresses, everybody)
        return {
            address: self._one(list_id, address, known.get(address), everybody.get(address, []), written.get(address), suppressed.get(address))
            for address in addresses
        }

    def reach(self, connection: sa.Connection, addresses: Collection[str]) -> set[str]:
        """The addresses, and every address held by a record that ever held one of them: suppression follows the person."""
        reached = set(addresses)
        if not addresses:
            return reached
        holders = records.holders_before(connection, addresses)
        moved = [row for row in records.with_address(connection, addresses) if row.moved]
        reached.update(row.address for row in holders if row.address is not None)
        for former in records.formers_of(connection, [*holders, *moved]).values():
            reached.update(former)
        return reached

    def _one(
        self,
        list_id: str,
        address: str,
        known: MemberRow | None,
        holders: list[RecordRow],
        written: str | None,
        suppressed: tuple[str, float] | None,
    ) -> Situation:
        live = [row for row in holders if row.live]
        claimants = [row for row in live if self._feeding.feeds(row, list_id)]
        in_scope = [row for row in live if (row.sync, row.stream) in self._feeding.lists] if self._by_contact else claimants
        winner = max(in_scope, key=lambda row: row.rank) if len(in_scope) > 1 else (in_scope[0] if in_scope else None)
        member = known or MemberRow(list_id, address, (winner.spelling if winner else None) or address)
        reason, since = suppressed or (None, NEVER)
        return Situation(member, reason, since, winner, claimants, written)

    def _reasons(
        self, connection: sa.Connection, list_id: str, addresses: Collection[str], holders: Mapping[str, list[RecordRow]]
    ) -> dict[str, tuple[str, float]]:
        """Section "Suppression": the first reason that holds for each address, and since when."""
        rows = self.suppressions.load(connection, list_id, addresses)
        opted_out = {address for address, found in holders.items() if any(row.opt_out for row in found)}
        opted_out |= records.opted_out_before(connection, addresses)
        elsewhere = self._left_elsewhere(connection, list_id, holders)
        found: dict[str, tuple[str, float]] = {}
        for address in {*rows, *opted_out, *elsewhere}:
            reasons = {one.reason for one in rows.get(address, ())} | ({"left_elsewhere"} if address in elsewhere else set())
            reasons |= {"crm_opt_out"} if address in opted_out else set()
            here = [one.since for one in rows.get(address, ()) if one.list == list_id and one.reason in _LEAVINGS_HERE]
            found[address] = (next(reason for reason in _ORDER if reason in reasons), max(here, default=NEVER))
        return found

    def _left_elsewhere(self, connection: sa.Connection, list_id: str, holders: Mapping[str, list[RecordRow]]) -> set[str]:
        """A live record that feeds the list ever held another address, and that one left this list or complained."""
        moved = [row for rows in holders.values() for row in rows if row.live and row.moved and self._feeding.feeds(row, list_id)]
        formers = records.formers_of(connection, moved)
        before = {address for addresses in formers.values() for address in addresses}
        if not before:
            return set()
        left = {address for address, rows in self.suppressions.load(connection, list_id, before).items() if _spreads(rows)}
        return {
            str(row.address) for row in moved if any(one != row.address and one in left for one in formers.get((row.sync, row.stream, row.id), ()))
        }


def _spreads(rows: Iterable[Suppressed]) -> bool:
    return any(row.reason in _SPREADING for row in rows)
