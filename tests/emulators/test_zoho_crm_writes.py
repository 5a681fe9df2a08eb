"""Insert, update, upsert, delete through the API."""

import pytest

from tests.emulators.zoho_crm_api import api, code, iso

__all__ = ["api"]


def post(api, rows, path="/crm/v8/Leads", method="POST", **more):
    return api.call(method, path, json={"data": rows, **more})


def test_inserted_records_are_there_at_once(api):
    answer = post(api, [{"Last_Name": "One", "Email": "one@example.org"}, {"Last_Name": "Two"}])
    assert answer.status_code == 201
    first, second = answer.json()["data"]
    assert (first["code"], first["message"], second["status"]) == ("SUCCESS", "record added", "success")
    assert api.one("Leads", first["details"]["id"])["Email"] == "one@example.org"


def test_good_and_bad_rows_mix_in_the_order_of_the_request(api):
    answer = post(api, [{"Last_Name": "Good"}, {"First_Name": "Bad"}, {"Last_Name": "Long", "Phone": "1" * 31}])
    assert answer.status_code == 207
    good, missing, long = answer.json()["data"]
    assert good["code"] == "SUCCESS"
    assert (missing["code"], missing["details"]) == ("MANDATORY_NOT_FOUND", {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"})
    assert (long["code"], long["details"]["maximum_length"]) == ("INVALID_DATA", 30)


def test_a_call_that_fails_altogether_is_a_400_with_rows(api):
    answer = post(api, [{"First_Name": "Bad"}])
    assert answer.status_code == 400
    assert answer.json()["data"][0]["code"] == "MANDATORY_NOT_FOUND"


@pytest.mark.parametrize(
    "values",
    [{"Email": "no address"}, {"No_of_Employees": "seven"}, {"Birthday": "tomorrow"}, {"Next_Contact": "2026-01-01"}, {"Interests": "Books"},
     {"Email_Opt_Out": "yes"}, {"Owner": {"id": "1"}}, {"City": 7}],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(api, values):
    answer = post(api, [{"Last_Name": "Wrong", **values}])
    (row,) = answer.json()["data"]
    assert (answer.status_code, row["code"]) == (400, "INVALID_DATA")
    assert row["details"]["api_name"] == next(iter(values))


def test_at_most_a_hundred_records_in_a_call(api):
    assert code(post(api, [{"Last_Name": "x"}] * 101)) == (400, "LIMIT_EXCEEDED")


def test_an_update_changes_and_erases(api, emulator):
    made = post(api, [{"Last_Name": "Update", "City": "Ulm", "Phone": "123"}]).json()["data"][0]["details"]
    emulator.advance(60)
    answer = post(api, [{"id": made["id"], "City": None, "Phone": "456"}], method="PUT")
    assert answer.status_code == 200
    row = api.one("Leads", made["id"])
    assert (row["City"], row["Phone"], row["Last_Name"]) == (None, "456", "Update")
    assert row["Modified_Time"] > made["Modified_Time"]
    assert post(api, [{"City": "Bonn"}], f"/crm/v8/Leads/{made['id']}", "PUT").status_code == 200


def test_read_only_fields_are_passed_over(api):
    made = post(api, [{"Last_Name": "Read", "Modified_Time": "2000-01-01T00:00:00Z", "Visit_Count": 99, "Unsubscribed_Mode": "Manual"}])
    row = api.one("Leads", made.json()["data"][0]["details"]["id"])
    assert row["Modified_Time"] > "2026"
    assert (row["Visit_Count"], row["Unsubscribed_Mode"]) == (None, None)


def test_an_unknown_id_is_refused_in_its_row(api):
    answer = post(api, [{"id": "123", "City": "Ulm"}], method="PUT")
    assert answer.json()["data"][0]["code"] == "INVALID_DATA"


def test_an_upsert_updates_by_address_or_inserts(api):
    first = post(api, [{"Last_Name": "Upsert", "Email": "u@example.org"}], "/crm/v8/Leads/upsert").json()["data"][0]
    again = post(api, [{"Last_Name": "Upsert", "Email": "U@example.org", "City": "Ulm"}], "/crm/v8/Leads/upsert").json()["data"][0]
    assert (first["action"], first["duplicate_field"]) == ("insert", None)
    assert (again["action"], again["duplicate_field"]) == ("update", "Email")
    assert again["details"]["id"] == first["details"]["id"]


def test_upsert_checks_only_the_fields_given(api):
    post(api, [{"Last_Name": "Given", "Email": "g@example.org", "Phone": "777"}])
    rows = [{"Last_Name": "Given", "Email": "g@example.org", "Phone": "888"}]
    by_phone = post(api, rows, "/crm/v8/Leads/upsert", duplicate_check_fields=["Phone"]).json()["data"][0]
    assert by_phone["action"] == "insert"


def test_deleting_by_ids_answers_a_row_each(api):
    made = [row["details"]["id"] for row in post(api, [{"Last_Name": "A"}, {"Last_Name": "B"}]).json()["data"]]
    answer = api.call("DELETE", "/crm/v8/Leads", params={"ids": f"{made[0]},1"})
    assert answer.status_code == 207
    assert [row["code"] for row in answer.json()["data"]] == ["SUCCESS", "INVALID_DATA"]
    assert api.call("DELETE", f"/crm/v8/Leads/{made[1]}").status_code == 200
    assert code(api.call("DELETE", "/crm/v8/Leads")) == (400, "REQUIRED_PARAM_MISSING")


def test_if_unmodified_since_guards_against_a_later_change(api, emulator):
    made = post(api, [{"Last_Name": "Guard"}]).json()["data"][0]["details"]["id"]
    headers = {"If-Unmodified-Since": iso(emulator.now() - 3600)}
    answer = api.call("PUT", f"/crm/v8/Leads/{made}", json={"data": [{"City": "Ulm"}]}, headers=headers)
    assert answer.status_code == 412
    assert answer.json()["data"][0]["code"] == "ALREADY_MODIFIED"


@pytest.mark.parametrize(("reading", "mode"), [("yes", "Manual"), ("no", None)])
def test_an_opt_out_by_api_sets_its_mode_and_time(api, emulator, reading, mode):
    emulator.switch(crm_opt_out_sets_mode=reading)
    made = post(api, [{"Last_Name": "Out", "Email_Opt_Out": True}]).json()["data"][0]["details"]["id"]
    row = api.one("Leads", made)
    assert (row["Unsubscribed_Mode"], row["Unsubscribed_Time"] is not None) == (mode, mode is not None)
    post(api, [{"id": made, "Email_Opt_Out": False}], method="PUT")
    assert api.one("Leads", made)["Unsubscribed_Mode"] is None


@pytest.mark.parametrize(("reading", "moves"), [("yes", True), ("no", False)])
def test_a_changed_tag_counts_as_a_change_or_not(api, emulator, reading, moves):
    emulator.switch(crm_tag_touches_modified_time=reading)
    made = post(api, [{"Last_Name": "Tag"}]).json()["data"][0]["details"]
    emulator.advance(60)
    emulator.edit("zoho_crm", op="update", module="Leads", id=made["id"], record={"Tag": [{"name": "vip"}]})
    row = api.one("Leads", made["id"])
    assert row["Tag"][0]["name"] == "vip"
    assert (row["Modified_Time"] != made["Modified_Time"]) is moves


@pytest.mark.parametrize(("reading", "moves"), [("no", False), ("yes", True)])
def test_a_recalculated_roll_up_changes_its_value_and_maybe_its_time(api, emulator, reading, moves):
    emulator.switch(crm_rollup_touches_modified_time=reading)
    record = api.ids(per_page=1)[0]
    before = api.one("Leads", record)
    emulator.edit("zoho_crm", op="recalculate_formula", module="Leads", field="Visit_Count", id=record)
    after = api.one("Leads", record)
    assert after["Visit_Count"] == before["Visit_Count"] + 1
    assert (after["Modified_Time"] != before["Modified_Time"]) is moves


def test_writes_are_marked_in_the_log_and_cost_a_credit_for_ten(api, emulator):
    emulator.clear_requests()
    post(api, [{"Last_Name": "x"}] * 11)
    api.records()
    seen = [(one["writes"], one["credits"]) for one in emulator.requests()]
    assert seen == [(True, 2), (False, 1)]


def test_the_triggers_asked_for_are_kept(api, emulator):
    post(api, [{"Last_Name": "x"}], trigger=[])
    post(api, [{"Last_Name": "x"}])
    assert [len(one) for one in emulator.state("zoho_crm")["triggers"]] == [0, 5]
    assert code(post(api, [{"Last_Name": "x"}], trigger=["magic"])) == (400, "INVALID_DATA")


def test_a_module_that_takes_no_writes_says_so(api):
    assert code(post(api, [{"Visited_Page": "https://example.com"}], "/crm/v8/Visits")) == (403, "NO_PERMISSION")
