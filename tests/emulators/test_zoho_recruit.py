"""Zoho Recruit where it differs from Zoho CRM; the engine they share is tested there."""

import csv
import io
import zipfile

import pytest

from tests.emulators.zoho_crm_api import Api, code, iso

BASE = "/recruit/v2"
BULK = "/recruit/bulk/v2/read"
FIRST_PAGE = {"per_page": 3}


@pytest.fixture
def api(emulator):
    return Api(emulator)


def held(emulator, module="Candidates"):
    return emulator.state("zoho_recruit")["modules"][module]


def edit(emulator, op, **more):
    return emulator.edit("zoho_recruit", op=op, **more)


def names(api, path, key, name="api_name", **params):
    return {one[name]: one for one in api.get(BASE + path, **params).json()[key]}


def job(api, **query):
    return api.call("POST", BULK, json={"query": query, "file_type": "csv"})


def bulk(api, **query):
    job_id = job(api, **query).json()["data"][0]["details"]["id"]
    api.emulator.advance(60)
    assert api.get(f"{BULK}/{job_id}").json()["data"][0]["state"] == "COMPLETED"
    answer = api.get(f"{BULK}/{job_id}/result")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(archive.namelist()[0]).decode(), newline="")))


def credits_of(emulator):
    return [request["credits"] for request in emulator.requests() if request["system"] == "zoho_recruit"]


def test_an_agency_has_clients_and_a_company_has_departments(api, emulator):
    assert {"Candidates", "Clients", "Contacts", "Talent_Pool"} <= set(names(api, "/settings/modules", "modules"))
    edit(emulator, "set_kind", kind="company")
    found = names(api, "/settings/modules", "modules")
    assert "Departments" in found
    assert not {"Clients", "Contacts"} & set(found)
    assert code(api.get(BASE + "/Contacts")) == (400, "INVALID_MODULE")


def test_campaigns_are_there_or_not_by_switch(api, emulator):
    assert "Campaigns" in names(api, "/settings/modules", "modules")
    emulator.switch(recruit_campaigns_module="absent")
    assert "Campaigns" not in names(api, "/settings/modules", "modules")


@pytest.mark.parametrize(
    ("reading", "shown"), [("Updated_On", {"Updated_On"}), ("Modified_Time", {"Modified_Time"}), ("both", {"Updated_On", "Modified_Time"})]
)
def test_a_candidate_is_dated_by_the_name_of_the_reading(api, emulator, reading, shown):
    emulator.switch(recruit_candidates_cursor=reading)
    found = names(api, "/settings/fields", "fields", module="Candidates")
    assert {"Updated_On", "Modified_Time"} & set(found) == shown
    assert len(found) > 50
    row = api.get(BASE + "/Candidates", per_page=1).json()["data"][0]
    assert {"Updated_On", "Modified_Time"} & set(row) == shown
    assert "operation_type" not in found["Email"]


def test_a_custom_module_may_have_no_change_time(api, emulator):
    emulator.switch(recruit_custom_module_cursor="none")
    assert not {"Updated_On", "Modified_Time"} & set(names(api, "/settings/fields", "fields", module="Talent_Pool"))


def test_a_module_may_have_no_field_to_show(api):
    assert api.get(BASE + "/settings/fields", module="Approvals").status_code == 204


def test_a_hidden_module_is_named_in_the_refusal(api, emulator):
    edit(emulator, "hide_module", module="Vendors")
    answer = api.get(BASE + "/Vendors")
    assert code(answer) == (403, "NO_PERMISSION")
    assert answer.json()["message"] == "permission denied - Vendors (view)"


def test_older_clients_name_job_openings_without_a_line(api):
    assert api.get(BASE + "/JobOpenings").json()["data"] == api.get(BASE + "/Job_Openings").json()["data"]


def test_a_list_needs_no_fields_and_costs_three_credits(api, emulator):
    emulator.clear_requests()
    answer = api.get(BASE + "/Candidates", **FIRST_PAGE).json()
    assert len(answer["data"][0]) > 40
    assert answer["info"] == {"per_page": 3, "count": 3, "page": 1, "more_records": True}
    emulator.switch(recruit_list_cost="1")
    api.get(BASE + "/Candidates", fields="id", **FIRST_PAGE)
    assert credits_of(emulator) == [3, 1]


