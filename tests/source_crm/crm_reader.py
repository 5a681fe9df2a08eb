"""source-crm as a host runs it, inside the test's process: one object that remembers configuration and state between reads."""

import copy
import json
import logging

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.test import entrypoint_wrapper
from airbyte_cdk.test.entrypoint_wrapper import EntrypointOutput

from source_crm import SourceCrm

CDC = "_ab_"


class Output:
    """What one verb said."""

    def __init__(self, output: EntrypointOutput):
        self.output = output
        self.lines = [json.loads(line) for line in output.as_jsonl().splitlines()] if hasattr(output, "as_jsonl") else _lines(output)

    def records(self, stream=None):
        rows = [line["record"] for line in self.lines if line["type"] == "RECORD"]
        return [row["data"] for row in rows if stream in (None, row["stream"])]

    def live(self, stream=None):
        return [row for row in self.records(stream) if "_ab_cdc_deleted_at" not in row]

    def tombstones(self, stream=None):
        return [row for row in self.records(stream) if "_ab_cdc_deleted_at" in row]

    def keys(self, stream=None):
        """Ids in the order in which they came, of the living and of the gone."""
        return [str(row["id"]) for row in self.records(stream)]

    def ids(self, stream=None):
        return {str(row["id"]) for row in self.live(stream)}

    def gone(self, stream=None):
        return {str(row["id"]): row["_ab_deletion_reason"] for row in self.tombstones(stream)}

    def states(self, stream):
        found = [line["state"]["stream"] for line in self.lines if line["type"] == "STATE"]
        return [state["stream_state"] for state in found if state["stream_descriptor"]["name"] == stream]

    def last_states(self):
        last = {line["state"]["stream"]["stream_descriptor"]["name"]: line["state"]["stream"] for line in self.lines if line["type"] == "STATE"}
        return [{"type": "STREAM", "stream": stream} for stream in last.values()]

    def traces(self, kind):
        return [line["trace"] for line in self.lines if line["type"] == "TRACE" and line["trace"]["type"] == kind]

    def errors(self, stream=None):
        found = [trace["error"] for trace in self.traces("ERROR")]
        return [error for error in found if (error.get("stream_descriptor") or {}).get("name") == stream] if stream else found

    def statuses(self, stream):
        found = [trace["stream_status"] for trace in self.traces("STREAM_STATUS")]
        return [status["status"] for status in found if status["stream_descriptor"]["name"] == stream]

    def log(self):
        return "\n".join(line["log"]["message"] for line in self.lines if line["type"] == "LOG")


def _lines(output):
    from airbyte_cdk.models import AirbyteMessageSerializer

    return [json.loads(json.dumps(AirbyteMessageSerializer.dump(message), default=str)) for message in output._messages]


class Reader:
    """Reads with one configuration; `state` is what the last read left, as a host keeps it."""

    source, connector, system = SourceCrm, "source-crm", "zoho_crm"

    def __init__(self, emulator, crm=None, **config):
        self.emulator = emulator
        given = emulator.config(self.connector, crm or self.system)
        self.config = given | config | {"system": given["system"] | config.get("system", {})}
        self.state = []
        self.catalog = None

    def check(self):
        source = self.source(config=self.config)
        return source.check(logging.getLogger("test"), self.config)

    def discover(self):
        if self.catalog is None:
            (catalog,) = [line["catalog"] for line in self.run_discover().lines if line["type"] == "CATALOG"]
            self.catalog = {stream["name"]: stream for stream in catalog["streams"]}
        return self.catalog

    def run_discover(self):
        return Output(entrypoint_wrapper.discover(self.source(config=self.config), self.config, expecting_exception=True))

    def read(self, *streams, state=None, columns=None, expecting_exception=False):
        catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [self._configured(name, columns) for name in streams]})
        given = self.state if state is None else state
        source = self.source(catalog=catalog, config=self.config, state=_state(given))
        output = Output(entrypoint_wrapper.read(source, self.config, catalog, _state(given), expecting_exception))
        self.state = _merged(given, output.last_states())
        return output

    def _configured(self, name, columns):
        known = (self.catalog or {}).get(name)
        stream = known or {
            "name": name,
            "json_schema": {"properties": {column: {} for column in columns or ()}},
            "supported_sync_modes": ["incremental"],
        }
        return {"stream": copy.deepcopy(stream), "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}


def _state(states):
    from airbyte_cdk.models import AirbyteStateMessageSerializer

    return [AirbyteStateMessageSerializer.load(copy.deepcopy(state)) for state in states]


def _merged(before, after):
    by_name = {state["stream"]["stream_descriptor"]["name"]: state for state in [*before, *after]}
    return list(by_name.values())
