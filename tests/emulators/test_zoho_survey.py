"""The private tree: access, refusals, pages, names; and invitations."""

import pytest

from tests.emulators.zoho_survey_api import SATISFACTION, Api, api

__all__ = ["api"]

ANN = {"emailAddress": "ann@example.com", "customVariable1": "572", "customVariable2": "Leads"}


def test_the_tree_leads_from_portals_to_the_question_dictionary(api):
    portals = api.get().json()
    assert [one["portalName"] for one in portals] == ["Emulated Ltd", "Old workspace"]
    assert [one["name"] for one in portals[0]["departments"]] == ["Marketing", "Support &amp; Care"]
    home = f"/{portals[0]['portalId']}/departments/{portals[0]['departments'][0]['groupUniqueId']}"
    surveys = api.get(f"{home}/surveys", filterby="published").json()
    assert [one["name"] for one in surveys] == [SATISFACTION, "Event feedback &amp; wishes"]
    survey = f"{home}/surveys/{surveys[0]['id']}"
    collector = api.get(f"{survey}/collectors/metainfo").json()[0]
    below = f"{survey}/collectors/{collector['id']}/distributions"
    distribution = api.get(f"{below}/email/metainfo", type="trigger").json()[0]
    assert api.get(f"{below}/email/metainfo", type="campaign").json() == []
    fields = api.get(f"{below}/{distribution['id']}/email/fields").json()
    assert [(one["label"], one["required"]) for one in fields][:2] == [("Email address", True), ("First name", False)]
    groups = api.get(f"{survey}/integration/trigger/variables").json()["variables"]
    assert [one["label"] for one in groups] == ["Questions", "Respondent Variables"]
    assert [one["label"] for one in groups[0]["variables"][3]["variables"]] == ["How do you rate - Price", "How do you rate - Service &amp; support"]


def test_names_are_plain_under_that_reading(api):
    api.emulator.switch(zoho_survey_entities="plain")
    assert api.get().json()[0]["departments"][1]["name"] == "Support & Care"


@pytest.mark.parametrize(("reading", "bearer", "zoho"), [("both", 200, 200), ("bearer", 200, 401), ("zoho_oauthtoken", 401, 200)])
def test_schemes_under_each_reading(api, reading, bearer, zoho):
    api.emulator.switch(zoho_survey_authorization=reading)
    assert api.get().status_code == bearer
    api.use("Zoho-oauthtoken")
    assert api.get().status_code == zoho


def test_a_wrong_data_centre_and_a_dead_token_are_refused(emulator):
    assert Api(emulator, data_center="/dc/us").get().status_code == 401
    api = Api(emulator)
    emulator.faults(system="zoho_survey", kind="token")
    assert [api.get().status_code for _ in range(2)] == [401, 401]


@pytest.mark.parametrize(("reading", "status"), [("own", 401), ("any", 200)])
def test_scopes_under_each_reading(api, reading, status):
    api.emulator.switch(zoho_survey_scopes=reading)
    api.emulator.edit("zoho", op="grant", refresh_token="1000.emulated.refresh", scopes=["ZohoSurvey.survey.READ"])
    assert Api(api.emulator).get().status_code == status


@pytest.mark.parametrize(
    ("reading", "status", "is_json"), [("http_4xx_json", 404, True), ("http_200_json", 200, True), ("http_4xx_html", 404, False)]
)
def test_a_refusal_under_each_reading(api, reading, status, is_json):
    api.emulator.switch(zoho_survey_error_shape=reading)
    answer = api.get("/nothing/departments/nothing/surveys")
    assert (answer.status_code, "errormessage" in answer.text) == (status, is_json)


@pytest.mark.parametrize(("reading", "status"), [("http_429_json", 429), ("http_200_json", 200), ("http_400_json", 400)])
def test_a_lock_lasts_a_minute(api, reading, status):
    api.emulator.switch(zoho_survey_limit_answer=reading)
    api.emulator.faults(system="zoho_survey", kind="lock")
    assert [(one.status_code, "errormessage" in one.json()) for one in (api.get(), api.get())] == [(status, True)] * 2
    api.emulator.advance(61)
    assert isinstance(api.get().json(), list)


@pytest.mark.parametrize(
    ("reading", "as_the_client_does", "the_other_way"), [("offset_is_size", 10, 1), ("range_is_size", 1, 10), ("ignored", 42, 42)]
)
def test_pages_under_each_reading(api, reading, as_the_client_does, the_other_way):
    api.emulator.switch(zoho_survey_paging=reading)
    api.edit("create_survey", name="One of many", department="Marketing", n=40)
    path = api.path_of().rpartition("/")[0]
    assert len(api.get(path, filterby="published", offset=10, range=11).json()) == (as_the_client_does if reading != "range_is_size" else 11)
    assert len(api.get(path, filterby="published", offset=1, range=10).json()) == the_other_way
    assert len(api.get(path, offset=42, range=42).json()) == {"ignored": 42}.get(reading, 1)


