"""A sorted set of integers in blocks: a million keys, cheap inserts and removals, range scans that start anywhere.

Keys are (modified second, row number) packed into one integer, so a keyset page over a million rows touches only its own rows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

_BLOCK = 2048
ROW_BITS = 28
ROW_MASK = (1 << ROW_BITS) - 1


def pack(second: int, row: int) -> int:
    """One key: ordered by second, then by row number (which is the order of ids)."""
    return second << ROW_BITS | row


class SortedKeys:
    """Blocks of sorted 64-bit keys."""

    def __init__(self, keys: Iterable[int] = ()) -> None:
        ordered = array("q", sorted(keys))
        self._blocks = [ordered[at : at + _BLOCK] for at in range(0, len(ordered), _BLOCK)]
        self._lasts = [block[-1] for block in self._blocks]

    def add(self, key: int) -> None:
        """Insert a key that is not there yet."""
        if not self._blocks:
            self._blocks, self._lasts = [array("q", [key])], [key]
            return
        at = min(bisect_left(self._lasts, key), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, key)
        if len(block) > 2 * _BLOCK:
            self._blocks[at : at + 1] = [block[:_BLOCK], block[_BLOCK:]]
            self._lasts[at : at + 1] = [block[_BLOCK - 1], block[-1]]
        else:
            self._lasts[at] = block[-1]

    def discard(self, key: int) -> None:
        """Remove a key if it is there."""
        at = bisect_left(self._lasts, key)
        if at == len(self._blocks):
            return
        block = self._blocks[at]
        inside = bisect_left(block, key)
        if block[inside] != key:
            return
        block.pop(inside)
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def ascending(self, low: int, high: int) -> Iterator[int]:
        """Keys with low ≤ key < high, smallest first."""
        for at in range(bisect_left(self._lasts, low), len(self._blocks)):
            block = self._blocks[at]
            start = bisect_left(block, low) if block[0] < low else 0
            stop = bisect_left(block, high) if block[-1] >= high else len(block)
            yield from block[start:stop]
            if stop < len(block):
                return

    def descending(self, low: int, high: int) -> Iterator[int]:
        """Keys with low ≤ key < high, greatest first."""
        for at in range(min(bisect_right(self._lasts, high), len(self._blocks) - 1), -1, -1):
            block = self._blocks[at]
            stop = bisect_left(block, high) if block[-1] >= high else len(block)
            start = bisect_left(block, low) if block[0] < low else 0
            yield from reversed(block[start:stop])
            if start > 0:
                return
