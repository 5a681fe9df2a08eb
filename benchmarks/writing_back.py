"""Writing responses back: calls against the fewest that the CRM's batches allow, credits, and what responses cost that are known already."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks.process import Ran, run, script
from benchmarks.table import Row, at_least, at_most
from emulators.process import EmulatorProcess

CRM = "zoho_crm"
SCALE = 300
ROWS_PER_CALL = 100
MOST_OF_A_QUIET_SYNC = 20
FIELD = "Mailing_Status"
COLUMNS = {"campaigns": ("campaign_key", "name", "sent_at"), "responses": ("campaign_key", "action", "address")}
KEYS = {"campaigns": ["campaign_key"], "responses": ["campaign_key", "action", "address"]}
WRITES = re.compile(r"/Campaigns/\d+/|/(Leads|Contacts)$")


class Destination:
    """destination-crm that writes member statuses and a status field."""

    def __init__(self, emulator: EmulatorProcess, folder: Path) -> None:
        self.emulator, self.folder = emulator, folder
        config = emulator.config("destination-crm", CRM) | {
            "ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "status_fields": [{"module": module, "field": FIELD} for module in ("Leads", "Contacts")],
        }
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "catalog.json").write_text(json.dumps({"streams": [_configured(name) for name in COLUMNS]}))

    def write(self, addresses: list[str], given: dict[str, Any], after: dict[str, Any]) -> tuple[Ran, list[dict[str, Any]]]:
        """One run that brings an opening of everybody; the requests that the CRM saw."""
        path = self.folder / "in.jsonl"
        with path.open("wb") as sink:
            sink.writelines(orjson.dumps(message) + b"\n" for message in _messages(addresses, given, after))
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


def _messages(addresses: list[str], given: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (_state(name, given) for name in COLUMNS)
    yield _record("campaigns", campaign_key="c1", name="News", sent_at="2026-03-01T10:00:00Z")
    for address in addresses:
        yield _record("responses", campaign_key="c1", action="opened", address=address)
    for name in COLUMNS:
        yield _state(name, after)
        status = {"stream_descriptor": {"name": name}, "status": "COMPLETE"}
        yield {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": status}}


def _record(stream: str, **data: Any) -> dict[str, Any]:
    return {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 0}}


def _state(stream: str, content: dict[str, Any]) -> dict[str, Any]:
    about = {"stream_descriptor": {"name": stream}, "stream_state": content}
    return {"type": "STATE", "state": {"type": "STREAM", "stream": about}}


def calls(folder: Path, people: int) -> list[Row]:
    """A first run, and the same responses again."""
    with EmulatorProcess(people=people, limits="off", time_scale=SCALE, configs=folder / "configs") as emulator:
        for module in ("Leads", "Contacts"):
            emulator.edit(CRM, op="add_field", module=module, field=FIELD, data_type="text")
        modules = emulator.state(CRM)["modules"]
        found = Counter(str(row["Email"]).lower() for module in ("Leads", "Contacts") for row in modules[module].values() if row["Email"])
        addresses = sorted(address for address, count in found.items() if count == 1)
        destination = Destination(emulator, folder)
        _, first = destination.write(addresses, {}, {"n": 1})
        _, again = destination.write(addresses, {"n": 1}, {"n": 2})
        shown = sum(row.get(FIELD) == "Opened" for module in ("Leads", "Contacts") for row in emulator.state(CRM)["modules"][module].values())
    written = [one for one in first if one["writes"] and WRITES.search(one["path"])]
    fewest = 2 * -(-len(addresses) // ROWS_PER_CALL)  # one row for the member status and one for the field of each person
    credits_ = sum(float(one["credits"]) for one in first)
    return [
        Row(f"destination-crm: people shown of {len(addresses):,} who opened", f"{shown:,}"),
        at_least("destination-crm: share of the batches used", 2 * shown / (len(written) * ROWS_PER_CALL), 0.8),
        at_most("destination-crm: write calls / fewest possible", len(written) / fewest, 1.25, " ×"),
        at_most("destination-crm: credits for 1,000 new responses", credits_ / len(addresses) * 1000, 300),
        at_most("destination-crm: writes for the same responses again", sum(bool(one["writes"]) for one in again), 0),
        at_most("destination-crm: calls for the same responses again", len(again), MOST_OF_A_QUIET_SYNC),
    ]
