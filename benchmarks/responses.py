"""What reading recipients' responses costs: calls against the fewest that the vendor's API allows, records, state, memory.

The fewest are: a call for each hundred campaigns, a call for each campaign's counters, and for each action that changed all of its recipients, 500 a
call, because the vendor gives them in no order.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.process import Ran, run, script
from benchmarks.table import Row, at_most
from emulators.process import EmulatorProcess

CAMPAIGNS = 100
NEW = {"open": 70, "click": 20, "bounce": 8, "unsubscribe": 2}  # of a hundred new responses
SCALE = 600
DAY = 86400
PAGE = 500
STREAM = "responses"
ACTIONS = ("sentcontacts", "openedcontacts", "clickedcontacts", "optoutcontacts", "spamcontacts", "senthardbounce", "sentsoftbounce")


class Account:
    """A hundred campaigns to one list, and a connector that reads them."""

    def __init__(self, emulator: EmulatorProcess, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.state: list[Any] = []
        (folder / "config.json").write_text(json.dumps(emulator.config("source-campaigns", "zoho_campaigns") | {"look_back_days": 60}))
        stream = {"name": STREAM, "json_schema": {"properties": {}}, "supported_sync_modes": ["incremental"]}
        entry = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
        (folder / "catalog.json").write_text(json.dumps({"streams": [entry]}))

    def read(self) -> tuple[Ran, Counter[str], int]:
        """One run: what the process took, calls by method, records."""
        (self.folder / "state.json").write_text(json.dumps(self.state))
        self.emulator.clear_requests()
        files = {name: str(self.folder / f"{name}.json") for name in ("config", "catalog", "state")}
        out = self.folder / "out.jsonl"
        command = [script("source-campaigns"), "read", *(part for name, path in files.items() for part in (f"--{name}", path))]
        ran = run(command, stdout=out, environment={"MAILSYNC_TIME_SCALE": str(SCALE)})
        records = 0
        with out.open("rb") as lines:
            for line in lines:
                if line.startswith(b'{"type":"RECORD"'):
                    records += 1
                elif line.startswith(b'{"type":"STATE"'):
                    self.state = [{"type": "STREAM", "stream": json.loads(line)["state"]["stream"]}]
        calls = Counter(one["path"].rpartition("/")[2] for one in self.emulator.requests() if one["system"] == "zoho_campaigns")
        return ran, calls, records

    def counts(self) -> dict[str, Counter[str]]:
        """Campaign → action → recipients."""
        campaigns = self.emulator.state("zoho_campaigns")["campaigns"]
        return {
            key: Counter({"sentcontacts": len(one["recipients"])} | {action: len(those) for action, those in one["actions"].items()})
            for key, one in campaigns.items()
        }


def fewest(before: dict[str, Counter[str]], now: dict[str, Counter[str]]) -> int:
    """Calls that no reader can do without."""
    pages = sum(
        -(-now[key][action] // PAGE)
        for key in now
        for action in ACTIONS
        if now[key][action] and now[key][action] != before.get(key, Counter())[action]
    )
    return -(-len(now) // 100) + len(now) + pages


def calls_of_responses(folder: Path, recipients: int) -> list[Row]:
    """A first read, one with one in a hundred new, one with nothing new."""
    with EmulatorProcess(people=20, limits="off", time_scale=SCALE, configs=folder / "configs") as emulator:
        account = Account(emulator, folder)
        _send(emulator, recipients)
        nothing: dict[str, Counter[str]] = {}
        first_counts = account.counts()
        ran, first, shown = account.read()
        rows = [_ratio("first read", first, fewest(nothing, first_counts)), Row("responses: records of the first read", f"{shown:,}")]
        size = len(json.dumps(account.state))
        new = _respond(emulator, recipients // 100)
        counts = account.counts()
        _, second, again = account.read()
        rows.append(_ratio("1 % new", second, fewest(first_counts, counts)))
        rows.append(at_most("responses: records shown for each new one", again / new, 6))
        _, third, none = account.read()
        rows.append(_ratio("nothing new", third, fewest(counts, counts)))
        rows.append(at_most("responses: records with nothing new", none, 0))
        rows.append(at_most("responses: bytes of state for each campaign", size / CAMPAIGNS, 6000))
        rows.append(at_most("responses: peak memory of the first read", ran.peak_mb, 200, " MB"))
        rows.append(Row("responses: CPU of the first read, for each record", f"{ran.cpu_s / shown * 1e6:.0f} µs"))
    return rows


def _send(emulator: EmulatorProcess, recipients: int) -> None:
    emulator.edit("zoho_campaigns", op="delete_campaign")
    key = emulator.edit("zoho_campaigns", op="create_list", name="Readers")["list"]
    emulator.edit("zoho_campaigns", op="populate", list=key, n=recipients)
    for number in range(CAMPAIGNS):
        emulator.edit("zoho_campaigns", op="send", list=key, name=f"Letter {number}", lively=True)
    emulator.advance(26 * DAY)


def _respond(emulator: EmulatorProcess, each: int) -> int:
    """So many new responses in each campaign; how many in all."""
    new = 0
    for key, one in emulator.state("zoho_campaigns")["campaigns"].items():
        silent = [address for address in one["recipients"] if not any(address in done for done in one["actions"].values())]
        for op, share in NEW.items():
            for _ in range(max(1, each * share // 100)):
                emulator.edit("zoho_campaigns", op=op, campaign=key, email=silent.pop())
                new += 2 if op == "click" else 1
    print(f"{new} new responses", file=sys.stderr)
    return new


def _ratio(what: str, calls: Counter[str], least: int) -> Row:
    made = sum(calls.values())
    told = ", ".join(f"{count} {method}" for method, count in sorted(calls.items()))
    return at_most(f"responses, {what}: {made} calls ({told}) ÷ {least}, the fewest possible", made / least, 1.2)
