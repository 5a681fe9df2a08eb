"""Modules, fields, views, account, and what stands before every call."""

import pytest
import requests

from tests.emulators.zoho_crm_api import Api, api, code

__all__ = ["api"]


def modules(api):
    return {one["api_name"]: one for one in api.get("/crm/v8/settings/modules").json()["modules"]}


def fields(api, module="Leads"):
    return {one["api_name"]: one for one in api.get("/crm/v8/settings/fields", module=module).json()["fields"]}


def views(api, module="Leads"):
    return {one["name"]: one for one in api.get("/crm/v8/settings/custom_views", module=module).json()["custom_views"]}


def test_modules_name_custom_ones_and_those_that_the_api_does_not_serve(api):
    found = modules(api)
    assert found["Members"]["generated_type"] == "custom"
    assert found["Members"]["module_name"] == "CustomModule1"
    assert found["Home"]["api_supported"] is False
    assert found["Locking_Information__s"]["viewable"] is False
    assert found["Leads_X_Courses"]["generated_type"] == "linking"


def test_modules_can_be_asked_by_status(api):
    answer = api.get("/crm/v8/settings/modules", status="user_hidden")
    assert [one["api_name"] for one in answer.json()["modules"]] == ["Courses"]
    assert api.get("/crm/v8/settings/modules", status="scheduled_for_deletion").status_code == 204


def test_one_module_can_be_asked_by_name_and_an_unknown_one_is_refused(api):
    assert api.get("/crm/v8/settings/modules/Leads").json()["modules"][0]["api_name"] == "Leads"
    assert code(api.get("/crm/v8/settings/modules/Nothing")) == (400, "INVALID_MODULE")


def test_leads_have_more_than_fifty_fields_of_every_data_type(api):
    found = fields(api)
    types = {one["data_type"] for one in found.values()}
    assert len(found) > 50
    assert types >= {
        "text", "textarea", "email", "phone", "website", "picklist", "multiselectpicklist", "date", "datetime", "integer", "bigint", "double",
        "percent", "currency", "boolean", "autonumber", "formula", "rollup_summary", "ownerlookup", "userlookup", "lookup", "multiselectlookup",
        "multiuserlookup", "subform", "fileupload", "imageupload", "profileimage", "layout", "territories",
    }  # fmt: skip
    returns = {one["formula"]["return_type"] for one in found.values() if one["data_type"] == "formula"}
    assert returns == {"double", "string", "boolean", "date", "datetime"}


def test_a_field_tells_whether_the_api_may_write_it(api):
    found = fields(api)
    assert found["Email"]["operation_type"]["api_update"] is True
    assert found["Modified_Time"]["operation_type"] == {"web_update": False, "api_create": False, "web_create": False, "api_update": False}
    assert found["Last_Name"]["system_mandatory"] is True
    assert [one["actual_value"] for one in found["Rating"]["pick_list_values"]] == ["Active", "Acquired", "Project Cancelled"]


def test_fields_need_a_module_and_may_be_nothing_at_all(api):
    assert code(api.get("/crm/v8/settings/fields")) == (400, "REQUIRED_PARAM_MISSING")
    assert api.get("/crm/v8/settings/fields", module="Email_Analytics").status_code == 204
    assert code(api.get("/crm/v8/settings/fields", module="Home")) == (400, "INVALID_MODULE")
    assert code(api.get("/crm/v8/settings/fields", module="Locking_Information__s")) == (403, "NO_PERMISSION")


def test_visits_have_no_modified_time(api):
    assert "Modified_Time" not in fields(api, "Visits")


def test_a_hidden_field_a_deleted_field_and_a_new_field_show_in_the_metadata(api, emulator):
    emulator.edit("zoho_crm", op="hide_field", module="Leads", field="Rating")
    emulator.edit("zoho_crm", op="delete_field", module="Leads", field="Industry")
    emulator.edit("zoho_crm", op="add_field", module="Leads", field="Shoe_Size", data_type="integer")
    found = fields(api)
    assert "Rating" not in found
    assert "Industry" not in found
    assert found["Shoe_Size"]["data_type"] == "integer"
    assert modules(api)["Leads"]["modified_time"] is not None


def test_a_hidden_module_is_refused_and_says_so_in_the_list(api, emulator):
    emulator.edit("zoho_crm", op="hide_module", module="Members")
    assert modules(api)["Members"]["viewable"] is False
    assert code(api.records("Members", fields="Name")) == (403, "NO_PERMISSION")


def test_layouts_tell_what_is_required(api):
    (layout,) = api.get("/crm/v8/settings/layouts", module="Leads").json()["layouts"]
    required = {one["api_name"] for one in layout["sections"][0]["fields"] if one["required"]}
    assert required == {"Last_Name"}


