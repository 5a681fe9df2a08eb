"""Writing members: subscribe, batches, unsubscribe, suppression; what mails, and each reading."""

import pytest

from tests.emulators.mailigen_api import api, fresh

__all__ = ["api", "fresh"]

ANN, BOB = "ann@example.com", "bob@example.org"


def test_a_batch_takes_new_members_and_updates_them_later(api, fresh):
    assert api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "Ann", "LNAME": "Lee"}) == {"success_count": 1, "error_count": 0, "errors": []}
    api.subscribe(fresh, {"EMAIL": ANN.upper(), "FNAME": "Anna"}, BOB)
    assert api.members(fresh) == [ANN, BOB]
    assert api.fields(fresh, ANN) == {"FNAME": "Anna", "LNAME": "Lee"}


def test_the_defaults_mail_and_leave_people_unconfirmed(api, fresh):
    assert api.call("listBatchSubscribe", id=fresh, batch=[{"EMAIL": ANN}])["success_count"] == 1
    assert api.call("listSubscribe", id=fresh, email_address=BOB) is True
    assert api.state()["mails"] == {"confirmation": 2}
    assert (api.members(fresh), api.members(fresh, "inactive")) == ([], [ANN, BOB])
    api.emulator.edit("mailigen", op="confirm", list=fresh, email=ANN)
    assert api.members(fresh) == [ANN]


def test_unsubscribing_says_goodbye_unless_it_is_switched_off(api, fresh):
    api.subscribe(fresh, ANN, BOB)
    api.call("listBatchUnsubscribe", id=fresh, emails=[ANN])
    assert api.state()["mails"]["goodbye"] == 1
    api.unsubscribe(fresh, BOB)
    assert api.state()["mails"]["goodbye"] == 1
    assert api.members(fresh, "unsubscribed") == [ANN, BOB]


def test_the_text_false_is_true_as_php_has_it(api, fresh):
    api.subscribe(fresh, ANN, double_optin="False")
    assert api.state()["mails_caused"] == 1


def test_deleting_leaves_no_trace(api, fresh):
    api.subscribe(fresh, ANN, BOB)
    api.unsubscribe(fresh, ANN, delete_member=1)
    assert api.call("listMemberDelete", id=fresh, email_address=BOB) is True
    assert api.state()["lists"][fresh]["members"] == {}


def test_a_row_that_fails_does_not_keep_the_others_back(api, fresh):
    answer = api.subscribe(fresh, ANN, "no address", BOB)
    assert (answer["success_count"], answer["error_count"]) == (2, 1)
    assert answer["errors"] == [{"code": 502, "message": "Invalid email address", "email": "no address"}]
    assert api.members(fresh) == [ANN, BOB]


def test_without_update_existing_a_known_member_is_refused(api, fresh):
    api.subscribe(fresh, ANN)
    assert api.subscribe(fresh, ANN, update_existing=0)["errors"][0]["code"] == 214
    assert api.call("listSubscribe", id=fresh, email_address=ANN, double_optin=0)["code"] == 214


def test_inside_one_batch_a_second_row_is_no_error_and_wins(api, fresh):
    answer = api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "A"}, {"EMAIL": ANN, "FNAME": "B"}, update_existing=0)
    assert (answer["success_count"], answer["error_count"]) == (2, 0)
    assert api.fields(fresh, ANN)["FNAME"] == "B"


def test_inside_one_batch_the_first_row_wins_under_the_other_reading(api, fresh):
    api.emulator.switch(mailigen_duplicate_rows="first_wins")
    assert api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "A"}, {"EMAIL": ANN, "FNAME": "B"})["success_count"] == 2
    assert api.fields(fresh, ANN)["FNAME"] == "A"


@pytest.mark.parametrize(
    ("reading", "status", "errors"), [("reactivates", "active", 0), ("stays", "unsubscribed", 0), ("error_row", "unsubscribed", 1)]
)
def test_coming_back_after_unsubscribing_under_each_reading(api, fresh, reading, status, errors):
    api.emulator.switch(mailigen_resubscribe=reading)
    api.subscribe(fresh, ANN)
    api.emulator.edit("mailigen", op="unsubscribe", list=fresh, email=ANN)
    assert api.subscribe(fresh, ANN)["error_count"] == errors
    assert api.status(fresh, ANN) == status


