"""Rows that come in pages by number: two pages are joined by a row that both must know, because a row that leaves moves all later ones."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from mailsync.errors import TransientError, VendorUnavailable
from mailsync.mailigen.client import MailigenClient
from mailsync.mailigen.endpoints import ROWS_A_PAGE

TRIES = 5


def as_rows(method: str, value: Any) -> list[Any]:
    """A list, or an object keyed by number. Raises VendorUnavailable for anything else."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    raise VendorUnavailable(f"Mailigen answered {method} without rows.")


def address_of(method: str, row: Any) -> str:
    """The address of one row: a text, or an object with `email`. Raises VendorUnavailable."""
    address = row.get("email") if isinstance(row, dict) else row
    if not isinstance(address, str) or not address.strip():
        raise VendorUnavailable(f"Mailigen answered {method} with a row without an address.")
    return address


class Rows:
    """The addresses that one method gives under fixed parameters."""

    def __init__(self, client: MailigenClient, method: str, *, size: int = ROWS_A_PAGE, **params: Any) -> None:
        self._client = client
        self._method = method
        self._params = params
        self.size = size

    def page(self, number: int) -> list[str]:
        """One whole page."""
        return self._asked(number, self.size)

    def at(self, place: int) -> str | None:
        """The row at a place from 0; None past the end."""
        return next(iter(self._asked(place, 1)), None)

    def joined(self, first: int) -> list[str]:
        """The page that begins at `first` (a multiple of the size), and the first row of the next one.

        That row is read *before* the page: whatever leaves in between is then seen twice or not at all, and the joint does not fit.
        """
        following = self.at(first + self.size)
        page = self.page(first // self.size)
        return [*page, following] if following is not None else page

    def count(self, guess: int) -> int:
        """How many rows there are, found by looking for the last one near a guess: no counter of the vendor is certain."""
        low, high = _bracket(self.at, guess)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.at(middle) is not None else (low, middle)
        return high

    def all(self) -> Iterator[str]:
        """Every row; some of them several times where the rows changed while they were read. Raises TransientError where they keep changing."""
        for _ in range(TRIES):
            if (yield from self._once()):
                return
        raise TransientError(f"Mailigen: what {self._method} gives kept changing while it was read. Run again when it is quieter.")

    def _once(self) -> Generator[str, None, bool]:
        page = self.page(0)
        if len(page) < self.size:
            yield from page
            return True
        first, last = 0, page[:1]
        while True:
            page = self.joined(first)
            if page[:1] != last:
                return False
            yield from page
            if len(page) <= self.size:
                return True
            first, last = first + self.size, page[-1:]

    def _asked(self, number: int, limit: int) -> list[str]:
        value = self._client.read(self._method, **self._params, start=number, limit=limit)
        return [address_of(self._method, row) for row in as_rows(self._method, value)]


def _bracket(at: Callable[[int], object], guess: int) -> tuple[int, int]:
    """(a place that holds a row or -1, a place that holds none), near each other when the guess is good."""
    step = 1
    if at(guess) is None:
        high = guess
        while high > 0 and at(max(high - step, 0)) is None:
            high = max(high - step, 0)
            step *= 2
        return (max(high - step, 0) if high > 0 else -1), high
    low = guess
    while at(low + step) is not None:
        low += step
        step *= 2
    return low, low + step