def test_views_are_listed_without_criteria_and_one_view_has_them(api):
    found = views(api)
    assert found["All Leads"]["system_name"] == "ALLVIEWS"
    assert "criteria" not in found["German Newsletter"]
    (one,) = api.get(f"/crm/v8/settings/custom_views/{found['German Newsletter']['id']}", module="Leads").json()["custom_views"]
    assert one["criteria"]["group_operator"] == "and"


@pytest.mark.parametrize(("reading", "count"), [("whole", 8), ("pages", 2)])
def test_views_come_whole_or_in_pages(api, emulator, reading, count):
    emulator.switch(crm_custom_views_paging=reading)
    answer = api.get("/crm/v8/settings/custom_views", module="Leads", per_page=2).json()
    assert len(answer["custom_views"]) >= count if reading == "whole" else len(answer["custom_views"]) == count
    assert answer["info"]["more_records"] is (reading == "pages")


def test_a_created_view_an_edited_one_and_a_deleted_one(api, emulator):
    criteria = {"field": {"api_name": "Country"}, "comparator": "equal", "value": "Germany"}
    view = emulator.edit("zoho_crm", op="create_view", module="Leads", name="Mine", criteria=criteria)["id"]
    germans = api.ids(cvid=view)
    emulator.edit("zoho_crm", op="edit_view", module="Leads", view="Mine", criteria={**criteria, "value": "France"})
    assert germans
    assert not set(api.ids(cvid=view)) & set(germans)
    emulator.edit("zoho_crm", op="delete_view", module="Leads", view=view)
    assert code(api.records(cvid=view)) == (400, "INVALID_DATA")


def test_users_and_organisation(api):
    assert len(api.get("/crm/v8/users").json()["users"]) == 4
    assert len(api.get("/crm/v8/users", type="CurrentUser").json()["users"]) == 1
    (organisation,) = api.get("/crm/v8/org").json()["org"]
    assert organisation["license_details"]["paid_type"] == "enterprise"
    assert organisation["time_zone"] == "Europe/Berlin"


def test_the_price_list_follows_the_switches(api, emulator):
    emulator.switch(crm_deleted_cost="1")
    prices = {one["path"]: one["operation_types"][0] for one in api.get("/crm/v8/__apis").json()["__apis"]}
    assert prices["/crm/v8/coql"]["max_credits"] == 3
    assert prices["/crm/v8/{module}/deleted"]["max_credits"] == 1


def test_a_wrong_data_centre_is_an_invalid_host(api):
    assert code(api.get("/dc/us/crm/v8/org")) == (400, "INVALID_HOST")
    assert api.get("/dc/eu/crm/v8/org").status_code == 200


@pytest.mark.parametrize("reading", ["INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN"])
def test_a_dead_token_is_a_401(emulator, reading):
    emulator.switch(crm_token_error_code=reading)
    answer = requests.get(emulator.url + "/crm/v8/org", headers={"Authorization": "Zoho-oauthtoken 1000.no"}, timeout=5)
    assert code(answer) == (401, reading)
    assert code(requests.get(emulator.url + "/crm/v8/org", timeout=5)) == (401, reading)


def test_a_revoked_token_dies_through_the_crm_too(api, emulator):
    emulator.edit("zoho_crm", op="revoke_token")
    assert code(api.get("/crm/v8/org")) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_missing_scope_is_a_mismatch(emulator, status):
    emulator.switch(crm_scope_error_status=status)
    emulator.edit("zoho", op="grant", refresh_token="1000.small", scopes=["ZohoCRM.modules.leads.READ", "ZohoCRM.bulk.READ"])
    small = Api(emulator, "1000.small")
    assert small.records("Leads").status_code == 200
    for answer in (small.records("Contacts"), small.get("/crm/v8/org"), small.coql("select id from Leads where id is not null"),
                   small.get("/crm/v8/Leads/search", word="Berg"), small.call("DELETE", "/crm/v8/Leads", params={"ids": "1"})):  # fmt: skip
        assert code(answer) == (int(status), "OAUTH_SCOPE_MISMATCH")


def test_custom_modules_have_a_scope_of_their_own(emulator):
    emulator.edit("zoho", op="grant", refresh_token="1000.custom", scopes=["ZohoCRM.modules.custom.READ"])
    small = Api(emulator, "1000.custom")
    assert small.records("Members", fields="Name").status_code == 200
    assert code(small.records("Leads")) == (401, "OAUTH_SCOPE_MISMATCH")


@pytest.mark.parametrize("status", ["400", "405"])
def test_a_wrong_method_is_refused_in_the_vendors_words(api, emulator, status):
    emulator.switch(crm_wrong_method_status=status)
    assert code(api.call("DELETE", "/crm/v8/org")) == (int(status), "INVALID_REQUEST_METHOD")


def test_an_unknown_version_is_no_url(api):
    assert code(api.get("/crm/v99/Leads")) == (404, "INVALID_URL_PATTERN")


def test_the_answer_tells_when_the_token_ends(api):
    assert api.get("/crm/v8/org").headers["X-ACCESSTOKEN-RESET"].startswith("20")
