"""A small source for the runner's tests: no framework, no vendor. Its configuration says how it behaves.

`people`: records per stream. `every`: records per checkpoint. `fault`: what goes wrong after half of the records.
"""

import json
import os
import signal
import sys
import time

SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": ["null", "string"]}}}


def out(message):
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")


def option(name):
    return json.load(open(sys.argv[sys.argv.index(name) + 1]))  # noqa: PTH123


def discover(config):
    streams = [
        {
            "name": name,
            "json_schema": SCHEMA,
            "supported_sync_modes": ["full_refresh", "incremental"],
            "source_defined_cursor": True,
            "default_cursor_field": ["id"],
            "source_defined_primary_key": [["id"]],
        }
        for name in config["people"]
    ]
    streams.append({"name": "Keyless", "json_schema": SCHEMA, "supported_sync_modes": ["full_refresh"]})
    out({"type": "CATALOG", "catalog": {"streams": streams}})


def status(stream, value, reasons=None):
    told = {"stream_descriptor": {"name": stream}, "status": value} | ({"reasons": reasons} if reasons else {})
    out({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": told}})


def state(stream, at, count):
    out(
        {
            "type": "STATE",
            "state": {
                "type": "STREAM",
                "stream": {"stream_descriptor": {"name": stream}, "stream_state": {"at": at, "nothing": None, "float": 1.0}},
                "sourceStats": {"recordCount": count},
            },
        }
    )


def read_stream(name, people, held, config):
    fault = config.get("fault")
    status(name, "STARTED")
    if config.get("estimate"):
        estimate = {"name": name, "type": "STREAM", "row_estimate": people}
        out({"type": "TRACE", "trace": {"type": "ESTIMATE", "emitted_at": 1.0, "estimate": estimate}})
    since = 0
    for at in range(held + 1, people + 1):
        record = {"stream": name, "data": {"id": str(at), "name": "ß" * config["length"] if "length" in config else f"Zoë {at}"}, "emitted_at": 1}
        out({"type": "RECORD", "record": record})
        since += 1
        if at == people // 2 and fault:
            sys.stdout.flush()
            go_wrong(fault, name)
        if since == config.get("every", 10):
            state(name, at, since)
            since = 0
        if config.get("pause_s"):
            sys.stdout.flush()
            time.sleep(config["pause_s"])
    state(name, people, since)
    status(name, "COMPLETE")


def go_wrong(fault, name):
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "stderr":
        sys.stderr.write("Traceback: someone@example.com\n")
        sys.exit(1)
    if fault == "half a line":
        sys.stdout.write('{"type":"RECORD","record":{"stream":"People","data":{"mail":"someone@exam')
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "broken line":
        sys.stdout.write('{"type":"RECORD", someone@example.com\n')
    if fault == "noise":
        sys.stdout.write("a library says hello to someone@example.com\n")
    if fault == "transient":
        error = {"message": "Zoho answered 503 to GET /records. Try later.", "failure_type": "transient_error", "stream_descriptor": {"name": name}}
        out({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1.0, "error": error}})
        summary = {"message": "streams failed", "internal_message": "Concurrent read failure", "failure_type": "config_error"}
        out({"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1.0, "error": summary}})
        sys.exit(1)


def read(config):
    states = {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"]["at"] for entry in option("--state")}
    catalog = option("--catalog")
    out({"type": "LOG", "log": {"level": "INFO", "message": "framework chatter"}})
    out({"type": "LOG", "log": {"level": "WARN", "message": "one \u001b[31mwarning"}})
    for entry in catalog["streams"]:
        name = entry["stream"]["name"]
        read_stream(name, config["people"].get(name, 3), states.get(name, 0), config)


def main():
    verb = sys.argv[1]
    config = option("--config")
    if verb == "discover":
        discover(config)
    elif verb == "check":
        answer = {"status": "FAILED", "message": "The refresh token was revoked."} if config.get("revoked") else {"status": "SUCCEEDED"}
        out({"type": "CONNECTION_STATUS", "connectionStatus": answer})
    else:
        read(config)


main()
