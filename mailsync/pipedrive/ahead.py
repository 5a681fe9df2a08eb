"""Pages fetched ahead: each page needs the cursor of the one before, so a walk is a chain; what a page needs beside its rows is no part of the chain.

One thread follows the chain, a few pages ahead of the caller; another fetches what goes along with each page. So neither the caller's work nor the
look-ups hold the chain up, and a single walk can use what the burst limit allows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import Full, Queue
from typing import Any

PAGES = 2
LOOK_S = 0.1

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """Raw records of one call, and the cursor of the next page; None on the last one. `along`: what was fetched for the page together with it."""

    rows: Rows
    cursor: str | None
    along: Any = None


class Ahead:
    """One walk. `fetch` gives the page at a cursor; `along` what goes with its rows, None for nothing."""

    def __init__(self, fetch: Callable[[str | None], Page], along: Callable[[Rows], Any] | None) -> None:
        self._fetch, self._along = fetch, along
        self._ready: Queue[tuple[Page, Future[Any] | None] | Exception] = Queue(PAGES)
        self._stopped = threading.Event()
        self._chain, self._beside = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    def pages(self, cursor: str | None) -> Iterator[Page]:
        """The pages in order; an error comes where its page would have come."""
        self._chain.submit(self._follow, cursor)
        while True:
            found = self._ready.get()
            if isinstance(found, Exception):
                raise found
            page, beside = found
            yield replace(page, along=beside.result()) if beside else page
            if page.cursor is None:
                return

    def stop(self) -> None:
        """No further page; waits for the call in flight."""
        self._stopped.set()
        self._chain.shutdown()
        self._beside.shutdown()

    def _follow(self, cursor: str | None) -> None:
        try:
            while not self._stopped.is_set():
                page = self._fetch(cursor)
                self._give((page, self._beside.submit(self._along, page.rows) if self._along else None))
                if page.cursor is None:
                    return
                cursor = page.cursor
        except Exception as error:  # noqa: BLE001 - raised where the page would have come
            self._give(error)

    def _give(self, found: tuple[Page, Future[Any] | None] | Exception) -> None:
        while not self._stopped.is_set():
            try:
                self._ready.put(found, timeout=LOOK_S)
            except Full:
                continue
            return
