"""No window is ever exceeded, and nearly all of our share is used while work is waiting."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.tool import Window
from tests.mailsync.membership.fake_tool import FakeClock

SUBSCRIBE = (Window(500, 60.0), Window(12_500, 3600.0), Window(75_000, 86_400.0))
START = 1_800_000_000.0


@pytest.fixture(scope="module")
def shared() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as directory:
        yield Ledger.open(str(Path(directory) / "ledger.db"), clock=FakeClock())


def _most_in(times: list[float], seconds: float) -> int:
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


_accounts = (f"account-{number}" for number in itertools.count())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    windows=st.lists(
        st.tuples(st.integers(2, 30), st.sampled_from([7.0, 60.0, 300.0, 3600.0])), min_size=1, max_size=3, unique_by=lambda one: one[1]
    ),
    share=st.floats(0.3, 1.0),
    pauses=st.lists(st.floats(0.0, 90.0), min_size=1, max_size=120),
    start=st.floats(0.0, 5000.0),
)
def test_no_sliding_window_is_ever_exceeded(
    shared: Ledger, windows: list[tuple[int, float]], share: float, pauses: list[float], start: float
) -> None:
    clock, account = FakeClock(START + start), next(_accounts)
    limits = {"call": tuple(Window(calls, seconds) for calls, seconds in windows)}
    syncs = [Budget(shared, account, limits, share=share, clock=clock) for _ in range(2)]
    times = []
    for number, pause in enumerate(pauses):
        clock.time += pause
        syncs[number % 2].reserve("call")
        times.append(clock.time)
    for calls, seconds in windows:
        allowed = max(1, min(int(calls * share), calls - 1))
        assert _most_in(times, seconds) <= allowed, (calls, seconds)


def test_at_least_95_percent_of_the_share_is_used_while_work_is_waiting(shared: Ledger) -> None:
    clock = FakeClock(START)
    budget = Budget(shared, "busy", {"call": (Window(500, 60.0),)}, share=0.9, clock=clock)
    for _ in range(4500):
        budget.reserve("call")
    minutes = (clock.time - START) / 60.0
    # The first minute's calls go out at once; ten windows' worth therefore takes nine waits.
    assert 4500 / (450 * (minutes + 1)) >= 0.95
    assert _most_in([START], 60.0) == 1


def test_the_day_is_used_to_95_percent_and_then_spent(shared: Ledger) -> None:
    clock = FakeClock(START)
    budget = Budget(shared, "day", {"call": (Window(50, 60.0), Window(1000, 86_400.0))}, share=0.9, clock=clock)
    for _ in range(900):
        budget.reserve("call")
    with pytest.raises(BudgetSpent) as caught:
        budget.reserve("call")
    assert 0 < caught.value.free_in <= 86_400.0 * 1.01
    clock.time += caught.value.free_in
    budget.reserve("call")
    assert clock.time - START <= 86_400.0 / 0.95


def test_the_last_call_of_a_window_is_never_ours(shared: Ledger) -> None:
    clock = FakeClock(START)
    budget = Budget(shared, "last", {"call": (Window(10, 60.0),)}, share=1.0, clock=clock)
    for _ in range(9):
        budget.reserve("call")
    assert clock.slept == []
    budget.reserve("call")
    assert clock.time - START > 60.0


def test_an_endpoint_without_a_limit_never_waits(shared: Ledger) -> None:
    clock = FakeClock(START)
    budget = Budget(shared, "free", {}, share=0.5, clock=clock)
    for _ in range(1000):
        budget.reserve("call")
    assert clock.slept == []
    assert budget.spent == {"call": 1000}


def test_endpoints_and_accounts_have_windows_of_their_own(shared: Ledger) -> None:
    clock = FakeClock(START)
    limits = {"one": (Window(3, 60.0),), "two": (Window(3, 60.0),)}
    mine, other = (Budget(shared, account, limits, share=1.0, clock=clock) for account in ("own-a", "own-b"))
    for budget, endpoint in itertools.product((mine, other), limits):
        budget.reserve(endpoint)
        budget.reserve(endpoint)
    assert clock.slept == []


def test_a_lock_is_waited_out_by_every_sync_of_the_account_and_said(shared: Ledger) -> None:
    clock, said = FakeClock(START), []
    limits = {"call": (Window(500, 60.0),)}
    one = Budget(shared, "locked", limits, share=0.9, clock=clock)
    two = Budget(shared, "locked", limits, share=0.9, clock=clock, on_wait=lambda endpoint, seconds: said.append((endpoint, round(seconds))))
    one.locked("call", 1800.0)
    two.reserve("call")
    assert clock.time - START >= 1800.0
    assert said[0] == ("call", 1800)


def test_a_day_of_calls_leaves_a_small_table(shared: Ledger) -> None:
    import sqlalchemy as sa

    from mailsync.ledger.schema import reservation

    clock = FakeClock(START)
    budget = Budget(shared, "small", {"call": SUBSCRIBE}, share=0.9, clock=clock)
    for _ in range(3000):
        clock.time += 60.0
        budget.reserve("call")
    with shared.begin() as connection:
        rows = connection.execute(sa.select(sa.func.count()).select_from(reservation).where(reservation.c.account == "small")).scalar_one()
    assert rows < 3 * 260


def test_a_clock_that_is_set_back_never_opens_a_window(shared: Ledger) -> None:
    clock = FakeClock(START)
    budget = Budget(shared, "back", {"call": (Window(4, 60.0),)}, share=1.0, clock=clock)
    for _ in range(3):
        budget.reserve("call")
    clock.time -= 30.0
    budget.reserve("call")
    assert clock.time >= START + 60.0


def test_calls_with_a_price_count_their_price(tmp_path: Path) -> None:
    clock = FakeClock()
    ledger = Ledger.open(str(tmp_path / "ledger.db"), clock=clock)
    budget = Budget(ledger, "acc", {"tokens": (Window(100, 86_400.0),)}, share=0.9, clock=clock)
    for _ in range(4):
        budget.reserve("tokens", 20)
    with pytest.raises(BudgetSpent):
        budget.reserve("tokens", 20)
    budget.reserve("tokens", 10)
    assert budget.spent["tokens"] == 90
    assert [use.used for use in budget.uses()] == [90]
    clock.time += 2 * 86_400.0
    budget.reserve("tokens", 500)  # dearer than the whole share: made when nothing else is in the window
    ledger.close()
