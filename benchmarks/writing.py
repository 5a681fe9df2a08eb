"""Writing: how much of the allowed window is used while work waits, what an unchanged record costs, memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks.process import Ran, run, script
from benchmarks.reading import vendor
from benchmarks.table import Row, at_least, at_most
from emulators.process import EmulatorProcess

STREAM = "People"
TOOLS = ("zoho_campaigns", "mailigen")
MOST_OF_A_QUIET_SYNC = 60
CALLS_SCALE = 60  # a minute's share of one vendor passes in a second, and lists are still read as rarely as they should be
MEMORY_SCALE = 600  # windows pass quickly, and still a list is not out of date with every few hundred people
SUBSCRIBE_PER_MINUTE = 500
SHARE = 0.9
COLUMNS = {
    "id": {"type": ["null", "string"]},
    "Email": {"type": ["null", "string"], "x_data_type": "email"},
    "Email_Opt_Out": {"type": ["null", "boolean"]},
    "First Name": {"type": ["null", "string"]},
    "Last Name": {"type": ["null", "string"]},
    "Company Name": {"type": ["null", "string"]},
    "Modified_Time": {"type": ["null", "string"]},
    "_ab_cdc_cursor": {"type": ["null", "integer"]},
    "_ab_cdc_updated_at": {"type": ["null", "string"]},
    "_ab_cdc_deleted_at": {"type": ["null", "string"]},
}
CONFIGURED = {
    "streams": [
        {
            "stream": {
                "name": STREAM,
                "json_schema": {"type": "object", "properties": COLUMNS},
                "supported_sync_modes": ["full_refresh", "incremental"],
                "source_defined_cursor": True,
                "default_cursor_field": ["_ab_cdc_cursor"],
                "source_defined_primary_key": [["id"]],
            },
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
            "cursor_field": ["_ab_cdc_cursor"],
            "primary_key": [["id"]],
            "generation_id": 0,
            "minimum_generation_id": 0,
            "sync_id": 1,
        }
    ]
}


class Destination:
    """One configuration of destination-campaigns with a ledger of its own."""

    def __init__(
        self,
        emulator: EmulatorProcess,
        folder: Path,
        *,
        time_scale: int,
        share: float = SHARE,
        tool: str = "zoho_campaigns",
        ledger: dict[str, Any] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        config = emulator.config("destination-campaigns", tool)
        config |= {
            "ledger": ledger or {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "streams": [{"stream": STREAM, "list_name": "Newsletter"}],
            "share_of_limit": share,
            "adopt_existing": True,
            "confirm_after_ledger_loss": True,
        }
        self._config, self._catalog = folder / "destination.json", folder / "catalog.json"
        self._config.write_text(json.dumps(config))
        self._catalog.write_text(json.dumps(CONFIGURED))
        self._environment = {"MAILSYNC_TIME_SCALE": str(time_scale)}

    def write(self, messages: Path, out: Path | None = None) -> Ran:
        """One `write`."""
        command = [
            script("destination-campaigns"),
            "write",
            "--config",
            str(self._config),
            "--catalog",
            str(self._catalog),
        ]
        return run(command, stdin=messages, stdout=out, environment=self._environment)


def people(path: Path, count: int, *, cursor_from: int = 1, state_every: int = 2_000, state_from: int = 0, among: int = 0) -> Path:
    """A file of messages as a source sends them: the state it was given, records with a STATE now and then, and COMPLETE.

    `among`: so many people there are, and the `count` told are spread evenly over them.
    """
    step = max(1, among // count) if count else 1
    with path.open("wb") as sink:
        sink.writelines(line + b"\n" for line in _messages(count, cursor_from, state_every, state_from, step))
    return path


def _messages(count: int, cursor_from: int, state_every: int, state_from: int, step: int) -> Iterator[bytes]:
    yield _state({"cursor": state_from} if state_from else {})
    for told, number in enumerate(range(0, count * step, step)):
        record = {
            "id": f"{number:018d}",
            "Email": f"person.{number}@example.org",
            "Email_Opt_Out": False,
            "First Name": f"First {number}",
            "Last Name": f"Last {number}",
            "Company Name": f"Company {number % 500}",
            "Modified_Time": "2026-03-09T07:05:00Z",
            "_ab_cdc_cursor": cursor_from + told,
            "_ab_cdc_updated_at": "2026-03-09T07:05:00Z",
        }
        yield orjson.dumps({"type": "RECORD", "record": {"stream": STREAM, "data": record, "emitted_at": 0}})
        if (told + 1) % state_every == 0:
            yield _state({"cursor": cursor_from + told})
    yield _state({"cursor": cursor_from + count})
    status = {"stream_descriptor": {"name": STREAM}, "status": "COMPLETE"}
    yield orjson.dumps({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 0, "stream_status": status}})


def _state(blob: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "type": "STATE",
            "state": {"type": "STREAM", "stream": {"stream_descriptor": {"name": STREAM}, "stream_state": blob}},
        }
    )


def window_use(folder: Path, count: int, time_scale: int) -> list[Row]:
    """While work waits: the poorest full minute of listsubscribe calls, against the configured share; and whether a lock was ever met."""
    with vendor(folder / "window", 100, time_scale=time_scale) as emulator:
        destination = Destination(emulator, folder / "window-ledger", time_scale=time_scale)
        emulator.clear_requests()
        ran = destination.write(people(folder / "window.jsonl", count))
        requests = emulator.requests()
    calls = sorted(_at(request) for request in requests if str(request["path"]).endswith("/listsubscribe"))
    first, last = calls[0], calls[-1]
    minutes = int((last - first) // 60)
    per_minute = [sum(first + 60 * i <= at < first + 60 * (i + 1) for at in calls) for i in range(minutes)]
    used = min(per_minute) / (SUBSCRIBE_PER_MINUTE * SHARE)
    refused = sum(request["status"] >= 400 for request in requests)
    return [
        Row(
            f"{len(calls):,} listsubscribe calls over {minutes} full vendor minutes (clock × {time_scale})",
            f"{ran.wall_s:.0f} s",
        ),
        at_least("poorest minute's calls / configured share of the window", used, 0.95),
        at_most("refused or locked calls", refused, 0),
    ]


def _at(request: dict[str, Any]) -> float:
    return float(request["at"])


def unchanged(folder: Path, small: int, large: int, loop_s: float) -> list[Row]:
    """CPU per record that the ledger knows and that says nothing new; slope between two sizes. `loop_s` is the yardstick's CPU per record."""
    points = []
    for count in (small, large):
        with vendor(folder / f"unchanged-{count}", 100, limits="off", time_scale=3600) as emulator:
            destination = Destination(emulator, folder / f"unchanged-ledger-{count}", time_scale=3600)
            destination.write(people(folder / "first.jsonl", count))
            emulator.clear_requests()
            again = people(folder / "again.jsonl", count, cursor_from=count + 1, state_from=1 + count)
            ran = min((destination.write(again) for _ in range(1)), key=lambda ran: ran.cpu_s)
            writes = sum(bool(request["writes"]) for request in emulator.requests())
            points.append((count, ran.cpu_s))
    slope = (points[1][1] - points[0][1]) / (large - small)
    return [
        at_most("calls that write, for unchanged people", writes, 0),
        Row("an unchanged record on SQLite", f"{slope * 1e6:.0f} µs CPU"),
        at_most("an unchanged record / loop", slope / loop_s, 12, " ×"),
    ]


