"""The launches of a sync, as the report shows them: where each stands, since when, for how many people, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from mailsync.launches.told import STATUSES
from mailsync.ledger import launches
from mailsync.ledger.engine import Ledger


@dataclass(frozen=True, slots=True)
class LaunchTold:
    """One launch. `status` is our word, `standing` a phrase of it; `mails` as its review counted them, None where it had none yet."""

    key: str
    name: str
    target: str
    status: str
    standing: str
    since: float | None
    mails: int | None
    reason: str


def launched(ledger: Ledger, sync: str, titles: Mapping[str, str]) -> list[LaunchTold]:
    """The newest first."""
    with ledger.begin() as connection:
        rows = launches.of_sync(connection, sync)
    return [
        LaunchTold(
            key=row.launch,
            name=row.name,
            target=titles.get(row.list, row.list.rpartition("/")[2]),
            status=row.status,
            standing=STATUSES.get(row.status, row.status),
            since=row.changed_at or None,
            mails=int(orjson.loads(row.review)["mails"]) if row.review else None,
            reason=row.reason,
        )
        for row in rows
    ]
