"""The same on SQLite and PostgreSQL: a day's work, a crash in the middle of it, a zombie, and two syncs at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mailsync.errors import TransientError
from mailsync.ledger.schema import creation as creation_table
from mailsync.ledger.schema import recipient
from mailsync.responses.crm import Ability
from mailsync.responses.plan import Kind, Rule
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.responses.fake_crm import FakeCrm
from tests.mailsync.responses.histories import fine, heal, on_call
from tests.mailsync.responses.scene import A, Scene, X, creation, for_all
from tests.mailsync.responses.test_crashes import a_days_work, a_known_world, end_state, undisturbed

ADDRESSES = [f"p{number}@example.com" for number in range(12)]


@pytest.fixture
def at(location: str) -> Callable[..., Scene]:
    return lambda **options: Scene(location, **options)


@pytest.mark.slow
def test_a_days_work_cut_off_in_the_middle_ends_the_same_on_both_databases(at: Callable[..., Scene], tmp_path: Any) -> None:
    wanted, _, _ = undisturbed(a_known_world(lambda **options: Scene(str(tmp_path / "other.db"), **options)))
    s = a_known_world(at)
    for die_at in (8, 12):
        assert isinstance(s.run(a_days_work(s), die_at=die_at).error, Crash)
    s.crm.dial = on_call("make_items", "crash_after")
    s.run(a_days_work(s))
    heal(s)
    fine(s.run(a_days_work(s), after=2.0))
    fine(s.run(a_days_work(s)))
    assert end_state(s) == wanted


def test_a_zombie_makes_no_further_call(at: Callable[..., Scene]) -> None:
    """Another attempt takes the lease over while this one is at a call; this one stops, and what it would have made is made once."""
    s = at(options={"groups": for_all(X)})
    p = s.crm.has("1", A)
    fine(s.run(*(s.campaign(key) for key in ("C1", "C2"))))
    said = [*s.says("C1", A, Kind.OPENED), *s.says("C2", A, Kind.OPENED)]
    twin = Scene(s.location, options=s.options)
    twin.crm, twin.clock, twin.states, twin.last_state = s.crm, s.clock, s.states, s.last_state
    s.crm.before.append(("people", lambda: fine(twin.run(said, after=0.0))))
    ran = s.run(said)
    twin.close()
    assert isinstance(ran.error, TransientError)
    assert s.crm.items_of(p) == ["Call: 2 opens"]
    assert len(s.crm.made("make_items")) == 1


class Shared(FakeCrm):
    """Two threads use it: one request at a time."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock, index_lags=True, batch=3)
        self.alone = threading.RLock()

    def _read(self, method: str, rows: Any) -> None:
        with self.alone:
            super()._read(method, rows)

    def _write(self, method: str, rows: list[Any], effect: Callable[[Any], Any]) -> list[Any]:
        with self.alone:
            return super()._write(method, rows, effect)


@pytest.mark.slow
def test_two_syncs_at_the_same_time_make_everybody_once_and_show_the_highest(at: Callable[..., Scene], location: str) -> None:
    s, t = at(limits=False), at(limits=False)
    s.crm = t.crm = Shared(s.clock)
    t.clock = s.clock
    people = [s.crm.has(str(number), address) for number, address in enumerate(ADDRESSES[:6])]
    note = Rule("note", Ability.NOTE, frozenset({Kind.CLICKED}), subject="note")
    work: dict[str, tuple[Scene, list[Any], dict[str, Any]]] = {
        "s": (s, [one for a in ADDRESSES for one in s.says("C1", a, Kind.OPENED)], {"creation": creation()}),
        "t": (t, [one for a in ADDRESSES for one in t.says("C1", a, Kind.SENT, Kind.CLICKED)], {"creation": creation(), "groups": for_all(note)}),
    }
    for sync, (scene, _, options) in work.items():
        fine(scene.run(scene.campaign("C1"), sync=sync, **options))
    errors: list[BaseException] = []

    def go(sync: str) -> None:
        scene, said, options = work[sync]
        error = scene.run(said, sync=sync, **options).error
        if error is not None:
            errors.append(error)

    threads = [threading.Thread(target=go, args=(sync,)) for sync in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for sync, (scene, said, options) in work.items():
        fine(scene.run(said, sync=sync, **options))
    assert [len(s.crm.holders(address)) for address in ADDRESSES] == [1] * len(ADDRESSES)
    assert {s.crm.status("C1", s.crm.holders(address)[0]) for address in ADDRESSES} == {"clicked"}
    assert [s.crm.items_of(s.crm.holders(address)[0]) for address in ADDRESSES] == [["note"]] * len(ADDRESSES)
    assert {s.crm.field(one, "Last_Status") for one in people} == {"clicked"}
    assert len(s.rows(recipient)) == len(ADDRESSES)
    assert all(row["person"] is not None and row["open_since"] is None for row in s.rows(creation_table))
    t.close()
