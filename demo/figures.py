"""What a run cost and did, from its own result and from the vendors' request logs."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.expectation import Person, statuses


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `mailsync sync`: its JSON result, the requests that the vendors saw, and who the CRM and the lists held afterwards.

    `fates`: (stream, fate, reason) → records, as the ledger's own account of the run has them.
    """

    result: Mapping[str, Any]
    requests: Sequence[Mapping[str, Any]]
    people: tuple[Person, ...]
    mail: Mapping[str, Any]
    fates: Mapping[tuple[str, str, str], int]

    @property
    def read(self) -> int:
        """Records that came in."""
        return sum(int(counts["read"]) for counts in self.result["streams"].values())

    @property
    def settled(self) -> int:
        """Records before an acknowledged state."""
        return sum(int(counts["settled"]) for counts in self.result["streams"].values())

    def calls(self, system: str) -> int:
        """Requests that a vendor saw."""
        return sum(request["system"] == system for request in self.requests)

    def writes(self, system: str) -> int:
        """Those that could change data."""
        return sum(bool(request["writes"]) for request in self.requests if request["system"] == system)

    @property
    def credits(self) -> float:
        """What the CRM charged."""
        return sum(float(request["credits"]) for request in self.requests)

    @property
    def locks(self) -> int:
        """How many of the mailing tool's locks ever began."""
        return sum(int(limit["locks"]) for limit in self.mail["limits"].values())

    def on(self, name: str) -> Counter[str]:
        """People on a list by status."""
        return Counter(statuses(self.mail, name).values())


def fates_of(ledger: Path, sync: str) -> Mapping[tuple[str, str, str], int]:
    """The fates of the newest run of a sync, out of the ledger."""
    newest = "(SELECT max(number) FROM run WHERE sync = :sync)"
    query = f"SELECT stream, fate, reason, sum(records) FROM run_fate WHERE sync = :sync AND number = {newest} GROUP BY stream, fate, reason"  # noqa: S608 - no value is in it
    with closing(sqlite3.connect(ledger)) as opened:
        return {(stream, fate, reason): count for stream, fate, reason, count in opened.execute(query, {"sync": sync})}
