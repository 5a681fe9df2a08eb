"""`kill -9` anywhere, then the same command: the end state is that of an undisturbed run, and no item and no person is made twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mailsync.responses.crm import Ability
from mailsync.responses.plan import Kind, Message, OptOut, Rule, RuleGroup
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import sampled
from tests.mailsync.responses.fake_crm import Call
from tests.mailsync.responses.histories import New, fine, heal, scene
from tests.mailsync.responses.scene import F, Scene, X, creation

__all__ = ["scene"]
NOTE = Rule("clicked", Ability.NOTE, frozenset({Kind.CLICKED}), subject="Clicked {campaign}")
DEAL = Rule("deal", Ability.DEAL, frozenset({Kind.CLICKED}), times=2, subject="Deal")
OPTIONS: dict[str, Any] = {
    "groups": (RuleGroup(F, (DEAL,)), RuleGroup(None, (X, NOTE))),
    "creation": creation(for_subscribers=True),
    "opt_out": OptOut.ANY_LEAVING,
}


def at(name: str) -> str:
    return f"{name}@example.com"


def a_known_world(scene: New) -> Scene:
    s = scene(options=OPTIONS, crm_options={"batch": 3, "index_lags": True})
    for number, name in enumerate(["reader", "clicker", "leaver", "gone", "merged", "customer", "locked"]):
        s.crm.has(str(number), at(name))
    survivor = s.crm.has("s", at("survivor"))
    twin = s.crm.has("t", at("leaver"))
    s.crm.people_by_id[s.crm.holders(at("customer"))[0]].filters = {"F"}
    everybody = ["reader", "clicker", "leaver", "gone", "merged", "customer", "locked", "survivor"]
    fine(s.run(*(s.campaign(key) for key in ("C1", "C2")), [one for name in everybody for one in s.says("C1", at(name), Kind.SENT, Kind.OPENED)]))
    [gone], [merged] = s.crm.holders(at("gone")), s.crm.holders(at("merged"))
    s.crm.deletes(gone)
    s.crm.has("g2", at("gone"))
    s.crm.merges(merged, survivor)
    s.crm.people_by_id[s.crm.holders(at("locked"))[0]].locked = "RECORD_LOCKED"
    assert twin in s.crm.holders(at("leaver"))
    return s


def a_days_work(s: Scene) -> list[Message]:
    return [
        s.campaign("C1", figures={"opened": 7.0}),
        s.campaign("C3"),
        *s.says("C2", at("reader"), Kind.OPENED),
        *s.says("C1", at("clicker"), Kind.CLICKED),
        *s.says("C2", at("leaver"), Kind.UNSUBSCRIBED),
        *s.says("C2", at("gone"), Kind.OPENED),
        *s.says("C2", at("merged"), Kind.CLICKED),
        *s.says("C2", at("survivor"), Kind.OPENED),
        *s.says("C1", at("customer"), Kind.CLICKED),
        *s.says("C2", at("customer"), Kind.CLICKED),
        *s.says("C2", at("locked"), Kind.CLICKED),
        *s.says("C3", at("new"), Kind.SENT, Kind.OPENED, first_name="Ann", last_name="Lee"),
        *s.says("C2", at("new"), Kind.CLICKED),
        *s.says("C3", "no address", Kind.SENT),
        s.subscribes(at("subscriber"), first_name="Bo"),
        s.subscribes(at("reader")),
    ]


def end_state(s: Scene) -> dict[str, Any]:
    """What the CRM shows; ids of what was made differ from run to run, so people are named by their addresses."""
    name = {one: "+".join(record.addresses) + ("" if record.alive else " (gone)") for one, record in s.crm.people_by_id.items()}
    alive = [record for record in s.crm.people_by_id.values() if record.alive]
    return {
        "people": sorted((name[one.id], one.opted_out, str(sorted(one.fields.items())), one.owner) for one in alive),
        "campaigns": sorted(
            (one.key, str(sorted(one.values.items())), str(sorted((name[who], status) for who, status in one.members.items())))
            for one in s.crm.campaigns.values()
        ),
        "items": sorted(Counter((name[one.person], one.makes, one.subject) for one in s.crm.items.values()).items()),
    }


def undisturbed(known: Scene) -> tuple[dict[str, Any], int, int]:
    """What it comes to; how many commits and calls of it there were in the run."""
    s = known.clone(f"{known.location}-undisturbed")
    before = len(s.crm.writes())
    ran = fine(s.run(a_days_work(s)))
    calls = len(s.crm.writes()) - before
    fine(s.run(a_days_work(s)))
    return end_state(s), ran.commits, calls


def test_the_days_work_does_a_bit_of_everything(scene: New) -> None:
    wanted, commits, calls = undisturbed(a_known_world(scene))
    assert commits > 25
    assert calls > 10
    assert {makes for (_, makes, _), _ in wanted["items"]} == {Ability.ACTIVITY, Ability.DEAL, Ability.NOTE}
    assert all(count == 1 for _, count in wanted["items"])
    assert sum(opted_out for _, opted_out, _, _ in wanted["people"]) == 2
    assert any(name == at("subscriber") for name, *_ in wanted["people"])


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False])
def test_a_crash_at_any_commit_then_the_same_command_ends_as_without_it(scene: New, before: bool) -> None:
    known = a_known_world(scene)
    wanted, commits, _ = undisturbed(known)
    for die_at in sampled(commits, 10):
        s = known.clone(f"{known.location}-{die_at}-{before}")
        assert isinstance(s.run(a_days_work(s), die_at=die_at, before=before).error, Crash), die_at
        fine(s.run(a_days_work(s), after=2.0))
        fine(s.run(a_days_work(s)))
        assert end_state(s) == wanted, die_at


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["crash_before", "crash_after", "lost_before", "lost_after"])
def test_a_crash_or_a_lost_answer_at_any_call_ends_as_without_it(scene: New, moment: str) -> None:
    known = a_known_world(scene)
    wanted, _, calls = undisturbed(known)
    for number in sampled(calls, 6):
        s = known.clone(f"{known.location}-{number}-{moment}")
        s.crm.dial = _at(number, moment)
        ran = s.run(a_days_work(s))
        assert isinstance(ran.error, Crash) if moment.startswith("crash") else ran.error is None, ran.error
        heal(s)
        fine(s.run(a_days_work(s), after=2.0))
        fine(s.run(a_days_work(s)))
        assert end_state(s) == wanted, number


@pytest.mark.slow
@pytest.mark.parametrize("method", ["find", "people", "in_filter", "markers"])
def test_reads_that_fail_write_nothing_wrong_and_are_made_good_by_the_next_run(scene: New, method: str) -> None:
    known = a_known_world(scene)
    wanted, _, _ = undisturbed(known)
    s = known.clone(f"{known.location}-{method}")
    s.crm.failing = {method}
    fine(s.run(a_days_work(s)))
    s.crm.failing = set()
    fine(s.run(a_days_work(s)))
    fine(s.run(a_days_work(s)))
    assert end_state(s) == wanted


def _at(number: int, moment: str):
    count = iter(range(1, 10_000))

    def dial(_call: Call) -> str | None:
        return moment if next(count) == number else None

    return dial
