"""The connector against the emulated vendor: its verbs in this process, with everything they print."""

import io
import json

import orjson
import pytest

from destination_campaigns.run import main

from .tools import TOOLS


class Said:
    """What one verb printed."""

    def __init__(self, code, text):
        self.code, self.text = code, text
        self.messages = [json.loads(line) for line in text.splitlines()]

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
    def logs(self):
        return "\n".join(message["log"]["message"] for message in self.of("LOG"))


class Connector:
    """destination-campaigns with a configuration of the emulator and a ledger of its own."""

    def __init__(self, emulator, folder, tool=TOOLS["zoho_campaigns"]):
        self.emulator, self.folder, self.tool = emulator, folder, tool
        self.config = emulator.config("destination-campaigns", tool.name) | {
            "ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "streams": [{"stream": "Leads", "list_name": "Newsletter"}],
        }

    def set(self, **options):
        self.config |= options
        return self

    def stream(self, **options):
        self.config["streams"][0] |= options
        return self

    def system(self, **options):
        self.config["system"] |= options
        return self

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(orjson.dumps(content))
        return str(path)

    def run(self, *arguments, stdin=b""):
        out = io.BytesIO()
        code = main(arguments, stdin=io.BytesIO(stdin), stdout=out)
        return Said(code, out.getvalue().decode())

    def check(self):
        return self.run("check", "--config", self.file("config.json", self.config))

    def state(self):
        return self.emulator.state(self.tool.name)

    def edit(self, op, **more):
        """What people do at the mailing tool."""
        return self.emulator.edit(self.tool.name, op=op, **more)

    def key(self, name="Newsletter"):
        return next(key for key, one in self.state()["lists"].items() if one["name"] == name)

    def members(self, name="Newsletter"):
        return self.state()["lists"][self.key(name)]["members"]

    def status(self, address, name="Newsletter"):
        """How the list shows somebody, None where it does not."""
        found = self.members(name).get(address)
        return found and found["status"]

    def named(self, **columns):
        """What these columns' values are called on the list."""
        return {self.tool.named[column]: value for column, value in columns.items() if column in self.tool.named}

    def calls(self, *, writes=None):
        return [one for one in self.emulator.requests() if one["system"] == self.tool.name and (writes is None or bool(one["writes"]) is writes)]


@pytest.fixture
def connector(emulator, tmp_path):
    """Zoho Campaigns, where the mailing tool does not matter or is the point."""
    return Connector(emulator, tmp_path)


@pytest.fixture
def mailigen(emulator, tmp_path):
    return Connector(emulator, tmp_path, TOOLS["mailigen"])
