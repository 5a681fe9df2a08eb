"""The platform's own mapping: lists are offered as objects with their fields, and a stream pointed at one is written there."""

import pytest

from .people import Source, write


def discovered(connector):
    said = connector.run("discover", "--config", connector.file("config.json", connector.config))
    assert said.code == 0, said.text
    (message,) = said.of("DESTINATION_CATALOG")
    return {one["object_name"]: one for one in message["destination_catalog"]["operations"]}


def mapped_catalog(object_name="Newsletter", key="CRM record id", **more):
    """What the platform sends: columns called as the object's, the matching key as primary key, a cursor that was not mapped."""
    columns = ["Contact Email", "First Name", "CRM record id", "CRM opt-out", "CRM last modified", "CRM deleted at"]
    stream = {"name": "Leads", "json_schema": {"properties": {name: {"type": ["null", "string"]} for name in columns}}}
    entry = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup", "destination_object_name": object_name}
    return {"streams": [entry | {"primary_key": [[key]], "cursor_field": ["Modified_Time"]} | more]}


class Mapped(Source):
    def person(self, record_id, email, **data):
        return self._record({"CRM record id": record_id, "Contact Email": email, **data})


@pytest.fixture
def unconfigured(connector):
    del connector.config["streams"]
    return connector


def succeeded(said):
    assert said.code == 0, said.text
    return said


def test_each_list_is_an_object_with_the_contact_fields_and_its_keys(unconfigured):
    offered = discovered(unconfigured)
    assert {"Newsletter", "Product news"} <= set(offered)
    assert "Web sign-up" not in offered, "a list with a form, whose mails are not allowed"
    newsletter = offered["Newsletter"]
    assert newsletter["sync_mode"] == "append_dedup"
    assert newsletter["matching_keys"] == [["Contact Email"], ["CRM record id"]]
    schema = newsletter["json_schema"]
    assert schema["required"] == ["Contact Email"]
    assert {"Contact Email", "First Name", "Last Name", "CRM opt-out", "CRM deleted at"} <= set(schema["properties"])
    assert all(key[0] in schema["properties"] for key in newsletter["matching_keys"])
    assert unconfigured.calls(writes=True) == []
    assert "Web sign-up" in discovered(unconfigured.set(allow_confirmation_mails=True))


def test_lists_of_one_name_are_told_apart_by_their_keys(unconfigured):
    unconfigured.emulator.switch(zoho_campaigns_field_details="given")
    kinds = {name: one.get("type") for name, one in discovered(unconfigured)["Newsletter"]["json_schema"]["properties"].items()}
    assert kinds["CRM opt-out"] == ["null", "boolean"]


def test_a_stream_mapped_by_the_platform_is_written_without_an_entry_of_ours(unconfigured):
    source = Mapped().state({}).person("1", "ann@new.example.com", **{"First Name": "Ann"}).person("2", "bob@new.example.com")
    succeeded(write(unconfigured, source.complete(), mapped_catalog()))
    assert unconfigured.members()["ann@new.example.com"]["fields"] == {"First Name": "Ann"}
    source.state().person("1", "ann@moved.example.com", **{"First Name": "Ann"}).person("2", "bob@new.example.com", **{"CRM opt-out": "true"})
    succeeded(write(unconfigured, source.person("3", "zoe@new.example.com").complete(), mapped_catalog()))
    members = unconfigured.members()
    assert members["ann@moved.example.com"]["status"] == "active"
    assert members["ann@new.example.com"]["status"] == "unsubscribed", "the record's id takes the old address off"
    assert members["bob@new.example.com"]["status"] == "unsubscribed"
    source.state().person("3", "zoe@new.example.com", **{"CRM deleted at": "2026-01-01T00:00:00Z"})
    succeeded(write(unconfigured, source.person("1", "ann@moved.example.com", **{"First Name": "Ann"}).complete(), mapped_catalog()))
    assert unconfigured.members()["zoe@new.example.com"]["status"] == "unsubscribed"


def test_a_person_without_address_is_skipped_also_where_the_address_is_the_key(unconfigured):
    source = Mapped().state({}).person("1", "ann@new.example.com").person("2", None).person("3", "")
    said = succeeded(write(unconfigured, source.complete(), mapped_catalog(key="Contact Email")))
    assert "1 written" in said.logs
    assert "2 skipped(no_address)" in said.logs


def test_an_entry_of_ours_adds_its_options_and_one_that_names_another_list_is_a_contradiction(connector):
    connector.stream(list_name="Newsletter", required=["First Name"])
    source = Mapped().state({}).person("1", "ann@new.example.com").person("2", "bob@new.example.com", **{"First Name": "Bob"})
    said = succeeded(write(connector, source.complete(), mapped_catalog()))
    assert "1 rejected(required_field_empty), 1 written" in said.logs
    connector.stream(list_name="Product news")
    said = write(connector, source.state({}).complete(), mapped_catalog())
    assert said.code == 1
    assert "'Newsletter' by the connection, and at another one by streams[0]" in said.error["message"]


def test_an_object_that_is_no_list_and_a_missing_opt_out_are_refused_by_name(unconfigured):
    said = write(unconfigured, Mapped().state({}).complete(), mapped_catalog("Newsleter"))
    assert "'Newsleter', which is no list of the account. Lists: " in said.error["message"]
    catalog = mapped_catalog()
    del catalog["streams"][0]["stream"]["json_schema"]["properties"]["CRM opt-out"]
    said = write(unconfigured, Mapped().state({}).complete(), catalog)
    assert "map it to CRM opt-out" in said.error["message"]


def test_without_any_entry_check_says_what_can_be_synced_and_a_stream_that_nobody_mapped_is_refused(unconfigured):
    said = unconfigured.check()
    assert said.status["status"] == "SUCCEEDED"
    assert "streams is empty" in said.logs
    said = write(unconfigured, Source().state({}).complete())
    assert said.code == 1
    assert "Stream Leads is synced, but feeds no list" in said.error["message"]


def test_mailigens_lists_are_offered_with_their_own_fields_and_written(mailigen):
    del mailigen.config["streams"]
    newsletter = discovered(mailigen)["Newsletter"]
    assert newsletter["matching_keys"] == [["EMAIL"], ["CRM record id"]]
    assert {"FNAME", "LNAME"} <= set(newsletter["json_schema"]["properties"])
    catalog = mapped_catalog()
    properties = catalog["streams"][0]["stream"]["json_schema"]["properties"]
    properties |= {"EMAIL": {"type": "string"}, "FNAME": {"type": ["null", "string"]}}
    source = Mapped().state({})
    source._record({"CRM record id": "1", "EMAIL": "ann@new.example.com", "FNAME": "Ann"})
    succeeded(write(mailigen, source.complete(), catalog))
    assert mailigen.members()["ann@new.example.com"]["fields"]["FNAME"] == "Ann"
