"""Versions, forms, keys, faults; lists, fields and reads of members."""

import pytest

from tests.emulators.mailigen_api import Api, api, fresh

__all__ = ["api", "fresh"]

ANN = "ann@example.com"


def test_ping_answers_a_bare_text(api):
    assert api.call("ping") == "Everything's Ok!"
    assert api.raw("ping", output="php").text == 's:16:"Everything\'s Ok!";'


def test_a_wrong_key_is_code_104_and_repeats_the_key(emulator):
    answer = Api(emulator, key="nonsense").raw("lists")
    assert (answer.status_code, answer.json()) == (200, {"error": "Invalid Mailigen API Key: nonsense", "code": 104})


def test_a_refusal_may_be_an_http_error_and_other_codes_may_be_others(api):
    api.emulator.switch(mailigen_error_status="http_400", mailigen_error_codes="others")
    answer = api.raw("listMembers", id="00000000")
    assert (answer.status_code, answer.json()["code"]) == (400, 7200)
    api.key = "nonsense"
    assert api.call("ping")["code"] == 104


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.3", "1.4", "1.5", "1.6", "1.8"])
def test_every_version_answers_and_only_the_last_has_suppression(emulator, version):
    api = Api(emulator, version=version)
    assert len(api.call("lists")) == 3
    assert ("error" in api.call("suppressedListMembers")) is (version != "1.8")


def test_unknown_methods_are_refused_and_known_ones_that_are_not_emulated_are_loud(api):
    assert api.call("listmembers")["error"] == "Unknown method"
    assert api.raw("webhookCreate").status_code == 501


def test_success_without_a_value_may_be_a_text(api, fresh):
    api.emulator.switch(mailigen_truth="text")
    assert api.call("listSubscribe", id=fresh, email_address=ANN, double_optin=0) == "true"


def test_the_log_and_the_faults_know_the_method(api, fresh):
    api.emulator.faults(system="mailigen", path="/listCreate$", kind="status", status=503)
    assert api.raw("listCreate", title="A").status_code == 503
    api.emulator.clear_requests()
    api.subscribe(fresh, ANN)
    assert [(one["path"], one["writes"]) for one in api.emulator.requests()] == [("/1.8/listBatchSubscribe", True)]


@pytest.mark.parametrize(("reading", "status"), [("http_429", 429), ("http_503", 503)])
def test_a_block_lasts_a_minute(api, reading, status):
    api.emulator.switch(mailigen_blocked_answer=reading)
    api.emulator.faults(system="mailigen", kind="lock")
    assert [api.raw("ping").status_code for _ in range(2)] == [status, status]
    api.emulator.advance(61)
    assert api.raw("ping").status_code == 200


def test_a_dead_key_stays_dead(api):
    api.emulator.faults(system="mailigen", kind="token")
    assert api.call("ping")["code"] == api.call("ping")["code"] == 104


def test_lists_are_made_empty_renamed_and_deleted(api):
    key = api.call("listCreate", title="Mine", options={"has_email_type_option": 0})
    assert len(key) == 8
    assert api.call("listUpdate", id=key, name="title", value="Ours") is True
    assert {row["name"]: row["id"] for row in api.call("lists")}["Ours"] == key
    assert api.call("listDelete", id=key) is True
    assert api.call("listDelete", id=key)["code"] == 200


def test_lists_come_by_page_number(api):
    names = [row["name"] for page in range(4) for row in api.call("lists", start=page, limit=1)]
    assert names == ["Newsletter", "Product news", "Web sign-up"]


@pytest.mark.parametrize("reading", ["subscribed", "everybody"])
def test_member_count_under_each_reading(api, reading):
    api.emulator.switch(mailigen_member_count=reading)
    row = api.call("lists")[0]
    members = api.state()["lists"][row["id"]]["members"].values()
    assert row["member_count"] == sum(reading == "everybody" or one["status"] == "active" for one in members)
    assert row["unsubscribe_count"] == sum(one["status"] == "unsubscribed" for one in members)


def test_a_new_list_has_three_fields_and_takes_more(api, fresh):
    assert [row["tag"] for row in api.call("listMergeVars", id=fresh)] == ["EMAIL", "FNAME", "LNAME"]
    assert api.call("listMergeVarAdd", id=fresh, tag="CITY", name="City", options={"field_type": "text"}) is True
    assert api.call("listMergeVarAdd", id=fresh, tag="CITY", name="City")["code"] == 255
    assert "error" in api.call("listMergeVarUpdate", id=fresh, tag="CITY", options={"field_type": "number"})
    assert api.call("listMergeVarUpdate", id=fresh, tag="CITY", options={"name": "Town"}) is True
    row = api.call("listMergeVars", id=fresh)[-1]
    assert (row["name"], row["field_type"], row["order"], row["req"]) == ("Town", "text", "5", False)
    api.subscribe(fresh, {"EMAIL": ANN, "CITY": "Riga"})
    assert api.call("listMergeVarDel", id=fresh, tag="CITY") is True
    assert api.fields(fresh, ANN) == {}


@pytest.mark.parametrize(("reading", "taken"), [("accepted", True), ("refused", False)])
def test_long_tags_under_each_reading(api, fresh, reading, taken):
    api.emulator.switch(mailigen_long_tag=reading)
    assert (api.call("listMergeVarAdd", id=fresh, tag="LONGERTHANTEN", name="Long") is True) is taken


@pytest.mark.parametrize("reading", ["list", "indexed_object"])
def test_members_come_by_page_number_in_either_form(api, fresh, reading):
    api.emulator.switch(mailigen_members_form=reading)
    people = [f"p{n}@example.com" for n in range(7)]
    api.subscribe(fresh, *people)
    assert [one for page in range(4) for one in api.members(fresh, start=page, limit=3)] == people
    assert api.members(fresh, start=6, limit=1) == people[6:]


@pytest.mark.parametrize(("reading", "refused"), [("capped", False), ("refused", True)])
def test_a_limit_above_the_maximum_under_each_reading(api, fresh, reading, refused):
    api.emulator.switch(mailigen_limit_over_maximum=reading)
    assert ("error" in api.raw("listMembers", id=fresh, limit=15001).json()) is refused


def test_one_member_with_fields(api, fresh):
    api.subscribe(fresh, {"EMAIL": ANN, "FNAME": "Ann"})
    found = api.call("listMemberInfo", id=fresh, email_address=ANN)
    assert (found["merges"], found["status"]) == ({"EMAIL": ANN, "FNAME": "Ann", "LNAME": ""}, "subscribed")
    assert api.call("listMemberInfo", id=fresh, email_address=found["id"])["email"] == ANN
    assert api.call("listsForEmail", email_address=ANN) == [fresh]
    assert [row["email"] for row in api.call("listMembersByMerge", id=fresh, merge_var="FNAME", merge_value="Ann")] == [ANN]


def test_nested_forms_are_read_as_php_reads_them(api, fresh):
    url = f"{api.emulator.url}/1.8/?output=json&method=listBatchUnsubscribe"
    api.subscribe(fresh, ANN, "bob@example.org")
    form = [("apikey", api.key), ("id", fresh), ("emails[]", ANN), ("emails[]", "bob@example.org"), ("send_goodbye", "0")]
    assert api.session.post(url, data=form, timeout=10).json()["success_count"] == 2
