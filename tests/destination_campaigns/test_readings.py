"""The vendors' unconfirmed behaviours: under each plausible reading a small history ends safe, and every record has its fate."""

from importlib import import_module

import pytest

from .conftest import Connector
from .people import Source, write
from .tools import TOOLS

READINGS = [
    (tool, switch.name, reading)
    for tool in TOOLS
    for switch in import_module(f"emulators.{tool}.switches").ALL
    for reading in switch.readings[1:]
    if not switch.reference.endswith("#launching")  # they have a history of their own: test_launch_readings
]


@pytest.mark.slow
@pytest.mark.parametrize(("tool", "name", "reading"), READINGS)
def test_a_small_history_is_safe_under_this_reading(emulator, tmp_path, tool, name, reading):
    connector = Connector(emulator, tmp_path, TOOLS[tool])
    connector.emulator.switch(**{name: reading})
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Leads", "list_name": "Product news"}]
    before, source, refused = connector.members(), Source(), connector.tool.refused[0]
    foreign = next(address for address, member in before.items() if member["status"] == "active")
    gone = next(address for address, member in before.items() if member["status"] == "unsubscribed")
    source.state({}).record(1, "ann+a@new.example.com", First_Name="Ann & Co").record(2, "bob@new.example.com").record(3, "joe@new.example.com")
    source.record(4, refused).record(5, foreign).record(6, gone).record(7, "zoe@new.example.com").complete()
    first = write(connector, source)
    connector.edit("unsubscribe", list=connector.key(), email="joe@new.example.com")
    connector.edit("complain", email="zoe@new.example.com")
    source.state().record(1, "ann+a@new.example.com", First_Name="Anna").record(3, "joe@new.example.com", First_Name="Joe").tombstone(2).tombstone(5)
    second = write(connector, source.record(7, "zoe@new.example.com", First_Name="Zoe").complete())
    assert (first.code, second.code) == (0, 0), first.text + second.text
    assert connector.status("ann+a@new.example.com") == "active"
    assert connector.members()["ann+a@new.example.com"]["fields"] == connector.named(First_Name="Anna")
    assert connector.status("bob@new.example.com") == connector.tool.removed
    assert connector.status("joe@new.example.com") == "unsubscribed"
    assert connector.status("zoe@new.example.com") != "active"
    assert connector.status(foreign) == "active"
    assert connector.status(gone) == "unsubscribed"
    assert refused not in connector.members()
    assert connector.state()["mails_caused"] == 0
