from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
from typing import Any

import pytest

from mailsync.clock import SystemClock
from mailsync.errors import TransientError
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import LENGTH_S, Lease
from tests.mailsync.membership.fake_tool import FakeClock

ELSEWHERE, HERE = "pod-1:17", "pod-2:17"


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _contend(location: str, together: Any, both: Any, results: Any) -> None:
    """`together`: a barrier at which the other waits, too; `both`: set once both have told. Until then this process lives."""
    ledger = Ledger.open(location, clock=SystemClock())
    together.wait(60)
    try:
        Lease(ledger, "s").acquire()
    except TransientError:
        results.put("refused")
    else:
        results.put("held")
    both.wait(60)


def test_a_second_run_of_the_same_sync_is_refused_while_the_first_lives(location: str) -> None:
    ledger, now = Ledger.open(location, clock=FakeClock()), Time()
    Lease(ledger, "s", holder=ELSEWHERE, time_of=now).acquire()
    with pytest.raises(TransientError, match="Another run"):
        Lease(ledger, "s", holder=HERE, time_of=now).acquire()
    Lease(ledger, "another sync", holder=HERE, time_of=now).acquire()


def test_a_run_that_went_silent_is_taken_over_and_cannot_commit_any_more(location: str) -> None:
    ledger, now = Ledger.open(location, clock=FakeClock()), Time()
    zombie = Lease(ledger, "s", holder=ELSEWHERE, time_of=now)
    zombie.acquire()
    now.now += LENGTH_S + 1
    Lease(ledger, "s", holder=HERE, time_of=now).acquire()
    with pytest.raises(TransientError, match="took over"), ledger.begin() as connection:
        zombie.fence(connection)


def test_a_silent_run_that_nobody_replaced_carries_on(location: str) -> None:
    ledger, now = Ledger.open(location, clock=FakeClock()), Time()
    lease = Lease(ledger, "s", holder=ELSEWHERE, time_of=now)
    lease.acquire()
    now.now += 10 * LENGTH_S
    with ledger.begin() as connection:
        lease.fence(connection)
    with pytest.raises(TransientError):
        Lease(ledger, "s", holder=HERE, time_of=now).acquire()


def test_a_dead_process_of_this_machine_is_taken_over_at_once(location: str) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    Lease(ledger, "s", holder=f"{socket.gethostname()}:{process.pid}").acquire()
    Lease(ledger, "s").acquire()


def test_a_living_process_of_this_machine_keeps_it(location: str) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    Lease(ledger, "s", holder=f"{socket.gethostname()}:{os.getppid()}").acquire()
    with pytest.raises(TransientError):
        Lease(ledger, "s").acquire()


def test_a_released_lease_is_free_and_a_zombies_release_takes_nothing_from_its_successor(location: str) -> None:
    ledger, now = Ledger.open(location, clock=FakeClock()), Time()
    first = Lease(ledger, "s", holder=ELSEWHERE, time_of=now)
    first.acquire()
    first.release()
    second = Lease(ledger, "s", holder=HERE, time_of=now)
    second.acquire()
    first.release()
    with pytest.raises(TransientError):
        Lease(ledger, "s", holder=ELSEWHERE, time_of=now).acquire()


def test_of_two_processes_that_contend_one_holds_and_one_is_refused(location: str) -> None:
    Ledger.open(location, clock=FakeClock()).close()
    context = multiprocessing.get_context("spawn")
    results, both = context.Queue(), context.Event()
    shared = (location, context.Barrier(2), both, results)
    processes = [context.Process(target=_contend, args=shared) for _ in range(2)]
    for process in processes:
        process.start()
    found = sorted(results.get(timeout=60) for _ in processes)
    both.set()
    for process in processes:
        process.join()
    assert found == ["held", "refused"]
