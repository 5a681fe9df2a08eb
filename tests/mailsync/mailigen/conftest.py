"""An account on the emulated Mailigen, with a clock that moves the vendor's instead of waiting."""

import pytest

from mailsync.clock import VendorClock
from mailsync.mailigen.account import open_account
from mailsync.mailigen.settings import parse_settings
from mailsync.membership.tool import ListedStatus, Person
from tests.mailsync.stepping import SteppingClock


class Vendor:
    """The emulator, and our account on it. `waits` are the pauses of reads; `reserved` the methods called."""

    def __init__(self, emulator, **system):
        self.emulator, self.waits, self.reserved = emulator, [], []
        self.clock = SteppingClock(emulator)
        self.account = open_account(
            parse_settings({**emulator.config("destination-campaigns", "mailigen")["system"], **system}),
            clock=VendorClock(self.clock),
            on_secret=lambda _secret: None,
            on_wait=lambda error, seconds: self.waits.append((str(error), seconds)),
        )
        self.account.reserve = self.reserved.append
        self.tool = self.account.tool
        self.key = emulator.edit("mailigen", op="create_list", name="Fresh")["list"]

    def state(self):
        return self.emulator.state("mailigen")

    def members(self):
        return self.state()["lists"][self.key]["members"]

    def status(self, address):
        found = self.members().get(address)
        return found and found["status"]

    def subscribe(self, *addresses, **fields):
        return self.tool.subscribe(self.key, [Person(address, fields) for address in addresses])

    def add(self, *addresses):
        for address in addresses:
            self.emulator.edit("mailigen", op="add", list=self.key, email=address)

    def read(self, status=ListedStatus.ACTIVE):
        """A complete read, as the rules make it."""
        rows, first, size = [], 0, self.tool.page_size()
        count = self.tool.count(self.key, status)
        while True:
            page = [one.address for one in self.tool.page(self.key, status, first, size)]
            assert not rows or page[:1] == rows[-1:]
            rows += page[1:] if rows else page
            if len(page) < size:
                return count, rows
            first += size - 1

    def made(self, method):
        return [one for one in self.emulator.requests() if one["path"].endswith(method)]


@pytest.fixture
def vendor(emulator):
    return Vendor(emulator)


@pytest.fixture
def open_vendor(emulator):
    """An account with other settings."""
    return lambda **system: Vendor(emulator, **system)
