"""v2 lists: which records, in which order, from which place (docs/systems/pipedrive.md#reading)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from emulators.pipedrive import cursors, filters
from emulators.pipedrive.account import Account
from emulators.pipedrive.cursors import Place
from emulators.pipedrive.errors import Refusal, bad_request, forbidden, invalid, not_found
from emulators.pipedrive.guard import Call
from emulators.pipedrive.table import NEVER, Record
from emulators.pipedrive.times import parsed_v2

MOST, MOST_IDS, MOST_CUSTOMS, USUAL = 500, 100, 15, 100
SORTS = {"activities": ("id", "update_time", "add_time", "due_date")}
# Parameters that a filter_id makes the vendor ignore.
_LINKS = {
    "persons": ("owner_id", "org_id", "deal_id"),
    "organizations": ("owner_id",),
    "deals": ("owner_id", "person_id", "org_id", "pipeline_id", "stage_id"),
    "activities": ("owner_id", "deal_id", "person_id", "org_id"),
}
_STATUSES = {"open", "won", "lost", "deleted"}


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one list call that choose and order records."""

    entity: str
    sort_by: str
    descending: bool
    limit: int
    place: Place | None
    since: int | None
    until: int | None


def page(account: Account, call: Call, entity: str, *, archived: bool = False) -> tuple[list[Record], str | None]:
    """One page, and the cursor of the next. Raises Refusal."""
    query = _query(account, call, entity)
    wanted = _wanted(account, call, query, archived=archived)
    candidates = (one for one in _ordered(account, call, query) if (record := account.tables[entity].get(one)) is not None and wanted(record))
    found = list(islice(candidates, query.limit + 1))
    records = [record for one in found[: query.limit] if (record := account.tables[entity].get(one)) is not None]
    if len(found) <= query.limit:
        return records, None
    last = records[-1]
    return records, cursors.encoded(query.sort_by, Place(_value(last, query.sort_by), last["id"]), descending=query.descending)


def _query(account: Account, call: Call, entity: str) -> Query:
    given = call.query
    sort_by = given.get("sort_by", "id")
    if sort_by not in SORTS.get(entity, ("id", "update_time", "add_time")):
        raise invalid(f"sort_by: Invalid enum value '{sort_by}'")
    if given.get("sort_direction", "asc") not in ("asc", "desc"):
        raise invalid("sort_direction: Invalid enum value")
    since, until = _moment(call, "updated_since"), _moment(call, "updated_until")
    if "filter_id" in given and account.reading("filter_with_updated_since") == "ignored":
        since = until = None
    return Query(entity, sort_by, given.get("sort_direction") == "desc", limit_of(account, call, MOST), place_of(account, call), since, until)


def limit_of(account: Account, call: Call, most: int) -> int:
    """The page size. Raises Refusal."""
    text = call.query.get("limit", str(USUAL))
    if not text.isdigit() or int(text) < 1:
        raise invalid("limit: Expected number, received string")
    if int(text) > most and account.reading("over_limit") == "refused":
        raise invalid(f"limit: Number must be less than or equal to {most}")
    return min(int(text), most)


def place_of(account: Account, call: Call) -> Place | None:
    """Where the page begins. Raises Refusal."""
    text = call.query.get("cursor")
    place = cursors.decoded(text) if text else None
    if text and place is None and account.reading("bad_cursor") == "400":
        raise bad_request("Invalid cursor")
    return place


