"""The wire quirks of the emulated Zoho Campaigns."""

import json
import xml.etree.ElementTree as ET

import pytest

from tests.emulators.zoho_campaigns_api import Api, api, form_list, fresh

__all__ = ["api", "form_list", "fresh"]


def test_xml_unless_json_is_asked_for(api):
    answer = api.raw("GET", "getmailinglists")
    root = ET.fromstring(answer.content)
    assert answer.headers["content-type"].startswith("application/xml")
    assert (root.get("uri"), root.get("version"), root.findtext("code")) == ("/api/v1.1/getmailinglists", "1.1", "0")
    assert {fl.text for fl in root.iter("fl") if fl.get("val") == "listname"} == {"Newsletter", "Product news", "Web sign-up"}


@pytest.mark.parametrize(("reading", "kind"), [("json", "application/json"), ("xml", "application/xml")])
def test_lower_case_json_under_either_reading(api, reading, kind):
    api.emulator.switch(zoho_campaigns_lowercase_json=reading)
    assert api.raw("GET", "getmailinglists?resfmt=json").headers["content-type"].startswith(kind)


@pytest.mark.parametrize(("path", "verb"), [("contact/allfields", "GET"), ("custom/add", "POST")])
def test_two_methods_want_type_instead_and_wrap_their_answer(api, path, verb):
    form = {"fieldname": "Shoe size", "fieldtype": "Integer"}
    assert api.raw(verb, path, params={"resfmt": "JSON", "type": "xml"} | form).headers["content-type"].startswith("application/xml")
    assert api.raw(verb, path, params={"type": "json", "fieldname": "Hat size", "fieldtype": "Integer"}).json()["response"]["code"] == "0"


def test_errors_of_wrapped_methods_are_wrapped_as_well(api):
    assert api.post("custom/add", fieldtype="Text")["response"]["code"] == "903"


def test_failures_are_http_200_with_a_code(api):
    answer = api.raw("GET", "getlistsubscribers", params={"resfmt": "JSON", "listkey": "nothing"})
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Listkey is empty or invalid.",
        "status": "error",
        "code": "2501",
        "uri": "/api/v1.1/getlistsubscribers",
        "version": "1.1",
    }


@pytest.mark.parametrize(("reading", "code"), [("text", "0"), ("number", 0)])
def test_the_code_is_a_text_or_a_number(api, reading, code):
    api.emulator.switch(zoho_campaigns_code_type=reading)
    assert api.get("getmailinglists")["code"] == code


@pytest.mark.parametrize("path", ["GetMailingLists", "json/getmailinglists", "listsubscribe", "createcampaign"])
def test_an_unknown_method_is_http_200_with_code_1004_and_names_what_is_nearby_in_a_header(api, path):
    answer = api.raw("GET", path, params={"resfmt": "JSON"})
    assert (answer.status_code, answer.json()["code"]) == (200, "1004")
    assert "/api/v1.1/" in answer.headers["X-Emulator-Nearby"]


def test_a_method_the_vendor_has_but_we_do_not_emulate_is_answered_loudly(api):
    assert api.raw("POST", "json/clonecampaign").status_code == 501


@pytest.mark.parametrize("how", ["params", "data"])
def test_parameters_in_query_or_form(api, fresh, how):
    sent = {"resfmt": "JSON", "listkey": fresh, "contactinfo": '{"Contact Email":"ann@example.com"}'}
    assert api.raw("POST", "json/listsubscribe", **{how: sent}).json()["code"] == "0"


def test_a_json_body_is_never_read(api, fresh):
    answer = api.raw("POST", "addlistsubscribersinbulk?resfmt=JSON", json={"listkey": fresh, "emailids": "ann@example.com"})
    assert answer.json()["code"] == "903"


def test_a_parameter_given_twice_is_refused(api, fresh):
    assert api.raw("GET", f"getlistsubscribers?resfmt=JSON&listkey={fresh}&listkey={fresh}").json()["code"] == "1006"


@pytest.mark.parametrize(("name", "value"), [("fromindex", "0"), ("range", "many"), ("range", "-1")])
def test_malformed_numbers_are_refused(api, name, value):
    assert api.get("getmailinglists", **{name: value})["code"] == "1001"


