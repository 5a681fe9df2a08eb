"""The stream `contacts`: who is on which list, with which status.

The vendors give no time of change, so every list is read completely, and compared with the fingerprint of the last read. Who vanished from a list
altogether is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailsync.mailings import Contact
from source_campaigns.collected import Collected
from source_campaigns.stream_run import StreamRun, moment

# A sync that broke off is continued behind the slices it had read, unless that is so long ago that they are old.
STALE_S = 6 * 3600.0


def run_contacts(run: StreamRun) -> Iterator[dict[str, Any]]:
    """The records of one run, with a checkpoint after each list and status."""
    state, statuses = run.state, run.reports.statuses()
    lists = run.reports.lists()
    slices = [(key, name, status) for key, name in lists for status in statuses]
    if run.now - state.begun_at > STALE_S:
        state.done, state.begun_at = [], run.now
    run.voice.info(f"{len(lists)} lists with {len(statuses)} statuses are read completely: at least {len(slices) - len(state.done)} calls.")
    for key, name, status in slices:
        if f"{key}/{status}" not in state.done:
            yield from _slice(run, key, name, status)
            run.checkpoint()
    state.slices = {one: packed for one, packed in state.slices.items() if one in set(state.done)}
    state.done, state.begun_at = [], 0.0
    run.checkpoint()


def _slice(run: StreamRun, key: str, name: str, status: str) -> Iterator[dict[str, Any]]:
    mark = f"{key}/{status}"
    with Collected() as collected:
        for page in run.reports.contacts(key, status):
            for row in _rows(run, key, status, page):
                collected.add(row["address"].lower(), row)
        for row in collected.changed(run.state.slices.get(mark, "")):
            yield run.numbered({"list_key": key, "list_name": name, "status": status, **row})
        run.state.slices[mark] = collected.packed()
    run.state.done.append(mark)


def _rows(run: StreamRun, key: str, status: str, page: Sequence[Contact]) -> Iterator[dict[str, Any]]:
    removals = run.account.removals
    ours = removals.among([key], [(one.address, None) for one in page]) if removals and status == "unsubscribed" else None
    for place, one in enumerate(page):
        yield {
            "address": one.address,
            "is_ours": ours[place] if ours else None,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "company": one.company,
            "phone": one.phone,
            "contact_id": one.contact_id,
            "added_at": moment(one.added_at),
        }
