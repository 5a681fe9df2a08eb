"""Record messages whose fate waits for the end of the run, kept out of memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mailsync.ledger.private import nameless
from mailsync.membership.absorb import Absorbed

BATCH = 500
_TABLE = """
CREATE TABLE claim (address TEXT, stream TEXT, id TEXT, times INTEGER NOT NULL, PRIMARY KEY (address, stream, id)) WITHOUT ROWID
"""
_NOTE = "INSERT INTO claim VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times"
_NEXT = "SELECT address, stream, id, times FROM claim WHERE (address, stream, id) > (?, ?, ?) ORDER BY address, stream, id LIMIT ?"


class OpenClaims:
    """`records`: how many messages of each stream wait since the last STATE of that stream."""

    def __init__(self) -> None:
        self._database = nameless()
        self._database.execute(_TABLE)
        self.records: Counter[str] = Counter()
        self._streams: set[str] = set()

    def add(self, some: Iterable[Absorbed]) -> None:
        """These wait."""
        some = list(some)
        times = Counter((one.address or "", one.stream, one.record_id) for one in some)
        self._database.executemany(_NOTE, [(*key, count) for key, count in times.items()])
        self.records.update(one.stream for one in some)
        self._streams.update(one.stream for one in some)

    def since_last_state(self, streams: Iterable[str]) -> int:
        """So many wait since the last call for these streams."""
        return sum(self.records.pop(name, 0) for name in streams)

    def waits(self, streams: Iterable[str]) -> bool:
        """Whether any message of these streams waits."""
        return not self._streams.isdisjoint(streams)

    def batches(self) -> Iterator[list[Absorbed]]:
        """All of them, by address; each as often as it came."""
        after = ("", "", "")
        while rows := self._database.execute(_NEXT, (*after, BATCH)).fetchall():
            yield [Absorbed(stream, record, None, "", address) for address, stream, record, times in rows for _ in range(times)]
            after = rows[-1][:3]

    def close(self) -> None:
        """None waits any more."""
        self._streams.clear()
        self._database.close()
