"""Mailigen over HTTP against the emulated vendor: batches, partial results, refusals, lost answers, and nothing mailed by accident."""

import pytest

from mailsync.errors import AuthError, ConfigError, RateLimited, VendorUnavailable
from mailsync.mailigen.lists import Members
from mailsync.mailigen.pages import Rows
from mailsync.membership.tool import DONE, Fate, ListedStatus, Outcome, Person

ANN, BOB, CAT = "ann@example.com", "bob+news@example.org", "cat@example.com"
LOST = Outcome(Fate.LOST)
FORMS = [
    {},
    {"mailigen_members_form": "indexed_object", "mailigen_truth": "text", "mailigen_error_status": "http_400", "mailigen_error_codes": "others"},
]


def fates(outcomes):
    return [one.fate for one in outcomes]


def test_one_call_carries_many_people_and_no_mail_goes_out(vendor):
    hostile = {"FNAME": "O'\"Brien & +1 %41 [x]", "LNAME": "日本 😀\nsecond line"}
    people = [Person(ANN, hostile), Person(BOB, {"FNAME": "Bob"}), Person("Ünder@example.com", {})]
    assert fates(vendor.tool.subscribe(vendor.key, people)) == [Fate.DONE, Fate.DONE, Fate.REJECTED]
    assert vendor.members()[ANN]["fields"] == hostile
    assert fates(vendor.tool.take_off(vendor.key, [ANN], delete=False)) == [Fate.DONE]
    assert vendor.status(ANN) == "unsubscribed"
    assert fates(vendor.tool.take_off(vendor.key, [ANN, BOB], delete=True)) == [Fate.DONE] * 2
    assert vendor.members() == {}
    assert vendor.state()["mails_caused"] == 0
    assert vendor.reserved == ["listBatchSubscribe", "listBatchUnsubscribe", "listBatchUnsubscribe"]


def test_mails_go_out_only_where_they_are_asked_for(open_vendor):
    vendor = open_vendor(double_opt_in=True, send_goodbye=True, send_notify=True)
    assert all(one.has_form for one in vendor.tool.mailing_lists())
    assert fates(vendor.subscribe(ANN)) == [Fate.PENDING]
    assert vendor.status(ANN) == "pending"
    vendor.add(BOB)
    vendor.tool.take_off(vendor.key, [BOB], delete=True)
    assert vendor.state()["mails"] == {"confirmation": 1, "goodbye": 1, "notify": 1}


@pytest.mark.parametrize("readings", FORMS)
def test_each_row_has_its_own_outcome(vendor, readings):
    vendor.emulator.switch(**readings, mailigen_error_email="lower_case")
    done, bad, again = vendor.subscribe(ANN, "Not An Address", BOB)
    assert (done, again) == (DONE, DONE)
    assert (bad.fate, bad.reason, bad.message) == (Fate.REJECTED, "vendor_refused", "Invalid email address")
    assert sorted(vendor.members()) == [ANN, BOB]


def test_answers_that_do_not_add_up_count_as_lost(vendor):
    from mailsync.mailigen.batches import by_row

    refused = {"code": 502, "message": "no", "email": "x@example.com"}
    assert by_row([ANN, BOB], {"success_count": 1, "error_count": 1, "errors": [refused]}) == [LOST, LOST]
    assert by_row([ANN, BOB], {"success_count": 1, "error_count": 0, "errors": []}) == [LOST, LOST]
    assert by_row([ANN], True) == [LOST]
    assert by_row([ANN], {"success_count": "1", "error_count": "0", "errors": {}}) == [DONE]
    assert fates(by_row([ANN, BOB], {"success_count": 1, "error_count": 1, "errors": {"0": {**refused, "email": ANN.upper()}}})) == [
        Fate.REJECTED,
        Fate.DONE,
    ]


@pytest.mark.parametrize("reading", ["refused_over_100", "refused_over_1000"])
def test_a_batch_that_is_too_large_is_halved(open_vendor, reading):
    vendor = open_vendor(batch_size=1000)
    vendor.emulator.switch(mailigen_batch_limit=reading)
    people = [f"p{number}@example.com" for number in range(1000)]
    assert set(fates(vendor.subscribe(*people))) == {Fate.DONE}
    assert len(vendor.members()) == 1000


