"""What a run is going to cost, told before it is spent: what waits in the ledger, and what the source announces.

The first is decided, not guessed: every address that waits is asked what would be done. The second is an upper bound until records arrive, since
only they show how many people are new or changed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa

from mailsync.ledger import members
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.schema import dirty
from mailsync.membership.told import Forecast

BATCH = 500
MOST_ASKED = 20_000
"""Beyond so many waiting addresses a sample stands for the rest."""


class Forecaster:
    """Bound to one run. `calls_of` is the settler's `calls_for`."""

    def __init__(self, ledger: Ledger, budget: Budget, lists: Collection[str], calls_of: Callable[[str, list[str], set[str]], Counter[str]]) -> None:
        self._ledger = ledger
        self._budget = budget
        self._lists = sorted(lists)
        self._calls_of = calls_of
        self.of_source: dict[str, int] = {}

    def waiting(self) -> Forecast:
        """What waits in the ledger for the lists fed in this run."""
        found, written, sampled = Counter[str](), set[str](), False
        for list_id in self._lists:
            calls, asked, total = self._of_list(list_id, written)
            sampled = sampled or asked < total
            found.update({endpoint: round(count * total / asked) for endpoint, count in calls.items()} if asked else {})
        return self._priced(found, exact=not sampled)

    def before_the_first_write(self, endpoint: str) -> str:
        """For people: what earlier runs left, and what the day still allows of an endpoint."""
        waiting, left = self.waiting(), self._budget.left_today(endpoint)
        today = "" if left is None else f" Today {left:,} calls of {endpoint} are left of our share."
        what = f"what earlier runs left takes {waiting}." if waiting.calls else "nothing is left from earlier runs."
        return f"Forecast: {what}{today}"

    def announce(self, stream: str, records: int) -> None:
        """The source expects to send so many records."""
        self.of_source[stream] = records

    def announced(self, lists_of: Mapping[str, int], endpoint: str, batch_size: int) -> Forecast | None:
        """The most that the announced records can cost: each on each list, in full calls. `lists_of`: stream → how many lists it feeds."""
        most = sum(records * lists_of.get(stream, 0) for stream, records in self.of_source.items())
        return self._priced(Counter({endpoint: math.ceil(most / batch_size)}), exact=False) if most else None

    def expected(self, records_in: Mapping[str, int], spent: Mapping[str, int]) -> Forecast | None:
        """What the rest costs if it is like what came so far. None while the source announced nothing, or all of it is in."""
        came = sum(records_in.get(stream, 0) for stream in self.of_source)
        rest = sum(max(0, records - records_in.get(stream, 0)) for stream, records in self.of_source.items())
        if not came or not rest:
            return None
        return self._priced(Counter({endpoint: round(count / came * rest) for endpoint, count in spent.items()}), exact=False)

    def _of_list(self, list_id: str, written: set[str]) -> tuple[Counter[str], int, int]:
        """Calls by endpoint, of how many addresses, of how many that wait."""
        calls, asked, after = Counter[str](), 0, ""
        while asked < MOST_ASKED:
            with self._ledger.begin() as connection:
                batch = members.dirty_after(connection, list_id, after, BATCH)
            if not batch:
                return calls, asked, asked
            calls.update(self._calls_of(list_id, batch, written))
            asked, after = asked + len(batch), batch[-1]
        with self._ledger.begin() as connection:
            total = int(connection.execute(sa.select(sa.func.count()).select_from(dirty).where(dirty.c.list == list_id)).scalar_one())
        return calls, asked, total

    def _priced(self, calls: Counter[str], *, exact: bool) -> Forecast:
        by_endpoint = {endpoint: count for endpoint, count in sorted(calls.items()) if count}
        return Forecast(
            calls=sum(by_endpoint.values()),
            seconds=max((self._budget.seconds_for(count, endpoint) for endpoint, count in by_endpoint.items()), default=0.0),
            days=max((self._budget.days_for(count, endpoint) for endpoint, count in by_endpoint.items()), default=0),
            by_endpoint=by_endpoint,
            exact=exact,
        )
