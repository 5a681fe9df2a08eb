"""`write` against the emulated Zoho Campaigns: what only this vendor has."""

import csv

import pytest

from .people import Source, write
from .test_write import fates, first_sync, succeeded

HOSTILE = {
    "First_Name": "O'\"B, +1 %",
    "Last_Name": "日本 😀\nsecond line \\u0041 & <b>{x:y}",
    "Interests": ["a+b", "c%41", "=1+1"],
}
DECODINGS = [{}, {"zoho_campaigns_double_decode": "yes"}, {"zoho_campaigns_code_type": "number"}, {"zoho_campaigns_added_time": "date_text"}]


@pytest.fixture
def source():
    return Source()


def test_a_second_list_gets_the_membership_by_the_ten_address_call(connector, source):
    connector.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Leads", "list_name": "Product news"}]
    first_sync(connector, source)
    for name in ("Newsletter", "Product news"):
        assert {"ann@new.example.com", "bob+x@new.example.com", "eve@new.example.com", "joe@new.example.com"} <= set(connector.members(name))
    connector.emulator.clear_requests()
    source.state().record(7, "zoe@new.example.com", First_Name="Zoe").complete()
    succeeded(write(connector, source))
    assert [one["path"].rsplit("/", 1)[1] for one in connector.calls(writes=True)] == ["listsubscribe", "addlistsubscribersinbulk"]


def test_source_tag_and_topics_go_with_each_person(connector, source):
    connector.stream(topic="Offers")
    first_sync(connector, source)
    assert connector.members()["ann@new.example.com"]["topics"]


@pytest.mark.parametrize("readings", DECODINGS)
def test_hostile_values_arrive_intact_under_every_reading(connector, source, readings):
    connector.emulator.switch(**readings)
    succeeded(write(connector, source.state({}).record(1, "ann+a@new.example.com", **HOSTILE).complete()))
    fields = connector.members()["ann+a@new.example.com"]["fields"]
    assert fields == {"First Name": HOSTILE["First_Name"], "Last Name": HOSTILE["Last_Name"], "Interests": "a+b;c%41;=1+1"}


def test_a_token_that_ends_in_the_middle_is_renewed(connector, source):
    connector.emulator.faults(system="zoho_campaigns", path="json/listsubscribe", kind="token", after=1)
    first_sync(connector, source)
    assert {"ann@new.example.com", "joe@new.example.com"} <= set(connector.members())


def test_rejected_records_are_in_the_reject_file_with_column_and_remedy(connector, source):
    path = connector.folder / "rejects.csv"
    connector.set(reject_file=str(path)).stream(required=["Last_Name"])
    source.state({}).record(1, "ann@new.example.com").record(2, "sales@new.example.com", Last_Name="Lee").record(3, "no address").complete()
    said = succeeded(write(connector, source))
    assert "3 rejected records are in the reject file." in said.logs
    assert (
        "required_field_empty): A field that this sync requires is empty. Fill it in in the CRM; the record then goes through by itself. Records: 1 (Last_Name)."
        in said.logs
    )
    rows = {row["record"]: row for row in csv.DictReader(path.open())}
    assert {name: (row["reason"], row["column"]) for name, row in rows.items()} == {
        "1": ("required_field_empty", "Last_Name"),
        "2": ("role_address", ""),
        "3": ("invalid_address", ""),
    }
    assert rows["2"]["code"] == "2005"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "@" not in path.read_text()
    source.state().record(1, "ann@new.example.com", Last_Name="Lee").complete()
    assert fates(succeeded(write(connector, source))) == "1 written"
    assert {row["record"] for row in csv.DictReader(path.open())} == {"2", "3"}
    connector.set(reject_file="rejects.xlsx")
    assert "must end in .csv or .jsonl" in write(connector, source).error["message"]
