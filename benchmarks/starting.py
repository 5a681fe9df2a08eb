"""Start-up: how long `spec` takes, against importing the framework."""

from __future__ import annotations

import statistics
import sys

from benchmarks.process import run, script
from benchmarks.table import Row, at_most


def spec(repeats: int = 5) -> list[Row]:
    """Medians of whole-process wall time, in turns."""
    commands = {
        "import": [sys.executable, "-c", "import airbyte_cdk"],
        "source-crm": [script("source-crm"), "spec"],
        "destination-campaigns": [script("destination-campaigns"), "spec"],
        "destination-crm": [script("destination-crm"), "spec"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            times[name].append(run(command).wall_s)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    rows = [Row("import airbyte_cdk", f"{medians.pop('import'):.2f} s")]
    base = statistics.median(times["import"])
    return rows + [at_most(f"{name} spec / import airbyte_cdk", seconds / base, 0.25, " ×") for name, seconds in medians.items()]
