"""Messages of a source, written by hand."""

import orjson

from .support import a_catalog


class Source:
    """A source that emits what it is told, with rising cursors."""

    def __init__(self, stream="Leads"):
        self.stream, self.cursor, self.lines = stream, 0, []

    def say(self, message):
        self.lines.append(orjson.dumps(message))
        return self

    def record(self, record_id, email=None, **data):
        self.cursor += 1
        return self._record({"id": str(record_id), "_ab_cdc_cursor": self.cursor, "Email": email, **data})

    def tombstone(self, record_id, reason="deleted", **more):
        self.cursor += 1
        gone = {"_ab_cdc_deleted_at": "2026-01-01T00:00:00Z", "_ab_deletion_reason": reason, **more}
        return self._record({"id": str(record_id), "_ab_cdc_cursor": self.cursor, **gone})

    def _record(self, data):
        return self.say({"type": "RECORD", "record": {"stream": self.stream, "emitted_at": 1, "data": data}})

    def state(self, content=None, **more):
        stream = {"stream_descriptor": {"name": self.stream}, "stream_state": content if content is not None else {"cursor": self.cursor}}
        return self.say({"type": "STATE", "state": {"type": "STREAM", "stream": stream, **more}})

    def status(self, status):
        told = {"stream_descriptor": {"name": self.stream}, "status": status}
        return self.say({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1, "stream_status": told}})

    def complete(self):
        return self.state().status("COMPLETE")

    def taken(self):
        """What was said since the last time, as a stream of bytes."""
        lines, self.lines = self.lines, []
        return b"\n".join(lines) + b"\n"


def write(connector, source, catalog=None):
    """One `write` of what the source said."""
    catalog = connector.file("catalog.json", catalog or a_catalog())
    return connector.run("write", "--config", connector.file("config.json", connector.config), "--catalog", catalog, stdin=source.taken())
