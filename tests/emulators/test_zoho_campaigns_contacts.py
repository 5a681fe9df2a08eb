"""Writing contacts: subscribe, bulk, unsubscribe, do-not-mail; each documented code and each reading."""

import json

import pytest

from tests.emulators.zoho_campaigns_api import api, form_list, fresh

__all__ = ["api", "form_list", "fresh"]

ANN = "ann@example.com"


def test_a_private_list_takes_a_new_contact_at_once_and_updates_it_later(api, fresh):
    first = api.subscribe(fresh, ANN, {"First Name": "Ann", "Last Name": "Lee"})
    second = api.subscribe(fresh, "ANN@example.com", {"First Name": "Anna"})
    assert (first["code"], first["message"]) == (second["code"], second["message"]) == ("0", "User subscribed successfully.")
    assert api.subscribers(fresh) == [ANN]
    assert api.fields(fresh, ANN) == {"First Name": "Anna", "Last Name": "Lee"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("no address", "2004"),
        ("a b@example.com", "2004"),
        ("a@example", "2004"),
        ("a@mail.invalid", "2004"),
        ("a@disposable.example.com", "2004"),
        (f"{'a' * 65}@example.com", "2004"),
        ("ünder@example.com", "2004"),
        ("info@example.com", "2005"),
        ("Sales@example.com", "2005"),
        ("o'brien+news@example.com", "0"),
    ],
)
def test_addresses_that_are_taken_and_refused(api, fresh, address, code):
    assert api.subscribe(fresh, address)["code"] == code


def test_an_address_is_mandatory(api, fresh):
    assert api.post("json/listsubscribe", listkey=fresh, contactinfo='{"First Name":"Ann"}')["code"] == "2004"


def test_an_unknown_or_deleted_list(api, fresh):
    assert api.subscribe("3znothing", ANN)["code"] == "2501"
    api.emulator.edit("zoho_campaigns", op="delete_list", list=fresh)
    assert api.subscribe(fresh, ANN)["code"] == "2501"
    assert api.attach(fresh, ANN)["code"] == "2206"
    assert api.unsubscribe(fresh, ANN)["code"] == "2102"


def test_a_list_with_a_form_sends_a_mail_and_waits_for_the_click(api, form_list):
    answer = api.subscribe(form_list, ANN, {"First Name": "Ann"})
    assert answer["code"] == "0"
    assert answer["message"].startswith("A confirmation email is sent to the user.")
    assert api.subscribers(form_list) == []
    assert api.status(form_list, ANN) == "pending"
    assert api.emulator.state("zoho_campaigns")["mails_caused"] == 1
    api.emulator.edit("zoho_campaigns", op="confirm", list=form_list, email=ANN)
    assert api.subscribers(form_list) == [ANN]
    assert api.fields(form_list, ANN) == {"First Name": "Ann"}


def test_asking_again_sends_a_second_mail(api, form_list):
    api.subscribe(form_list, ANN)
    api.subscribe(form_list, ANN)
    assert api.emulator.state("zoho_campaigns")["mails_caused"] == 2


@pytest.mark.parametrize(("reading", "mails", "name"), [("updates", 0, "New"), ("mails", 1, "Old"), ("ignored", 0, "Old")])
def test_updating_a_member_of_a_form_list_under_each_reading(api, form_list, reading, mails, name):
    api.emulator.switch(zoho_campaigns_update_on_form_list=reading)
    api.emulator.edit("zoho_campaigns", op="add", list=form_list, email=ANN, fields={"First Name": "Old"})
    assert api.subscribe(form_list, ANN, {"First Name": "New"})["code"] == "0"
    assert api.emulator.state("zoho_campaigns")["mails_caused"] == mails
    assert api.status(form_list, ANN) == "active"
    assert api.fields(form_list, ANN)["First Name"] == name
    if mails:
        api.emulator.edit("zoho_campaigns", op="confirm", email=ANN)
        assert api.fields(form_list, ANN)["First Name"] == "New"


