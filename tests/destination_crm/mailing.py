"""Messages as source-campaigns sends them."""

import orjson

RESPONSE = {"campaign_key", "action", "address", "variant_key", "campaign_name", "campaign_sent_at", "list_keys", "is_ours", "leaving_level"}
COLUMNS = {
    "responses": RESPONSE,
    "campaigns": {"campaign_key", "parent_key", "name", "subject", "sent_at", "state", "state_reason", "launch_key"},
    "campaign_reports": {"campaign_key", "parent_key", "name", "sent_at", "opened", "clicked", "sent"},
    "survey_responses": {"survey_id", "survey_name", "response_id", "status", "ended_at", "record_id", "module", "email", "answers", "version"},
    "contacts": {"list_key", "address", "list_name", "status", "is_ours", "first_name", "last_name", "company", "phone"},
}
KEYS = {"responses": ["campaign_key", "action", "address"], "contacts": ["list_key", "address"], "survey_responses": ["survey_id", "response_id"]}


class Mailing:
    """A stream of messages under construction."""

    def __init__(self, *streams):
        self.streams = streams or ("campaigns", "responses")
        self.lines, self.cursor = [], 0

    def catalog(self):
        return {"streams": [self._stream(name) for name in self.streams]}

    def _stream(self, name):
        columns = {column: {"type": ["null", "string"]} for column in COLUMNS[name]}
        columns["_ab_cdc_cursor"] = {"type": ["null", "integer"]}
        return {
            "stream": {"name": name, "json_schema": {"type": "object", "properties": columns}, "supported_sync_modes": ["incremental"]},
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
            "cursor_field": ["_ab_cdc_cursor"],
            "primary_key": [[key] for key in KEYS.get(name, ["campaign_key"])],
            "generation_id": 1,
            "minimum_generation_id": 0,
            "sync_id": 1,
        }

    def raw(self, message):
        self.lines.append(orjson.dumps(message))
        return self

    def record(self, stream, **data):
        self.cursor += 1
        return self.raw({"type": "RECORD", "record": {"stream": stream, "data": {**data, "_ab_cdc_cursor": self.cursor}, "emitted_at": 1}})

    def campaign(self, key, name="News", sent_at="2026-03-01T10:00:00Z", **more):
        return self.record("campaigns", campaign_key=key, name=name, sent_at=sent_at, **more)

    def report(self, key, **figures):
        return self.record("campaign_reports", campaign_key=key, **figures)

    def did(self, address, *actions, campaign="c1", **more):
        for action in actions:
            self.record("responses", campaign_key=campaign, action=action, address=address, **more)
        return self

    def contact(self, address, status="active", list_key="l1", list_name="Newsletter", **more):
        return self.record("contacts", address=address, status=status, list_key=list_key, list_name=list_name, **more)

    def state(self, stream, content, **more):
        about = {"stream_descriptor": {"name": stream}, "stream_state": content}
        return self.raw({"type": "STATE", "state": {"type": "STREAM", "stream": about, **more}})

    def given(self, content=None):
        """What a source begins with: the state it was given."""
        for stream in self.streams:
            self.state(stream, content or {})
        return self

    def complete(self, content=None):
        """A state at the end of each stream, and COMPLETE."""
        for stream in self.streams:
            if content is not None:
                self.state(stream, content)
            status = {"stream_descriptor": {"name": stream}, "status": "COMPLETE"}
            self.raw({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": status}})
        return self

    def taken(self):
        return b"\n".join(self.lines) + b"\n"


def first(*streams):
    """A first run: empty states."""
    return Mailing(*streams).given()


def later(content, *streams):
    """A later run, from a state that was acknowledged."""
    return Mailing(*streams).given(content)
