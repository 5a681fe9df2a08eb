"""Tokens of the emulated Zoho accounts server, over HTTP."""

import pytest
import requests

from tests.emulators.zoho_campaigns_api import CREDENTIALS


def token(emulator, *, prefix="", how="data", **changes):
    return requests.post(f"{emulator.url}{prefix}/oauth/v2/token", **{how: CREDENTIALS | changes}, timeout=10)


def lists(emulator, value, *, scheme="Zoho-oauthtoken", prefix=""):
    return requests.get(
        f"{emulator.url}{prefix}/api/v1.1/getmailinglists", params={"resfmt": "JSON"}, headers={"Authorization": f"{scheme} {value}"}, timeout=10
    )


@pytest.mark.parametrize("how", ["data", "params"])
def test_a_refresh_token_gives_an_access_token_for_an_hour_and_no_new_refresh_token(emulator, how):
    answer = token(emulator, how=how)
    body = answer.json()
    assert answer.status_code == 200
    assert body["expires_in"] == 3600
    assert body["token_type"] == "Bearer"
    assert body["api_domain"] == f"{emulator.url}/dc/eu"
    assert "ZohoCampaigns.contact.ALL" in body["scope"].split()
    assert "refresh_token" not in body


@pytest.mark.parametrize("scheme", ["Zoho-oauthtoken", "Bearer"])
def test_both_schemes_are_accepted(emulator, scheme):
    assert lists(emulator, token(emulator).json()["access_token"], scheme=scheme).status_code == 200


def test_another_scheme_is_not_accepted(emulator):
    assert lists(emulator, token(emulator).json()["access_token"], scheme="Basic").status_code == 401


def test_a_token_dies_after_an_hour_of_the_vendors_clock(emulator):
    value = token(emulator).json()["access_token"]
    emulator.advance(3595)
    assert lists(emulator, value).status_code == 200
    emulator.advance(10)
    assert lists(emulator, value).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"refresh_token": "1000.unknown"}, "invalid_code"),
        ({"client_id": "1000.OTHER"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "1000.unknown"}, "invalid_code"),
    ],
)
def test_refusals_are_http_200_with_an_error_key(emulator, changes, error):
    answer = token(emulator, **changes)
    assert (answer.status_code, answer.json()) == (200, {"error": error})


def test_ten_tokens_in_ten_minutes_then_access_denied_until_the_window_has_passed(emulator):
    assert all("access_token" in token(emulator).json() for _ in range(10))
    refused = token(emulator)
    assert refused.status_code == 400
    assert refused.json()["status"] == "failure"
    assert refused.json()["error"] == "Access Denied"
    emulator.advance(601)
    assert "access_token" in token(emulator).json()


def test_the_token_limit_may_be_told_with_http_200(emulator):
    emulator.switch(zoho_token_limit_status="200")
    for _ in range(10):
        token(emulator)
    refused = token(emulator)
    assert (refused.status_code, refused.json()["status"]) == (200, "failure")


@pytest.mark.parametrize("reading", ["invalid_client", "invalid_code"])
def test_a_wrong_data_centre_is_refused_under_either_reading(emulator, reading):
    emulator.switch(zoho_wrong_data_center=reading)
    assert token(emulator, prefix="/dc/us").json() == {"error": reading}
    assert "access_token" in token(emulator, prefix="/dc/eu").json()


def test_the_scopes_may_be_missing_from_the_answer(emulator):
    emulator.switch(zoho_scope_in_answer="no")
    assert "scope" not in token(emulator).json()


@pytest.mark.parametrize(("reading", "expected"), [("yes", 401), ("no", 200)])
def test_a_revoked_refresh_token_gives_nothing_and_may_end_the_access_tokens(emulator, reading, expected):
    emulator.switch(zoho_revoke_kills_access_tokens=reading)
    value = token(emulator).json()["access_token"]
    emulator.edit("zoho", op="revoke_token")
    assert token(emulator).json() == {"error": "invalid_code"}
    assert lists(emulator, value).status_code == expected


def test_a_program_can_revoke_by_http(emulator):
    answer = requests.post(f"{emulator.url}/oauth/v2/token/revoke", data={"token": CREDENTIALS["refresh_token"]}, timeout=10)
    assert answer.json() == {"status": "success"}
    assert token(emulator).json() == {"error": "invalid_code"}
    assert requests.post(f"{emulator.url}/oauth/v2/token/revoke", data={"token": "x"}, timeout=10).json() == {"error": "invalid_code"}


@pytest.mark.parametrize(("reading", "survivors"), [("15", 15), ("30", 20)])
def test_only_so_many_access_tokens_live_at_once(emulator, reading, survivors):
    emulator.switch(zoho_live_tokens=reading)
    values = []
    for _ in range(20):
        values.append(token(emulator).json()["access_token"])
        emulator.advance(61)
    alive = [value for value in values if lists(emulator, value).status_code == 200]
    assert alive == values[-survivors:]


def test_a_grant_code_is_exchanged_once_and_within_three_minutes(emulator):
    code = emulator.edit("zoho", op="authorize", scopes=["ZohoCampaigns.contact.READ"])["code"]
    first = token(emulator, grant_type="authorization_code", code=code).json()
    assert lists(emulator, first["access_token"]).status_code == 200
    assert "access_token" in token(emulator, refresh_token=first["refresh_token"]).json()
    assert token(emulator, grant_type="authorization_code", code=code).json() == {"error": "invalid_code"}
    late = emulator.edit("zoho", op="authorize")["code"]
    emulator.advance(181)
    assert token(emulator, grant_type="authorization_code", code=late).json() == {"error": "invalid_code"}


def test_a_grant_without_the_scope_is_refused_like_a_dead_token(emulator):
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow", scopes=["ZohoCampaigns.campaign.ALL"])
    value = token(emulator, refresh_token="1000.narrow").json()["access_token"]
    answer = lists(emulator, value)
    assert (answer.status_code, answer.json()["Code"]) == (401, "1007")


def test_all_access_tokens_can_be_ended(emulator):
    value = token(emulator).json()["access_token"]
    emulator.edit("zoho", op="expire_tokens")
    assert lists(emulator, value).status_code == 401
    assert emulator.state("zoho")["live_access_tokens"] == 0


def test_the_accounts_servers_are_listed(emulator):
    locations = requests.get(f"{emulator.url}/oauth/serverinfo", timeout=10).json()["locations"]
    assert locations["eu"] == f"{emulator.url}/dc/eu"
    assert {"us", "in", "au", "jp", "cn", "ca", "sa", "uk"} <= locations.keys()


def test_an_unknown_edit_names_the_known_ones(emulator):
    with pytest.raises(RuntimeError, match="revoke_token, grant, authorize and expire_tokens"):
        emulator.edit("zoho", op="dance")


@pytest.mark.parametrize(
    ("granted", "needed", "allowed"),
    [
        ("ZohoCRM.modules.ALL", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.contacts.READ", False),
        ("ZohoCampaigns.contact.WRITE", "ZohoCampaigns.contact.UPDATE", True),
        ("ZohoCampaigns.contact.WRITE", "ZohoCampaigns.contact.READ", False),
        ("ZohoCampaigns.contact.CREATE-UPDATE", "ZohoCampaigns.contact.DELETE", False),
        ("ZohoCampaigns.contact.READ", "ZohoCampaigns.campaign.READ", False),
    ],
)
def test_a_scope_covers_what_it_says(granted, needed, allowed):
    from emulators.zoho_accounts import allows

    assert allows([granted], needed) is allowed