def test_sub_forms_are_shown_by_a_single_read_alone(api, emulator):
    shown = [api.get(f"{BASE}/Candidates/{one}").json()["data"][0] for one in sorted(held(emulator))[:6]]
    assert any(one["Experience_Details"] for one in shown)
    assert "Experience_Details" not in api.get(BASE + "/Candidates", **FIRST_PAGE).json()["data"][0]


def test_pages_follow_each_other_and_end(api, emulator):
    pages = [api.get(BASE + "/Candidates", fields="id", per_page=50, page=page) for page in (1, 2, 3, 4)]
    found = [row["id"] for page in pages if page.status_code == 200 for row in page.json()["data"]]
    assert sorted(found) == sorted(held(emulator))
    assert pages[-1].status_code == 204


def test_any_field_sorts_or_none_does_by_switch(api, emulator):
    def cities():
        rows = api.get(BASE + "/Candidates", fields="City", sort_by="City", sort_order="asc").json()["data"]
        return [(row["City"] or "").casefold() for row in rows]

    assert cities() == sorted(cities())
    emulator.switch(recruit_list_sort="passed_over")
    assert cities() != sorted(cities())


@pytest.mark.parametrize("nothing", ["204", "304"])
def test_only_changes_since_are_listed_and_nothing_newer_is_empty(api, emulator, nothing):
    emulator.switch(recruit_nothing_newer=nothing)
    since = iso(emulator.now() + 60)
    assert api.get(BASE + "/Candidates", since).status_code == int(nothing)
    emulator.advance(120)
    one = min(held(emulator))
    edit(emulator, "update", module="Candidates", id=one, record={"City": "Ulm"})
    assert [row["id"] for row in api.get(BASE + "/Candidates", since).json()["data"]] == [one]


def test_the_depth_of_pages_may_end_at_two_thousand(api, emulator):
    assert api.get(BASE + "/Candidates", page=11).status_code == 204
    emulator.switch(recruit_page_depth="2000")
    assert code(api.get(BASE + "/Candidates", page=11)) == (400, "LIMIT_REACHED")


def test_deleted_records_are_asked_in_either_case(api, emulator):
    one = min(held(emulator))
    edit(emulator, "delete", module="Candidates", id=one)
    for kind in ("All", "all", "Recycle"):
        assert one in {row["id"] for row in api.get(BASE + "/Candidates/deleted", type=kind).json()["data"]}
    assert code(api.get(BASE + "/Candidates/deleted", type="Gone")) == (400, "INVALID_DATA")
    emulator.switch(recruit_deleted_type_case="capitalised")
    assert {row["type"] for row in api.get(BASE + "/Candidates/deleted").json()["data"]} <= {"Recycle", "Permanent"}


def test_a_shorter_memory_of_deletions_by_switch(emulator):
    one = min(held(emulator))
    edit(emulator, "delete", module="Candidates", id=one)
    emulator.advance(70 * 86_400)
    api = Api(emulator)  # the token before is long dead
    assert one in {row["id"] for row in api.get(BASE + "/Candidates/deleted").json()["data"]}
    emulator.switch(recruit_deleted_retention="60")
    assert api.get(BASE + "/Candidates/deleted").status_code == 204


def test_a_converted_candidate_leaves_the_list(api, emulator):
    one = min(held(emulator))
    edit(emulator, "convert", module="Candidates", id=one)
    assert one not in {row["id"] for row in api.get(BASE + "/Candidates", fields="id").json()["data"]}
    assert one in {row["id"] for row in api.get(BASE + "/Candidates", fields="id", converted="true").json()["data"]}
    assert one not in {row["Id"] for row in bulk(api, module="Candidates", selectfields=["City"])}
    emulator.switch(recruit_bulk_converted="included")
    assert one in {row["Id"] for row in bulk(api, module="Candidates", selectfields=["City"])}


