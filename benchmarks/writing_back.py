"""Writing responses back: calls against the fewest that the CRM's batches allow, credits and their limit, and what known responses cost.

The fewest are: a call for each hundred members of one campaign and module, one for each hundred people of a module whose field changes, one for each
hundred campaigns. A person of several campaigns has one field, which shows the last of them.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.process import Ran, run, script
from benchmarks.table import Row, at_least, at_most
from emulators.process import EmulatorProcess

CRM = "zoho_crm"
MODULES = ("Leads", "Contacts")
SCALE = 300
LATENCY_MS = 100
ROWS_PER_CALL = 100
MOST_OF_A_QUIET_SYNC = 20
ALLOWED = 0.95  # of what the CRM's limits allow
FREE = {"edition": "free", "licenses": 1}  # few credits a day, so that they are spent in a moment
SHARE = 0.9
DAY_H = 24.0
FIELD = "Mailing_Status"
CAMPAIGNS = 8
COLUMNS = {"campaigns": ("campaign_key", "name", "sent_at"), "responses": ("campaign_key", "action", "address")}
KEYS = {"campaigns": ["campaign_key"], "responses": ["campaign_key", "action", "address"]}
WRITES = re.compile(r"/Campaigns/\d+/|/(Leads|Contacts|Campaigns|upsert)$")

Opened = Mapping[str, Sequence[str]]
"""Campaign → who opened it."""


class Destination:
    """destination-crm that writes member statuses and a status field."""

    def __init__(self, emulator: EmulatorProcess, folder: Path, **options: Any) -> None:
        folder.mkdir(exist_ok=True)
        self.emulator, self.folder = emulator, folder
        config = emulator.config("destination-crm", CRM) | {
            "ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "status_fields": [{"module": module, "field": FIELD} for module in MODULES],
            **options,
        }
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "catalog.json").write_text(json.dumps({"streams": [_configured(name) for name in COLUMNS]}))

    def write(self, opened: Opened, given: dict[str, Any], after: dict[str, Any]) -> tuple[Ran, list[dict[str, Any]]]:
        """One run that brings these; the requests that the CRM saw."""
        path = self.folder / "in.jsonl"
        with path.open("wb") as sink:
            sink.writelines(orjson.dumps(message) + b"\n" for message in _messages(opened, given, after))
        self.emulator.advance(120)
        self.emulator.clear_requests()
        files = [part for name in ("config", "catalog") for part in (f"--{name}", str(self.folder / f"{name}.json"))]
        ran = run([script("destination-crm"), "write", *files], stdin=path, environment={"MAILSYNC_TIME_SCALE": str(SCALE)})
        return ran, [one for one in self.emulator.requests() if one["system"] == CRM]


def _configured(name: str) -> dict[str, Any]:
    columns = {column: {"type": ["null", "string"]} for column in COLUMNS[name]} | {"_ab_cdc_cursor": {"type": ["null", "integer"]}}
    stream = {"name": name, "json_schema": {"type": "object", "properties": columns}, "supported_sync_modes": ["incremental"]}
    key = [[column] for column in KEYS[name]]
    return {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup", "primary_key": key, "cursor_field": []}


def _messages(opened: Opened, given: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As source-campaigns sends them: oldest campaign first, a STATE after each."""
    yield from (_state(name, given) for name in COLUMNS)
    for number, key in enumerate(opened, 1):
        yield _record("campaigns", campaign_key=key, name=f"News {key}", sent_at=f"2026-03-{number:02}T10:00:00Z")
    for number, (key, addresses) in enumerate(opened.items(), 1):
        for address in addresses:
            yield _record("responses", campaign_key=key, action="opened", address=address)
        yield _state("responses", {**after, "read": number})
    for name in COLUMNS:
        yield _state(name, after)
        status = {"stream_descriptor": {"name": name}, "status": "COMPLETE"}
        yield {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": status}}


def _record(stream: str, **data: Any) -> dict[str, Any]:
    return {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 0}}


def _state(stream: str, content: dict[str, Any]) -> dict[str, Any]:
    about = {"stream_descriptor": {"name": stream}, "stream_state": content}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": about}}


