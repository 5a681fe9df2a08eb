"""Responses: pushed by webhook in both styles, and exported."""

import csv
import io

import pytest

from tests.emulators.zoho_survey_api import SATISFACTION, api, catcher

__all__ = ["api", "catcher"]

HOW, CHANNELS, BETTER = "How satisfied are you with us?", "Where did you hear of us?", "What should we do better?"
ANSWERS = {HOW: "Very", CHANNELS: ["Web site", "Colleagues, friends"], BETTER: 'Salt & "pepper"\n<now>', "How do you rate": {"Price": "Good"}}


@pytest.fixture
def push(api, catcher):
    """`push(style, **answer)` → what was pushed."""

    def perform(style="labels", event="response_completed", op="answer", **operation):
        api.edit("create_webhook", survey=SATISFACTION, url=f"http://{catcher.place}", style=style, event=event)
        operation = {"answers": ANSWERS, "email": "ann@example.com", "record_id": "572", "module": "Leads"} | operation
        api.edit(op, survey=SATISFACTION, **operation)
        return catcher.bodies[-1]

    return perform


def table(text, header=0):
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    return rows[header], rows[header + 1 :]


def test_a_push_with_labels_has_the_recorded_shape(push):
    body = push()
    assert (body["Response Status"], body["Collector Name"], body["CRM Record ID"], body["Email address"]) == (
        "COMPLETED",
        "Web link",
        "572",
        "ann@example.com",
    )
    assert body[CHANNELS] == "Web site, Colleagues, friends"
    assert body["How do you rate - Price"] == "Good"
    assert body[BETTER] == "Salt &amp; &quot;pepper&quot;\n&lt;now&gt;"
    assert body["Time Taken to Respond"] == "3 mins 27 secs "
    assert "How do you rate - Service &amp; support" not in body


def test_a_push_with_variables_has_keys_instead_of_texts(push):
    body = push(style="variables")
    assert (body["RESPONSE_STATUS"], body["customVariable1"], body["q1"], body["q4_1"]) == ("COMPLETED", "572", "Very", "Good")


def test_unanswered_questions_are_empty_under_that_reading(push, api):
    api.emulator.switch(zoho_survey_unanswered="empty")
    body = push()
    assert (body["How do you rate - Service &amp; support"], body["Others"]) == ("", "")


def test_values_are_plain_under_that_reading(push, api):
    api.emulator.switch(zoho_survey_entities="plain")
    assert push()[BETTER] == ANSWERS[BETTER]


@pytest.mark.parametrize(("reading", "shown"), [("list", ANSWERS[CHANNELS]), ("semicolon_text", "Web site;Colleagues, friends")])
def test_several_choices_under_the_other_readings(push, api, reading, shown):
    api.emulator.switch(zoho_survey_multiple_in_webhook=reading)
    assert push()[CHANNELS] == shown


@pytest.mark.parametrize(("reading", "end"), [("24h", ""), ("12h", "AM|PM")])
def test_times_under_each_reading(push, api, reading, end):
    api.emulator.switch(zoho_survey_time_format=reading)
    assert push()["Response End Time"][-2:] in (end.split("|") if end else [f"{second:02d}" for second in range(60)])


@pytest.mark.parametrize("reading", ["PARTIAL", "PARTIALLY_COMPLETED", "INCOMPLETE"])
def test_a_partial_response_has_its_own_event(push, api, catcher, reading):
    api.emulator.switch(zoho_survey_partial_status=reading)
    body = push(event="response_created", op="start")
    assert (body["Response Status"], body["Response End Time"], body[HOW]) == (reading, "", "Very")
    api.edit("create_webhook", survey=SATISFACTION, url=f"http://{catcher.place}")
    api.edit("answer", survey=SATISFACTION, response=body["Response ID"], answers={HOW: "Hardly"})
    assert [(one["Response ID"], one["Response Status"], one[HOW]) for one in catcher.bodies[1:]] == [(body["Response ID"], "COMPLETED", "Hardly")]


def test_a_partial_response_may_tell_nothing_yet(push, api):
    api.emulator.switch(zoho_survey_created_event="metadata_only")
    assert HOW not in push(event="response_created", op="start")


@pytest.mark.parametrize(("fires", "moves"), [("fires", "no"), ("fires", "yes"), ("silent", "no")])
def test_an_edit_under_each_reading(push, api, catcher, fires, moves):
    api.emulator.switch(zoho_survey_edited_response=fires, zoho_survey_edit_moves_end=moves)
    first = push()
    api.emulator.advance(100)
    api.edit("edit_response", survey=SATISFACTION, response=first["Response ID"], answers={HOW: "Hardly", BETTER: ""})
    assert len(catcher.bodies) == (2 if fires == "fires" else 1)
    if fires == "fires":
        later = catcher.bodies[1]
        assert (later["Response ID"], later[HOW], BETTER in later) == (first["Response ID"], "Hardly", False)
        assert (later["Response End Time"] != first["Response End Time"]) is (moves == "yes")


