"""Twenty-four hours of calls as fast as they are allowed, two syncs on one account, against the emulated vendor's own meters."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emulators.zoho_campaigns import limits
from emulators.zoho_campaigns.errors import Locked
from mailsync.ledger.budget import Budget, BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.tool import Window
from tests.mailsync.membership.fake_tool import FakeClock
from tests.mailsync.membership.histories import MEMORY_DISK, PROVE

SUBSCRIBE = "listsubscribe"
DAY = 86_400.0
SMALLER = 1 if PROVE else 20
"""The vendor's numbers are divided by this: same hours, fewer calls."""
WINDOWS = ((500 // SMALLER, 60.0), (12_500 // SMALLER, 3600.0), (75_000 // SMALLER, DAY))


class Account:
    """One emulated account, two syncs of ours with a ledger between them, and another program."""

    def __init__(self, folder: str, reading: str) -> None:
        self.clock = FakeClock()
        self.meters = limits.Limits(self._world(reading))
        self.ledgers = [Ledger.open(f"{folder}/ledger.db", clock=self.clock) for _ in range(2)]
        vendor = {SUBSCRIBE: tuple(Window(calls, seconds) for calls, seconds in WINDOWS)}
        self.syncs = [Budget(ledger, "acc", vendor, share=0.9, clock=self.clock) for ledger in self.ledgers]
        self.chance = random.Random(7)
        self.refused = 0
        self.made = 0

    def _world(self, reading: str) -> Any:
        return SimpleNamespace(
            limits=True, clock=self.clock, switches={"zoho_campaigns_lock_starts": reading, "zoho_campaigns_counter_owner": "organisation"}
        )

    def call(self) -> None:
        sync = self.chance.choice(self.syncs)
        try:
            sync.reserve(SUBSCRIBE)
        except BudgetSpent as spent:
            self.clock.time += spent.free_in
            return
        try:
            self.meters.call(SUBSCRIBE)
            self.made += 1
        except Locked:
            self.refused += 1
            sync.locked(SUBSCRIBE, 1800.0)
        self.clock.time += self.chance.uniform(0.0, 0.1)

    @property
    def locks(self) -> int:
        return sum(self.meters.locks.values())


@pytest.fixture
def folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:
        yield directory


@pytest.fixture(autouse=True)
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.SPECIAL, SUBSCRIBE, (WINDOWS, 1800.0))


@pytest.mark.parametrize("reading", ["at_next_call", "at_last_call"])
def test_no_lock_is_reached_and_the_day_is_used(folder: str, reading: str) -> None:
    """The other program keeps to a twentieth of each window, less than what our share leaves."""
    account = Account(folder, reading)
    end = account.clock.time + DAY
    theirs = Budget(Ledger.open(str(Path(folder) / "theirs.db"), clock=account.clock), "acc", _vendor(), share=0.05, clock=account.clock)
    while account.clock.time < end:
        account.call()
        if account.chance.random() < 0.05 and _may(theirs):
            account.meters.foreign_calls(SUBSCRIBE, 1)
    assert (account.locks, account.refused) == (0, 0)
    ours = 0.9 * WINDOWS[2][0]
    assert account.made >= 0.97 * ours


def test_a_lock_that_others_cause_is_waited_out_and_costs_one_refused_call(folder: str) -> None:
    account = Account(folder, "at_next_call")
    end = account.clock.time + DAY
    while account.clock.time < end:
        account.call()
        if account.chance.random() < 0.002:
            account.meters.foreign_calls(SUBSCRIBE, WINDOWS[0][0])
    assert account.locks > 0
    assert account.refused <= account.locks
    assert account.made > 0.5 * WINDOWS[2][0]


def _vendor() -> dict[str, tuple[Window, ...]]:
    return {SUBSCRIBE: tuple(Window(calls, seconds) for calls, seconds in WINDOWS)}


def _may(theirs: Budget) -> bool:
    with theirs._ledger.begin() as connection:
        try:
            return theirs.try_reserve(connection, SUBSCRIBE) is None
        except BudgetSpent:
            return False