def _moment(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    if text is None:
        return None
    moment = parsed_v2(text)
    if moment is None:
        raise invalid(f"{name}: This value is not a valid datetime.")
    return moment


def _ordered(account: Account, call: Call, query: Query) -> Iterable[int]:
    """Ids in the asked order, behind the cursor's place, narrowed by what is quick to see."""
    table, place = account.table(query.entity), query.place
    if "ids" in call.query and "filter_id" not in call.query:
        return _behind(sorted(_ids(call), reverse=query.descending), place, descending=query.descending)
    link = next((name for name in ("person_id", "org_id") if name in call.query and name in _LINKS[query.entity]), None)
    if link and query.sort_by == "id" and "filter_id" not in call.query:
        return _behind(table.having(link, _int(call, link)), place, descending=query.descending)
    if query.sort_by == "id":
        ids = table.ids(after=place.id if place else 0, descending=query.descending)
    else:
        after = (place.value, place.id) if place else None
        ids = table.ordered(query.sort_by, after=after, descending=query.descending)
    return ids if query.since is None and query.until is None else _changed(account, query, ids)


def _behind(ids: list[int], place: Place | None, *, descending: bool) -> Iterator[int]:
    ordered = sorted(ids, reverse=descending)
    return (one for one in ordered if place is None or (one < place.id if descending else one > place.id))


def _changed(account: Account, query: Query, ids: Iterable[int]) -> Iterator[int]:
    table = account.tables[query.entity]
    never = account.reading("never_updated") == "yes"
    since, until = query.since if query.since is not None else NEVER, query.until
    for one in ids:
        second = table.updated(one)
        if second == NEVER:
            if never or query.since is None:
                yield one
        elif second >= since and (until is None or second < until):
            yield one


def _ids(call: Call) -> set[int]:
    parts = [part for part in call.query["ids"].split(",") if part]
    if len(parts) > MOST_IDS:
        raise invalid(f"ids: at most {MOST_IDS} ids")
    if not all(part.strip().isdigit() for part in parts):
        raise invalid("ids: Expected number")
    return {int(part) for part in parts}


def _int(call: Call, name: str) -> int:
    text = call.query[name]
    if not text.isdigit():
        raise invalid(f"{name}: Expected number, received string")
    return int(text)


def _wanted(account: Account, call: Call, query: Query, *, archived: bool) -> Callable[[Record], bool]:
    entity = query.entity
    deleted_too = entity != "deals" and account.reading("lists_deleted") == "yes"
    tests: list[Callable[[Record], bool]] = [lambda record: account.sees(entity, record, call.user)]
    if "filter_id" in call.query:
        tests.append(_filtered(account, call, query))
    else:
        tests += [_linked(account, entity, name, _int(call, name)) for name in _LINKS[entity] if name in call.query]
    if entity == "deals":
        tests.append(_status(call, archived=archived))
    elif not deleted_too:
        tests.append(lambda record: not record["is_deleted"])
    if entity == "activities" and "done" in call.query:
        done = {"true": True, "false": False}.get(call.query["done"])
        if done is None:
            raise invalid("done: Expected boolean, received string")
        tests.append(lambda record: record["done"] is done)
    return lambda record: all(test(record) for test in tests)


def _linked(account: Account, entity: str, name: str, wanted: int) -> Callable[[Record], bool]:
    if entity == "persons" and name == "deal_id":
        deal = account.tables["deals"].get(wanted)
        return lambda record: deal is not None and record["id"] == deal["person_id"]
    return lambda record: record.get(name) == wanted


def _status(call: Call, *, archived: bool) -> Callable[[Record], bool]:
    wanted = set(call.query.get("status", "open,won,lost").split(","))
    if unknown := wanted - _STATUSES:
        raise invalid(f"status: Invalid enum value '{min(unknown)}'")

    def test(record: Record) -> bool:
        status = "deleted" if record["is_deleted"] else record["status"]
        return status in wanted and bool(record["is_archived"]) is archived

    return test


def _filtered(account: Account, call: Call, query: Query) -> Callable[[Record], bool]:
    wanted = _int(call, "filter_id")
    found = next((one for one in account.filters if one["id"] == wanted), None)
    seen = found is not None and (found["visible_to"] != 1 or found["user_id"] == call.user)
    if found is None or not seen or filters.ENTITY_OF_TYPE.get(found["type"]) != query.entity:
        raise _gone(account.reading("filter_gone"))
    bounded = query.since is not None or query.until is not None
    if bounded and account.reading("filter_with_updated_since") == "refused":
        raise bad_request("updated_since cannot be combined with filter_id")
    return filters.compiled(account, found)


def _gone(reading: str) -> Refusal:
    if reading == "400":
        return bad_request("Filter not found")
    return forbidden() if reading == "403" else not_found("Filter")


def _value(record: Record, field: str) -> int:
    value: Any = record.get(field)
    return value if isinstance(value, int) else NEVER
