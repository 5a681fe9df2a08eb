"""Sync modes, refreshes and their generations through the command, as the platform, PyAirbyte and our own host number them."""

import pytest

from .people import Source, write
from .support import COLUMNS, a_catalog

PEOPLE = ("ann", "bob", "eve", "joe")


@pytest.fixture
def source():
    return Source()


def succeeded(said):
    assert said.code == 0, said.text
    return said


def status(connector):
    members = connector.members()
    return {one: members[f"{one}@new.example.com"]["status"] for one in PEOPLE if f"{one}@new.example.com" in members}


def say(source, *names, **data):
    for name in names:
        source.record(name, f"{name}@new.example.com", First_Name=name, **data)
    return source


def mode(word, generation=0, minimum=0):
    return a_catalog(destination_sync_mode=word, generation_id=generation, minimum_generation_id=minimum)


def first_sync(connector, source, catalog=None):
    succeeded(write(connector, say(source.state({}), *PEOPLE).complete(), catalog))
    connector.emulator.clear_requests()


@pytest.mark.parametrize("word", ["append", "append_dedup"])
def test_append_and_append_dedup_put_an_address_on_the_list_once_and_remove_nobody_for_being_absent(connector, source, word):
    first_sync(connector, source, mode(word))
    succeeded(write(connector, say(source.state(), "ann", "ann").complete(), mode(word)))
    assert connector.calls(writes=True) == []
    assert status(connector) == dict.fromkeys(PEOPLE, "active")


def test_overwrite_is_a_mirror_of_what_the_refresh_brings(connector, source):
    first_sync(connector, source, mode("overwrite", 1, 1))
    said = succeeded(write(connector, say(source.state({}), "ann", "bob", "eve").complete(), mode("overwrite", 2, 2)))
    assert status(connector) == {"ann": "active", "bob": "active", "eve": "active", "joe": "unsubscribed"}
    assert "1 records were not in the full refresh and are gone" in said.logs


def test_a_refresh_in_two_attempts_counts_both_halves(connector, source):
    first_sync(connector, source, mode("overwrite", 1, 1))
    succeeded(write(connector, say(source.state({}), "ann", "bob").state().status("INCOMPLETE"), mode("overwrite", 2, 2)))
    assert status(connector) == dict.fromkeys(PEOPLE, "active"), "nobody goes before the stream is complete"
    succeeded(write(connector, say(source.state(), "eve").complete(), mode("overwrite", 2, 2)))
    assert status(connector) == {"ann": "active", "bob": "active", "eve": "active", "joe": "unsubscribed"}


def test_a_refresh_that_would_remove_everybody_of_ours_is_braked_and_done_when_allowed(connector, source):
    foreign = next(address for address, member in connector.members().items() if member["status"] == "active")
    first_sync(connector, source, mode("overwrite", 1, 1))
    said = write(connector, source.state({}).record("other", foreign).complete(), mode("overwrite", 2, 2))
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert "4 of the 4 people this sync added" in said.error["message"]
    assert status(connector) == dict.fromkeys(PEOPLE, "active")
    assert len(said.of("STATE")) == 2, "everything else was done, and is acknowledged"
    connector.set(allow_removals_over_brake=True)
    succeeded(write(connector, source.state().complete(), mode("overwrite", 2, 2)))
    assert status(connector) == dict.fromkeys(PEOPLE, "unsubscribed")
    assert connector.members()[foreign]["status"] == "active"


def test_clearing_the_data_removes_nobody(connector, source):
    """Airbyte's "clear data": started, an empty state, complete, no record, a generation of its own."""
    first_sync(connector, source)
    succeeded(write(connector, source.status("STARTED").state({}).status("COMPLETE"), mode("overwrite", 5, 5)))
    assert status(connector) == dict.fromkeys(PEOPLE, "active")
    assert connector.calls(writes=True) == []