def test_bulk_reads_in_its_own_dialect(api, emulator):
    cities = {one: record["City"] for one, record in held(emulator).items()}
    criteria = {"api_name": "City", "comparator": "equal", "value": next(city for city in cities.values() if city)}
    found = bulk(api, module="Candidates", selectfields=["City", "Updated_On"], criteria=criteria, page=1)
    assert {row["Id"] for row in found} == {one for one, city in cities.items() if city == criteria["value"]}
    wrapped = {"field": {"api_name": "City"}, "comparator": "equal", "value": "x"}
    assert code(job(api, module={"api_name": "Candidates"})) == (400, "INVALID_DATA")
    assert code(job(api, module="Candidates", fields=["City"])) == (400, "INVALID_DATA")
    assert code(job(api, module="Candidates", criteria=wrapped)) == (400, "INVALID_CRITERIA")


def test_what_bulk_refuses(api, emulator):
    assert code(job(api, module="Notes")) == (400, "MODULE_NOT_SUPPORTED")
    assert code(job(api, module="Vendors")) == (400, "MODULE_NOT_SUPPORTED")
    emulator.switch(recruit_bulk_other_modules="served", recruit_bulk_updated_on="refused", recruit_bulk_view_with_criteria="refused")
    assert job(api, module="Vendors").status_code == 201
    since = {"api_name": "Updated_On", "comparator": "greater_equal", "value": "2026-01-01T00:00:00Z"}
    assert code(job(api, module="Candidates", criteria=since)) == (400, "FIELD_IN_CRITERIA_NOT_SUPPORTED")
    view = names(api, "/settings/custom_views", "custom_views", "name", module="Candidates")["German Newsletter"]["id"]
    city = {"api_name": "City", "comparator": "equal", "value": "Ulm"}
    assert code(job(api, module="Candidates", cvid=view, criteria=city)) == (400, "CRITERIA_NOT_SUPPORTED")


