"""`python -m benchmarks`: every figure, one table. Exit code 1 when a bound does not hold.

`--quick` takes a tenth of the sizes, to see that it runs; `--only NAME` one group.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import knowing, pipedrive, reading, recruit, responses, starting, surveys, writing, writing_back
from benchmarks.table import Row, show


@dataclass
class Bench:
    """Sizes of one run, and where its files go."""

    folder: Path
    part: int  # sizes are divided by this
    loop_s: float = 0.0

    def size(self, full: int) -> int:
        """A size, scaled."""
        return full // self.part

    def starting(self) -> list[Row]:
        """Start-up."""
        return starting.spec()

    def cpu(self) -> list[Row]:
        """CPU per record read."""
        rows = reading.cpu_per_record(self.folder, self.size(4_000), self.size(64_000))
        self.loop_s = float(rows[0].measured.split()[0]) / 1e6
        return rows

    def unchanged(self) -> list[Row]:
        """CPU per unchanged record written."""
        if not self.loop_s:
            self.cpu()
        return writing.unchanged(self.folder, self.size(4_000), self.size(24_000), self.loop_s)

    def known(self) -> list[Row]:
        """CPU per unchanged record among a million, on both databases."""
        if not self.loop_s:
            self.cpu()
        return knowing.unchanged_among(self.folder, self.size(1_000_000), self.size(20_000), self.size(320_000), self.loop_s)

    def latency(self) -> list[Row]:
        """Backfill under latency, and its credits."""
        return reading.backfill_under_latency(self.folder, self.size(100_000))

    def increments(self) -> list[Row]:
        """Credits of later syncs."""
        return reading.increments(self.folder, self.size(100_000), self.size(2_000))

    def window(self) -> list[Row]:
        """Use of the vendor's window."""
        return writing.window_use(self.folder, 2_300, 5)

    def calls(self) -> list[Row]:
        """Calls at each mailing tool."""
        return writing.calls(self.folder, self.size(5_000))

    def write_back(self) -> list[Row]:
        """Calls for writing responses back."""
        return writing_back.calls(self.folder, self.size(4_000))

    def responses(self) -> list[Row]:
        """Calls for recipients' responses."""
        return responses.calls_of_responses(self.folder, self.size(10_000))

    def surveys(self) -> list[Row]:
        """CPU, state and memory for exported answers."""
        return surveys.answers(self.folder, self.size(10_000), self.size(100_000))

    def memory(self) -> list[Row]:
        """Peak memory on both sides."""
        sizes = tuple(self.size(full) for full in (10_000, 100_000, 1_000_000))
        return reading.memory(self.folder, sizes) + writing.memory(self.folder, sizes)

    def pipedrive(self) -> list[Row]:
        """Tokens and burst at Pipedrive."""
        return pipedrive.reads(self.folder, self.size(100_000)) + pipedrive.burst(self.folder, self.size(20_000))

    def recruit(self) -> list[Row]:
        """Credits at Zoho Recruit."""
        return recruit.reads(self.folder, self.size(100_000), self.size(1_000))


GROUPS = (
    "starting",
    "cpu",
    "unchanged",
    "known",
    "latency",
    "increments",
    "window",
    "calls",
    "responses",
    "write_back",
    "surveys",
    "memory",
    "pipedrive",
    "recruit",
)


def main() -> int:
    """Measure, print, and say by the exit code whether every bound holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=GROUPS, action="append")
    arguments = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), part=10 if arguments.quick else 1)
        for name in arguments.only or GROUPS:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            group: Callable[[], list[Row]] = getattr(bench, name)
            rows += group()
    return 0 if show(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
