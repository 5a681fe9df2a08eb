"""An account on the emulated vendor, with a clock that moves the vendor's instead of waiting."""

import json
from pathlib import Path

import pytest

from mailsync.clock import VendorClock
from mailsync.zoho_campaigns.account import open_account
from mailsync.zoho_campaigns.settings import parse_settings
from tests.mailsync.stepping import SteppingClock


class Vendor:
    """The emulator, and our account on it. `waits` are the pauses of reads; `reserved` the methods called."""

    def __init__(self, emulator, **system):
        self.emulator, self.waits, self.secrets, self.reserved = emulator, [], [], []
        config = json.loads((Path(emulator.configs) / "destination-campaigns.zoho_campaigns.json").read_text())
        self.clock = SteppingClock(emulator)
        self.account = open_account(
            parse_settings({**config["system"], **system}),
            clock=VendorClock(self.clock),
            on_secret=self.secrets.append,
            on_wait=lambda error, seconds: self.waits.append((str(error), seconds)),
        )
        self.account.reserve = self.reserved.append
        self.tool = self.account.tool
        self.lists = {one["name"]: key for key, one in self.state()["lists"].items()}

    def state(self):
        return self.emulator.state("zoho_campaigns")

    def members(self, name="Newsletter"):
        return self.state()["lists"][self.lists[name]]["members"]

    def made(self, method):
        return [one for one in self.emulator.requests() if one["path"].endswith(method)]


@pytest.fixture
def vendor(emulator):
    return Vendor(emulator)
