"""v1 merges and recents, and the account's own history of a person (docs/systems/pipedrive.md#deletion)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from emulators.pipedrive import times, views
from emulators.pipedrive.account import Account
from emulators.pipedrive.errors import bad_request, not_found
from emulators.pipedrive.guard import Answer, Call, Endpoint
from emulators.pipedrive.routes.offsets import page_of
from emulators.pipedrive.table import Record

# "One month at most, in silence"
RECENTS_REACH_S = 31 * times.DAY_S
ITEMS = {"person": "persons", "organization": "organizations", "deal": "deals", "activity": "activities", "note": "notes"}


def endpoints() -> list[Endpoint]:
    """All of them."""
    return [
        Endpoint("v1", "PUT", "/persons/{id}/merge", 40, _merge("persons"), ("contacts:full",)),
        Endpoint("v1", "PUT", "/organizations/{id}/merge", 40, _merge("organizations"), ("contacts:full",)),
        Endpoint("v1", "GET", "/recents", 20, _recents, ("recents:read", "search:read")),
    ]


def _merge(entity: str) -> Callable[[Account, Call], Answer]:
    def handle(account: Account, call: Call) -> Answer:
        table = account.table(entity)
        loser, wanted = table.live(call.number()), call.body().get("merge_with_id")
        survivor = table.live(int(wanted)) if str(wanted).isdigit() else None
        if loser is None:
            raise not_found("Record")
        if survivor is None or survivor["id"] == loser["id"]:
            raise bad_request("merge_with_id: no such record")
        kept = account.merge(entity, loser, survivor)
        return Answer({**views.v1_record(account, entity, kept), "merge_what_id": loser["id"]})

    return handle


def _recents(account: Account, call: Call) -> Answer:
    since = times.parsed_v1(call.query.get("since_timestamp", ""))
    if since is None:
        raise bad_request("since_timestamp is required")
    since = max(since, int(account.now()) - RECENTS_REACH_S)
    wanted = call.query.get("items", ",".join(ITEMS)).split(",")
    rows = sorted(_changed(account, wanted, since), key=lambda row: (row[0], row[1]["item"], row[1]["id"]))
    last = times.v1(rows[-1][0]) if rows else None
    beside = {"since_timestamp": times.v1(since), "last_timestamp_on_page": last}
    return page_of(account, call, [row for _, row in rows], beside=beside)


def _changed(account: Account, wanted: list[str], since: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for kind in wanted:
        entity = ITEMS.get(kind)
        table = account.table(entity) if entity else None
        for identifier in table.ids() if table else ():
            assert table is not None  # noqa: S101 - as in the line above
            record: Record | None = table.get(identifier) if table.updated(identifier) >= since else None
            if record is not None and entity is not None:
                data = views.note(account, record) if entity == "notes" else views.v1_record(account, entity, record)
                yield record["update_time"], {"item": kind, "id": identifier, "data": data}
