"""A command as a whole process: wall and CPU seconds, peak memory, exit code. CPU seconds are the figure to trust on a shared machine."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

BETWEEN_LOOKS_S = 0.01
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ran:
    """What the operating system says of one finished process. `peak_mb` is its largest resident set, looked at a hundred times a second."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int


def script(name: str) -> str:
    """The path of one of our console scripts."""
    return str(BIN / name)


def run(
    command: Sequence[str],
    *,
    stdin: Path | None = None,
    stdout: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """Run to the end. Raises RuntimeError with the last lines of stderr when the command fails."""
    errors = Path(os.devnull) if stdout is None else stdout.with_suffix(".stderr")
    started = time.monotonic()
    with (
        Path(stdin or os.devnull).open("rb") as source,
        Path(stdout or os.devnull).open("wb") as sink,
        errors.open("wb") as complaints,
    ):
        child = subprocess.Popen(command, stdin=source, stdout=sink, stderr=complaints, env={**os.environ, **(environment or {})})
        peak, status, usage = _watched(child.pid)
        child.returncode = os.waitstatus_to_exitcode(status)
    ran = Ran(time.monotonic() - started, usage.ru_utime + usage.ru_stime, peak / 2**20, child.returncode)
    if ran.exit_code != 0:
        tail = _tail(errors) or (_tail(stdout) if stdout else "")
        raise RuntimeError(f"{' '.join(command[:3])} ended with {ran.exit_code}: {tail}")
    return ran


def _watched(pid: int) -> tuple[int, int, resource.struct_rusage]:
    """Largest resident set in bytes, status, usage. The system's own largest one counts what the parent held when it began the child."""
    peak, process = 0, psutil.Process(pid)
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return peak, status, usage
        with suppress(psutil.Error):
            peak = max(peak, process.memory_info().rss)
        time.sleep(BETWEEN_LOOKS_S)


def _tail(path: Path) -> str:
    return path.read_bytes()[-1500:].decode(errors="replace") if path.is_file() else ""