@pytest.mark.parametrize("reading", ["error_object", "error_rows"])
def test_a_full_plan_refuses_nobody_for_good(vendor, reading):
    vendor.emulator.switch(mailigen_plan_limit=reading)
    active = {a for one in vendor.state()["lists"].values() for a, m in one["members"].items() if m["status"] == "active"}
    vendor.emulator.edit("mailigen", op="set_contact_limit", n=len(active))
    outcomes = vendor.subscribe(ANN, BOB)
    assert fates(outcomes) == [Fate.FULL] * 2
    assert "Upgrade the plan" in outcomes[0].message


def test_a_list_that_is_gone_is_a_configuration_error(vendor):
    vendor.emulator.edit("mailigen", op="delete_list", list=vendor.key)
    for write in (lambda: vendor.subscribe(ANN), lambda: vendor.tool.take_off(vendor.key, [ANN], delete=True)):
        with pytest.raises(ConfigError, match="list"):
            write()
    with pytest.raises(ConfigError, match="listMembers"):
        vendor.tool.count(vendor.key, ListedStatus.ACTIVE)


def test_an_unknown_key_is_told_without_the_key(open_vendor):
    vendor = open_vendor(api_key="secret-key-1234")
    for call in (vendor.account.check_access, lambda: vendor.subscribe(ANN), vendor.tool.mailing_lists):
        with pytest.raises(AuthError, match="code 104") as caught:
            call()
        assert "secret-key-1234" not in str(caught.value)


@pytest.mark.parametrize("reading", ["error_row", "ok"])
def test_taking_off_somebody_who_is_not_there_is_done(vendor, reading):
    vendor.emulator.switch(mailigen_unsubscribe_stranger=reading, mailigen_unsubscribe_twice="error_row" if reading == "error_row" else "ok")
    vendor.subscribe(ANN)
    vendor.tool.take_off(vendor.key, [ANN], delete=False)
    assert fates(vendor.tool.take_off(vendor.key, [ANN, CAT], delete=False)) == [Fate.DONE] * 2


@pytest.mark.parametrize("reading", ["stays", "unsubscribed", "removed"])
def test_suppressing_takes_off_the_list_under_each_reading(vendor, reading):
    vendor.emulator.switch(mailigen_suppressing_member=reading)
    vendor.subscribe(ANN, BOB)
    assert fates(vendor.tool.suppress(vendor.key, [ANN])) == [Fate.DONE]
    assert list(vendor.members()) == [BOB]
    assert list(vendor.tool.suppressed()) == [ANN]


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("kind", ["status", "reset", "truncate", "html"])
def test_a_write_without_a_usable_answer_is_lost_and_not_repeated(vendor, kind, processed):
    vendor.emulator.faults(system="mailigen", path="listBatchSubscribe", kind=kind, processed=processed)
    assert vendor.subscribe(ANN, BOB) == [LOST, LOST]
    assert len(vendor.made("listBatchSubscribe")) == 1
    assert len(vendor.members()) == (2 if processed else 0)


def test_after_two_lost_writes_the_method_is_left_alone_for_a_minute(vendor):
    vendor.emulator.faults(system="mailigen", path="listBatchSubscribe", kind="status", times=2)
    assert [vendor.subscribe(ANN)[0].fate for _ in range(2)] == [Fate.LOST] * 2
    with pytest.raises(RateLimited):
        vendor.subscribe(ANN)
    vendor.emulator.advance(61)
    vendor.tool.mailing_lists()  # an answer whose date tells of the minute
    assert vendor.subscribe(ANN) == [DONE]


def test_too_many_calls_had_no_effect(vendor):
    vendor.emulator.faults(system="mailigen", path="listBatchSubscribe", kind="lock")
    with pytest.raises(RateLimited):
        vendor.subscribe(ANN)
    assert vendor.members() == {}


def test_reads_are_repeated_until_they_answer(vendor):
    vendor.add(ANN)
    vendor.emulator.faults(system="mailigen", kind="truncate", times=2)
    assert vendor.read() == (1, [ANN])
    assert len(vendor.waits) == 2


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9, 10])
@pytest.mark.parametrize("guess", [0, 3, 5, 50])
def test_pages_join_and_rows_are_counted_whatever_was_guessed(vendor, count, guess):
    people = [f"p{number}@example.com" for number in range(count)]
    vendor.add(*people)
    rows = Rows(vendor.tool._client, "listMembers", size=3, id=vendor.key, status="subscribed")
    assert rows.count(guess) == count
    assert list(dict.fromkeys(rows.all())) == people


