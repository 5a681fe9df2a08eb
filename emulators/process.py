"""The emulators as a process of their own, for tests, the demo and benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
START_S = 60.0
STOP_S = 10.0


class EmulatorProcess:
    """`python -m emulators serve` with its control plane. Use as a context manager, or call `start` and `stop`.

    The process ends by itself when the one that started it ends.
    """

    def __init__(self, *, configs: Path | None = None, people: int = 1000, seed: int = 1, **options: Any) -> None:
        """`options` are further options of `serve`, e.g. `limits="off"`, `latency_ms=100`, `time_scale=60`."""
        self._own_folder = tempfile.TemporaryDirectory() if configs is None else None
        self.configs = configs or Path(self._own_folder.name if self._own_folder else "")
        self._options = {"people": people, "seed": seed, "configs": self.configs, **options}
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> Self:
        """Start and wait until it serves. Raises RuntimeError when it ends before."""
        arguments = [part for name, value in self._options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "emulators", "serve", "--until-stdin-closes", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))},
        )
        assert self._process.stdout is not None  # noqa: S101 - PIPE above
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(START_S)
            self.stop()
            raise RuntimeError(f"the emulators did not start: exit code {code}")
        self.url = json.loads(line)["url"]
        return self

    def stop(self) -> None:
        """End it and wait for that."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError when it is not running."""
        if self._process is None:
            raise RuntimeError("the emulators are not running")
        return self._process.pid

    def config(self, connector: str, system: str) -> dict[str, Any]:
        """The working configuration that `serve` wrote for a connector."""
        read: dict[str, Any] = json.loads((self.configs / f"{connector}.{system}.json").read_bytes())
        return read

    def move_configs(self, folder: Path) -> None:
        """Write the configurations into another folder; ledgers and the like that they name lie there, too."""
        self.admin("POST", "configs", {"dir": str(folder)})
        self.configs = folder

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        """One call of the control plane, e.g. `admin("GET", "requests")`. Raises RuntimeError with its words when it refuses."""
        return _call(method, f"{self.url}/__admin/{path.removeprefix('/__admin/').lstrip('/')}", json)

    def state(self, system: str) -> dict[str, Any]:
        """What a vendor holds now."""
        answer: dict[str, Any] = self.admin("GET", f"state/{system}")
        return answer

    def edit(self, system: str, **operation: Any) -> dict[str, Any]:
        """What people do in the vendor's own UI, e.g. `edit("zoho_campaigns", op="unsubscribe", list=…, email=…)`."""
        answer: dict[str, Any] = self.admin("POST", f"edit/{system}", operation)
        return answer

    def faults(self, **fault: Any) -> None:
        """Let the next matching requests fail, e.g. `faults(system="zoho_campaigns", kind="timeout", processed=True)`."""
        self.admin("POST", "faults", fault)

    def heal(self) -> None:
        """No more faults."""
        self.admin("DELETE", "faults")

    def publish(self, name: str, html: str) -> str:
        """A page of the company's own web site; its address."""
        return str(self.admin("POST", "pages", {"name": name, "html": html})["url"])

    def advance(self, seconds: float) -> None:
        """Move the vendors' clock forward."""
        self.admin("POST", "clock", {"advance_s": seconds})

    def now(self) -> float:
        """The vendors' clock, epoch seconds."""
        return float(self.admin("GET", "clock")["now"])

    def switch(self, **readings: str) -> None:
        """Choose readings of unverified behaviours, by the switches' names."""
        self.admin("POST", "switches", readings)

    def requests(self) -> list[dict[str, Any]]:
        """Every request since the last clearing."""
        answer: list[dict[str, Any]] = self.admin("GET", "requests")
        return answer

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self.admin("DELETE", "requests")

    def reset(self) -> None:
        """Back to the seed: data, clock, switches, faults, log."""
        self.admin("POST", "reset")


def _call(method: str, url: str, body: Any) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json"})  # noqa: S310 - loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=120) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {request.selector}: HTTP {error.code} {error.read().decode(errors='replace')}") from None
