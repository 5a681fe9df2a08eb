"""What reading exported answers costs: CPU against a plain loop over the rows, records, state, memory. No account and no call is needed."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.process import Ran, run, script
from benchmarks.table import Row, at_most
from emulators.process import EmulatorProcess

STREAM = "survey_responses"
SURVEY = "Customer satisfaction"
RESPONSE, ANSWER = "Response ID", "What should we do better?"


class Export:
    """A seeded survey's export, its rows repeated under other ids, and a connector that reads it."""

    def __init__(self, emulator: EmulatorProcess, folder: Path) -> None:
        system = emulator.config("source-campaigns", "zoho_survey")["system"]
        rows = csv.DictReader(emulator.edit("zoho_survey", op="export", survey=SURVEY)["csv"].removeprefix("\ufeff").splitlines(keepends=True))
        self._rows = [row for row in rows if "\n" not in "".join(map(str, row.values()))]
        self._names = list(rows.fieldnames or ())
        self._folder, self.path = folder, folder / "export.csv"
        self.state: list[Any] = []
        exports = [{"survey_id": "S1", "survey_name": SURVEY, "location": str(self.path)}]
        kept = {name: value for name, value in system.items() if name not in ("account", "spool", "base_urls")}
        (folder / "config.json").write_text(json.dumps({"system": kept | {"exports": exports}}))
        stream = {"name": STREAM, "json_schema": {"properties": {}}, "supported_sync_modes": ["incremental"]}
        entry = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
        (folder / "catalog.json").write_text(json.dumps({"streams": [entry]}))

    def write(self, size: int, *, edited: int = 0) -> None:
        """So many responses; the first `edited` of them with another answer."""
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._names)
            writer.writeheader()
            for number in range(size):
                row = self._rows[number % len(self._rows)] | {RESPONSE: f"R{number}"}
                writer.writerow(row | {ANSWER: "Edited"} if number < edited else row)

    def read(self) -> tuple[Ran, int]:
        """One run: what the process took, records."""
        (self._folder / "state.json").write_text(json.dumps(self.state))
        files = {name: str(self._folder / f"{name}.json") for name in ("config", "catalog", "state")}
        out = self._folder / "out.jsonl"
        ran = run([script("source-campaigns"), "read", *(part for name, path in files.items() for part in (f"--{name}", path))], stdout=out)
        records = 0
        with out.open("rb") as lines:
            for line in lines:
                if line.startswith(b'{"type":"RECORD"'):
                    records += 1
                elif line.startswith(b'{"type":"STATE"'):
                    self.state = [{"type": "STREAM", "stream": json.loads(line)["state"]["stream"]}]
        return ran, records

    def loop_s(self) -> float:
        """A loop that parses the rows and writes them as JSON, which anybody would need."""
        began = time.process_time()
        with self.path.open(newline="", encoding="utf-8") as file, (self._folder / "loop.jsonl").open("w") as sink:
            for row in csv.DictReader(file):
                sink.write(json.dumps(row))
        return time.process_time() - began


def answers(folder: Path, small: int, large: int) -> list[Row]:
    """Two sizes, of which the difference is the cost of a response; then one in a hundred edited, then the same file once more."""
    with EmulatorProcess(people=20, configs=folder / "configs") as emulator:
        export = Export(emulator, folder)
        export.write(small)
        base, _ = export.read()
        export.state = []
        export.write(large)
        first, shown = export.read()
        loop = export.loop_s() / large
        size = len(json.dumps(export.state)) / large
        export.write(large, edited=large // 100)
        _, edited = export.read()
        _, again = export.read()
    each = (first.cpu_s - base.cpu_s) / (large - small)
    return [
        Row("surveys: records of the first read", f"{shown:,}"),
        Row("surveys: CPU for each response", f"{each * 1e6:.0f} µs"),
        at_most("surveys: the same ÷ a loop that parses and prints the rows", each / loop, 12, " ×"),
        at_most("surveys: records shown for each edited response", edited / (large // 100), 1),
        at_most("surveys: records when the file is the same", again, 0),
        at_most("surveys: bytes of state for each response", size, 25),
        Row("surveys: peak memory of a read", f"{base.peak_mb:.0f} MB of {small:,}, {first.peak_mb:.0f} MB of {large:,}"),
    ]
