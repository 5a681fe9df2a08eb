"""Windows and locks of the emulated Zoho Campaigns, on the vendors' clock."""

import pytest

from emulators.world import VendorClock, World
from emulators.zoho_campaigns.errors import Locked
from emulators.zoho_campaigns.limits import Limits
from emulators.zoho_campaigns.methods import METHODS
from emulators.zoho_campaigns.switches import ALL
from tests.emulators.zoho_campaigns_api import api, fresh

__all__ = ["api", "fresh"]


class StoppedClock(VendorClock):
    def __init__(self):
        super().__init__()
        self.at = 1_000_000.0

    def now(self):
        return self.at

    def advance(self, seconds):
        self.at += seconds


@pytest.fixture
def world():
    made = World(clock=StoppedClock())
    made.switches.declare(*ALL)
    return made


@pytest.fixture
def limits(world):
    return Limits(world)


def spend(limits, endpoint, count):
    """Calls until locked; how many went through."""
    for made in range(count):
        try:
            limits.call(endpoint)
        except Locked:
            return made
    return count


USUAL = (500, 300, 1800)
DOCUMENTED = {
    **{method.endpoint: USUAL for method in METHODS},
    "listsubscribe": (500, 60, 1800),
    "addlistsubscribersinbulk": (2000, 60, 600),
    "contact/allfields": (100, 300, 1800),
    "custom/add": (100, 300, 1800),
}


@pytest.mark.parametrize("endpoint", sorted(DOCUMENTED))
def test_each_endpoint_has_its_window_and_its_lock(world, limits, endpoint):
    calls, _, lock_s = DOCUMENTED[endpoint]
    assert spend(limits, endpoint, calls + 10) == calls
    world.clock.advance(lock_s - 1)
    assert spend(limits, endpoint, 1) == 0
    world.clock.advance(1)
    assert spend(limits, endpoint, 1) == 1


@pytest.mark.parametrize("endpoint", sorted(DOCUMENTED))
def test_windows_slide(world, limits, endpoint):
    calls, window_s, _ = DOCUMENTED[endpoint]
    half = calls // 2
    assert spend(limits, endpoint, half) == half
    world.clock.advance(window_s / 2)
    assert spend(limits, endpoint, half - 1) == half - 1
    world.clock.advance(window_s / 2)
    assert spend(limits, endpoint, half) == half
    assert not limits.locks.total()


def test_subscribing_has_an_hour_and_a_day_as_well(world, limits):
    def run(minutes):
        done = 0
        for _ in range(minutes):
            done += spend(limits, "listsubscribe", 499)
            world.clock.advance(60)
        return done

    assert run(25) == 25 * 499
    assert spend(limits, "listsubscribe", 100) == 25, "12,500 in the hour"
    assert limits.summary()["listsubscribe"]["locked_s"] == 1800


def test_a_day_ends_at_seventy_five_thousand(world, limits):
    done = 0
    for _ in range(200):
        done += spend(limits, "listsubscribe", 400)
        if limits.locks.total():
            break
        world.clock.advance(120)
    assert done == 75_000


def test_other_endpoints_go_on(world, limits):
    spend(limits, "listsubscribe", 500)
    assert spend(limits, "listunsubscribe", 1) == 1


@pytest.mark.parametrize(("reading", "open_after"), [("at_last_call", 0), ("at_next_call", 1)])
def test_the_lock_starts_at_the_last_call_or_at_the_one_after(world, limits, reading, open_after):
    world.switches.choose({"zoho_campaigns_lock_starts": reading})
    assert spend(limits, "contact/allfields", 100) == 100
    world.clock.advance(301)
    assert spend(limits, "contact/allfields", 1) == open_after


@pytest.mark.parametrize(("reading", "left"), [("organisation", 0), ("user", 100)])
def test_calls_are_counted_for_the_organisation_or_for_each_user(world, limits, reading, left):
    world.switches.choose({"zoho_campaigns_counter_owner": reading})
    limits.foreign_calls("contact/allfields", 150)
    assert spend(limits, "contact/allfields", 100) == left


def test_no_limits_when_they_are_off(world, limits):
    world.limits = False
    assert spend(limits, "custom/add", 5000) == 5000


SHAPES = {
    "http_429_json": (429, "application/json"),
    "http_400_json": (400, "application/json"),
    "http_200_text_code": (200, "application/json"),
    "http_200_number_code": (200, "application/json"),
    "http_429_html": (429, "text/html"),
    "http_200_html": (200, "text/html"),
}


@pytest.mark.parametrize("reading", sorted(SHAPES))
def test_what_a_locked_endpoint_answers_under_each_reading(api, fresh, reading):
    api.emulator.switch(zoho_campaigns_lock_answer=reading)
    api.emulator.edit("zoho_campaigns", op="foreign_calls", kind="listsubscribe", n=499)
    assert api.subscribe(fresh, "last@example.com")["code"] == "0"
    answer = api.raw("POST", "json/listsubscribe", data={"resfmt": "JSON", "listkey": fresh, "contactinfo": '{"Contact Email":"late@example.com"}'})
    status, kind = SHAPES[reading]
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(kind)
    if kind.endswith("json"):
        assert answer.json()["status"] == "error"
        assert isinstance(answer.json()["code"], int if reading == "http_200_number_code" else str)
    assert "retry-after" not in answer.headers
    assert api.status(fresh, "late@example.com") is None
    limits = api.emulator.state("zoho_campaigns")["limits"]["listsubscribe"]
    assert (limits["locks"], limits["locks_by_us"]) == (1, 1)


def test_a_lock_ends_when_the_vendors_clock_is_moved(api):
    api.emulator.edit("zoho_campaigns", op="foreign_calls", kind="contact/allfields", n=100)
    assert api.raw("GET", "contact/allfields?type=json").status_code == 429
    assert api.emulator.state("zoho_campaigns")["limits"]["contact/allfields"]["locks_by_us"] == 0
    api.emulator.advance(1801)
    assert api.raw("GET", "contact/allfields?type=json").status_code == 200


def test_refused_tokens_cost_no_call(api):
    for _ in range(3):
        api.raw("GET", "contact/allfields?type=json", headers={"Authorization": "x"})
    assert "contact/allfields" not in api.emulator.state("zoho_campaigns")["limits"]


def test_a_json_and_an_xml_call_count_together(api, fresh):
    api.subscribe(fresh, "a@example.com")
    api.raw("POST", "xml/listsubscribe", data={"listkey": fresh, "contactinfo": '{"Contact Email":"b@example.com"}'})
    assert api.emulator.state("zoho_campaigns")["limits"]["listsubscribe"]["left"] == [498, 12_498, 74_998]
