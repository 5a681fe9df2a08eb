"""Sets of record ids that travel in state: sorted, as differences, compressed. About a byte a record in a real account.

A hundred thousand ids are turned at a time, with array and bytes operations instead of a loop per id, so that neither memory nor time grows
with each record. The text is versioned by its first character.
"""

from __future__ import annotations

import base64
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator
from heapq import merge
from itertools import accumulate, islice
from operator import sub

FORMAT = "1"
WIDTH = 8
CHUNK = 1 << 16


def pack(ids: Iterable[int]) -> str:
    """Text of ascending ids without repetition."""
    squeeze = zlib.compressobj(9)
    packed = bytearray()
    previous = 0
    source = iter(ids)
    while chunk := array("Q", islice(source, CHUNK)):
        differences = array("Q", map(sub, chunk, array("Q", [previous]) + chunk[:-1]))
        previous = chunk[-1]
        plain = differences.tobytes()
        packed += squeeze.compress(len(chunk).to_bytes(4, "little") + b"".join(plain[place::WIDTH] for place in range(WIDTH)))
    packed += squeeze.flush()
    return FORMAT + base64.b64encode(bytes(packed)).decode()


def unpack(text: str) -> Iterator[int]:
    """The ids of a packed text, ascending. Raises ValueError for a text this program did not write."""
    if not text.startswith(FORMAT):
        raise ValueError("a set of ids in an unknown format")
    try:
        plain = memoryview(zlib.decompress(base64.b64decode(text[1:], validate=True)))
    except zlib.error as error:
        raise ValueError("a set of ids that cannot be unpacked") from error
    last, at = 0, 0
    while at < len(plain):
        count = int.from_bytes(plain[at : at + 4], "little")
        last = yield from _chunk(plain[at + 4 : at + 4 + count * WIDTH], count, last)
        at += 4 + count * WIDTH


def _chunk(planes: memoryview, count: int, last: int) -> Generator[int, None, int]:
    mixed = bytearray(count * WIDTH)
    for place in range(WIDTH):
        mixed[place::WIDTH] = planes[place * count : (place + 1) * count]
    differences = array("Q")
    differences.frombytes(bytes(mixed))
    ids = array("Q", islice(accumulate(differences, initial=last), 1, None))
    yield from ids
    return ids[-1]


def count(text: str) -> int:
    """How many ids a packed text holds."""
    return sum(1 for _ in unpack(text))


class Collector:
    """Gathers ids in whatever order they come, in eight bytes each."""

    def __init__(self, packed: str | None = None) -> None:
        self._runs: list[array[int]] = [array("Q", unpack(packed))] if packed else []
        self._open: array[int] = array("Q")
        self.add = self._open.append

    def __len__(self) -> int:
        return sum(map(len, self._runs)) + len(self._open)

    def settle(self) -> None:
        """Close the open run; called between pages, so that sorting never holds many objects at once."""
        if len(self._open) >= CHUNK:
            self._close()

    def _close(self) -> None:
        if self._open:
            self._runs.append(array("Q", sorted(self._open)))
            self._open = array("Q")
            self.add = self._open.append

    def packed(self) -> str:
        """The text of all of them."""
        self._close()
        return pack(_distinct(merge(*self._runs)))


def _distinct(ids: Iterable[int]) -> Iterator[int]:
    previous = -1
    for identifier in ids:
        if identifier != previous:
            yield identifier
            previous = identifier


class KnownIds:
    """The ids that this stream last showed as present; unpacked only when something has to be compared or changed."""

    def __init__(self, packed: str, count: int) -> None:
        self._packed = packed
        self._count = count
        self._ids: array[int] | None = None
        self._added: set[int] = set()
        self._removed: set[int] = set()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, identifier: int) -> bool:
        if identifier in self._added:
            return True
        return identifier not in self._removed and self._at_start(identifier)

    def _at_start(self, identifier: int) -> bool:
        ids = self._unpacked()
        place = bisect_left(ids, identifier)
        return place < len(ids) and ids[place] == identifier

    def _unpacked(self) -> array[int]:
        if self._ids is None:
            self._ids = array("Q", unpack(self._packed))
        return self._ids

    def add(self, identifier: int) -> None:
        """Present from now on."""
        if identifier not in self:
            self._count += 1
            self._removed.discard(identifier)
            if not self._at_start(identifier):
                self._added.add(identifier)

    def discard(self, identifier: int) -> None:
        """No longer present."""
        if identifier in self:
            self._count -= 1
            self._added.discard(identifier)
            if self._at_start(identifier):
                self._removed.add(identifier)

    def __iter__(self) -> Iterator[int]:
        kept = (identifier for identifier in self._unpacked() if identifier not in self._removed)
        return merge(kept, sorted(self._added))

    def packed(self) -> str:
        """The text to keep; the old one, untouched, where nothing changed."""
        if self._added or self._removed:
            self._packed = pack(iter(self))
            self._ids = None
            self._added, self._removed = set(), set()
        return self._packed


EMPTY = pack(())
