"""Pipedrive's door: credentials, scopes, budget, burst, the wall."""

import pytest

from emulators.pipedrive import API_TOKEN, API_TOKEN_OF_COLLEAGUE
from tests.emulators.pipedrive_api import Api, token_of


@pytest.fixture
def api(emulator):
    return Api(emulator)


@pytest.mark.parametrize("path", ["/api/v2/persons", "/v1/users/me", "/api/v1/users/me"])
def test_without_a_living_credential_the_gateway_answers(emulator, path):
    for token in (None, "0" * 40):
        reply = Api(emulator, token).call("GET", path)
        assert (reply.status, reply.body["error"], reply.body["errorCode"]) == (401, "unauthorized access", 401)
        assert reply.headers["x-401-by-gw"] == "true"


def test_both_bases_of_v1_answer_and_v2_has_one(api):
    assert api.call("GET", "/v1/users/me").data["company_domain"] == "emulated"
    assert api.call("GET", "/api/v1/users/me").status == 200
    assert api.call("GET", "/v2/persons").status == 404


def test_a_token_in_the_query_is_taken_or_refused_by_the_switch(emulator):
    bare = Api(emulator, token=None)
    assert bare.get("/persons", api_token=API_TOKEN, limit=1).status == 200
    emulator.switch(pipedrive_query_token="refused")
    assert bare.get("/persons", api_token=API_TOKEN, limit=1).status == 401
    assert bare.v1("/users/me", api_token=API_TOKEN).status == 200


def test_a_wrong_method_is_refused(api):
    assert api.call("PUT", "/api/v2/persons/1", {}).status == 405


def test_oauth_gives_a_token_of_an_hour_and_keeps_the_refresh_token(emulator):
    reply = token_of(emulator)
    assert reply.status == 200
    assert reply.body["refresh_token"] == "1:1:emulated-refresh"
    assert reply.body["api_domain"] == emulator.url
    bearer = Api(emulator, bearer=reply.body["access_token"])
    assert bearer.get("/persons", limit=1).status == 200
    emulator.advance(3700)
    assert bearer.get("/persons", limit=1).status == 401
    assert token_of(emulator).status == 200


def test_a_code_works_once_and_for_five_minutes(emulator):
    code = emulator.edit("pipedrive", op="authorize")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://example.com/callback"}
    first, again = token_of(emulator, **form), token_of(emulator, **form)
    assert (first.status, again.status, again.body["error"]) == (200, 400, "invalid_grant")
    late = emulator.edit("pipedrive", op="authorize")["code"]
    emulator.advance(301)
    assert token_of(emulator, **form | {"code": late}).status == 400


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"secret": "wrong"}, "invalid_client"), ({"grant_type": "password"}, "unsupported_grant_type"),
     ({"grant_type": "refresh_token", "refresh_token": "1:1:other"}, "invalid_grant")],
)  # fmt: skip
def test_a_token_request_that_is_wrong_says_how(emulator, wrong, error):
    reply = token_of(emulator, **wrong)
    assert (reply.status, reply.body["error"], reply.body["success"]) == (400, error, False)


def test_a_missing_scope_is_a_mismatch_without_rate_headers(emulator):
    emulator.edit("pipedrive", op="grant", scopes=["base", "contacts:read"])
    bearer = Api(emulator, bearer=token_of(emulator).body["access_token"])
    assert bearer.get("/persons", limit=1).status == 200
    reply = bearer.get("/deals", limit=1)
    assert (reply.status, reply.body["error"]) == (403, "Scope and URL mismatch")
    assert "x-ratelimit-limit" not in reply.headers


def test_a_colleague_sees_no_private_records_of_others(emulator, api):
    api.patch("/persons/1", {"visible_to": 1, "owner_id": 13})
    colleague = Api(emulator, API_TOKEN_OF_COLLEAGUE)
    assert colleague.get("/persons/1").status == 404
    assert api.get("/persons/1").status == 200
    assert {one["id"] for one in colleague.v1("/filters").data} - {one["id"] for one in api.v1("/filters").data} == {7}


def test_every_answer_tells_burst_and_day_with_the_balance_before_the_call(api):
    first, second = api.get("/persons", limit=1).headers, api.get("/persons/1").headers
    third = api.v1("/users").headers
    balances = [int(one["x-daily-ratelimit-token-remaining"]) for one in (first, second, third)]
    assert [balances[0] - balances[1], balances[1] - balances[2]] == [10, 1]
    assert first["x-ratelimit-limit"] == "40"
    assert int(first["x-ratelimit-remaining"]) > int(second["x-ratelimit-remaining"])


def test_the_forty_first_call_of_two_seconds_is_refused(emulator, api):
    emulator.edit("pipedrive", op="foreign_calls", kind="burst")
    reply = api.get("/persons", limit=1)
    assert (reply.status, reply.body["error"]) == (429, "request over limit")
    assert int(reply.headers["x-ratelimit-reset"]) <= 2
    emulator.advance(2.1)
    assert api.get("/persons", limit=1).status == 200


def test_oauth_may_make_four_times_the_calls(emulator):
    bearer = Api(emulator, bearer=token_of(emulator).body["access_token"])
    assert bearer.get("/persons", limit=1).headers["x-ratelimit-limit"] == "160"


def test_ten_searches_in_two_seconds_are_all(api):
    replies = [api.get("/persons/search", term="ann", limit=1).status for _ in range(25)]
    assert replies.count(429) >= 1 or replies.count(200) == 25  # a slow machine may spread them
    assert replies[:10] == [200] * 10


def test_who_ignores_refusals_meets_a_web_page(emulator, api):
    emulator.edit("pipedrive", op="foreign_calls", kind="daily")
    replies = [api.get("/persons", limit=1) for _ in range(13)]
    assert [one.status for one in replies[:11]] == [429] * 11
    assert replies[12].status == 403
    assert replies[12].headers["content-type"].startswith("text/html")
    assert replies[12].body is None


def test_the_day_ends_with_another_text_and_a_long_wait_and_is_new_at_midnight(emulator, api):
    emulator.edit("pipedrive", op="foreign_calls", kind="daily", n=5)
    assert api.get("/persons/1").status == 200
    reply = api.get("/persons", limit=1)
    assert (reply.status, reply.body["error"]) == (429, "daily request budget exceeded")
    wait = int(reply.headers["retry-after"])
    assert 0 < wait <= 86401
    emulator.advance(wait)
    assert api.get("/persons", limit=1).status == 200
    assert emulator.state("pipedrive")["limits"]["spent"] == 10


def test_a_plan_decides_both_limits(emulator, api):
    assert emulator.edit("pipedrive", op="set_plan", plan="lite", seats=1) == {"tokens_a_day": 30000}
    headers = api.get("/persons/1").headers
    assert (headers["x-ratelimit-limit"], headers["x-daily-ratelimit-token-limit"]) == ("20", "30000")