@pytest.mark.parametrize(("reading", "status"), [("stays", "bounced"), ("reactivates", "active")])
def test_a_bounced_member_under_each_reading(api, fresh, reading, status):
    api.emulator.switch(mailigen_bounced_resubscribed=reading)
    api.emulator.edit("mailigen", op="add", list=fresh, email=ANN)
    api.emulator.edit("mailigen", op="bounce", list=fresh, email=ANN)
    api.subscribe(fresh, ANN)
    assert api.status(fresh, ANN) == status


@pytest.mark.parametrize(("reading", "status"), [("activates", "active"), ("stays", "pending")])
def test_an_unconfirmed_member_under_each_reading(api, fresh, reading, status):
    api.emulator.switch(mailigen_inactive_resubscribed=reading)
    api.subscribe(fresh, ANN, double_optin=1)
    api.subscribe(fresh, ANN)
    assert api.status(fresh, ANN) == status


@pytest.mark.parametrize(("reading", "mails", "name"), [("updates", 0, "New"), ("mails", 1, "Old"), ("ignored", 0, "Old")])
def test_updating_with_double_opt_in_under_each_reading(api, fresh, reading, mails, name):
    api.emulator.switch(mailigen_update_with_optin=reading)
    api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "Old"})
    api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "New"}, double_optin=1)
    assert (api.state()["mails_caused"], api.fields(fresh, ANN)["FNAME"], api.status(fresh, ANN)) == (mails, name, "active")


@pytest.mark.parametrize(("reading", "size", "refused"), [("none", 1200, False), ("refused_over_100", 101, True), ("refused_over_1000", 1001, True)])
def test_the_size_of_a_batch_under_each_reading(api, fresh, reading, size, refused):
    api.emulator.switch(mailigen_batch_limit=reading)
    assert ("error" in api.subscribe(fresh, *(f"p{n}@example.com" for n in range(size)))) is refused


@pytest.mark.parametrize(("reading", "whole"), [("error_object", True), ("error_rows", False)])
def test_a_full_plan_under_each_reading(api, fresh, reading, whole):
    api.emulator.switch(mailigen_plan_limit=reading)
    active = {a for one in api.state()["lists"].values() for a, m in one["members"].items() if m["status"] == "active"}
    api.emulator.edit("mailigen", op="set_contact_limit", n=len(active) + 1)
    answer = api.subscribe(fresh, ANN, BOB) if not whole else (api.subscribe(fresh, ANN), api.subscribe(fresh, BOB))[1]
    assert ("error" in answer) is whole
    assert api.members(fresh) == [ANN]


@pytest.mark.parametrize(("reading", "errors", "status"), [("ok_without_adding", 0, None), ("error_row", 1, None), ("added", 0, "active")])
def test_subscribing_a_suppressed_address_under_each_reading(api, fresh, reading, errors, status):
    api.emulator.switch(mailigen_suppressed_subscribe=reading)
    assert api.call("suppressedListSubscribe", email_address=ANN) is True
    assert api.subscribe(fresh, ANN)["error_count"] == errors
    assert api.status(fresh, ANN) == status
    api.emulator.edit("mailigen", op="send", list=fresh)
    assert all(ANN not in one["recipients"] for one in api.state()["campaigns"].values())


@pytest.mark.parametrize(("reading", "status"), [("stays", "active"), ("unsubscribed", "unsubscribed"), ("removed", None)])
def test_suppressing_a_member_under_each_reading(api, fresh, reading, status):
    api.emulator.switch(mailigen_suppressing_member=reading)
    api.subscribe(fresh, ANN)
    assert api.call("suppressedListBatchSubscribe", emails=[ANN, "nonsense"])["error_count"] == 1
    assert api.status(fresh, ANN) == status
    assert [row["email"] for row in api.call("suppressedListMembers")] == [ANN]
    assert api.call("suppressedListBatchUnsubscribe", emails=[ANN, BOB])["error_count"] == 1
    assert api.call("suppressedListMembers") == []