def test_somebody_who_left_comes_back_by_subscribing(api, fresh):
    api.subscribe(fresh, ANN)
    api.unsubscribe(fresh, ANN)
    assert api.status(fresh, ANN) == "unsubscribed"
    api.subscribe(fresh, ANN)
    assert api.status(fresh, ANN) == "active"


@pytest.mark.parametrize(("reading", "status"), [("stays_bounced", "bounced"), ("reactivated", "active")])
def test_subscribing_a_bounced_member(api, fresh, reading, status):
    api.emulator.switch(zoho_campaigns_bounced_resubscribed=reading)
    api.subscribe(fresh, ANN)
    api.emulator.edit("zoho_campaigns", op="bounce", list=fresh, email=ANN)
    assert api.subscribe(fresh, ANN)["code"] == "0"
    assert api.status(fresh, ANN) == status


@pytest.mark.parametrize(("reading", "kept"), [("clears", {"Last Name": "Lee"}), ("keeps", {"First Name": "Ann", "Last Name": "Lee"})])
def test_an_empty_text_clears_a_field_or_not(api, fresh, reading, kept):
    api.emulator.switch(zoho_campaigns_empty_value=reading)
    api.subscribe(fresh, ANN, {"First Name": "Ann", "Last Name": "Lee"})
    api.subscribe(fresh, ANN, {"First Name": ""})
    assert api.fields(fresh, ANN) == kept


@pytest.mark.parametrize(("reading", "code"), [("ignored", "0"), ("refused", "2001")])
def test_a_field_that_is_not_there(api, fresh, reading, code):
    api.emulator.switch(zoho_campaigns_unknown_field=reading)
    assert api.subscribe(fresh, ANN, {"Shoe size": "43", "First Name": "Ann"})["code"] == code
    assert api.member(fresh, ANN) is None if code == "2001" else api.fields(fresh, ANN) == {"First Name": "Ann"}


@pytest.mark.parametrize(("reading", "code", "stored"), [("truncated", "0", "x" * 20), ("refused", "2001", None)])
def test_a_value_that_is_too_long(api, fresh, reading, code, stored):
    api.emulator.switch(zoho_campaigns_value_too_long=reading)
    assert api.subscribe(fresh, ANN, {"Language": "x" * 30})["code"] == code
    assert api.member(fresh, ANN) is None if stored is None else api.fields(fresh, ANN) == {"Language": stored}


@pytest.mark.parametrize(("reading", "code", "stored"), [("ignored", "0", {}), ("refused", "2001", None), ("stored", "0", {"Score": "many"})])
def test_a_value_of_the_wrong_type(api, fresh, reading, code, stored):
    api.emulator.switch(zoho_campaigns_wrong_type=reading)
    assert api.subscribe(fresh, ANN, {"Score": "many"})["code"] == code
    assert api.member(fresh, ANN) is None if stored is None else api.fields(fresh, ANN) == stored


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("Birthday", "1990-02-14", True),
        ("Birthday", "02/14/1990", True),
        ("Birthday", "14.02.1990", False),
        ("VIP", "true", True),
        ("VIP", "maybe", False),
        ("Score", "-3", True),
        ("Score", "3.5", False),
    ],
)
def test_which_values_fit_a_type(api, fresh, field, value, fits):
    api.subscribe(fresh, ANN, {field: value})
    assert api.fields(fresh, ANN) == ({field: value} if fits else {})


def test_numbers_and_booleans_become_texts(api, fresh):
    info = json.dumps({"Contact Email": ANN, "Score": 7, "VIP": True, "City": None})
    api.post("json/listsubscribe", listkey=fresh, contactinfo=info)
    assert api.fields(fresh, ANN) == {"Score": "7", "VIP": "true"}


