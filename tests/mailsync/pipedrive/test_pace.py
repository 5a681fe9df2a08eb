"""The two-second burst, as the vendor counts it: any two seconds, whatever plan."""

import bisect
import heapq
import random
from collections import deque

import pytest

from mailsync.pipedrive.pace import Pace


class Clock:
    def __init__(self):
        self.at = 1_700_000_000.0

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.at += seconds


class Vendor:
    """Counts calls as the vendor does, and tells its limit in headers."""

    def __init__(self, limit, clock):
        self.limit, self.clock, self.calls, self.most = limit, clock, deque(), 0

    def call(self):
        while self.calls and self.calls[0] <= self.clock.now() - 2.0:
            self.calls.popleft()
        self.calls.append(self.clock.now())
        self.most = max(self.most, len(self.calls))
        left = max(0, self.limit - len(self.calls))
        return {"x-ratelimit-limit": str(self.limit), "x-ratelimit-remaining": str(left), "x-ratelimit-reset": "2"}


@pytest.mark.parametrize("limit", [20, 40, 100, 120, 160, 480])
def test_calls_use_nine_tenths_of_the_burst_and_never_its_last_call(limit):
    clock = Clock()
    pace, vendor, chance = Pace(clock), Vendor(limit, clock), random.Random(limit)
    started = clock.now()
    for _ in range(limit * 30):
        call = pace.enter(10)
        pace.told(vendor.call())
        pace.answered(call)
        clock.sleep(chance.random() * 0.4 / limit)
    assert vendor.most < limit
    allowed = (clock.now() - started) / 2.0 * limit
    assert pace.calls / allowed >= 0.9


class Road(Clock):
    """Calls on their way: sleeping lets answers arrive, each at its moment."""

    def __init__(self):
        super().__init__()
        self.flying, self.on_answer = [], lambda _call: None

    def sleep(self, seconds):
        until = self.at + seconds
        while self.flying and self.flying[0][0] <= until:
            self.at, _, call = heapq.heappop(self.flying)
            self.on_answer(call)
        self.at = until


@pytest.mark.parametrize("latency", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("limit", [20, 120])
def test_no_call_is_refused_however_unevenly_calls_travel(limit, latency):
    clock, chance = Road(), random.Random(limit)
    pace, arrivals = Pace(clock), []
    clock.on_answer = pace.answered
    pace.told({"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(limit - 1), "x-ratelimit-reset": "2"})
    started = clock.now()
    for number in range(limit * 20):
        call = pace.enter(10)
        arrived = clock.now() + chance.random() * latency
        arrivals.append(arrived)
        heapq.heappush(clock.flying, (arrived + 0.001, number, call))
        clock.sleep(0.1 / limit)
    arrivals.sort()
    most = max(bisect.bisect_right(arrivals, at) - bisect.bisect_right(arrivals, at - 2.0) for at in arrivals)
    assert most <= limit
    assert len(arrivals) / ((clock.now() - started) / 2.0 * limit) >= 0.85


def test_searches_have_a_smaller_limit_of_their_own():
    clock = Clock()
    pace = Pace(clock)
    pace.told({"x-ratelimit-limit": "120", "x-ratelimit-remaining": "100", "x-ratelimit-reset": "2"})
    started = clock.now()
    for _ in range(30):
        pace.enter(20, search=True)
    assert clock.now() - started >= 2.0 * (30 // 9 - 1)
    assert pace.tokens == 600


def test_the_limit_that_a_search_tells_is_not_taken_for_the_limit_of_all_calls():
    clock = Clock()
    pace = Pace(clock)
    pace.told({"x-ratelimit-limit": "120", "x-ratelimit-remaining": "100", "x-ratelimit-reset": "2"})
    pace.told({"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9", "x-ratelimit-reset": "2"}, search=True)
    before = clock.now()
    for _ in range(100):
        pace.enter(10)
    assert clock.now() == before


def test_a_window_that_others_filled_is_waited_for():
    clock = Clock()
    pace = Pace(clock)
    pace.enter(10)
    pace.told({"x-ratelimit-limit": "40", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"})
    before = clock.now()
    pace.enter(10)
    assert clock.now() - before == pytest.approx(2.0)


def test_the_day_is_known_only_where_the_vendor_tells_it():
    pace = Pace(Clock())
    assert pace.affords(10**9)
    assert "left today" not in str(pace)
    pace.told({"x-daily-ratelimit-token-limit": "30000", "x-daily-ratelimit-token-remaining": "5000"})
    assert pace.affords(2000)
    assert not pace.affords(2001)
    assert "5000 of 30000 left today" in str(pace)
