"""A command as a whole process: wall and CPU seconds, peak memory, exit code. CPU seconds are the figure to trust on a shared machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ran:
    """What the operating system says of one finished process. `peak_mb` is its largest resident set."""

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
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    ran = Ran(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode)
    if ran.exit_code != 0:
        tail = _tail(errors) or (_tail(stdout) if stdout else "")
        raise RuntimeError(f"{' '.join(command[:3])} ended with {ran.exit_code}: {tail}")
    return ran


def _tail(path: Path) -> str:
    return path.read_bytes()[-1500:].decode(errors="replace") if path.is_file() else ""