def test_ten_downloads_a_minute(api):
    job_id = job(api, module="Contacts", selectfields=["Email"]).json()["data"][0]["details"]["id"]
    api.emulator.advance(60)
    answers = [api.get(f"{BULK}/{job_id}/result").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_search_knows_two_operators(api):
    assert api.get(BASE + "/Candidates/search", criteria="(Last_Name:starts_with:a)").status_code in (200, 204)
    assert code(api.get(BASE + "/Candidates/search", criteria="(Last_Name:not_equal:a)")) == (400, "INVALID_QUERY")


def test_candidates_are_written_as_in_the_crm(api, emulator):
    new = {"data": [{"Last_Name": "New", "Email": "new@example.org"}], "trigger": []}
    done = api.call("POST", BASE + "/Candidates", json=new).json()["data"][0]
    assert done["code"] == "SUCCESS"
    one = done["details"]["id"]
    out = {"data": [{"id": one, "Email_Opt_Out": True}]}
    assert api.call("PUT", BASE + "/Candidates", json=out).json()["data"][0]["code"] == "SUCCESS"
    again = {"data": [{"Last_Name": "Newer", "Email": "NEW@example.org"}]}
    assert api.call("POST", BASE + "/Candidates/upsert", json=again).json()["data"][0]["action"] == "update"
    assert (held(emulator)[one]["Last_Name"], held(emulator)[one]["Email_Opt_Out"]) == ("Newer", True)
    assert emulator.state("zoho_recruit")["automation"].get("workflow", 0) == 2


def test_notes_and_tasks_hang_on_a_candidate(api, emulator):
    one = min(held(emulator))
    note = {"data": [{"Note_Title": "Mail", "Note_Content": "Opened", "Parent_Id": one, "se_module": "Candidates"}]}
    assert api.call("POST", BASE + "/Notes", json=note).status_code == 201
    assert api.call("POST", f"{BASE}/Candidates/{one}/Notes", json={"data": [{"Note_Content": "Clicked"}]}).status_code == 201
    shown = api.get(f"{BASE}/Candidates/{one}/Notes", fields="Note_Content").json()["data"]
    assert {"Opened", "Clicked"} <= {row["Note_Content"] for row in shown}
    task = {"data": [{"Subject": "Call", "What_Id": one, "$se_module": "Candidates"}]}
    assert api.call("POST", BASE + "/Tasks", json=task).status_code == 201


def test_members_of_campaigns_are_a_switch(api, emulator):
    one, campaign = min(held(emulator)), min(held(emulator, "Campaigns"))
    link = {"data": [{"id": one, "Member_Status": "Opened"}]}
    assert code(api.call("PUT", f"{BASE}/Campaigns/{campaign}/Candidates", json=link)) == (400, "NOT_SUPPORTED")
    emulator.switch(recruit_campaign_members="accepted")
    assert api.call("PUT", f"{BASE}/Campaigns/{campaign}/Candidates", json=link).status_code == 200
    assert emulator.state("zoho_recruit")["campaigns"][campaign]["members"] == {"Candidates": {one: "Opened"}}


def test_candidates_and_openings_are_associated_once(api, emulator):
    one, opening = min(held(emulator)), min(held(emulator, "Job_Openings"))
    join = {"data": [{"ids": [one], "jobids": [opening]}]}
    assert api.call("PUT", BASE + "/Candidates/actions/associate", json=join).json()["data"][0]["code"] == "SUCCESS"
    assert api.call("PUT", BASE + "/Candidates/actions/associate", json=join).json()["data"][0]["code"] == "ALREADY_ASSOCIATED"
    change = {"data": [{"ids": [one], "jobids": [opening], "Candidate_Status": "Qualified"}]}
    assert api.call("PUT", BASE + "/Candidates/status", json=change).json()["data"][0][0]["code"] == "SUCCESS"
    assert [row["id"] for row in api.get(f"{BASE}/Candidates/{one}/associate").json()["data"]] == [opening]
    assert [row["id"] for row in api.get(f"{BASE}/Job_Openings/{opening}/associate", candidate_statuses="Qualified").json()["data"]] == [one]
    assert code(api.call("POST", BASE + "/Candidates/status", json=change)) == (400, "INVALID_REQUEST_METHOD")
    profile = {"data": [{"ids": [one], "Candidate_Status": "Hired"}]}
    api.call("PUT", BASE + "/Candidates/status", json=profile)
    assert held(emulator)[one]["Candidate_Status"] == "Hired"


def test_empty_values_of_users_are_the_text_null_and_tags_are_one_object(api):
    assert {one["fax"] for one in api.get(BASE + "/users").json()["users"]} == {"null"}
    assert isinstance(api.get(BASE + "/settings/tags", module="Candidates").json()["tags"], dict)


def test_scopes_name_modules_in_the_singular(emulator):
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow", scopes=["ZohoRecruit.modules.candidate.READ"])
    narrow = Api(emulator, "1000.narrow")
    assert narrow.get(BASE + "/Candidates").status_code == 200
    assert code(narrow.get(BASE + "/Contacts")) == (401, "OAUTH_SCOPE_MISMATCH")
    assert code(narrow.get(BASE + "/settings/modules")) == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_token_of_the_crm_does_not_open_recruit(emulator):
    emulator.edit("zoho", op="grant", refresh_token="1000.crm", scopes=["ZohoCRM.modules.ALL"])
    assert code(Api(emulator, "1000.crm").get(BASE + "/Candidates")) == (401, "OAUTH_SCOPE_MISMATCH")


def test_the_day_ends_with_429_and_no_header_tells_how_much_is_left(api, emulator):
    edit(emulator, "set_edition", edition="free")
    edit(emulator, "foreign_calls", n=4_990)
    answers = [api.get(BASE + "/Candidates", **FIRST_PAGE) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert not any("x-api-credits-remaining" in one.headers for one in answers)


def test_whether_campaigns_are_taken_is_a_switch(api, emulator):
    made = {"data": [{"Campaign_Name": "Fair"}]}
    assert code(api.call("POST", f"{BASE}/Campaigns/upsert", json=made)) == (400, "NOT_SUPPORTED")
    emulator.switch(recruit_campaign_writes="accepted")
    assert api.call("POST", f"{BASE}/Campaigns/upsert", json=made).status_code == 200
