"""Credentials: a token in the header alone, an access token renewed in time and once, the company's own host from the token answer."""

import json

import pytest

from mailsync.clock import SystemClock, VendorClock
from mailsync.errors import AuthError, ConfigError, VendorUnavailable
from mailsync.http import Answer
from mailsync.pipedrive.account import Account
from mailsync.pipedrive.sign_in import credentials

OAUTH = {"method": "oauth", "client_id": "an-app", "client_secret": "a-secret", "refresh_token": "1:1:refresh"}


class Server:
    """Answers token requests in turn."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def call(self, method, base_url, path, **request):
        self.asked.append((method, base_url + path, request))
        return self.answers.pop(0)


def token(value="token-1", **more):
    body = {"access_token": value, "token_type": "bearer", "expires_in": 3599, "scope": "base,contacts:read", **more}
    return Answer(200, {}, json.dumps(body).encode())


def account(*answers, **system):
    server = Server(*answers)
    return Account(credentials({"credentials": OAUTH, **system}), http=server, clock=VendorClock(SystemClock()), on_secret=lambda _: None), server


def test_an_api_token_goes_into_the_header_and_calls_to_the_companys_host():
    one = Account(
        credentials({"credentials": {"method": "api_token", "api_token": "abc"}, "company_domain": "Acme"}),
        http=Server(),
        clock=VendorClock(SystemClock()),
    )
    assert one.authorization() == {"x-api-token": "abc"}
    assert one.base_url() == "https://acme.pipedrive.com"
    assert "abc" not in repr(one.credentials)


def test_the_token_answer_tells_the_host_and_is_asked_for_once():
    one, server = account(token(api_domain="https://acme.pipedrive.com/"))
    assert one.base_url() == "https://acme.pipedrive.com"
    assert one.authorization() == {"Authorization": "Bearer token-1"}
    ((method, url, request),) = server.asked
    assert (method, url) == ("POST", "https://oauth.pipedrive.com/oauth/token")
    assert request["form"] == {"grant_type": "refresh_token", "refresh_token": "1:1:refresh"}
    assert request["headers"]["Authorization"].startswith("Basic ")


def test_a_rejected_token_is_renewed_and_an_older_one_changes_nothing():
    one, server = account(token("token-1"), token("token-2"))
    first = one.authorization()
    assert one.reject(first)
    assert one.authorization() == {"Authorization": "Bearer token-2"}
    one.reject(first)
    assert one.authorization() == {"Authorization": "Bearer token-2"}
    assert len(server.asked) == 2


def test_a_token_close_to_its_end_is_renewed():
    one, _ = account(token("token-1", expires_in=120), token("token-2"))
    one.authorization()
    assert one.authorization() == {"Authorization": "Bearer token-2"}


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(400, b'{"error":"invalid_client"}', "client secret"), (400, b'{"error":"invalid_grant"}', "sixty days"), (401, b"{}", "no error code")],
)
def test_a_refused_renewal_says_what_to_do(status, body, words):
    one, _ = account(Answer(status, {}, body))
    with pytest.raises(AuthError, match=words):
        one.access()


def test_an_answer_that_is_no_token_is_not_the_users_fault():
    one, _ = account(*(Answer(200, {}, b"[]") for _ in range(4)))
    one._clock.sleep = lambda _: None
    with pytest.raises(VendorUnavailable):
        one.access()


@pytest.mark.parametrize("domain", ["acme.pipedrive.com", "https://acme", "a b"])
def test_a_company_domain_is_one_word(domain):
    with pytest.raises(ConfigError, match="first part"):
        credentials({"credentials": OAUTH, "company_domain": domain})
