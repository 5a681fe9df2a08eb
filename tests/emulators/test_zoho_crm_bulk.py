"""Bulk read: jobs, their states and limits, the CSV, pages and tokens."""

import pytest

from tests.emulators.zoho_crm_api import api, code

__all__ = ["api"]


def lead(emulator, **record):
    return emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Bulk", **record})["id"]


def equal(name, value, comparator="equal"):
    return {"field": {"api_name": name}, "comparator": comparator, "value": value}


def ids(table, header="Id"):
    return {row[header] for row in table}


def test_a_job_is_added_queued_in_progress_and_completed(api, emulator, start_emulator):
    from tests.emulators.zoho_crm_api import Api

    slow = Api(start_emulator(people=60_000, limits="off"))
    first, second = slow.job_id(), slow.job_id("Contacts")
    assert slow.job_state(first)["state"] == "ADDED"
    slow.emulator.advance(1)
    assert slow.job_state(first)["state"] == "IN PROGRESS"
    assert slow.job_state(second)["state"] == "QUEUED"
    assert code(slow.get(f"/crm/bulk/v8/read/{first}/result")) == (404, "RESOURCE_NOT_FOUND")
    slow.emulator.advance(4)
    assert slow.job_state(first)["state"] == "COMPLETED"
    assert slow.job_state(second)["state"] == "IN PROGRESS"
    slow.emulator.advance(4)
    assert slow.job_state(second)["result"]["count"] == len(slow.table(second))


def test_an_answer_to_create_has_the_documented_shape(api):
    answer = api.job(module={"api_name": "Leads"}, fields=["Email"])
    assert answer.status_code == 201
    (row,) = answer.json()["data"]
    assert row["code"] == "ADDED_SUCCESSFULLY"
    assert row["details"]["state"] == "ADDED"


def test_a_completed_job_tells_count_and_where_to_fetch(api):
    job = api.job_id(fields=["Email"])
    result = api.finished(job)["result"]
    assert result == {
        "page": 1, "per_page": 200_000, "count": len(api.table(job)), "download_url": f"/crm/bulk/v8/read/{job}/result", "more_records": False,
    }  # fmt: skip


def test_the_csv_holds_the_id_first_and_every_live_lead(api, emulator):
    table = api.bulk(fields=["Last_Name", "Email"])
    assert list(table[0]) == ["Id", "Last_Name", "Email"]
    assert ids(table) == set(emulator.state("zoho_crm")["modules"]["Leads"])


def test_cells_have_the_documented_forms(api, emulator):
    account = emulator.edit("zoho_crm", op="create", module="Accounts", record={"Account_Name": "Cell Ltd"})["id"]
    made = lead(emulator, Partner={"id": account}, Interests=["Books", "Music"], Next_Contact="2026-01-05T08:00:00Z", Birthday="1990-01-02",
                Short_Note='two\nlines, "quoted"', Tag=[{"name": "vip"}, {"name": "fair"}], Email_Opt_Out=True, Annual_Revenue=12.0)  # fmt: skip
    (row,) = [row for row in api.bulk() if row["Id"] == made]
    assert row["Partner"] == account
    assert row["Interests"] == "Books,Music"
    assert row["Next_Contact"] == "2026-01-05T09:00:00+01:00"
    assert row["Birthday"] == "1990-01-02"
    assert row["Short_Note"] == 'two\nlines, "quoted"'
    assert row["Tag"] == "vip,fair"
    assert (row["Email_Opt_Out"], row["Newsletter_Wanted"], row["City"], row["Annual_Revenue"]) == ("true", "false", "", "12")
    assert row["Owner"].isdigit()


def test_no_fields_means_all_that_a_file_can_hold(api):
    columns = set(api.bulk()[0])
    assert {"Last_Name", "Story", "Priority_Score", "Visit_Count"} <= columns
    assert not {"Visited_Fairs", "Courses_Wanted", "Watchers", "Papers", "Pictures", "Address"} & columns


@pytest.mark.parametrize("reading", ["Id", "id"])
def test_the_id_column_is_headed_one_way_or_the_other(api, emulator, reading):
    emulator.switch(crm_bulk_id_header=reading)
    assert next(iter(api.bulk(fields=["Email"])[0])) == reading


@pytest.mark.parametrize(("reading", "cell"), [("comma", "Books,Music"), ("semicolon", "Books;Music")])
def test_multi_selects_are_joined_one_way_or_the_other(api, emulator, reading, cell):
    emulator.switch(crm_bulk_multiselect_separator=reading)
    made = lead(emulator, Interests=["Books", "Music"])
    assert {row["Id"]: row["Interests"] for row in api.bulk(fields=["Interests"])}[made] == cell


