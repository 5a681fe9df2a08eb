"""Full refreshes: a generation opens with its first record, and closes at the next COMPLETE of its stream, in this run or a later one ⑦.

What was not seen by then is gone. No record ever opened it: nothing is gone ("clear data", a stream that became empty).
"""

from __future__ import annotations

import sqlalchemy as sa

from mailsync.ledger import members, records
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.schema import record, stream
from mailsync.membership.plan import StreamPlan
from mailsync.membership.situations import Situations

BATCH = 500


class Mirror:
    """The generations of one sync's streams."""

    def __init__(self, ledger: Ledger, *, sync: str, lease: Lease, situations: Situations) -> None:
        self._ledger = ledger
        self._sync = sync
        self._lease = lease
        self._situations = situations
        with ledger.begin() as connection:
            rows = connection.execute(sa.select(stream).where(stream.c.sync == sync)).all()
        self._open: dict[str, int] = {row.stream: int(row.open_generation) for row in rows if row.open_generation is not None}
        self.not_rising: set[str] = set()
        self._closed: dict[str, int] = {row.stream: int(row.closed_generation) for row in rows}

    @property
    def generations(self) -> dict[str, int]:
        """The generation that records of each stream belong to now."""
        return self._open

    def first_record(self, plan: StreamPlan) -> None:
        """A record of this stream arrived: open its refresh, if it asks for one that is not closed yet."""
        wanted = plan.generation
        if plan.minimum_generation == wanted and 0 < wanted == self._closed.get(plan.name, 0):
            self.not_rising.add(plan.name)
        if plan.minimum_generation != wanted or wanted <= self._closed.get(plan.name, 0) or self._open.get(plan.name, -1) >= wanted:
            return
        self._open[plan.name] = wanted
        self._save(plan.name)

    def close(self, name: str) -> int:
        """The stream was COMPLETE: records not seen in the open refresh are gone. How many."""
        generation = self._open.get(name)
        if generation is None:
            return 0
        with self._ledger.begin() as connection:
            mine = sa.and_(record.c.sync == self._sync, record.c.stream == name)
            highest = connection.execute(sa.select(sa.func.max(record.c.cursor)).where(mine)).scalar()
        gone = 0
        while batch := self._bury_some(name, generation, None if highest is None else int(highest) + 1):
            gone += batch
        self._closed[name] = generation
        del self._open[name]
        self._save(name)
        return gone

    def _bury_some(self, name: str, generation: int, cursor: int | None) -> int:
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            mine = sa.and_(record.c.sync == self._sync, record.c.stream == name)
            ids = list(
                connection.execute(sa.select(record.c.id).where(mine, record.c.live == 1, record.c.generation < generation).limit(BATCH)).scalars()
            )
            rows = list(records.load(connection, self._sync, name, ids).values())
            for row in rows:
                # Above every cursor of the stream, so that no replay of an older row revives it.
                row.live, row.gone_at, row.cursor = 0, self._ledger.clock.now(), cursor
            records.save(self._ledger, connection, rows)
            addresses = [row.address for row in rows if row.address is not None]
            members.mark_dirty(self._ledger, connection, self._situations.lists, self._situations.reach(connection, addresses))
        return len(rows)

    def _save(self, name: str) -> None:
        values = {"sync": self._sync, "stream": name, "open_generation": self._open.get(name), "closed_generation": self._closed.get(name, 0)}
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            connection.execute(self._ledger.upsert(stream), values)
