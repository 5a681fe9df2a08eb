"""Fates that may still change before the run ends: which rows they were counted for, kept out of memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailsync.ledger.private import nameless
from mailsync.ledger.recipients import Pair

BATCH = 500
_TABLE = """
CREATE TABLE counted (
    campaign TEXT, address TEXT, stream TEXT, fate TEXT, reason TEXT, times INTEGER NOT NULL, wrote INTEGER NOT NULL,
    PRIMARY KEY (campaign, address, stream, fate, reason)
) WITHOUT ROWID
"""
_NOTE = """
INSERT INTO counted VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET times = times + excluded.times, wrote = max(wrote, excluded.wrote)
"""
_NEXT = "SELECT * FROM counted WHERE (campaign, address) > (?, ?) ORDER BY campaign, address LIMIT ?"
_SAME = "SELECT * FROM counted WHERE campaign = ? AND address = ?"
_DROP = "DELETE FROM counted WHERE campaign = ? AND address = ? AND stream = ? AND fate = ? AND reason = ?"


@dataclass(frozen=True, slots=True)
class Counted:
    """So many messages of a stream about one row were counted with this fate. `wrote`: something of it reached the CRM all the same."""

    campaign: str
    address: str
    stream: str
    fate: str
    reason: str
    times: int
    wrote: bool

    @property
    def pair(self) -> Pair:
        """About which recipient."""
        return (self.campaign, self.address)


class OpenFates:
    """One run's."""

    def __init__(self) -> None:
        self._database = nameless()
        self._database.execute(_TABLE)

    def note(self, some: list[Counted]) -> None:
        """These may change."""
        self._database.executemany(_NOTE, [(one.campaign, one.address, one.stream, one.fate, one.reason, one.times, int(one.wrote)) for one in some])

    def batches(self) -> Iterator[list[Counted]]:
        """Everything noted, in order; all of a row in one batch. What is given may be dropped or noted anew meanwhile."""
        after: Pair = ("", "")
        while rows := self._database.execute(_NEXT, (*after, BATCH)).fetchall():
            after = (rows[-1][0], rows[-1][1])
            whole = [row for row in rows if (row[0], row[1]) != after] + self._database.execute(_SAME, after).fetchall()
            yield [
                Counted(campaign, address, stream, fate, reason, times, bool(wrote))
                for campaign, address, stream, fate, reason, times, wrote in whole
            ]

    def drop(self, some: list[Counted]) -> None:
        """These are not counted so any more."""
        self._database.executemany(_DROP, [(one.campaign, one.address, one.stream, one.fate, one.reason) for one in some])

    def close(self) -> None:
        """The file is gone."""
        self._database.close()
