"""Which records feed which lists. A feed may take only some parts of its stream: the members of one campaign of the CRM, of a stream of all members.

The ids of such a stream's records begin with the id of their part and a colon, so that a tombstone tells its part, too. Parts may be chosen by name:
which name belongs to which id is learned from the records, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa

from mailsync.errors import ConfigError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import feed, part
from mailsync.membership.model import RecordRow
from mailsync.membership.plan import Feed

Key = tuple[str, str, str]
"""(sync, stream, list id)"""


def part_of(record_id: str) -> str:
    """The id of the part that a record belongs to."""
    return record_id.partition(":")[0]


@dataclass(slots=True)
class Feeding:
    """All feeds of one account. `lists`: (sync, stream) → list ids; `only`: of a feed that takes some parts, which."""

    lists: dict[tuple[str, str], frozenset[str]]
    only: dict[Key, frozenset[str]] = field(default_factory=dict)

    def feeds(self, row: RecordRow, list_id: str) -> bool:
        """Whether this record is meant for this list."""
        if list_id not in self.lists.get((row.sync, row.stream), ()):
            return False
        return not self.only or self.admits((row.sync, row.stream, list_id), row.id)

    def admits(self, key: Key, record_id: str) -> bool:
        """Whether a feed takes this record of its stream."""
        chosen = self.only.get(key)
        return chosen is None or part_of(record_id) in chosen


class StreamParts:
    """What one sync knows of the parts of its streams, and which of them its feeds take."""

    def __init__(self, ledger: Ledger, sync: str, account: str, feeds: Iterable[Feed], feeding: Feeding) -> None:
        self._ledger = ledger
        self._sync = sync
        self._account = account
        self._feeds = [one for one in feeds if one.only is not None]
        self._feeding = feeding
        self._new: dict[tuple[str, str], str] = {}
        c = part.c
        with ledger.begin() as connection:
            self._names = {(row.stream, row.part): row.name for row in connection.execute(sa.select(c.stream, c.part, c.name).where(c.sync == sync))}
        self._choose()

    def learn(self, stream: str, part_id: str, name: str) -> None:
        """A record says what its part is called. Raises ConfigError where two parts have a name by which one is chosen."""
        if self._names.get((stream, part_id)) == name:
            return
        self._names[stream, part_id] = self._new[stream, part_id] = name
        self._choose()

    def save(self, connection: sa.Connection) -> list[Feed]:
        """Keep what was learned; the feeds that take other parts now than the ledger says."""
        rows = [{"sync": self._sync, "stream": stream, "part": one, "name": name} for (stream, one), name in self._new.items()]
        if rows:
            connection.execute(self._ledger.upsert(part), rows)
        self._new = {}
        return [one for one in self._feeds if self._save_feed(connection, one)]

    def _save_feed(self, connection: sa.Connection, one: Feed) -> bool:
        key = self._key(one)
        mine = (feed.c.sync == key[0], feed.c.stream == key[1], feed.c.list == key[2])
        text = orjson.dumps(sorted(self._feeding.only[key])).decode()
        if connection.execute(sa.select(feed.c.only).where(*mine)).scalar() == text:
            return False
        connection.execute(sa.update(feed).where(*mine).values(only=text))
        return True

    def _choose(self) -> None:
        for one in self._feeds:
            self._feeding.only[self._key(one)] = frozenset(ref for wanted in one.only or () for ref in self._ids(one.stream, wanted))

    def _ids(self, stream: str, wanted: str) -> Iterable[str]:
        """The part of this id or name; the text itself, where no part has that name yet."""
        named = sorted(one for (other, one), name in self._names.items() if other == stream and name.casefold() == wanted.casefold())
        if len(named) > 1 and (stream, wanted) not in self._names:
            raise ConfigError(f"{len(named)} campaigns of stream {stream} are called {wanted!r}: {', '.join(named)}. Give the id of one.")
        return named if named and (stream, wanted) not in self._names else [wanted]

    def _key(self, one: Feed) -> Key:
        return self._sync, one.stream, f"{self._account}/{one.list.key}"


def restrictions(rows: Iterable[tuple[str, str, str, str | None]]) -> Mapping[Key, frozenset[str]]:
    """(sync, stream, list id, the column `only`) → the parts that each restricted feed takes."""
    return {(sync, stream, list_id): frozenset(orjson.loads(only)) for sync, stream, list_id, only in rows if only is not None}
