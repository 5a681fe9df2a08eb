"""The vendor's unconfirmed behaviours: under each plausible reading a small history ends safe, and every record has its fate."""

import pytest

from emulators.zoho_campaigns.switches import ALL

from .people import Source, write

READINGS = [(switch.name, reading) for switch in ALL for reading in switch.readings[1:]]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reading"), READINGS, ids=lambda value: value.removeprefix("zoho_campaigns_"))
def test_a_small_history_is_safe_under_this_reading(connector, name, reading):
    connector.emulator.switch(**{name: reading})
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Leads", "list_name": "Product news"}]
    before, source = connector.members(), Source()
    foreign = next(address for address, member in before.items() if member["status"] == "active")
    gone = next(address for address, member in before.items() if member["status"] == "unsubscribed")
    source.state({}).record(1, "ann+a@new.example.com", First_Name="Ann & Co").record(2, "bob@new.example.com").record(3, "joe@new.example.com")
    source.record(4, "info@new.example.com").record(5, foreign).record(6, gone).complete()
    first = write(connector, source)
    connector.emulator.edit("zoho_campaigns", op="unsubscribe", list=connector.key(), email="joe@new.example.com")
    source.state().record(1, "ann+a@new.example.com", First_Name="Anna").record(3, "joe@new.example.com", First_Name="Joe").tombstone(2).tombstone(5)
    second = write(connector, source.complete())
    assert (first.code, second.code) == (0, 0), first.text + second.text
    members = connector.members()
    assert members["ann+a@new.example.com"]["status"] == "active"
    assert members["ann+a@new.example.com"]["fields"]["First Name"] == "Anna"
    assert members["bob@new.example.com"]["status"] == "unsubscribed"
    assert members["joe@new.example.com"]["status"] == "unsubscribed"
    assert members[foreign]["status"] == "active"
    assert members[gone]["status"] == "unsubscribed"
    assert "info@new.example.com" not in members
    assert connector.state()["mails_caused"] == 0
