"""source-crm on the emulator: a configuration, a configured catalog, one read; and what the vendor counted meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from benchmarks.process import Ran, run, script
from emulators.process import EmulatorProcess

ALWAYS_BULK, NEVER_BULK = 0, 10**9


class Source:
    """One configuration of source-crm against one running emulator, in a folder of its own."""

    def __init__(
        self,
        emulator: EmulatorProcess,
        folder: Path,
        *,
        bulk_from_rows: int = 10_000,
        environment: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """`config`: another configuration than that of Zoho CRM."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.environment = environment
        usual = json.loads((Path(emulator.configs) / "source-crm.zoho_crm.json").read_text()) | {"bulk_from_rows": bulk_from_rows}
        self.config = folder / "source.json"
        self.config.write_text(json.dumps(config or usual))
        self._discovered = folder / "discovered.jsonl"
        run(
            [script("source-crm"), "discover", "--config", str(self.config)],
            stdout=self._discovered,
            environment=environment,
        )

    def streams(self) -> list[dict[str, Any]]:
        """The discovered streams."""
        for message in lines(self._discovered):
            if message["type"] == "CATALOG":
                return list(message["catalog"]["streams"])
        raise RuntimeError("discover gave no catalog")

    def catalog(self, *names: str) -> Path:
        """A configured catalog of these streams, incremental and deduplicated, as a file."""
        chosen = [stream for stream in self.streams() if stream["name"] in names]
        path = self.folder / f"catalog-{'-'.join(names)}.json"
        path.write_text(json.dumps({"streams": [_configured(stream) for stream in chosen]}))
        return path

    def read(self, *names: str, state: Path | None = None, out: Path | None = None) -> Ran:
        """One `read`, its messages into `out`."""
        command = [script("source-crm"), "read", "--config", str(self.config), "--catalog", str(self.catalog(*names))]
        return run(command + (["--state", str(state)] if state else []), stdout=out, environment=self.environment)


def _configured(stream: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stream": stream,
        "sync_mode": "incremental",
        "destination_sync_mode": "append_dedup",
        "cursor_field": stream.get("default_cursor_field", []),
        "primary_key": stream.get("source_defined_primary_key", []),
        "generation_id": 0,
        "minimum_generation_id": 0,
        "sync_id": 1,
    }


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The messages of an output file."""
    with path.open("rb") as source:
        for line in source:
            yield orjson.loads(line)


def last_state(output: Path, into: Path) -> Path:
    """The last STATE of each stream of an output, as a state file for the next run."""
    states: dict[str, Any] = {}
    for message in lines(output):
        if message["type"] == "STATE":
            states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
    into.write_text(json.dumps(list(states.values())))
    return into


def records(output: Path) -> int:
    """RECORD lines of an output."""
    with output.open("rb") as source:
        return sum(line.startswith(b'{"type":"RECORD"') for line in source)


def credits_spent(emulator: EmulatorProcess) -> int:
    """What the CRM charged since the log was cleared."""
    return sum(int(request["credits"] or 0) for request in emulator.requests() if request["system"] == "zoho_crm")
