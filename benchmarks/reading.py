"""Reading: CPU per record against the loop, a backfill under latency and limits, credits, memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.crm import ALWAYS_BULK, NEVER_BULK, Source, credits_spent, last_state, records
from benchmarks.process import Ran, run
from benchmarks.table import Row, at_most
from emulators.process import EmulatorProcess

MODULE = "Leads"
LEADS_SHARE = 0.6
SCALE = 60
SCALED = {"MAILSYNC_TIME_SCALE": str(SCALE)}


@contextmanager
def vendor(folder: Path, leads: int, **options: object) -> Iterator[EmulatorProcess]:
    """An emulator with about so many leads."""
    with EmulatorProcess(people=round(leads / LEADS_SHARE), configs=folder / "configs", **options) as emulator:  # type: ignore[arg-type]
        yield emulator


def loop(emulator: EmulatorProcess, out: Path, most: int = 10**9) -> Ran:
    """One run of the yardstick."""
    config = Path(emulator.configs) / "source-crm.zoho_crm.json"
    return run([sys.executable, "-m", "benchmarks.loop", str(config), MODULE, str(most)], stdout=out)


def cpu_per_record(folder: Path, small: int, large: int) -> list[Row]:
    """The slope between two sizes takes start-up out of every figure."""
    costs: dict[str, list[tuple[int, float]]] = {"loop": [], "coql": [], "bulk": []}
    for leads in (small, large):
        with vendor(folder / f"cpu-{leads}", leads, limits="off", time_scale=SCALE) as emulator:
            for _ in range(2):
                out = folder / f"out-{leads}.jsonl"
                costs["loop"].append(_counted(out, loop(emulator, out)))
                for path, threshold in (("coql", NEVER_BULK), ("bulk", ALWAYS_BULK)):
                    source = Source(emulator, folder / path, bulk_from_rows=threshold, environment=SCALED)
                    costs[path].append(_counted(out, source.read(MODULE, out=out)))
    slopes = {path: _slope(points) for path, points in costs.items()}
    return [
        Row(f"the loop: CPU per record ({large - small:,} records)", f"{slopes['loop'] * 1e6:.1f} µs"),
        at_most("read by COQL: CPU per record / loop", slopes["coql"] / slopes["loop"], 5, " ×"),
        at_most("read by bulk CSV: CPU per record / loop", slopes["bulk"] / slopes["loop"], 6, " ×"),
    ]


def _counted(out: Path, ran: Ran) -> tuple[int, float]:
    return records(out), ran.cpu_s


def _slope(points: list[tuple[int, float]]) -> float:
    """CPU seconds per record between the smallest and the largest size, the best run of each."""
    few, many = min(points)[0], max(points)[0]
    best = {size: min(cpu for count, cpu in points if count == size) for size in (few, many)}
    return (best[many] - best[few]) / (many - few)


def backfill_under_latency(folder: Path, people: int) -> list[Row]:
    """100 ms a call, limits on: the connector's backfill against sequential record pages of the same people."""
    with vendor(folder / "latency", people, latency_ms=100) as emulator:
        pages = loop(emulator, folder / "pages.jsonl", people)
        source = Source(emulator, folder / "latency-source")
        emulator.clear_requests()
        bulk = source.read(MODULE, out=folder / "bulk.jsonl")
        return [
            Row(
                f"backfill of {records(folder / 'bulk.jsonl'):,} people, 100 ms latency, limits on",
                f"{bulk.wall_s:.1f} s",
            ),
            Row("… by sequential record pages", f"{pages.wall_s:.1f} s"),
            at_most("backfill / sequential record pages", bulk.wall_s / pages.wall_s, 1 / 3, " ×"),
            at_most("credits of that backfill", credits_spent(emulator), 70),
        ]


def increments(folder: Path, people: int, changed: int) -> list[Row]:
    """Credits of an increment and of a sync with nothing new."""
    with vendor(folder / "increments", people, limits="off", time_scale=SCALE) as emulator:
        source = Source(emulator, folder / "increments-source", environment=SCALED)
        first, second, third = (folder / f"{name}.jsonl" for name in ("first", "second", "third"))
        source.read(MODULE, out=first)
        emulator.advance(3600)
        _touch(emulator, changed)
        emulator.advance(3600)
        emulator.clear_requests()
        source.read(MODULE, state=last_state(first, folder / "state-1.json"), out=second)
        spent = credits_spent(emulator)
        emulator.advance(3600)
        emulator.clear_requests()
        source.read(MODULE, state=last_state(second, folder / "state-2.json"), out=third)
        return [
            at_most(f"credits of an increment of {records(second):,} changed people", spent, 12),
            at_most(f"credits of a stream with nothing changed ({records(third)} records)", credits_spent(emulator), 8),
        ]


def _touch(emulator: EmulatorProcess, count: int) -> None:
    ids = list(emulator.state("zoho_crm")["modules"][MODULE])[:count]
    for number, record_id in enumerate(ids):
        emulator.edit("zoho_crm", op="update", module=MODULE, id=record_id, record={"City": f"Town {number}"})


def memory(folder: Path, sizes: tuple[int, ...]) -> list[Row]:
    """Peak memory of one read at several sizes.

    The clock runs only twice as fast: the emulator writes the file of a bulk job in real time, and 200,000 rows take it longer than a scaled job.
    """
    peaks = []
    for leads in sizes:
        with vendor(folder / f"memory-{leads}", leads, limits="off", time_scale=2) as emulator:
            source = Source(emulator, folder / f"memory-source-{leads}", environment={"MAILSYNC_TIME_SCALE": "2"})
            peaks.append(source.read(MODULE).peak_mb)
    rows = [Row(f"source-crm: peak memory at {leads:,} records", f"{peak:.0f} MB") for leads, peak in zip(sizes, peaks, strict=True)]
    return [*rows, at_most(f"source-crm: peak at {sizes[-1]:,} / at {sizes[0]:,}", peaks[-1] / peaks[0], 1.3, " ×")]