@pytest.mark.parametrize("headers", [{"Authorization": None}, {"Authorization": "Zoho-oauthtoken dead"}])
def test_a_missing_or_dead_token_is_http_401_with_capitals(api, headers):
    answer = api.raw("GET", "getmailinglists", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "Unauthorized request.",
        "version": "1.1",
        "URI": "/api/v1.1/getmailinglists",
        "Code": "1007",
        "status": "error",
    }


def test_the_authentication_layer_may_write_small_letters(api):
    api.emulator.switch(zoho_campaigns_auth_case="small")
    answer = api.raw("GET", "getmailinglists", headers={"Authorization": None})
    assert (answer.status_code, answer.json()["code"], answer.json()["uri"]) == (401, "1007", "/api/v1.1/getmailinglists")


def test_a_wrong_data_centre_is_answered_alike(api):
    answer = api.raw("GET", "getmailinglists", base=f"{api.emulator.url}/dc/us/api/v1.1")
    assert (answer.status_code, answer.json()["Code"]) == (401, "1007")
    assert api.raw("GET", "getmailinglists", base=f"{api.emulator.url}/dc/eu/api/v1.1").status_code == 200


@pytest.mark.parametrize(
    ("scope", "allowed", "refused"),
    [
        ("contact.READ", "getmailinglists", "recentcampaigns"),
        ("campaign.READ", "recentcampaigns", "getmailinglists"),
        ("contact.CREATE", "addlistsubscribersinbulk", "json/listsubscribe"),
        ("contact.UPDATE", "json/listsubscribe", "addlistsubscribersinbulk"),
    ],
)
def test_each_method_needs_its_scope(api, scope, allowed, refused):
    api.emulator.edit("zoho", op="grant", refresh_token="1000.narrow", scopes=[f"ZohoCampaigns.{scope}"])
    narrow = Api(api.emulator, refresh_token="1000.narrow")
    assert narrow.raw("POST", allowed).status_code == 200
    assert narrow.raw("POST", refused).status_code == 401


def test_contactinfo_as_the_unquoted_map_of_the_vendors_samples(api, fresh):
    assert api.post("json/listsubscribe", listkey=fresh, contactinfo="{First Name:ann,Contact Email:a@example.com}")["code"] == "0"
    assert api.fields(fresh, "a@example.com") == {"First Name": "ann"}


def test_a_comma_in_an_unquoted_value_breaks_it(api, fresh):
    assert api.post("json/listsubscribe", listkey=fresh, contactinfo="{Company Name:Oak, Elm,Contact Email:a@example.com}")["code"] == "2001"


def test_contactinfo_as_xml_answers_xml(api, fresh):
    info = '<xml><fl val="Contact Email">a@example.com</fl><fl val="Company Name">Oak &amp; Elm</fl></xml>'
    answer = api.raw("POST", "xml/listsubscribe", data={"listkey": fresh, "contactinfo": info, "resfmt": "JSON"})
    assert ET.fromstring(answer.content).findtext("code") == "0"
    assert api.fields(fresh, "a@example.com") == {"Company Name": "Oak & Elm"}


@pytest.mark.parametrize("info", ["", "[1]", "{oops", "<xml></xml>", "{a}"])
def test_contactinfo_that_cannot_be_read(api, fresh, info):
    assert api.post("json/listsubscribe", listkey=fresh, contactinfo=info)["code"] == ("2001" if info else "903")


AWKWARD = {"First Name": "50% + \"quotes\" & 'more'", "Last Name": "Ωmega 😀\\", "Company Name": "a,b:{c}"}


def test_quoted_json_carries_every_character(api, fresh):
    api.subscribe(fresh, "a+b@example.com", AWKWARD)
    assert api.fields(fresh, "a+b@example.com") == AWKWARD


def test_decoded_twice_a_plain_plus_is_lost_and_an_escaped_one_survives_both_readings(api, fresh):
    escaped = json.dumps({"Contact Email": "c+d@example.com", "First Name": "50%"}).replace("+", "\\u002b").replace("%", "\\u0025")
    for reading in ("yes", "no"):
        api.emulator.switch(zoho_campaigns_double_decode=reading)
        assert api.subscribe(fresh, "a+b@example.com")["code"] == ("2004" if reading == "yes" else "0")
        assert api.post("json/listsubscribe", listkey=fresh, contactinfo=escaped)["code"] == "0"
        assert api.fields(fresh, "c+d@example.com") == {"First Name": "50%"}
