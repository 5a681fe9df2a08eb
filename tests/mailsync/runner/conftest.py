"""A folder with a connection file whose two connectors are the small fakes beside this file."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
RUNNER = [sys.executable, "-m", "mailsync.runner"]


class Bench:
    """One connection in its own folder. `received` is all that the destination was told, run after run."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "people.yaml"
        self.source = {"people": {"People": 40}}
        self.destination = {"into": str(folder / "received.jsonl")}
        self.streams = ["People"]
        for role in ("source", "destination"):
            script = folder / f"fake-{role}"
            script.write_text(f"#!{sys.executable}\nimport runpy\nrunpy.run_path({str(HERE / f'fake_{role}.py')!r}, run_name='__main__')\n")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        self.write()

    def write(self, **changes):
        content = {
            "source": {"connector": "./fake-source", "config": self.source},
            "destination": {"connector": "./fake-destination", "config": self.destination},
            "streams": self.streams,
        }
        self.file.write_text(yaml.safe_dump(content | changes))

    def command(self, verb, *arguments):
        return [*RUNNER, verb, str(self.file), *arguments]

    def start(self, verb="sync", *arguments, **environment):
        return subprocess.Popen(
            self.command(verb, *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def run(self, verb="sync", *arguments, **environment):
        process = self.start(verb, *arguments, **environment)
        process.out, process.err = process.communicate(timeout=60)
        return process

    def sync(self, *arguments):
        """Run once with --json; the parsed result with the process's texts beside it."""
        process = self.run("sync", "--json", *arguments)
        result = json.loads(process.out.splitlines()[-1]) if process.out.strip() else {}
        return result | {"code": process.returncode, "err": process.err}

    @property
    def received(self):
        path = Path(self.destination["into"])
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def records(self):
        return [message["record"] for message in self.received if message.get("type") == "RECORD"]

    def catalogs(self):
        return [entry["catalog"] for entry in self.received if "catalog" in entry]

    def statuses(self):
        found = [message["trace"]["stream_status"] for message in self.received if message.get("type") == "TRACE"]
        return [(status["stream_descriptor"]["name"], status["status"]) for status in found]

    @property
    def state(self):
        return json.loads((self.folder / "people.state.json").read_text())


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)