@pytest.mark.parametrize(("reading", "shared"), [("contact", True), ("membership", False)])
def test_fields_belong_to_the_contact_or_to_the_membership(api, fresh, reading, shared):
    api.emulator.switch(zoho_campaigns_fields_belong_to=reading)
    other = api.new_list("Other")
    api.subscribe(fresh, ANN, {"First Name": "Ann"})
    api.attach(other, ANN)
    assert api.fields(other, ANN) == ({"First Name": "Ann"} if shared else {})
    row = api.get("getlistsubscribers", listkey=other)["list_of_details"][0]
    assert row["firstname"] == ("Ann" if shared else "")


@pytest.mark.parametrize("code", ["2302", "914"])
def test_the_contact_limit_refuses_new_contacts_only(api, fresh, code):
    api.emulator.switch(zoho_campaigns_contact_limit_code=code)
    api.subscribe(fresh, ANN)
    api.emulator.edit("zoho_campaigns", op="set_contact_limit", n=api.emulator.state("zoho_campaigns")["contacts"])
    assert api.subscribe(fresh, "new@example.com")["code"] == code
    assert api.subscribe(fresh, ANN, {"First Name": "Ann"})["code"] == "0"
    api.emulator.edit("zoho_campaigns", op="set_contact_limit", n=None)
    assert api.subscribe(fresh, "new@example.com")["code"] == "0"


def test_topics_are_followed_one_or_several_and_unknown_ones_do_nothing(api, fresh):
    topics = list(api.emulator.state("zoho_campaigns")["topics"])
    api.subscribe(fresh, ANN, topic_id=topics[0])
    assert api.member(fresh, ANN)["topics"] == [topics[0]]
    api.subscribe(fresh, ANN, topic_id=f"{topics[1]},999")
    assert api.member(fresh, ANN)["topics"] == sorted(topics)
    api.unsubscribe(fresh, ANN, topic_id=topics[0])
    assert (api.status(fresh, ANN), api.member(fresh, ANN)["topics"]) == ("active", [topics[1]])


def test_bulk_sorts_the_odd_ones_into_three_arrays(api, fresh):
    api.attach(fresh, "known@example.com", "left@example.com")
    api.unsubscribe(fresh, "left@example.com")
    answer = api.attach(fresh, "new@example.com", "known@example.com", "left@example.com", "bad@", "info@example.com")
    assert answer["code"] == "0"
    assert answer["existing_contacts"] == ["known@example.com"]
    assert answer["readd_contacts"] == ["left@example.com"]
    assert answer["ignored_contacts"] == ["bad@", "info@example.com"]
    assert api.status(fresh, "new@example.com") == "active"


@pytest.mark.parametrize(("reading", "status"), [("reactivates", "active"), ("skips", "unsubscribed")])
def test_bulk_and_somebody_who_left(api, fresh, reading, status):
    api.emulator.switch(zoho_campaigns_bulk_readd=reading)
    api.attach(fresh, ANN)
    api.unsubscribe(fresh, ANN)
    assert api.attach(fresh, ANN)["readd_contacts"] == [ANN]
    assert api.status(fresh, ANN) == status


@pytest.mark.parametrize(("reading", "status", "mails"), [("adds", "active", 0), ("mails", "pending", 1)])
def test_bulk_on_a_form_list(api, form_list, reading, status, mails):
    api.emulator.switch(zoho_campaigns_bulk_on_form_list=reading)
    assert api.attach(form_list, ANN)["code"] == "0"
    assert api.status(form_list, ANN) == status
    assert api.emulator.state("zoho_campaigns")["mails_caused"] == mails


@pytest.mark.parametrize(("reading", "code", "added"), [("refused", "1001", 0), ("accepted", "0", 11)])
def test_more_than_ten_addresses(api, fresh, reading, code, added):
    api.emulator.switch(zoho_campaigns_bulk_more_than_ten=reading)
    assert api.attach(fresh, *(f"p{number}@example.com" for number in range(11)))["code"] == code
    assert len(api.subscribers(fresh)) == added


