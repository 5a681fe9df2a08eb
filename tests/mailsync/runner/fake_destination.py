"""A small destination for the runner's tests: appends what it is told to a file, echoes states. `fault` says how it misbehaves."""

import json
import os
import signal
import sys
import time

MODES = ["append", "append_dedup", "overwrite"]


def out(message):
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def option(name):
    return json.load(open(sys.argv[sys.argv.index(name) + 1]))  # noqa: PTH123


def spec():
    properties = {"into": {"type": "string"}, "ledger": {"type": "object"}, "dry_run": {"type": "boolean"}}
    if os.environ.get("FAKE_WITHOUT_DRY_RUN"):
        del properties["dry_run"]
    out(
        {"type": "SPEC", "spec": {"connectionSpecification": {"type": "object", "properties": properties}, "supported_destination_sync_modes": MODES}}
    )


class Sink:
    def __init__(self, config):
        self.fault = "hold" if config.get("dry_run") else config.get("fault")
        self.file = open(config["into"], "a")  # noqa: PTH123, SIM115
        self.stopping = False
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *_):
        self.note({"stopped": True})
        self.file.flush()
        sys.exit(0)

    def note(self, entry):
        self.file.write(json.dumps(entry) + "\n")

    def write(self):
        records = 0
        for line in sys.stdin.buffer:
            message = json.loads(line)
            self.note(message)
            records += message["type"] == "RECORD"
            if self.fault == "config" and records == 5:
                error = {"message": "The contact limit of the account is reached.", "failure_type": "config_error"}
                out({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1.0, "error": error}})
                sys.exit(1)
            if self.fault == "early end" and records == 5:
                sys.exit(0)
            if self.fault == "kill" and records == 25:
                self.file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            if self.fault == "slow":
                time.sleep(0.02)
            if message["type"] == "STATE":
                self.file.flush()
                self.echo(message)

    def echo(self, message):
        if self.fault == "hold":
            return
        if self.fault == "no id":
            del message["state"]["id"]
        message["state"]["destinationStats"] = {"recordCount": 1, "rejectedRecordCount": 1}
        out(message)


def main():
    verb = sys.argv[1]
    if verb == "spec":
        spec()
        return
    config = option("--config")
    if verb == "check":
        out({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
        return
    sink = Sink(config)
    sink.note({"catalog": option("--catalog"), "config": config})
    sink.write()
    if sink.fault == "linger":
        time.sleep(1.5)
    out({"type": "LOG", "log": {"level": "INFO", "message": "everything has its fate"}})
    sink.file.close()


main()
