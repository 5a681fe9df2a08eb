"""The smallest host: source | destination as two processes, the acknowledged states kept in between. For stories of many syncs."""

import json
import os
import subprocess
from pathlib import Path

from airbyte_connector import SCRIPTS


class Piped:
    """One connection. `streams` of the source, with their own sync modes; everything else is as the connectors say it."""

    def __init__(self, folder, source, destination, streams):
        self.folder, (self.source, source_config), (self.destination, destination_config) = folder, source, destination
        self.states = {}
        self._file("source.json", source_config)
        self._file("destination.json", destination_config)
        self._file("catalog.json", {"streams": [self._configured(stream) for stream in self._discovered() if stream["name"] in streams]})

    def sync(self):
        """One run; the messages of the destination. Fails the test where either side fails."""
        self._file("state.json", list(self.states.values()))
        read = self._start(self.source, "read", "source.json", "--state", self._path("state.json"), stdout=subprocess.PIPE)
        write = self._start(self.destination, "write", "destination.json", stdin=read.stdout, stdout=subprocess.PIPE)
        read.stdout.close()
        out, err = write.communicate(timeout=280)
        messages = [json.loads(line) for line in out.splitlines()]
        assert write.returncode == 0, out[-4000:] + err[-2000:]
        assert read.wait(60) == 0, read.stderr.read()[-2000:]
        read.stderr.close()
        for message in messages:
            if message["type"] == "STATE":
                self.states[message["state"]["stream"]["stream_descriptor"]["name"]] = {"type": "STREAM", "stream": message["state"]["stream"]}
        return messages

    def _discovered(self):
        command = [str(SCRIPTS / self.source), "discover", "--config", self._path("source.json")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=os.environ)
        (catalog,) = (json.loads(line)["catalog"] for line in done.stdout.splitlines() if '"CATALOG"' in line)
        return catalog["streams"]

    def _configured(self, stream):
        mode = "incremental" if "incremental" in stream["supported_sync_modes"] else "full_refresh"
        key = stream.get("source_defined_primary_key") or []
        cursor = stream.get("default_cursor_field") or []
        modes = {"sync_mode": mode, "destination_sync_mode": "append_dedup" if key else "append"}
        return {"stream": stream, **modes, "primary_key": key, "cursor_field": cursor, "generation_id": 1, "minimum_generation_id": 0, "sync_id": 1}

    def _start(self, connector, verb, config, *more, **pipes):
        command = [str(SCRIPTS / connector), verb, "--config", self._path(config), "--catalog", self._path("catalog.json"), *more]
        return subprocess.Popen(command, text=True, stderr=subprocess.PIPE, env=os.environ, **pipes)

    def _path(self, name):
        return str(self.folder / f"{self.destination}.{name}")

    def _file(self, name, content):
        Path(self._path(name)).write_text(json.dumps(content))
