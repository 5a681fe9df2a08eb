"""`write` against the emulated Mailigen: what only this vendor has."""

import pytest

from .people import Source, write
from .support import a_catalog
from .test_write import fates, succeeded

ANN, BOB, CAT = "ann@new.example.com", "bob+x@new.example.com", "cat@new.example.com"


@pytest.fixture
def source():
    return Source()


def names(connector):
    return [one["path"].rsplit("/", 1)[1] for one in connector.calls(writes=True)]


def test_a_thousand_people_are_ten_calls_and_removing_half_of_them_five(mailigen, source):
    source.state({})
    for number in range(1000):
        source.record(number, f"p{number}@new.example.com", First_Name=f"P{number}")
    assert fates(succeeded(write(mailigen, source.complete()))) == "1000 written"
    assert names(mailigen) == ["listBatchSubscribe"] * 10
    mailigen.emulator.clear_requests()
    mailigen.set(allow_removals_over_brake=True)
    source.state()
    for number in range(500):
        source.tombstone(number)
    succeeded(write(mailigen, source.complete()))
    assert names(mailigen) == ["listBatchUnsubscribe"] * 5
    assert mailigen.status("p1@new.example.com") is None
    assert mailigen.status("p999@new.example.com") == "active"
    assert mailigen.state()["mails_caused"] == 0


def test_hostile_values_arrive_intact(mailigen, source):
    first, last = "O'\"B, +1 % [x]=&", "日本 😀\nsecond line"
    succeeded(write(mailigen, source.state({}).record(1, "ann+a@new.example.com", First_Name=first, Last_Name=last).complete()))
    assert mailigen.members()["ann+a@new.example.com"]["fields"] == {"FNAME": first, "LNAME": last}


def test_fields_are_the_memberships_own_and_missing_ones_are_made_on_each_list(mailigen, source):
    mapping = [{"column": "First_Name", "field": "FNAME"}, {"column": "Last_Name", "field": "CITY"}]
    lists = [{"list_name": "Newsletter"}, {"list_name": "Brand new", "create_list": True}]
    mailigen.config["streams"] = [{"stream": "Leads", **one, "mapping": mapping, "create_fields": True} for one in lists]
    succeeded(write(mailigen, source.state({}).record(1, ANN, First_Name="Ann", Last_Name="Riga").complete()))
    assert names(mailigen).count("listMergeVarAdd") == 1
    for name in ("Newsletter", "Brand new"):
        assert mailigen.members(name)[ANN]["fields"] == {"FNAME": "Ann", "CITY": "Riga"}


def test_two_streams_write_their_own_fields_for_one_address_on_two_lists(mailigen):
    mailigen.config["streams"] = [{"stream": "Leads", "list_name": "Newsletter"}, {"stream": "Contacts", "list_name": "Product news"}]
    catalog = {
        "streams": [{**entry, "stream": {**entry["stream"], "name": name}} for name in ("Leads", "Contacts") for entry in a_catalog()["streams"]]
    }
    leads, contacts = Source("Leads"), Source("Contacts")
    leads.state({}).record(1, ANN, First_Name="Lead").complete()
    contacts.state({}).record(2, ANN, First_Name="Contact").complete()
    leads.lines += contacts.lines
    succeeded(write(mailigen, leads, catalog))
    assert mailigen.members("Newsletter")[ANN]["fields"] == {"FNAME": "Lead"}
    assert mailigen.members("Product news")[ANN]["fields"] == {"FNAME": "Contact"}


def test_who_is_on_the_suppression_list_is_skipped_until_taken_from_it(mailigen, source):
    mailigen.edit("suppress", email=ANN)
    said = succeeded(write(mailigen, source.state({}).record(1, ANN).record(2, BOB).complete()))
    assert fates(said) == "1 skipped(suppressed), 1 written"
    assert mailigen.status(ANN) is None
    mailigen.edit("suppress", email=ANN, kind="lift")
    succeeded(write(mailigen, source.state().complete()))
    assert mailigen.status(ANN) == "active"