def test_pyairbytes_generation_that_never_rises_is_a_refresh_once_and_then_changes(connector, source):
    """PyAirbyte stamps generation and minimum 1 on each run, and incremental runs bring only what changed."""
    first_sync(connector, source, mode("append_dedup", 1, 1))
    said = succeeded(write(connector, say(source.state(), "ann", Last_Name="New").complete(), mode("append_dedup", 1, 1)))
    assert status(connector) == dict.fromkeys(PEOPLE, "active")
    assert "the refresh of this generation is closed, so the records were taken as changes" in said.logs
    succeeded(write(connector, source.state().tombstone("bob").complete(), mode("append_dedup", 1, 1)))
    assert status(connector)["bob"] == "unsubscribed"


def test_a_field_mapped_later_reaches_old_records_by_a_refresh_that_rewrites_only_what_differs(connector, source):
    connector.stream(mapping=[{"column": "First_Name", "field": "First Name"}])
    succeeded(write(connector, say(source.state({}), "ann", "bob").record("eve", "eve@new.example.com", Last_Name="Lee").complete()))
    connector.stream(mapping=[{"column": "First_Name", "field": "First Name"}, {"column": "Last_Name", "field": "Last Name"}], update_empty=False)
    connector.emulator.clear_requests()
    succeeded(write(connector, source.state().complete()))
    assert connector.calls(writes=True) == [], "nothing came, nothing is written"
    say(source.state({}), "ann", "bob").record("eve", "eve@new.example.com", Last_Name="Lee")
    said = succeeded(write(connector, source.complete(), mode("append_dedup", 2, 0)))
    assert len(connector.calls(writes=True)) == 1
    assert connector.members()["eve@new.example.com"]["fields"] == {"Last Name": "Lee"}
    assert "2 unchanged, 1 written" in said.logs


def test_older_generations_can_only_be_kept_or_dropped_all(connector, source):
    said = write(connector, source.state({}).complete(), mode("append_dedup", 5, 3))
    assert said.code == 1
    assert "keep some older generations" in said.error["message"]


@pytest.mark.parametrize("word", ["update", "soft_delete"])
def test_other_modes_are_refused_with_those_there_are(connector, source, word):
    said = write(connector, source.state({}).complete(), mode(word))
    assert "append, append_dedup, overwrite" in said.error["message"]


def test_a_stream_that_is_deselected_or_pointed_at_another_list_leaves_its_people_and_that_is_said(connector, source):
    first_sync(connector, source)
    connector.stream(list_name="Product news")
    said = succeeded(write(connector, say(source.state(), "ann").tombstone("bob").complete()))
    assert status(connector) == dict.fromkeys(PEOPLE, "active"), "the old list stays as it is"
    assert {"ann@new.example.com", "eve@new.example.com", "joe@new.example.com"} <= set(connector.members("Product news")), "without being sent again"
    assert "bob@new.example.com" not in connector.members("Product news")
    assert "Stream Leads fed the list 'Newsletter' before and does not any more. The 4 people on it" in said.logs
    connector.config["streams"] = [{"stream": "Contacts", "list_name": "Newsletter"}]
    contacts = Source("Contacts")
    catalog = a_catalog()
    catalog["streams"][0]["stream"]["name"] = "Contacts"
    said = succeeded(write(connector, contacts.state({}).record(1, "zoe@new.example.com").complete(), catalog))
    assert status(connector)["ann"] == "active"
    assert "Stream Leads fed the list 'Newsletter' before" not in said.logs, "told once"
    assert "Stream Leads fed the list 'Product news' before" in said.logs


def test_a_synced_column_that_vanished_leaves_the_field_as_it_is_and_warns(connector, source):
    connector.stream(mapping=[{"column": "First_Name", "field": "First Name"}, {"column": "Last_Name", "field": "Last Name"}])
    succeeded(write(connector, say(source.state({}), "ann", Last_Name="Lee").complete()))
    less = a_catalog({name: schema for name, schema in COLUMNS.items() if name != "Last_Name"})
    said = succeeded(write(connector, source.state().record("ann", "ann@new.example.com", First_Name="Anna").complete(), less))
    assert connector.members()["ann@new.example.com"]["fields"] == {"First Name": "Anna", "Last Name": "Lee"}
    (warning,) = [one["log"]["message"] for one in said.of("LOG") if one["log"]["level"] == "WARN" and "Last_Name" in one["log"]["message"]]
    assert "keeps its values" in warning
