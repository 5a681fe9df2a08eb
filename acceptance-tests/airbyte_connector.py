"""A connector as its host sees it: a command that is given files and speaks lines of JSON."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
TIMEOUT_S = 240


@dataclass
class Output:
    """What one run of a verb said."""

    code: int
    messages: list
    stray: list
    stderr: str
    text: str = field(repr=False, default="")

    def of(self, kind):
        return [message[{"CONNECTION_STATUS": "connectionStatus"}.get(kind, kind.lower())] for message in self.messages if message["type"] == kind]

    def records(self, stream=None):
        return [record for record in self.of("RECORD") if stream in {None, record["stream"]}]

    def states(self, stream=None):
        found = self.of("STATE")
        return [state for state in found if stream in {None, state["stream"]["stream_descriptor"]["name"]}]

    def statuses(self, stream):
        told = [trace["stream_status"] for trace in self.of("TRACE") if trace["type"] == "STREAM_STATUS"]
        return [status["status"] for status in told if status["stream_descriptor"]["name"] == stream]

    @property
    def errors(self):
        return [trace["error"] for trace in self.of("TRACE") if trace["type"] == "ERROR"]

    @property
    def status(self):
        (status,) = self.of("CONNECTION_STATUS")
        return status

    @property
    def catalog(self):
        (catalog,) = self.of("CATALOG")
        return catalog

    @property
    def last_states(self):
        """What a host would keep: the last state of each stream."""
        kept = {state["stream"]["stream_descriptor"]["name"]: {"type": state["type"], "stream": state["stream"]} for state in self.states()}
        return list(kept.values())


class Connector:
    """One connector; `folder` is where its files are written, `before` is called ahead of each run."""

    def __init__(self, name, folder, *, before=lambda: None):
        self.name = name
        self.folder = folder
        self.before = before

    def run(self, verb, *, config=None, catalog=None, state=None, stdin=None):
        given = {"config": config, "catalog": catalog, "state": state}
        arguments = [str(SCRIPTS / self.name), verb]
        for option, content in given.items():
            if content is not None:
                path = self.folder / f"{self.name}-{option}.json"
                path.write_text(json.dumps(content))
                arguments += [f"--{option}", str(path)]
        self.before()
        done = subprocess.run(arguments, input=stdin, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=self.folder)
        return parsed(done)

    def read(self, config, catalog, state=()):
        return self.run("read", config=config, catalog=catalog, state=list(state))


def parsed(done):
    messages, stray = [], []
    for line in done.stdout.splitlines():
        try:
            messages.append(json.loads(line))
        except ValueError:
            stray.append(line)
    return Output(done.returncode, messages, stray, done.stderr, done.stdout)


def configured(catalog, names=None, *, sync_mode=None, destination_sync_mode="append_dedup"):
    """A configured catalog of these discovered streams (all by default), incremental where they can."""

    def entry(stream):
        mode = sync_mode if sync_mode in stream["supported_sync_modes"] else None
        mode = mode or ("incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh")
        return {
            "stream": stream,
            "sync_mode": mode,
            "destination_sync_mode": destination_sync_mode,
            "cursor_field": stream.get("default_cursor_field") or [],
            "primary_key": stream.get("source_defined_primary_key") or [],
            "generation_id": 1,
            "minimum_generation_id": 0,
            "sync_id": 1,
        }

    return {"streams": [entry(stream) for stream in catalog["streams"] if names is None or stream["name"] in names]}
