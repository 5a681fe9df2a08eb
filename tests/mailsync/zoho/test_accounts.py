"""The token: one refresher, errors by body, waits bounded and told. Against the emulated accounts server."""

import threading

import pytest

from mailsync.clock import SystemClock, VendorClock
from mailsync.errors import AuthError, RateLimited, VendorUnavailable
from mailsync.http import Http, Patience
from mailsync.zoho.accounts import ZohoAccount
from mailsync.zoho.data_centers import DATA_CENTERS, crm_api, data_center, data_center_of
from mailsync.zoho.sign_in import ZohoCredentials

NONE = Patience(tries=1)


@pytest.fixture
def account(emulator):
    """Makes accounts; `account(client_secret=…)`."""

    def make(on_secret=None, on_wait=None, patience=NONE, **changes):
        system = emulator.config("source-crm", "zoho_crm")["system"]
        given = {"accounts_url": system["base_urls"]["accounts"], **{name: system[name] for name in ("client_id", "client_secret", "refresh_token")}}
        http = Http("Zoho accounts", read_timeout_s=1.0)
        return ZohoAccount(
            ZohoCredentials(**(given | changes)), http=http, clock=VendorClock(SystemClock()), on_secret=on_secret, on_wait=on_wait, patience=patience
        )

    return make


def test_one_token_serves_all_threads_and_is_told_to_the_masking(account, emulator):
    secrets, seen = [], []
    one = account(on_secret=secrets.append)
    threads = [threading.Thread(target=lambda: seen.append(one.token().value)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert secrets == [seen[0]]
    assert len([request for request in emulator.requests() if request["path"].endswith("/oauth/v2/token")]) == 1


def test_a_token_is_renewed_before_its_end_and_after_a_refusal(account, emulator):
    one = account()
    first = one.token()
    one.reject(first)
    second = one.token()
    assert second.value != first.value
    one.reject(first)
    assert one.token().value == second.value
    assert first.api_domain


def test_secrets_travel_in_the_body_and_never_show_in_a_repr(account, emulator):
    one = account()
    token = one.token()
    assert "secret" not in str(emulator.requests())
    assert token.value not in repr(token)
    assert "emulated-secret" not in repr(one._credentials)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "1000.UNKNOWN"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"refresh_token": "1000.bad"}, "invalid_code"),
    ],
)
def test_refusals_with_http_200_are_config_errors(account, changes, word):
    with pytest.raises(AuthError, match=word) as caught:
        account(**changes).token()
    assert caught.value.failure_type == "config_error"


def test_the_token_limit_is_told_with_how_long_to_wait(account, emulator):
    told = []
    emulator.faults(system="zoho", path="/oauth/v2/token", kind="lock", times=1)
    with pytest.raises(RateLimited) as caught:
        account(on_wait=lambda error, seconds: told.append(seconds)).token()
    assert caught.value.retry_after == 600
    assert told == []
    emulator.reset()


@pytest.mark.parametrize("kind", ["status", "html", "reset", "truncate", "timeout"])
def test_an_accounts_server_that_does_not_answer_is_transient(account, emulator, kind):
    emulator.faults(system="zoho", path="/oauth/v2/token", kind=kind, times=1)
    one = account()
    with pytest.raises(VendorUnavailable):
        one.token()
    emulator.heal()
    assert one.token().value


def test_every_data_centre_is_found_by_its_api_and_has_distinct_hosts():
    for slug, center in DATA_CENTERS.items():
        assert data_center(slug) is center
        for environment in ("production", "sandbox", "developer"):
            url = crm_api(center, environment)
            assert data_center_of(url) is center
            assert url.startswith("https://")
    assert len({center.accounts for center in DATA_CENTERS.values()}) == len(DATA_CENTERS) == 9
    assert data_center_of("https://www.zohoapis.example") is None
    assert data_center_of("http://127.0.0.1:1/dc/eu") is None