@pytest.mark.parametrize(("reading", "attempts", "status"), [("none", 1, 503), ("until_accepted", 3, 200)])
def test_a_push_that_failed_under_each_reading(push, api, catcher, reading, attempts, status):
    api.emulator.switch(zoho_survey_webhook_retry=reading)
    catcher.statuses = [503, 503]
    push()
    assert [(one["attempts"], one["status"]) for one in api.state()["deliveries"]] == [(attempts, status)]


def test_a_push_may_come_twice_and_can_be_repeated(push, api, catcher):
    api.emulator.switch(zoho_survey_webhook_twice="yes")
    push()
    api.edit("redeliver")
    assert len(catcher.bodies) == 3
    assert all(one == catcher.bodies[0] for one in catcher.bodies)


def test_credentials_in_the_address_are_basic_authentication(api, catcher):
    api.edit("create_webhook", survey=SATISFACTION, url=f"http://zoho:secret@{catcher.place}")
    api.edit("answer", survey=SATISFACTION)
    assert catcher.headers[0]["Authorization"] == "Basic em9obzpzZWNyZXQ="


def test_nothing_but_loopback_is_reached(api):
    api.edit("create_webhook", survey=SATISFACTION, url="https://hooks.example.com/zoho")
    assert api.edit("answer", survey=SATISFACTION)["deliveries"][0]["status"] is None


@pytest.mark.parametrize(("reading", "status"), [("needed", 400), ("not_needed", 200)])
def test_webhooks_by_api_under_each_reading(api, catcher, reading, status):
    api.emulator.switch(zoho_survey_partner_header=reading)
    path = api.path_of()
    key, survey = api.survey()
    body = {
        "event": "response_completed",
        "callbackUrl": f"http://{catcher.place}",
        "responseContentType": "json",
        "responseFormat": "variables",
        "surveyId": key,
        "departmentId": survey["department"],
    }
    assert api.post(f"{path}/webhooks", body).status_code == status
    made = api.post(f"{path}/webhooks", body, **{"x-zoho-service": "somebody"}).json()["id"]
    api.edit("answer", survey=SATISFACTION)
    assert catcher.bodies[-1]["RESPONSE_STATUS"] == "COMPLETED"
    assert api.delete(f"{path}/webhooks/{made}").status_code == 200
    assert api.delete(f"{path}/webhooks/{made}").status_code == 404


def test_an_export_has_a_row_for_each_response(api):
    api.edit("answer", survey=SATISFACTION, answers=ANSWERS, record_id="572")
    text = api.edit("export", survey=SATISFACTION)["csv"]
    names, rows = table(text)
    assert text.startswith("\ufeff")
    assert names[:3] == ["Response ID", "Response Status", "Collector ID"]
    assert len(rows) == len(api.survey()[1]["responses"]) == 25
    last = dict(zip(names, rows[-1], strict=True))
    assert (last["CRM Record ID"], last[HOW], last[CHANNELS], last[BETTER]) == ("572", "Very", "Web site, Colleagues, friends", ANSWERS[BETTER])


def test_an_export_may_have_a_title_and_no_mark(api):
    api.emulator.switch(zoho_survey_csv_header="second", zoho_survey_csv_bom="no")
    text = api.edit("export", survey=SATISFACTION)["csv"]
    assert text.splitlines()[0] == SATISFACTION
    assert table(text, 1)[0][0] == "Response ID"
    assert table(api.edit("export", survey=SATISFACTION, header="first")["csv"])[0][0] == "Response ID"


@pytest.mark.parametrize("reading", ["repeated_header", "second_header_row"])
def test_several_choices_in_several_columns(api, reading):
    api.emulator.switch(zoho_survey_csv_multiple=reading)
    made = api.edit("answer", survey=SATISFACTION, answers=ANSWERS)["response"]
    names, rows = table(api.edit("export", survey=SATISFACTION, responses=[made])["csv"])
    first = names.index(CHANNELS)
    assert rows[-1][first : first + 4] == ["", "Web site", "", "Colleagues, friends"]
    assert names[first + 1] == (CHANNELS if reading == "repeated_header" else "")
    assert len(rows) == (1 if reading == "repeated_header" else 2)


def test_times_are_of_the_accounts_zone(push, api):
    here = push()["Response End Time"]
    api.edit("set_zone", zone="Pacific/Auckland")
    assert push()["Response End Time"] != here


def test_a_reset_brings_the_seed_back(api):
    before = api.state()
    api.edit("delete_survey", survey=SATISFACTION)
    api.edit("opt_out", email="ann@example.com")
    api.emulator.reset()
    after = api.state()
    assert list(after["surveys"]) == list(before["surveys"])
    assert after["opted_out"] == []