class People:
    """Those whom an address names alone. `module`: where each of them lies."""

    def __init__(self, emulator: EmulatorProcess) -> None:
        modules = emulator.state(CRM)["modules"]
        found = [(str(row["Email"]).lower(), module) for module in MODULES for row in modules[module].values() if row["Email"]]
        count = Counter(address for address, _ in found)
        self.module = {address: module for address, module in sorted(found) if count[address] == 1}

    def fewest(self, opened: Opened, before: Opened) -> int:
        """Write calls that nobody can do without, where `before` is written already."""
        members = Counter((key, self.module[address]) for key, addresses in opened.items() for address in addresses)
        shown = {address: number for number, key in enumerate(before) for address in before[key]}
        last = {address: number for number, key in enumerate(opened) for address in opened[key]}
        fields = Counter(self.module[address] for address, number in last.items() if number > shown.get(address, -1))
        return sum(-(-count // ROWS_PER_CALL) for count in (*members.values(), *fields.values())) + (not before)  # and the campaigns


def calls(folder: Path, people: int) -> list[Row]:
    """A first run; what followed, a campaign after the other; and the same again."""
    with EmulatorProcess(people=people, limits="off", time_scale=SCALE, latency_ms=LATENCY_MS, configs=folder / "configs") as emulator:
        everybody = _prepared(emulator)
        destination, addresses = Destination(emulator, folder / "calls"), list(everybody.module)
        opened = {f"c{number}": addresses[number * 7 :: 2] for number in range(1, CAMPAIGNS + 1)}
        began = time.monotonic()
        _, first = destination.write(opened, {}, {"n": 1})
        took_s = time.monotonic() - began
        later = {f"c{number}": addresses[(number + 1) % 2 + 2 * number :: 4 * CAMPAIGNS] for number in range(1, CAMPAIGNS + 1)}
        _, second = destination.write(later, {"n": 1}, {"n": 2})
        _, again = destination.write(opened, {"n": 2}, {"n": 3})
        maximum = float(emulator.state(CRM)["credits"]["maximum"])
    responses = sum(map(len, opened.values()))
    credits_ = sum(float(one["credits"]) for one in first)
    return [
        Row(f"destination-crm: responses of {len(addresses):,} people in {CAMPAIGNS} campaigns", f"{responses:,}"),
        *_ratio("first sync", first, everybody.fewest(opened, {})),
        *_ratio("later, a few of each campaign", second, everybody.fewest(_new(later, opened), opened)),
        at_most("destination-crm: credits for 1,000 new responses", credits_ / responses * 1000, 180),
        at_most(
            f"destination-crm: hours to spend {SHARE:.0%} of a day's credits at this pace, {LATENCY_MS} ms a call",
            SHARE * maximum / (credits_ / took_s) / 3600,
            DAY_H * ALLOWED,
        ),
        at_most("destination-crm: writes for the same responses again", sum(bool(one["writes"]) for one in again), 0),
        at_most("destination-crm: calls for the same responses again", len(again), MOST_OF_A_QUIET_SYNC),
        *_limit(folder, people, opened, credits_ / 2),
    ]


def _new(later: Opened, before: Opened) -> Opened:
    return {key: sorted(set(addresses) - set(before[key])) for key, addresses in later.items()}


def _ratio(what: str, requests: Sequence[Mapping[str, Any]], fewest: int) -> Iterator[Row]:
    made = sum(bool(one["writes"]) and bool(WRITES.search(one["path"])) for one in requests)
    yield at_most(f"destination-crm, {what}: {made} write calls ÷ {fewest}, the fewest possible", made / fewest, 1 / ALLOWED, " ×")


def _limit(folder: Path, people: int, opened: Opened, allowed: float) -> Iterator[Row]:
    """Where the day's credits are what binds: how much of our share of them is used before the rest is postponed."""
    with EmulatorProcess(people=people, time_scale=SCALE, configs=folder / "limited") as emulator:
        _prepared(emulator)
        emulator.edit(CRM, op="set_edition", **FREE)
        share = round(allowed / float(emulator.state(CRM)["credits"]["maximum"]), 3)
        destination = Destination(emulator, folder / "limit", share_of_limit=share)
        _, requests = destination.write(opened, {}, {"n": 1})
        used = sum(float(one["credits"]) for one in requests) / (share * float(emulator.state(CRM)["credits"]["maximum"]))
    yield at_least("destination-crm: share of the allowed credits used, where there is more to write", used, ALLOWED)
    yield at_most("destination-crm: and never more than are allowed", used, 1.0)


def _prepared(emulator: EmulatorProcess) -> People:
    for module in MODULES:
        emulator.edit(CRM, op="add_field", module=module, field=FIELD, data_type="text")
    return People(emulator)
