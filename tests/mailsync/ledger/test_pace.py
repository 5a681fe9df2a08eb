"""How long calls take: the arithmetic of the vendor's three windows, and no window is ever exceeded at that pace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.pace import seconds_needed
from mailsync.membership.tool import Window
from tests.mailsync.membership.fake_tool import FakeClock

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
SUBSCRIBE = ((MINUTE, 500), (HOUR, 12_500), (DAY, 75_000))


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [
        (0, 0.0),
        (500, 0.0),
        (501, MINUTE),
        (12_500, 24 * MINUTE),
        (12_501, HOUR),
        (75_000, 5 * HOUR + 24 * MINUTE),
        (75_001, DAY),
        (300_000, 3 * DAY + 5 * HOUR + 24 * MINUTE),
    ],
)
def test_the_vendors_three_windows(calls: int, seconds: float) -> None:
    assert seconds_needed(calls, SUBSCRIBE) == seconds


def test_what_was_called_already_counts() -> None:
    assert seconds_needed(100, [(MINUTE, 500)], {MINUTE: [(40.0, 450)]}) == 20.0
    assert seconds_needed(50, [(MINUTE, 500)], {MINUTE: [(40.0, 450)]}) == 0.0
    assert seconds_needed(10, [(MINUTE, 10)], {MINUTE: [(50.0, 4), (5.0, 30)]}) == 55.0, "more was made than our share allows"


def test_no_windows_no_waiting() -> None:
    assert seconds_needed(1_000_000, []) == 0.0


@given(
    calls=st.integers(1, 400),
    windows=st.lists(st.tuples(st.sampled_from([7.0, 60.0, 300.0]), st.integers(1, 30)), min_size=1, max_size=3, unique_by=lambda one: one[0]),
    early=st.lists(st.tuples(st.integers(0, 300).map(float), st.integers(1, 20)), max_size=3),
)
def test_a_caller_who_calls_as_soon_as_it_is_allowed_needs_exactly_so_long(
    calls: int, windows: list[tuple[float, int]], early: list[tuple[float, int]]
) -> None:
    made = sorted(early, reverse=True)
    times = [-ago for ago, count in made for _ in range(count)]
    now, moments = 0.0, {-ago + seconds for ago, _ in made for seconds, _ in windows}
    for _ in range(calls):
        while any(sum(at > now - seconds for at in times) >= allowed for seconds, allowed in windows):
            now = min(moment for moment in moments if moment > now)
        times.append(now)
        moments |= {now + seconds for seconds, _ in windows}
    expected = seconds_needed(calls, windows, {seconds: [(ago, count) for ago, count in made if ago < seconds] for seconds, _ in windows})
    assert expected == pytest.approx(now)


def test_the_budget_knows_how_long_and_on_how_many_days(tmp_path) -> None:  # type: ignore[no-untyped-def]
    clock = FakeClock()
    ledger = Ledger.open(str(tmp_path / "ledger.db"), clock=clock)
    budget = Budget(ledger, "acc", {"call": (Window(10, MINUTE), Window(100, DAY)), "free": ()}, share=0.9, clock=clock)
    for _ in range(9):
        budget.reserve("call")
    assert (budget.left_today("call"), budget.left_today("free")) == (81, None)
    assert 55.0 < budget.seconds_for(1, "call") <= MINUTE + MINUTE / 240
    assert budget.seconds_for(1000, "free") == 0.0
    assert [budget.days_for(calls, "call") for calls in (0, 81, 82, 171, 172)] == [0, 1, 2, 2, 3]
    assert budget.seconds_for(81 + 90, "call") >= DAY
    clock.time += 2 * DAY
    assert budget.left_today("call") == 90
    ledger.close()