def test_a_refused_field_is_named(api):
    answer = api.job(module={"api_name": "Leads"}, fields=["Email", "Address"])
    assert code(answer) == (400, "FIELD_NOT_SUPPORTED")
    assert answer.json()["details"]["api_name"] == "Address"


def test_dotted_names_read_the_parent(api, emulator):
    account = emulator.edit("zoho_crm", op="create", module="Accounts", record={"Account_Name": "Parent Ltd"})["id"]
    made = lead(emulator, Partner={"id": account})
    assert {row["Id"]: row["Partner.Account_Name"] for row in api.bulk(fields=["Partner.Account_Name"])}[made] == "Parent Ltd"


@pytest.mark.parametrize(("reading", "there"), [("kept", True), ("missing", False)])
def test_rows_without_a_parent_are_kept_or_missing_when_its_field_is_asked(api, emulator, reading, there):
    emulator.switch(crm_bulk_null_parents=reading)
    made = lead(emulator)
    assert (made in ids(api.bulk(fields=["Partner.Account_Name"]))) is there
    assert made in ids(api.bulk(fields=["Partner"]))


def test_criteria_and_a_view_restrict_together(api, emulator):
    view = emulator.edit("zoho_crm", op="create_view", module="Leads", name="Ulm", criteria=equal("City", "Ulm"))["id"]
    both = lead(emulator, City="Ulm", No_of_Employees=5)
    one = lead(emulator, City="Ulm", No_of_Employees=9)
    assert ids(api.bulk(cvid=view, fields=["City"])) == {both, one}
    assert ids(api.bulk(cvid=view, fields=["City"], criteria=equal("No_of_Employees", 5))) == {both}
    group = {"group_operator": "and", "group": [equal("City", "Ulm"), equal("No_of_Employees", [6, 10], "between")]}
    assert code(api.job(module={"api_name": "Leads"}, criteria=group)) == (400, "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE")
    group["group"][1] = equal("No_of_Employees", 6, "greater_than")
    assert ids(api.bulk(criteria=group, fields=["City"])) == {one}


def test_empty_is_a_value_of_its_own(api, emulator):
    without, has = lead(emulator, City="Ulm"), lead(emulator, City="Ulm", Email="x@example.org")
    group = {"group_operator": "and", "group": [equal("City", "Ulm"), equal("Email", "${EMPTY}")]}
    assert ids(api.bulk(criteria=group, fields=["City"])) == {without}
    group["group"][1]["comparator"] = "not_equal"
    assert ids(api.bulk(criteria=group, fields=["City"])) == {has}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"module": {"api_name": "Nothing"}}, "MODULE_NOT_AVAILABLE"),
        ({"module": "Leads"}, "MODULE_NOT_AVAILABLE"),
        ({"module": {"api_name": "Home"}}, "MODULE_NOT_SUPPORTED"),
        ({"module": {"api_name": "Notes"}}, "MODULE_NOT_SUPPORTED"),
        ({"module": {"api_name": "Leads"}, "page": 51}, "PAGE_RANGE_EXCEEDED"),
        ({"module": {"api_name": "Leads"}, "fields": ["Nothing"]}, "FIELD_NOT_SUPPORTED"),
        ({"module": {"api_name": "Leads"}, "cvid": "1"}, "INVALID_DATA"),
        ({"module": {"api_name": "Leads"}, "criteria": equal("Nothing", "x")}, "FIELD_IN_CRITERIA_NOT_AVAILABLE"),
        ({"module": {"api_name": "Leads"}, "criteria": equal("Email", "x", "equals")}, "INVALID_CRITERIA"),
        ({"module": {"api_name": "Leads"}, "criteria": equal("Email", "x", "greater_than")}, "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"),
        ({"module": {"api_name": "Leads"}, "criteria": equal("Modified_Time", "soon", "greater_than")}, "FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE"),
    ],
)
def test_what_a_job_cannot_read_is_refused_by_its_code(api, query, expected):
    assert code(api.job(**query)) == (400, expected)


def test_a_shared_view_is_refused(api):
    views = api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"]
    shared = next(one["id"] for one in views if one["category"] == "shared_with_me")
    assert code(api.job(module={"api_name": "Leads"}, cvid=shared)) == (400, "CVID_NOT_SUPPORTED")


def test_a_small_job_size_makes_pages_and_tokens(api, emulator):
    emulator.edit("zoho_crm", op="bulk_rows", n=50)
    total = len(emulator.state("zoho_crm")["modules"]["Leads"])
    first = api.job_id(fields=["Email"])
    result = api.finished(first)["result"]
    assert (result["count"], result["more_records"]) == (50, True)
    seen = ids(api.table(first))
    while result["more_records"]:
        job = api.job(page_token=result["next_page_token"]).json()["data"][0]["details"]["id"]
        result = api.finished(job)["result"]
        rows = ids(api.table(job))
        assert not seen & rows
        seen |= rows
    assert result["page"] == 3
    assert len(seen) == total
    assert ids(api.bulk(fields=["Email"], page=2)) < seen