@pytest.mark.parametrize(("reading", "added"), [("refused_whole", 0), ("filled_up", 2)])
def test_a_bulk_call_that_reaches_the_contact_limit(api, fresh, reading, added):
    api.emulator.switch(zoho_campaigns_bulk_at_contact_limit=reading)
    api.emulator.edit("zoho_campaigns", op="set_contact_limit", n=api.emulator.state("zoho_campaigns")["contacts"] + 2)
    assert api.attach(fresh, "a@example.com", "b@example.com", "c@example.com")["code"] == "2302"
    assert len(api.subscribers(fresh)) == added


def test_bulk_needs_addresses_and_a_known_list(api, fresh):
    assert api.attach(fresh)["code"] == "903"
    assert api.attach("3znothing", ANN)["code"] == "2501"


def test_unsubscribing_ends_one_membership_only_and_may_be_repeated(api, fresh):
    other = api.new_list("Other")
    api.attach(fresh, ANN)
    api.attach(other, ANN)
    assert api.unsubscribe(fresh, ANN)["code"] == "0"
    assert api.unsubscribe(fresh, ANN)["code"] == "0"
    assert (api.status(fresh, ANN), api.status(other, ANN)) == ("unsubscribed", "active")


def test_unsubscribing_somebody_unknown_or_erased(api, fresh):
    api.attach(fresh, ANN)
    api.emulator.edit("zoho_campaigns", op="erase", email=ANN)
    assert api.unsubscribe(fresh, ANN)["code"] == "2103"
    assert api.unsubscribe(fresh, "nobody@example.com")["code"] == "2103"


@pytest.mark.parametrize(("reading", "code"), [("error_2103", "2103"), ("ok", "0")])
def test_unsubscribing_a_contact_of_another_list(api, fresh, reading, code):
    api.emulator.switch(zoho_campaigns_unsubscribe_stranger=reading)
    api.attach(api.new_list("Other"), ANN)
    assert api.unsubscribe(fresh, ANN)["code"] == code
    assert api.status(fresh, ANN) is None


@pytest.mark.parametrize(("reading", "shown"), [("unsubscribed", [ANN]), ("absent", [])])
def test_do_not_mail_reaches_every_list_and_may_be_repeated(api, fresh, reading, shown):
    api.emulator.switch(zoho_campaigns_do_not_mail_shown=reading)
    other = api.new_list("Other")
    for key in (fresh, other):
        api.attach(key, ANN)
    first, again = api.never_mail(ANN), api.never_mail(ANN)
    assert (first["code"], again["code"]) == ("0", "0")
    assert first["message"] != again["message"]
    for key in (fresh, other):
        assert (api.subscribers(key), api.subscribers(key, "unsub")) == ([], shown)
    assert api.emulator.state("zoho_campaigns")["suppressed"] == [ANN]


@pytest.mark.parametrize(("reading", "code", "suppressed"), [("added", "0", [ANN]), ("error_2104", "2104", [])])
def test_do_not_mail_for_an_address_that_is_no_contact(api, reading, code, suppressed):
    api.emulator.switch(zoho_campaigns_do_not_mail_unknown=reading)
    assert api.never_mail(ANN)["code"] == code
    assert api.emulator.state("zoho_campaigns")["suppressed"] == suppressed
    assert api.never_mail("not an address")["code"] == "2004"


@pytest.mark.parametrize(
    ("reading", "code", "ignored"), [("ok_without_adding", "0", []), ("error_2001", "2001", [ANN]), ("error_2004", "2004", [ANN])]
)
def test_subscribing_an_address_of_the_registry(api, fresh, reading, code, ignored):
    api.emulator.switch(zoho_campaigns_do_not_mail_subscribe=reading)
    api.never_mail(ANN)
    assert api.subscribe(fresh, ANN)["code"] == code
    assert api.attach(fresh, ANN)["ignored_contacts"] == ignored
    assert api.member(fresh, ANN) is None


def test_only_the_undocumented_parameter_lifts_the_registry(api, fresh):
    api.never_mail(ANN)
    assert api.subscribe(fresh, ANN, donotmail_resub="true")["code"] == "0"
    assert api.status(fresh, ANN) == "active"
    assert api.emulator.state("zoho_campaigns")["suppressed"] == []