def calls(folder: Path, count: int) -> list[Row]:
    """What a mailing tool is called for: a first load, the same people again, and nothing at all; for each tool, per 100,000 people."""
    rows = []
    for tool in TOOLS:
        with vendor(folder / f"calls-{tool}", 100, limits="off", time_scale=CALLS_SCALE) as emulator:
            destination = Destination(emulator, folder / f"calls-ledger-{tool}", time_scale=CALLS_SCALE, tool=tool)
            made = []
            for cursor, messages in ((1, count), (count + 1, count), (2 * count + 1, 0)):
                emulator.clear_requests()
                destination.write(people(folder / f"calls-{tool}.jsonl", messages, cursor_from=cursor, state_from=cursor - 1 + (cursor > 1)))
                made.append([bool(request["writes"]) for request in emulator.requests() if request["system"] == tool])
        first, again, nothing = made
        rows += [
            Row(f"{tool}: calls that write, per 100,000 new people", f"{sum(first) / count * 100_000:,.0f}"),
            at_most(f"{tool}: calls that write, when the same people come again", sum(again), 0),
            at_most(f"{tool}: calls of a sync with nothing new, on a list of {count:,}", len(nothing), MOST_OF_A_QUIET_SYNC),
        ]
    return rows


def memory(folder: Path, sizes: tuple[int, ...]) -> list[Row]:
    """Peak memory of one write. A small share of the limit, so that most are postponed, as in any first sync of so many."""
    peaks = []
    for count in sizes:
        with vendor(folder / f"write-memory-{count}", 100, limits="off", time_scale=MEMORY_SCALE) as emulator:
            destination = Destination(emulator, folder / f"write-memory-ledger-{count}", time_scale=MEMORY_SCALE, share=0.02)
            peaks.append(destination.write(people(folder / "many.jsonl", count)).peak_mb)
    rows = [Row(f"destination-campaigns: peak memory at {count:,} records", f"{peak:.0f} MB") for count, peak in zip(sizes, peaks, strict=True)]
    return [
        *rows,
        at_most(f"destination-campaigns: peak at {sizes[-1]:,} / at {sizes[0]:,}", peaks[-1] / peaks[0], 1.3, " ×"),
    ]
