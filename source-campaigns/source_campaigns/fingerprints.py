"""What a complete read showed, in a few bytes: enough for the next one to tell where something is new.

Rows fall into buckets by a hash of their address; for each bucket the sum of its rows' hashes is kept, in 4 bytes. A bucket whose sum is the same
holds the same rows; of any other all rows are shown again. A bucket has about eight rows where there are thousands, so about eight are shown for each
that is new, and about one where there are few. Two different buckets of one sum, which would hide a row, are as likely as one in 4,000,000,000.
"""

from __future__ import annotations

import hashlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Sequence

ROWS_A_BUCKET = 8
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
        self._places.append(int.from_bytes(hashlib.blake2b(address.encode("utf-8", "surrogatepass"), digest_size=8).digest()))
        self._contents.append(int.from_bytes(hashlib.blake2b(content, digest_size=4).digest()))

    def packed(self) -> str:
        """What the state keeps; empty for no row."""
        return b64encode(_bytes(self._sums(_buckets(len(self))))).decode() if len(self) else ""

    def changed(self, before: str) -> list[bool]:
        """For each row whether its bucket is not as it was; all of them where nothing was known."""
        known = _unpacked(before)
        if not known:
            return [True] * len(self)
        now = self._sums(len(known))
        return [known[place % len(known)] != now[place % len(known)] for place in self._places]

    def _sums(self, buckets: int) -> list[int]:
        sums = [0] * buckets
        for place, content in zip(self._places, self._contents, strict=True):
            at = place % buckets
            sums[at] = (sums[at] + content + 1) & MASK
        return sums


def _buckets(rows: int) -> int:
    return max(1, min(rows, FEWEST_BUCKETS), rows // ROWS_A_BUCKET)


def _bytes(sums: Sequence[int]) -> bytes:
    return b"".join(one.to_bytes(4) for one in sums)


def _unpacked(packed: str) -> list[int]:
    data = b64decode(packed)
    return [int.from_bytes(data[at : at + 4]) for at in range(0, len(data), 4)]