def test_a_list_of_several_pages_is_read_completely_with_overlap(vendor):
    people = [f"p{number}@example.com" for number in range(10)]
    vendor.add(*people)
    vendor.tool._members = Members(vendor.tool._client, size=3)
    assert vendor.read() == (10, people)


def test_somebody_who_leaves_while_pages_are_read_shows_at_the_joint(vendor):
    people = [f"p{number}@example.com" for number in range(9)]
    vendor.add(*people)
    members = vendor.tool._members = Members(vendor.tool._client, size=3)
    first = members.page(vendor.key, ListedStatus.ACTIVE, 0)
    vendor.emulator.edit("mailigen", op="unsubscribe", list=vendor.key, email="p0@example.com")
    second = members.page(vendor.key, ListedStatus.ACTIVE, 3)
    assert first[-1] != second[0]


def test_reading_a_small_list_costs_one_call_for_each_status_and_one_to_compare(vendor):
    vendor.add(ANN)
    vendor.reserved.clear()
    for _ in range(2):
        assert vendor.read() == (1, [ANN])
    assert vendor.reserved == ["listMembers"] * 2


def test_leavings_come_from_campaigns_with_the_list_they_went_to(vendor):
    vendor.add(ANN, BOB)
    campaign = vendor.emulator.edit("mailigen", op="send", list=vendor.key)["campaign"]
    assert list(vendor.tool.leavings(None)) == []
    vendor.emulator.edit("mailigen", op="unsubscribe", email=ANN, campaign=campaign)
    [left] = vendor.tool.leavings(vendor.emulator.now() - 3600)
    assert (left.campaign, left.address, left.kind, left.list_keys, left.at) == (campaign, ANN, "unsubscribed", (vendor.key,), None)
    vendor.reserved.clear()
    assert list(vendor.tool.leavings(None)) == []  # told already, in this process
    assert vendor.reserved == ["campaigns", "campaignStats"]
    assert list(vendor.tool.leavings(vendor.emulator.now() + 3 * 86_400)) == []


def test_fields_are_those_that_all_lists_have_and_missing_ones_are_made(vendor):
    other = next(key for key, one in vendor.state()["lists"].items() if one["name"] == "Newsletter")
    assert [field.name for field in vendor.account.fields([])] == ["EMAIL", "FNAME", "LNAME"]
    assert "CITY" in [field.name for field in vendor.account.fields([other])]
    assert [(field.name, field.api_name, field.max_length) for field in vendor.account.fields([other, vendor.key])][1] == ("FNAME", "First Name", 255)
    assert "CITY" not in [field.name for field in vendor.account.fields([other, vendor.key])]
    vendor.account.create_field("CITY", [other, vendor.key])
    assert len(vendor.made("listMergeVarAdd")) == 1
    assert vendor.account.fields([vendor.key])[-1].name == "CITY"
    with pytest.raises(ConfigError, match="COMPANY_SIZE"):
        vendor.account.check_new_field("Company size")


def test_a_field_whose_creation_had_no_answer_must_be_there(vendor):
    vendor.emulator.faults(system="mailigen", path="listMergeVarAdd", kind="reset", processed=True)
    vendor.account.create_field("CITY", [vendor.key])
    vendor.emulator.faults(system="mailigen", path="listMergeVarAdd", kind="reset", processed=False)
    with pytest.raises(VendorUnavailable, match="TOWN"):
        vendor.account.create_field("TOWN", [vendor.key])


def test_a_list_is_made_empty_and_found_by_name(vendor):
    made = vendor.account.create_list(name="Made", first_contact="", public=False)
    assert (made.name, made.has_form) == ("Made", False)
    assert vendor.state()["lists"][made.key]["members"] == {}


def test_the_source_tag_is_a_field_of_its_own(vendor):
    vendor.account.set_list_options({vendor.key: ("crm", "")})
    vendor.account.prepare_lists()
    vendor.subscribe(ANN, FNAME="Ann")
    assert vendor.members()[ANN]["fields"] == {"FNAME": "Ann", "SOURCE": "crm"}


def test_the_account_is_known_by_its_number(vendor):
    assert vendor.tool.organisation_id() == "4815"
