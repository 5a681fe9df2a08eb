"""source-crm at Pipedrive: calls and tokens for a hundred thousand people, and how much of the burst limit a read uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.crm import Source, last_state, records
from benchmarks.table import Row, at_least, at_most
from emulators.process import EmulatorProcess

SYSTEM = "pipedrive"
LISTS = "/api/v2/persons"
STREAMS = ("persons", "organizations", "deals", "activities")
LITE_BURST = 20
WINDOW_S = 2.0
SCALED = {"MAILSYNC_TIME_SCALE": "60"}


def reads(folder: Path, people: int) -> list[Row]:
    """A first read, a sync with nothing new, and one that compares all ids."""
    with EmulatorProcess(people=people, configs=folder / "pipedrive", limits="off", time_scale=60) as emulator:
        source = _source(emulator, folder / "pipedrive-source", SCALED, last_contacted="off")
        first, second, third = (folder / f"pipedrive-{name}.jsonl" for name in ("first", "second", "third"))
        emulator.clear_requests()
        source.read("persons", out=first)
        cost = _tokens(emulator)
        read = records(first)
        emulator.advance(3600)
        emulator.clear_requests()
        source.read("persons", state=last_state(first, folder / "pipedrive-1.json"), out=second)
        idle = _tokens(emulator)
        emulator.advance(2 * 86_400)
        emulator.clear_requests()
        source.read("persons", state=last_state(second, folder / "pipedrive-2.json"), out=third)
        calls = len(_lists(emulator))
        per_100_000 = 100_000 / max(read, 1)
        return [
            Row(f"Pipedrive: tokens of a first read of {read:,} people", f"{cost:,} ({cost * per_100_000:,.0f} for 100,000)"),
            at_most("… of a sync with nothing new", idle, 70),
            at_most(f"… list calls of a sync that compares all ids ({records(third)} records)", calls, 2 * people / 1000 + 10),
        ]


def burst(folder: Path, people: int) -> list[Row]:
    """Four streams at once, 100 ms a call, the smallest plan: its twenty calls in two seconds are what a read could use at most."""
    with EmulatorProcess(people=people, configs=folder / "pipedrive-burst", latency_ms=100) as emulator:
        emulator.edit(SYSTEM, op="set_plan", plan="lite", seats=100)
        source = _source(emulator, folder / "pipedrive-burst-source")
        emulator.clear_requests()
        source.read(*STREAMS, out=folder / "pipedrive-burst.jsonl")
        times = [request["at"] for request in emulator.requests() if request["system"] == SYSTEM]
        refused = emulator.state(SYSTEM)["limits"]["refused"]
        # The last calls of the longest stream are alone: what is judged is the time in which there was work for all.
        busy = times[: len(times) * 3 // 4]
        share = (len(busy) - 1) / (busy[-1] - busy[0]) / (LITE_BURST / WINDOW_S)
        return [
            at_least("Pipedrive: share of the burst limit used while four streams are read", share, 0.9),
            at_most("… calls that met the limit", sum(refused.values()), 0),
        ]


def _source(emulator: EmulatorProcess, folder: Path, environment: dict[str, str] | None = None, **system: Any) -> Source:
    config = json.loads((Path(emulator.configs) / "source-crm.pipedrive.json").read_text())
    return Source(emulator, folder, config=config | {"system": config["system"] | system}, environment=environment)


def _lists(emulator: EmulatorProcess) -> list[dict[str, Any]]:
    return [request for request in emulator.requests() if request["path"] == LISTS]


def _tokens(emulator: EmulatorProcess) -> int:
    return sum(int(request["credits"] or 0) for request in emulator.requests() if request["system"] == SYSTEM)
