"""Every kind of fault, before and after the write took effect."""

import threading
import time

import pytest
import requests

from tests.emulators.zoho_campaigns_api import api, fresh

__all__ = ["api", "fresh"]

EMAIL = "ann@example.com"
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


def subscribe(api, key, timeout=0.7):
    form = {"resfmt": "JSON", "listkey": key, "contactinfo": f'{{"Contact Email":"{EMAIL}"}}'}
    return api.session.post(f"{api.base}/json/listsubscribe", data=form, timeout=timeout)


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("kind", ["timeout", "reset", "truncate"])
def test_an_answer_is_lost(api, fresh, kind, processed):
    api.emulator.faults(system="zoho_campaigns", method="POST", path="listsubscribe$", kind=kind, processed=processed)
    with pytest.raises(LOST):
        subscribe(api, fresh)
    assert api.status(fresh, EMAIL) == ("active" if processed else None)
    assert subscribe(api, fresh).json()["code"] == "0"
    assert [one["fault"] for one in api.emulator.requests() if one["path"].endswith("listsubscribe")] == [kind, None]


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(
    ("kind", "given", "status"), [("status", None, 500), ("status", 502, 502), ("status", 429, 429), ("html", None, 503), ("html", 200, 200)]
)
def test_an_answer_is_spoilt(api, fresh, kind, given, status, processed):
    api.emulator.faults(path="listsubscribe", kind=kind, status=given, processed=processed)
    answer = subscribe(api, fresh)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html" if kind == "html" else "application/json")
    assert api.status(fresh, EMAIL) == ("active" if processed else None)


@pytest.mark.parametrize("processed", [False, True])
def test_a_slow_answer_comes_whole_but_late(api, fresh, processed):
    api.emulator.faults(path="listsubscribe", kind="slow", seconds=0.3, processed=processed)
    started = time.monotonic()
    assert subscribe(api, fresh).json()["code"] == "0"
    assert time.monotonic() - started >= 0.3
    assert api.status(fresh, EMAIL) == "active"


@pytest.mark.parametrize(("processed", "in_time"), [(True, "active"), (False, None)])
def test_a_slow_write_that_the_client_gave_up_took_effect_before_or_does_when_the_fault_is_healed(api, fresh, processed, in_time):
    api.emulator.faults(path="listsubscribe", kind="slow", seconds=60, processed=processed)
    with pytest.raises(requests.Timeout):
        subscribe(api, fresh, timeout=0.2)
    assert api.status(fresh, EMAIL) == in_time
    api.emulator.heal()
    assert api.status(fresh, EMAIL) == "active"


def test_a_write_held_back_by_a_fault_does_not_come_into_the_data_of_the_next_test(api):
    seeded = next(iter(api.emulator.state("zoho_campaigns")["lists"]))
    api.emulator.faults(path="listsubscribe", kind="slow", seconds=60)
    with pytest.raises(requests.Timeout):
        subscribe(api, seeded, timeout=0.2)
    api.emulator.reset()
    api.emulator.heal()
    assert api.status(seeded, EMAIL) is None


@pytest.mark.parametrize("processed", [False, True])
def test_a_dead_token_is_told_in_the_vendors_words(api, fresh, processed):
    api.emulator.faults(path="listsubscribe", kind="token", processed=processed)
    for _ in range(2):
        answer = subscribe(api, fresh)
        assert (answer.status_code, answer.json()["Code"]) == (401, "1007")
    assert api.status(fresh, EMAIL) == ("active" if processed else None)


@pytest.mark.parametrize("processed", [False, True])
def test_a_lock_is_told_in_the_vendors_words_and_lasts(api, fresh, processed):
    api.emulator.faults(path="listsubscribe", kind="lock", processed=processed)
    assert subscribe(api, fresh).status_code == 429
    assert subscribe(api, fresh).status_code == 429
    assert api.status(fresh, EMAIL) == ("active" if processed else None)
    assert len(api.subscribers(fresh)) == int(processed)
    api.emulator.advance(30 * 60 + 1)
    assert subscribe(api, fresh).json()["code"] == "0"


@pytest.mark.parametrize(("kind", "check"), [("token", lambda a: a.json() == {"error": "invalid_code"}), ("lock", lambda a: a.status_code == 400)])
def test_token_and_lock_of_the_accounts_server(emulator, kind, check):
    from tests.emulators.zoho_campaigns_api import CREDENTIALS

    emulator.faults(system="zoho", kind=kind)
    assert check(requests.post(f"{emulator.url}/oauth/v2/token", data=CREDENTIALS, timeout=10))


def test_after_and_times_count_matching_requests_only(api):
    api.emulator.faults(path="getmailinglists", kind="status", after=2, times=2)
    codes = []
    for _ in range(6):
        assert api.raw("GET", "contact/allfields?type=json").status_code == 200
        codes.append(api.raw("GET", "getmailinglists?resfmt=JSON").status_code)
    assert codes == [200, 200, 500, 500, 200, 200]


def test_times_zero_lasts_until_healed(api):
    api.emulator.faults(system="zoho_campaigns", kind="status", status=503, times=0)
    assert {api.raw("GET", "getmailinglists").status_code for _ in range(5)} == {503}
    api.emulator.heal()
    assert api.raw("GET", "getmailinglists").status_code == 200


def test_method_and_system_choose_the_requests(api, fresh):
    api.emulator.faults(system="zoho", kind="status", times=0)
    api.emulator.faults(method="post", kind="status", times=0)
    assert api.raw("GET", "getmailinglists").status_code == 200
    assert subscribe(api, fresh).status_code == 500


def test_healing_lets_go_of_requests_that_hang(api):
    api.emulator.faults(path="getmailinglists", kind="timeout")
    threading.Timer(0.4, api.emulator.heal).start()
    started = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        api.raw("GET", "getmailinglists")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "fault", [{"kind": "earthquake"}, {"kind": "status", "colour": 1}, {"kind": "reset", "path": "("}, {"kind": "lock", "system": "nobody"}]
)
def test_a_fault_that_makes_no_sense_is_refused(emulator, fault):
    with pytest.raises(RuntimeError, match="HTTP 400"):
        emulator.faults(**fault)
