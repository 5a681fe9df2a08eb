"""A dry run tells exactly what the run after it does, and leaves the ledger and the mailing tool as they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger
from mailsync.membership.plan import OnDelete, WhenSpent
from mailsync.membership.tool import Window
from tests.mailsync.membership.histories import PROVE, SYNCS, TWO_LISTS, A, B, C, fine, scene
from tests.mailsync.membership.scene import DAY, L2, F, L, Ran, Rehearsed, Scene
from tests.mailsync.membership.test_machine import Histories, Walk

__all__ = ["scene"]
New = Callable[..., Scene]
METHOD = {"add": "subscribe", "update": "subscribe", "return": "subscribe", "ask_for_confirmation": "subscribe"}
MADE = {"delete": "take_off"}
WALKS = int(os.environ.get("MAILSYNC_WALKS", "400" if PROVE else "8"))


def contents(scene: Scene) -> dict[str, list[Any]]:
    """Everything in the ledger but the count of calls."""
    ledger = Ledger.open(scene.location, clock=scene.clock)
    with ledger.begin() as connection:
        kept = [table for table in schema.metadata.sorted_tables if table.name not in ("reservation", "lock")]
        found = {table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr) for table in kept}
    ledger.close()
    return found


def exactly(planned: Rehearsed, ran: Ran, made: list[Any]) -> None:
    """The run did what the plan said: call by call, fate by fate."""
    told = [("" if action == "suppress" else key, METHOD.get(action, action), address) for key, action, address in planned.writes]
    assert told == [("" if call.method == "suppress" else call.list, MADE.get(call.method, call.method), call.address) for call in made]
    assert ran.summary is not None, ran.error
    assert planned.fates == {(stream, key, fate.value, reason): n for (stream, key, fate, reason), n in ran.summary.fates.items()}


def both(scene: Scene, *messages: Any, **options: Any) -> tuple[Rehearsed, Ran]:
    """The dry run, then the run."""
    before, calls, state = contents(scene), len(scene.tool.calls), {key: scene.tool.active(key) for key in scene.tool.lists}
    planned = scene.rehearse(*messages, **options)
    assert contents(scene) == before, "the ledger is as it was"
    assert len(scene.tool.calls) == calls, "no write reached the vendor"
    assert {key: scene.tool.active(key) for key in scene.tool.lists} == state
    ran = scene.run(*messages, **options)
    exactly(planned, ran, scene.tool.calls[calls:])
    return planned, ran


def writes_of(planned: Rehearsed, key: str = L) -> dict[str, int]:
    (found,) = [one["writes"] for one in planned.document["lists"] if one["key"] == key]
    return dict(found)


def test_additions_updates_removals_and_skips_are_told_apart(scene: New) -> None:
    s = scene()
    s.tool.signs_up(L, C)
    planned, _ = both(s, s.says("r", A), s.says("t", B), s.says("u", C), adopt_existing=True, confirm_after_ledger_loss=True)
    assert writes_of(planned) == {"add": 2, "update": 1}
    s.tool.leaves(L, B)
    planned, _ = both(s, s.gone("r"), s.says("t", B, City="Rome"), s.says("u", C, City="Rome"), s.says("v", "no address"))
    assert writes_of(planned) == {"remove": 1, "update": 1}
    assert planned.fates["Leads", L, "skipped", "left"] == 1
    assert {(one["action"], one["record"]) for one in planned.by_record} == {("remove", "r"), ("update", "u")}
    planned, _ = both(s, s.says("r", A))
    assert writes_of(planned) == {"return": 1}
    planned, _ = both(s)
    assert (writes_of(planned), planned.document["ends"]["how"]) == ({}, "done")


def test_a_shadowed_record_and_its_runner_up(scene: New) -> None:
    s = scene()
    planned, _ = both(s, s.says("r", A, contacted=2.0), s.says("t", A, contacted=1.0), s.says("u", B))
    assert planned.fates["Leads", L, "shadowed", ""] == 1
    planned, _ = both(s, s.gone("r"))
    assert writes_of(planned) == {"update": 1}


def test_an_opt_out_a_move_and_a_second_list_by_the_ten_address_call(scene: New) -> None:
    s = scene(feeds={"s": [("Leads", L), ("Leads", L2)]})
    planned, _ = both(s, s.says("r", A), s.says("t", B), s.says("u", C))
    assert (writes_of(planned), writes_of(planned, L2)) == ({"add": 3}, {"attach": 3})
    assert planned.calls()["attach"] == 1
    planned, _ = both(s, s.says("r", A, opt_out=True), s.says("t", "moved@example.com"))
    assert writes_of(planned) == {"take_off": 1, "add": 1, "remove": 1}


def test_what_a_braked_run_would_do_is_planned_with_its_numbers(scene: New) -> None:
    s = scene()
    fine(s.run(*(s.says(str(number), f"p{number}@example.com") for number in range(60))))
    planned, ran = both(s, *(s.gone(str(number)) for number in range(55)), s.says("new", A))
    assert planned.document["ends"] == {"how": "braked", "message": str(ran.error)}
    assert "55 of the 61" in planned.document["ends"]["message"]
    assert writes_of(planned) == {"add": 1}
    planned, _ = both(s, removals_over_brake=True)
    assert writes_of(planned) == {"remove": 55}


@pytest.mark.parametrize("when", [WhenSpent.POSTPONE, WhenSpent.STOP])
def test_a_day_that_is_not_long_enough(scene: New, when: WhenSpent) -> None:
    s = scene()
    s.tool.windows["subscribe"] = (Window(6, 60.0), Window(11, DAY))  # 9 a day are ours
    people = [s.says(str(number), f"p{number:02}@example.com") for number in range(14)]
    if when is WhenSpent.STOP:
        planned = s.rehearse(*people, when_spent=when)
        assert planned.document["ends"]["how"] == "stopped"
        assert writes_of(planned) == {"add": 9}
        return
    planned, _ = both(s, *people, when_spent=when)
    assert planned.fates == {("Leads", L, "written", ""): 9, ("Leads", L, "postponed", "budget_spent"): 5}
    assert planned.document["waiting_afterwards"]["calls"] == 5
    assert planned.document["time"]["waiting_for_limits_s"] > 55.0
    s.clock.time += DAY
    planned, _ = both(s)
    assert writes_of(planned) == {"add": 5}


def test_waits_for_the_limits_pass_at_once(scene: New) -> None:
    s = scene()
    s.tool.windows["subscribe"] = (Window(51, 60.0),)
    people = [s.says(str(number), f"p{number}@example.com") for number in range(240)]
    began = s.clock.time
    planned = s.rehearse(*people)
    assert s.clock.time == began
    assert s.clock.slept == []
    time = planned.document["time"]
    assert time["a_call_s"] == pytest.approx(0.2)
    assert 300.0 < time["seconds"] < 330.0, "45 a minute"
    assert time["waiting_for_limits_s"] == pytest.approx(time["seconds"] - 240 * 0.2, abs=3.0)


def test_mails_that_it_could_cause(scene: New) -> None:
    s = scene(feeds={"s": [("Leads", F)]}, options={"allow_confirmation_mails": True})
    planned, _ = both(s, s.says("r", A), s.says("t", B))
    assert planned.document["mails_it_could_cause"] == 2
    assert writes_of(planned, F) == {"ask_for_confirmation": 2}
    planned, _ = both(s, s.says("r", A, City="Rome"))
    assert planned.document["mails_it_could_cause"] == 0


def test_suppression_everywhere_and_keeping(scene: New) -> None:
    s = scene(feeds=TWO_LISTS)
    s.on_delete = {L: OnDelete.SUPPRESS, L2: OnDelete.KEEP}
    fine(s.run(s.says("r", A), s.says("x", B), s.says("c", C, stream="Contacts"), s.says("d", "d@example.com", stream="Contacts")))
    planned, _ = both(s, s.gone("r"), s.gone("c", stream="Contacts"))
    assert writes_of(planned) == {"suppress": 1}
    assert [one["kept"] for one in planned.document["lists"] if one["key"] == L2] == [1]


def test_a_full_refresh_in_two_attempts(scene: New) -> None:
    s = scene()
    fine(s.run(*(s.says(one, f"{one}@example.com") for one in "abcd")))
    planned, _ = both(s, s.says("a", "a@example.com"), generations={"Leads": (2, 2)}, complete=False)
    assert writes_of(planned) == {}
    planned, _ = both(s, s.says("b", "b@example.com"), s.says("c", "c@example.com"), generations={"Leads": (2, 2)})
    assert writes_of(planned) == {"remove": 1}


def test_a_list_that_would_be_created_begins_with_its_first_contact(scene: New) -> None:
    s = scene()
    planned = s.rehearse(s.says("r", A), s.says("t", B), created={L: A}, created_lists=frozenset({L}))
    assert writes_of(planned) == {"update": 1, "add": 1}
    assert [one["to_be_created"] for one in planned.document["lists"]] == [True]
    assert s.tool.reads == 1, "what does not exist is not read; campaigns are"


def test_a_vendor_that_deletes(scene: New) -> None:
    s = scene(deletes=True)
    people = [s.says(str(number), f"p{number}@example.com") for number in range(9)]
    planned, _ = both(s, *people)
    assert writes_of(planned) == {"add": 9}
    s.tool.leaves(L, "p1@example.com")
    planned, _ = both(s, s.gone("0"), s.says("1", "p1@example.com", City="Rome"), s.says("2", "p2@example.com", opt_out=True))
    assert writes_of(planned) == {"remove": 1, "take_off": 1}
    assert s.tool.status(L, "p0@example.com") == "absent"
    planned, _ = both(s, s.says("0", "p0@example.com"))
    assert writes_of(planned) == {"add": 1}, "nothing is left of who was deleted"
    s.on_delete = {L: OnDelete.SUPPRESS}
    planned, _ = both(s, s.gone("3"))
    assert writes_of(planned) == {"suppress": 1}


def test_the_copy_of_a_postgresql_ledger_is_as_good(location: str) -> None:
    s = Scene(location)
    fine(s.run(s.says("r", A), s.says("t", B)))
    planned, _ = both(s, s.gone("r"), s.says("t", B, City="Rome"))
    assert writes_of(planned) == {"remove": 1, "update": 1}
    s.close()


def test_another_sync_at_work_on_the_same_ledger_is_not_held_up(scene: New) -> None:
    s = scene(feeds=SYNCS)
    fine(s.run(s.says("r", A)))
    s.tool.before_read.append(lambda: fine(s.clone(s.location + "-twin").run(s.says("p", B, stream="Contacts"), sync="t")))
    assert writes_of(s.rehearse(s.says("t", C))) == {"add": 1}


class RehearsedHistories(Histories):
    """Random histories in which every undisturbed run is rehearsed first."""

    rehearsals: ClassVar[Counter[str]] = Counter()
    failing = False

    def a_run_with_calls_that_fail(self, *choices: Any, **named: Any) -> None:
        self.failing = True
        super().a_run_with_calls_that_fail(*choices, **named)
        self.failing = False

    def run(self, sync: str, *, refresh: bool = False, **options: Any) -> Ran:
        tool = self.scene.tool
        if "die_at" in options or tool.before_write or self.failing:
            return super().run(sync, refresh=refresh, **options)
        sent = [claim for record, claim in self.waiting.items() if record[0] == sync]
        planned, before = self.scene.rehearse(*sent, sync=sync, removals_over_brake=True, **options), len(tool.calls)
        assert len(tool.calls) == before
        ran = super().run(sync, refresh=refresh, **options)
        exactly(planned, ran, tool.calls[before:])
        self.rehearsals["runs"] += 1
        self.rehearsals["writes"] += len(planned.writes)
        return ran


class MembershipsFirst(RehearsedHistories):
    """And in two phases."""

    def __init__(self) -> None:
        super().__init__()
        self.scene.options["membership_first"] = True


@pytest.mark.slow
@pytest.mark.timeout(7200 if PROVE else 300)
def test_random_histories_are_foretold_exactly() -> None:
    for seed in range(WALKS):
        Walk(seed, MembershipsFirst if seed % 4 == 3 else RehearsedHistories).go()
    assert RehearsedHistories.rehearsals["writes"] > WALKS
