"""What one verb printed."""

import orjson


class Said:
    def __init__(self, code, text):
        self.code, self.text = code, text
        self.messages = [orjson.loads(line) for line in text.splitlines()]

    def of(self, kind):
        return [message for message in self.messages if message["type"] == kind]

    @property
    def status(self):
        (only,) = self.of("CONNECTION_STATUS")
        return only["connectionStatus"]

    @property
    def error(self):
        (only,) = self.of("TRACE")
        return only["trace"]["error"]

    @property
    def states(self):
        return [message["state"] for message in self.of("STATE")]

    @property
    def logs(self):
        return "\n".join(message["log"]["message"] for message in self.of("LOG"))