def test_a_member_who_is_suppressed_is_left_on_the_list_and_never_written(mailigen, source):
    succeeded(write(mailigen, source.state({}).record(1, ANN).complete()))
    mailigen.edit("suppress", email=ANN)
    mailigen.emulator.clear_requests()
    said = succeeded(write(mailigen, source.state().record(1, ANN, First_Name="Anna").complete()))
    assert fates(said) == "1 skipped(suppressed)"
    assert names(mailigen) == []


def test_double_opt_in_asks_once_and_needs_a_yes(mailigen, source):
    mailigen.system(double_opt_in=True)
    assert "double opt-in" in write(mailigen, source).error["message"]
    mailigen.set(allow_confirmation_mails=True)
    for _ in range(2):
        assert fates(succeeded(write(mailigen, source.state({}).record(1, ANN).complete()))) == "1 pending_confirmation(confirmation_sent)"
    assert mailigen.state()["mails"] == {"confirmation": 1}
    mailigen.edit("confirm", email=ANN)
    succeeded(write(mailigen, source.state().tombstone(1).complete()))
    assert mailigen.status(ANN) == "active"  # who confirmed is theirs


def test_a_batch_whose_answer_was_lost_is_settled_by_the_next_complete_read(mailigen, source):
    for processed in (True, False):
        mailigen.emulator.faults(system="mailigen", path="listBatchSubscribe", kind="reset", processed=processed)
        people = {True: (ANN, BOB), False: (CAT, "dan@new.example.com")}[processed]
        source.state({}).record(people[0], people[0], First_Name="A").record(people[1], people[1])
        said = succeeded(write(mailigen, source.complete()))
        assert [mailigen.status(one) for one in people] == ["active", "active"], said.text
    source.state()
    for one in (ANN, BOB, CAT):
        source.tombstone(one)
    succeeded(write(mailigen, source.complete()))
    assert [mailigen.status(one) for one in (ANN, BOB, CAT)] == [None] * 3  # ours, all of them


def test_the_source_tag_is_written_beside_the_fields(mailigen, source):
    mailigen.stream(source="crm")
    succeeded(write(mailigen, source.state({}).record(1, ANN, First_Name="Ann").complete()))
    assert mailigen.members()[ANN]["fields"] == {"FNAME": "Ann", "SOURCE": "crm"}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"topic": "Offers"}, "no topics"),
        ({"first_contact": "a@example.com"}, "creates lists empty"),
        ({"signup_form": "public"}, "no sign-up form"),
        ({"mapping": [{"column": "First_Name", "field": "NOWHERE"}]}, "'NOWHERE'"),
        ({"mapping": [{"column": "First_Name", "field": "Shoe size"}], "create_fields": True}, "SHOE_SIZE"),
    ],
)
def test_what_the_vendor_cannot_do_is_refused_by_name_in_check(mailigen, options, named):
    mailigen.stream(**options)
    assert mailigen.check().status["status"] == "FAILED"
    assert named in mailigen.check().status["message"]
    assert mailigen.calls(writes=True) == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"api_key": ""}, "system.api_key"),
        ({"batch_size": 0}, "from 1 to 1000"),
        ({"double_opt_in": "yes"}, "system.double_opt_in"),
        ({"data_center": "eu"}, "system.data_center is no option"),
        ({"base_urls": {"api": "http://example.com"}}, "system.base_urls.api"),
    ],
)
def test_a_wrong_setting_is_named(mailigen, options, named):
    mailigen.system(**options)
    assert named in mailigen.check().status["message"]


def test_another_account_under_the_same_name_is_noticed(mailigen, source, monkeypatch):
    succeeded(write(mailigen, source.state({}).record(1, ANN).complete()))
    from mailsync.mailigen.tool import Mailigen

    monkeypatch.setattr(Mailigen, "organisation_id", lambda _self: "another")
    said = write(mailigen, source.state().complete())
    assert "was used with another mailing account" in said.error["message"]


def test_the_forecast_counts_batches(mailigen, source):
    estimate = {"type": "STREAM", "name": "Leads", "row_estimate": 100_000}
    source.state({}).say({"type": "TRACE", "trace": {"type": "ESTIMATE", "emitted_at": 1, "estimate": estimate}}).record(1, ANN).complete()
    assert "1,000 calls" in succeeded(write(mailigen, source)).logs
