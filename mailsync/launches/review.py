"""The review before a campaign is made or sent: who gets it, who does not and why. Counted from the ledger after a complete read of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mailsync.launches.plan import MOST_IN_ALL, MOST_OF_A_MODULE, Launch
from mailsync.ledger.schema import member, record
from mailsync.membership.fates import ruling
from mailsync.membership.model import LEAVINGS, Action, Decision, RecordRow, Situation
from mailsync.membership.parts import Parts
from mailsync.membership.plan import RecordFate
from mailsync.membership.settle import fate_of

BATCH = 500
_WAITS = frozenset({RecordFate.POSTPONED, RecordFate.PENDING_CONFIRMATION})


@dataclass(slots=True)
class Review:
    """`records`: source ("Leads", or "Campaign_Members: Leads") → live records. `eligible` are addresses, as are the rest.

    `existing`: other people on the list, who get the campaign too. `skipped` and `waiting`: reason → records. `against`: reason → addresses that are
    on the list, by somebody else's doing, and must not be mailed.
    """

    records: Counter[str] = field(default_factory=Counter)
    eligible: int = 0
    already_on: int = 0
    existing: int = 0
    own: int = 0
    duplicates: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    against: Counter[str] = field(default_factory=Counter)

    @property
    def mails(self) -> int:
        """How many people get the campaign, as far as the list tells."""
        return self.eligible + self.existing + self.own

    def document(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "records": dict(self.records),
            "eligible": self.eligible,
            "already_on": self.already_on,
            "existing": self.existing,
            "own": self.own,
            "duplicates": self.duplicates,
            "skipped": dict(self.skipped),
            "waiting": dict(self.waiting),
            "against": dict(self.against),
            "mails": self.mails,
        }


def too_many(records: Mapping[str, int]) -> str:
    """Why these are more recipients than a launch takes; empty where they are not."""
    over = sorted(f"{name} has {count:,}" for name, count in records.items() if count > MOST_OF_A_MODULE)
    if over:
        return f"a module may bring {MOST_OF_A_MODULE:,} recipients at most, and {', '.join(over)}"
    total = sum(records.values())
    return f"a launch takes {MOST_IN_ALL:,} recipients at most, and these are {total:,}" if total > MOST_IN_ALL else ""


def counted(parts: Parts, sync: str, list_id: str, launch: Launch) -> Review:
    """The review as the ledger stands. Memory is flat: addresses come in batches."""
    found = Review()
    for batch in _addresses(parts, sync, launch):
        for address, (at, decision) in parts.settler.decisions(list_id, batch).items():
            _count(found, address, at, decision, sync, launch)
    _count_unaddressed(found, parts, sync, launch)
    on = _on_list(parts, list_id)
    found.own = int(launch.own_address is not None and _is_other(parts, sync, list_id, launch))
    found.existing = max(0, on - found.eligible - found.own)
    if found.existing:
        _count_against(found, parts, list_id)
    return found


def _count_against(found: Review, parts: Parts, list_id: str) -> None:
    """Everybody on the list who must not be mailed: they are there, but not because of us, so that nobody took them off."""
    c, after = member.c, ""
    while True:
        with parts.ledger.begin() as connection:
            query = sa.select(c.address).where(c.list == list_id, _is_on(), c.address > after).order_by(c.address).limit(BATCH)
            batch = list(connection.execute(query).scalars())
        if not batch:
            return
        after = batch[-1]
        reasons = (at.suppressed for at, _ in parts.settler.decisions(list_id, batch).values())
        found.against.update(reason for reason in reasons if reason in LEAVINGS)


def _count(found: Review, address: str, at: Situation, decision: Decision, sync: str, launch: Launch) -> None:
    mine = sorted((row for row in at.claimants if row.sync == sync and row.stream in launch.streams), key=lambda row: row.rank, reverse=True)
    for place, row in enumerate(mine):
        found.records[source_of(row)] += 1
        ruled = ruling(row, at, fate_of(row, at, decision))
        if decision.action in (Action.SUBSCRIBE, Action.UPDATE) or ruled.fate in _WAITS:
            found.waiting[ruled.reason or "not_written_yet"] += 1
        elif not at.member.is_on or at.suppressed is not None:
            found.skipped[ruled.reason or ruled.fate.value] += 1
        elif place == 0:
            found.eligible += 1
            found.already_on += not at.member.ours and address != launch.own_address
        else:
            found.duplicates += 1


def source_of(row: RecordRow) -> str:
    """Where a record comes from: its stream; of a campaign's members the module that their ids name."""
    campaign, _, rest = row.id.partition(":")
    module, separator, _ = rest.partition(":")
    return f"{row.stream}: {module}" if campaign and separator else row.stream


def _addresses(parts: Parts, sync: str, launch: Launch) -> Iterator[Sequence[str]]:
    c, after = record.c, ""
    mine = sa.and_(_recipients(parts, sync, launch), c.live == 1)
    while True:
        with parts.ledger.begin() as connection:
            query = sa.select(c.address).where(mine, c.address > after).distinct().order_by(c.address).limit(BATCH)
            batch = list(connection.execute(query).scalars())
        if not batch:
            return
        yield batch
        after = batch[-1]


def _recipients(parts: Parts, sync: str, launch: Launch) -> sa.ColumnElement[bool]:
    """The records that the launch is for."""
    c, each = record.c, []
    for stream in sorted(launch.streams):
        chosen = parts.feeding.only.get((sync, stream, f"{parts.situations.account}/{launch.list.key}"))
        within = sa.true() if chosen is None else sa.or_(sa.false(), *(c.id.startswith(f"{one}:", autoescape=True) for one in sorted(chosen)))
        each.append(sa.and_(c.sync == sync, c.stream == stream, within))
    return sa.or_(*each)


def _count_unaddressed(found: Review, parts: Parts, sync: str, launch: Launch) -> None:
    c = record.c
    mine = sa.and_(_recipients(parts, sync, launch), c.live == 1)
    query = sa.select(c.stream, c.verdict, sa.func.count()).where(mine, c.address.is_(None))
    with parts.ledger.begin() as connection:
        for stream, verdict, count in connection.execute(query.group_by(c.stream, c.verdict)):
            found.records[stream] += count
            found.skipped[verdict or "no_address"] += count


def _is_on() -> sa.ColumnElement[bool]:
    c = member.c
    return c.removed.is_(None) & ((c.seen == "active") | (c.answered_at > c.seen_at))


def _on_list(parts: Parts, list_id: str) -> int:
    with parts.ledger.begin() as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(member.c.list == list_id, _is_on())).scalar_one())


def _is_other(parts: Parts, sync: str, list_id: str, launch: Launch) -> bool:
    """Whether the first contact is on the list, and is no recipient."""
    at, _ = parts.settler.decisions(list_id, [launch.own_address or ""])[launch.own_address or ""]
    return at.member.is_on and not any(row.sync == sync and row.stream in launch.streams for row in at.claimants)
