"""The emulators' server and its control plane."""

import json
import stat
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from emulators.process import ROOT
from tests.emulators.zoho_campaigns_api import CREDENTIALS, Api, api

__all__ = ["api"]


def test_the_first_line_of_serve_is_json_with_the_url_and_it_ends_when_stdin_closes():
    with subprocess.Popen(
        [sys.executable, "-m", "emulators", "serve", "--people", "10", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        ready = json.loads(process.stdout.readline())
        assert ready["pid"] == process.pid
        assert requests.get(f"{ready['url']}/__admin/clock", timeout=10).json()["scale"] == 1
        process.stdin.close()
        assert process.wait(10) == 0


def test_configurations_are_written_for_the_owner_only(emulator):
    file = emulator.configs / "destination-campaigns.zoho_campaigns.json"
    config = json.loads(file.read_bytes())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert config["system"]["base_urls"] == {"accounts": emulator.url, "api": emulator.url}
    assert config["ledger"] == {"kind": "sqlite", "path": str(emulator.configs / "ledger.db")}
    assert emulator.config("destination-campaigns", "zoho_campaigns") == config


def test_an_unknown_route_is_answered_loudly_with_what_is_nearby(emulator):
    answer = requests.get(f"{emulator.url}/oauth/v2/tokens", timeout=10)
    assert answer.status_code == 501
    assert answer.json()["nearby"][0] == "POST /oauth/v2/token"


def test_a_known_route_by_the_wrong_method_is_answered_loudly(emulator):
    answer = requests.get(f"{emulator.url}/oauth/v2/token", timeout=10)
    assert answer.status_code == 501
    assert "POST /oauth/v2/token" in answer.json()["nearby"]


def test_answers_are_dated_by_the_vendors_clock(emulator):
    emulator.advance(86_400)
    answer = requests.post(f"{emulator.url}/oauth/v2/token", data=CREDENTIALS, timeout=10)
    assert len(answer.raw.headers.getlist("Date")) == 1
    assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() - emulator.now()) < 5
    assert emulator.now() - time.time() > 86_000


def test_time_only_goes_forward(emulator):
    with pytest.raises(RuntimeError, match="only goes forward"):
        emulator.advance(-1)


def test_the_log_holds_method_path_status_time_and_whether_data_changed(emulator):
    api, before = Api(emulator), emulator.now()
    key = api.list_keys()["Newsletter"]
    api.subscribe(key, "new@example.com")
    api.raw("GET", "nothing", base=f"{emulator.url}/dc/us/crm")
    seen = emulator.requests()
    assert [(one["system"], one["method"], one["path"], one["status"], one["writes"]) for one in seen] == [
        ("zoho", "POST", "/oauth/v2/token", 200, False),
        ("zoho_campaigns", "GET", "/api/v1.1/getmailinglists", 200, False),
        ("zoho_campaigns", "POST", "/api/v1.1/json/listsubscribe", 200, True),
        ("", "GET", "/crm/nothing", 501, False),
    ]
    assert seen[-1]["data_center"] == "us"
    assert all(before - 1 < one["at"] < before + 60 and one["credits"] == 0 for one in seen)
    emulator.clear_requests()
    assert emulator.requests() == []


def test_no_query_string_reaches_the_log(emulator):
    requests.post(f"{emulator.url}/oauth/v2/token", params=CREDENTIALS, timeout=10)
    assert "refresh" not in json.dumps(emulator.requests())


def test_a_reset_restores_data_clock_switches_faults_and_log(emulator):
    before, state = emulator.now(), emulator.state("zoho_campaigns")
    api = Api(emulator)
    api.subscribe(api.list_keys()["Newsletter"], "new@example.com")
    emulator.advance(1e6)
    emulator.switch(zoho_campaigns_code_type="number")
    emulator.faults(kind="status")
    emulator.reset()
    assert emulator.now() - before < 60
    assert emulator.requests() == []
    assert emulator.admin("GET", "faults") == []
    assert {one["name"]: one["chosen"] for one in emulator.admin("GET", "switches")}["zoho_campaigns_code_type"] == "text"
    after = emulator.state("zoho_campaigns")
    assert {key: one["members"].keys() for key, one in after["lists"].items()} == {key: one["members"].keys() for key, one in state["lists"].items()}


def test_the_same_seed_gives_the_same_account_and_another_seed_another_one(emulator, start_emulator):
    same, other = start_emulator(people=200, seed=1), start_emulator(people=200, seed=2)
    members = [{one["name"]: sorted(one["members"]) for one in each.state("zoho_campaigns")["lists"].values()} for each in (emulator, same, other)]
    assert members[0] == members[1]
    assert members[0] != members[2]


def test_switches_list_their_readings_and_cite_a_page_of_the_docs(emulator):
    listing = emulator.admin("GET", "switches")
    assert len(listing) > 20
    for one in listing:
        page, _, section = one["reference"].partition("#")
        assert len(one["readings"]) > 1
        assert one["chosen"] == one["readings"][0]
        headings = [line.lstrip("# ").lower().replace(" ", "-") for line in (ROOT / page).read_text().splitlines() if line.startswith("#")]
        assert section in headings, one["reference"]


def test_unknown_switches_and_readings_are_refused(emulator):
    with pytest.raises(RuntimeError, match="HTTP 400"):
        emulator.switch(no_such_switch="yes")
    with pytest.raises(RuntimeError, match="knows"):
        emulator.switch(zoho_campaigns_code_type="roman")


def test_an_unknown_control_call_lists_the_known_ones(emulator):
    with pytest.raises(RuntimeError, match="POST /__admin/reset"):
        emulator.admin("GET", "nothing")


def test_latency_delays_each_answer(start_emulator):
    slow = start_emulator(people=10, latency_ms=80)
    started = time.monotonic()
    requests.post(f"{slow.url}/oauth/v2/token", data=CREDENTIALS, timeout=10)
    assert time.monotonic() - started >= 0.08


def test_a_scaled_clock_runs_faster(start_emulator):
    fast = start_emulator(people=10, time_scale=600)
    before = time.monotonic()
    first, after = fast.now(), time.monotonic()
    time.sleep(0.2)
    at_least = time.monotonic() - after
    passed = fast.now() - first
    at_most = time.monotonic() - before
    assert 600 * at_least - 1 <= passed <= 600 * at_most + 1


def test_limits_can_be_off(start_emulator):
    free = start_emulator(people=10, limits="off")
    assert all("access_token" in requests.post(f"{free.url}/oauth/v2/token", data=CREDENTIALS, timeout=10).json() for _ in range(12))


def test_a_process_that_does_not_start_says_so(start_emulator):
    with pytest.raises(RuntimeError, match="did not start"):
        start_emulator(people="many")
