"""What a complete read showed, in a few bytes: enough for the next one to tell where something is new.

Rows fall into buckets by a hash of their address, in three ways that have nothing to do with each other; for each bucket the sum of its rows' hashes
is kept, in 4 bytes. A bucket whose sum is the same holds the same rows. A row is shown again when its three buckets all changed: certainly where it
is new itself, and rarely otherwise, one row for each new one where one in thirty is new. A new row would be hidden by a bucket that changed
and kept its sum, which is as likely as one in 1,400,000,000.
"""

from __future__ import annotations

import hashlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Sequence

WAYS = 3
BITS_A_WAY = 21  # of the 64 of a hash
ROWS_A_BUCKET = 4  # over all ways: a byte a row
FEWEST_BUCKETS = 64
MASK = 0xFFFFFFFF


class Read:
    """The hashes of one read, in the order of its rows: 12 bytes a row."""

    def __init__(self) -> None:
        self._places = array("Q")
        self._contents = array("I")

    def __len__(self) -> int:
        return len(self._places)

    def add(self, address: str, content: bytes) -> None:
        """One row: what tells it apart, and everything about it that may change."""
        key = address.encode("utf-8", "surrogatepass")
        self._places.append(int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()))
        self._contents.append(int.from_bytes(hashlib.blake2b(key + b"\0" + content, digest_size=4).digest()))

    def packed(self) -> str:
        """What the state keeps; empty for no row."""
        return b64encode(_bytes(self._sums(_buckets(len(self))))).decode() if len(self) else ""

    def changed(self, before: str) -> list[bool]:
        """For each row whether it may not be as it was; all of them where nothing was known."""
        known = _unpacked(before)
        if not known:
            return [True] * len(self)
        size = len(known) // WAYS
        differs = [then != now for then, now in zip(known, self._sums(size), strict=True)]
        return [all(differs[at] for at in _at(place, size)) for place in self._places]

    def _sums(self, size: int) -> list[int]:
        """The sums of all ways, one way after the other, each of `size` buckets."""
        sums = [0] * (size * WAYS)
        for place, content in zip(self._places, self._contents, strict=True):
            for at in _at(place, size):
                sums[at] = (sums[at] + content + 1) & MASK
        return sums


def _at(place: int, size: int) -> tuple[int, ...]:
    """The bucket of a row in each way."""
    return tuple(way * size + (place >> (way * BITS_A_WAY)) % (1 << BITS_A_WAY) % size for way in range(WAYS))


def _buckets(rows: int) -> int:
    """How many buckets a way has."""
    return max(1, max(min(rows, FEWEST_BUCKETS), rows // ROWS_A_BUCKET) // WAYS)


def _bytes(sums: Sequence[int]) -> bytes:
    return b"".join(one.to_bytes(4) for one in sums)


def _unpacked(packed: str) -> list[int]:
    data = b64decode(packed)
    return [int.from_bytes(data[at : at + 4]) for at in range(0, len(data), 4)]