@pytest.mark.parametrize(("reading", "errors"), [("error_row", 1), ("ok", 0)])
def test_unsubscribing_a_stranger_under_each_reading(api, fresh, reading, errors):
    api.emulator.switch(mailigen_unsubscribe_stranger=reading)
    assert api.unsubscribe(fresh, ANN)["error_count"] == errors


@pytest.mark.parametrize(("reading", "errors"), [("ok", 0), ("error_row", 1)])
def test_unsubscribing_twice_under_each_reading(api, fresh, reading, errors):
    api.emulator.switch(mailigen_unsubscribe_twice=reading)
    api.subscribe(fresh, ANN)
    api.unsubscribe(fresh, ANN)
    assert api.unsubscribe(fresh, ANN)["error_count"] == errors
    assert api.unsubscribe(fresh, ANN, delete_member=1)["error_count"] == 0


@pytest.mark.parametrize(
    ("reading", "suppressed", "status"), [("unsubscribed", [], "unsubscribed"), ("suppressed", [ANN], "unsubscribed"), ("removed", [], None)]
)
def test_a_complaint_under_each_reading(api, fresh, reading, suppressed, status):
    api.emulator.switch(mailigen_complaint_shown=reading)
    api.subscribe(fresh, ANN)
    api.emulator.edit("mailigen", op="complain", list=fresh, email=ANN)
    assert (api.state()["suppressed"], api.status(fresh, ANN)) == (suppressed, status)


def test_a_member_is_updated_by_address_or_id_and_may_move(api, fresh):
    api.subscribe(fresh, ANN)
    number = api.member(fresh, ANN)["id"]
    assert api.call("listUpdateMember", id=fresh, email_address=number, merge_vars={"FNAME": "Ann", "EMAIL": BOB}) is True
    assert (api.members(fresh), api.fields(fresh, BOB)) == ([BOB], {"FNAME": "Ann"})
    assert "error" in api.call("listUpdateMember", id=fresh, email_address=ANN, merge_vars={"FNAME": "Ann"})


@pytest.mark.parametrize(("reading", "kept"), [("clears", {}), ("keeps", {"FNAME": "Ann"})])
def test_an_empty_value_under_each_reading(api, fresh, reading, kept):
    api.emulator.switch(mailigen_empty_value=reading)
    api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "Ann"})
    api.subscribe(fresh, {"EMAIL": ANN, "FNAME": ""})
    assert api.fields(fresh, ANN) == kept


@pytest.mark.parametrize(
    ("switch", "reading", "row", "errors", "kept"),
    [
        ("unknown_field", "ignored", {"NOWHERE": "x"}, 0, {}),
        ("unknown_field", "error_row", {"NOWHERE": "x"}, 1, None),
        ("value_too_long", "truncated", {"FNAME": "x" * 300}, 0, {"FNAME": "x" * 255}),
        ("value_too_long", "error_row", {"FNAME": "x" * 300}, 1, None),
        ("value_too_long", "stored", {"FNAME": "x" * 300}, 0, {"FNAME": "x" * 300}),
        ("wrong_type", "stored", {"SCORE": "many"}, 0, {"SCORE": "many"}),
        ("wrong_type", "ignored", {"SCORE": "many"}, 0, {}),
        ("wrong_type", "error_row", {"SCORE": "many"}, 1, None),
    ],
)
def test_values_under_each_reading(api, fresh, switch, reading, row, errors, kept):
    api.emulator.switch(**{f"mailigen_{switch}": reading})
    api.emulator.edit("mailigen", op="add_field", list=fresh, fields={"tag": "SCORE", "kind": "number"})
    assert api.subscribe(fresh, {"EMAIL": ANN, **row})["error_count"] == errors
    assert api.member(fresh, ANN) is None if kept is None else api.fields(fresh, ANN) == kept