@pytest.mark.parametrize(("reading", "by_page", "by_token"), [("page_and_token", 201, True), ("token_only", 400, True), ("page_only", 201, False)])
def test_the_rest_is_reached_by_page_by_token_or_by_both(api, emulator, reading, by_page, by_token):
    emulator.switch(crm_bulk_paging=reading)
    emulator.edit("zoho_crm", op="bulk_rows", n=50)
    assert api.job(module={"api_name": "Leads"}, page=2).status_code == by_page
    result = api.finished(api.job_id(fields=["Email"]))["result"]
    assert result["more_records"] is True
    assert ("next_page_token" in result) is by_token


def test_a_job_token_stands_alone_and_lives_for_a_day(api, emulator):
    emulator.edit("zoho_crm", op="bulk_rows", n=50)
    token = api.finished(api.job_id(fields=["Email"]))["result"]["next_page_token"]
    assert code(api.job(page_token=token, module={"api_name": "Leads"})) == (400, "INVALID_REQUEST")
    emulator.advance(86_500)
    assert code(type(api)(emulator).job(page_token=token)) == (400, "EXPIRED_VALUE")


def test_a_job_reads_the_records_as_they_were_when_it_began(api, emulator):
    made = lead(emulator, City="Before")
    job = api.job_id(fields=["City"])
    emulator.advance(1)
    emulator.edit("zoho_crm", op="update", module="Leads", id=made, record={"City": "After"})
    late = lead(emulator)
    assert api.finished(job)["state"] == "COMPLETED"
    rows = {row["Id"]: row["City"] for row in api.table(job)}
    assert rows[made] == "Before"
    assert late not in rows


def test_a_failing_job_ends_in_failure_and_has_no_result(api, emulator):
    emulator.edit("zoho_crm", op="fail_next_bulk_job")
    job = api.job_id()
    assert api.finished(job)["state"] == "FAILURE"
    assert code(api.get(f"/crm/bulk/v8/read/{job}/result")) == (404, "RESOURCE_NOT_FOUND")
    assert api.finished(api.job_id())["state"] == "COMPLETED"


def test_an_unknown_job_is_not_found(api):
    assert code(api.get("/crm/bulk/v8/read/1")) == (404, "RESOURCE_NOT_FOUND")


def test_ten_results_a_minute_and_not_one_more(api, emulator):
    job = api.job_id(fields=["Email"])
    api.finished(job)
    for _ in range(10):
        assert api.get(f"/crm/bulk/v8/read/{job}/result").status_code == 200
    assert code(api.get(f"/crm/bulk/v8/read/{job}/result")) == (429, "TOO_MANY_REQUESTS")
    emulator.advance(61)
    assert api.get(f"/crm/bulk/v8/read/{job}/result").status_code == 200


@pytest.mark.parametrize(("reading", "status"), [("one_day", 404), ("always", 200)])
def test_a_result_is_kept_for_a_day_or_always(api, emulator, reading, status):
    emulator.switch(crm_bulk_result_kept=reading)
    job = api.job_id(fields=["Email"])
    api.finished(job)
    emulator.advance(90_000)
    assert type(api)(emulator).get(f"/crm/bulk/v8/read/{job}/result").status_code == status


@pytest.mark.parametrize(("reading", "there"), [("present", True), ("absent", False)])
def test_the_result_may_lack_its_page(api, emulator, reading, there):
    emulator.switch(crm_bulk_result_page=reading)
    assert ("page" in api.finished(api.job_id(fields=["Email"]))["result"]) is there


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("served", 201)])
def test_notes_are_refused_or_served(api, emulator, reading, status):
    emulator.switch(crm_bulk_notes=reading)
    assert api.job(module={"api_name": "Notes"}).status_code == status


def test_a_job_costs_fifty_credits_and_a_look_one(api, emulator):
    emulator.clear_requests()
    job = api.job_id(fields=["Email"])
    api.finished(job)
    api.table(job)
    assert [one["credits"] for one in emulator.requests() if "/bulk/" in one["path"]] == [50, 1, 1]


def test_the_same_record_has_the_same_values_by_file_list_and_query(api):
    names = ["Last_Name", "Email", "Modified_Time", "Birthday", "Phone", "Legacy_Number", "Greeting", "Follow_Up_At", "Lead_Number"]
    by_file = {row["Id"]: row for row in api.bulk(fields=names)}
    listed = api.records(fields=",".join(names)).json()["data"]
    queried = {row["id"]: row for row in api.rows(f"select {', '.join(names)} from Leads where id is not null limit 200")}
    for row in listed:
        assert queried[row["id"]] == row
        assert {name: by_file[row["id"]][name] or None for name in names} == {name: row[name] for name in names}