@pytest.mark.parametrize(("reading", "count"), [("200", 42), ("20", 20)])
def test_the_largest_page_under_each_reading(api, reading, count):
    api.emulator.switch(zoho_survey_page_cap=reading)
    api.edit("create_survey", name="One of many", department="Marketing", n=40)
    assert len(api.get(api.path_of().rpartition("/")[0], offset=50, range=1).json()) == count


def test_only_published_surveys_when_asked(api):
    state = api.state()["surveys"]
    draft = next(one for one in state.values() if not one["published"])
    path = f"/{draft['portal']}/departments/{draft['department']}/surveys"
    assert (len(api.get(path).json()), len(api.get(path, filterby="published").json())) == (1, 0)


def test_an_invitation_mails_each_contact_once(api):
    assert api.invite(ANN, {"emailAddress": "bob@example.org"}).status_code == 200
    _, survey = api.survey()
    assert [(one["email"], one["mails"]) for one in survey["invitations"]] == [("ann@example.com", 1), ("bob@example.org", 1)]
    assert api.state()["mails_caused"] == 2
    assert [(one["path"].rpartition("/")[2], one["writes"]) for one in api.emulator.requests()][-1] == ("sendinvitation", True)


def test_an_invitation_brings_its_variables_into_the_response(api):
    api.invite(ANN)
    made = api.edit("answer", survey=SATISFACTION, email="Ann@example.com", answers={"What should we do better?": "Nothing"})
    assert api.survey()[1]["responses"][made["response"]]["known"] == {**ANN, "emailAddress": "Ann@example.com"}


@pytest.mark.parametrize(("reading", "mails", "status"), [("mails_again", 2, 200), ("ignored", 1, 200), ("refused", 1, 400)])
def test_inviting_twice_under_each_reading(api, reading, mails, status):
    api.emulator.switch(zoho_survey_invited_twice=reading)
    api.invite(ANN)
    assert (api.invite(ANN).status_code, api.state()["mails_caused"]) == (status, mails)


@pytest.mark.parametrize(("reading", "mails", "status"), [("ignored", 0, 200), ("refused", 0, 400), ("mails", 1, 200)])
def test_inviting_who_opted_out_under_each_reading(api, reading, mails, status):
    api.emulator.switch(zoho_survey_invited_opted_out=reading)
    api.edit("opt_out", email="ANN@example.com")
    assert (api.invite(ANN).status_code, api.state()["mails_caused"]) == (status, mails)


@pytest.mark.parametrize(("reading", "mails"), [("mails_again", 1), ("ignored", 0)])
def test_inviting_who_answered_under_each_reading(api, reading, mails):
    api.emulator.switch(zoho_survey_invited_answered=reading)
    api.edit("answer", survey=SATISFACTION, email="ann@example.com")
    assert (api.invite(ANN).status_code, api.state()["mails_caused"]) == (200, mails)


@pytest.mark.parametrize(
    ("switch", "reading", "contact", "status", "mails"),
    [
        ("unknown_field", "ignored", {**ANN, "shoeSize": "40"}, 200, 1),
        ("unknown_field", "refused", {**ANN, "shoeSize": "40"}, 400, 0),
        ("missing_field", "refused", {"firstName": "Ann"}, 400, 0),
        ("missing_field", "ignored", {"firstName": "Ann"}, 200, 0),
        ("bad_address", "call_refused", {"emailAddress": "ann"}, 400, 0),
        ("bad_address", "contact_ignored", {"emailAddress": "ann"}, 200, 0),
    ],
)
def test_odd_contacts_under_each_reading(api, switch, reading, contact, status, mails):
    api.emulator.switch(**{f"zoho_survey_{switch}": reading})
    assert (api.invite(contact).status_code, api.state()["mails_caused"]) == (status, mails)


@pytest.mark.parametrize(("reading", "taken"), [("none", 101), ("100", 100), ("1", 1)])
def test_contacts_in_one_call_under_each_reading(api, reading, taken):
    api.emulator.switch(zoho_survey_contacts_limit=reading)
    people = [{"emailAddress": f"p{number}@example.com"} for number in range(taken)]
    if reading != "none":
        assert api.invite(*people, ANN).status_code == 400
        assert api.state()["mails_caused"] == 0
    assert api.invite(*people).status_code == 200
    assert api.state()["mails_caused"] == taken


@pytest.mark.parametrize(("reading", "begins"), [("message", '{"status"'), ("empty_object", "{}"), ("no_body", "")])
def test_what_a_success_says_under_each_reading(api, reading, begins):
    api.emulator.switch(zoho_survey_invitation_answer=reading)
    answer = api.invite(ANN)
    assert (answer.status_code, answer.text[: len(begins)]) == (200, begins)


def test_an_empty_list_of_contacts_is_refused(api):
    assert api.invite().json()["errormessage"]


def test_respondents_are_records_of_the_emulated_crm(api):
    modules = api.emulator.state("zoho_crm")["modules"]
    for response in api.survey()[1]["responses"].values():
        known = response["known"]
        assert modules[known["customVariable2"]][known["customVariable1"]].get("Email") == known.get("emailAddress")
