"""Histories 36 to 41, 47 and 48 of docs/membership.md: landslides, mirrors, lost ledgers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsync.errors import ConfigError
from mailsync.membership.told import Braked
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import A, B, C, fine, sampled, scene
from tests.mailsync.membership.scene import L, Ran, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
LEADS = {"feeds": {"s": [("Leads", L)]}}
REFRESH = {"Leads": (2, 2)}
BACK_TO_INCREMENTS = {"Leads": (2, 0)}


def crowd(s: Scene, size: int) -> list[str]:
    names = [f"p{number}" for number in range(size)]
    fine(s.run(*[s.says(name, f"{name}@example.com") for name in names]))
    assert len(s.tool.active(L)) == size
    return names


def braked(ran: Ran) -> Braked:
    assert isinstance(ran.error, Braked), ran.error
    return ran.error


@pytest.mark.parametrize("size", [200, 40])
def test_h36_h37_a_landslide_removes_nobody_and_is_a_config_error_every_time(scene: New, size: int) -> None:
    s = scene(**LEADS)
    names = crowd(s, size)
    ran = s.run(*[s.gone(name, reason="left_selection") for name in names])
    assert str(size) in str(braked(ran))
    assert "allow_removals_over_brake" in str(ran.error)
    assert sum(n for (_, _, fate, _), n in ran.summary.fates.items() if fate.value == "released") == size
    braked(s.run())
    assert len(s.tool.active(L)) == size
    fine(s.run(*[s.says(name, f"{name}@example.com") for name in names]))
    fine(s.run())
    assert len(s.tool.active(L)) == size
    assert "take_off" not in {call.method for call in s.tool.calls}


def test_h36_the_override_removes_for_one_run(scene: New) -> None:
    s = scene(**LEADS)
    names = crowd(s, 60)
    braked(s.run(*[s.gone(name) for name in names]))
    assert fine(s.run(removals_over_brake=True)).did("removed") == 60
    assert s.tool.active(L) == set()


def test_below_the_brake_people_are_removed(scene: New) -> None:
    s = scene(**LEADS)
    names = crowd(s, 60)
    assert fine(s.run(*[s.gone(name) for name in names[:50]])).did("removed") == 50
    braked(s.run(*[s.gone(name) for name in names[50:]]))


def test_h38_a_stream_that_completes_without_a_record_removes_nobody(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("q", B), s.says("c", C, stream="Contacts")))
    ran = fine(s.run(s.gone("c", stream="Contacts"), generations=REFRESH))
    assert s.tool.active(L) == {A, B}, "other removals that are due proceed"
    assert ran.did("removed") == 1


def refreshed_in_two_attempts(scene: New) -> tuple[Scene, Ran]:
    s = scene(**LEADS)
    fine(s.run(s.says("r", A), s.says("q", B), s.says("dead", C), generations={"Leads": (1, 0)}))
    fine(s.run(s.says("r", A), generations=REFRESH, complete=False))
    assert s.tool.active(L) == {A, B, C}
    return s, fine(s.run(s.says("q", B), generations=REFRESH))


def test_h39_a_refresh_in_two_attempts_has_seen_both_halves(scene: New) -> None:
    s, _ = refreshed_in_two_attempts(scene)
    assert s.tool.active(L) == {A, B}
    assert s.tool.status(L, C) == "unsubscribed"


def test_h40_a_refresh_that_crashed_before_its_end_closes_at_the_next_complete(scene: New) -> None:
    s = scene(**LEADS)
    fine(s.run(s.says("r", A), s.says("dead", C), generations={"Leads": (1, 0)}))
    refresh = s.run(s.says("r", A, cursor=50), generations=REFRESH, complete=False)
    fine(refresh)
    assert s.tool.active(L) == {A, C}
    fine(s.run(generations=BACK_TO_INCREMENTS))
    assert s.tool.active(L) == {A}


def test_h40_at_whatever_commit_it_crashed(scene: New) -> None:
    known = scene(**LEADS)
    fine(known.run(known.says("r", A), known.says("dead", C), generations={"Leads": (1, 0)}))
    commits = fine(known.clone(known.location + "-whole").run(known.says("r", A, cursor=50), generations=REFRESH)).commits
    assert commits > 10
    for die_at in sampled(commits, 12):
        s = known.clone(known.location + str(die_at))
        ran = s.run(s.says("r", A, cursor=50), generations=REFRESH, die_at=die_at)
        assert isinstance(ran.error, Crash)
        if "Leads" in ran.echoed:
            fine(s.run(generations=BACK_TO_INCREMENTS))
        else:
            fine(s.run(s.says("r", A, cursor=50), generations=REFRESH))
        assert s.tool.active(L) == {A}, die_at


def test_h41_a_replayed_old_row_of_a_dead_record_changes_nothing(scene: New) -> None:
    s, _ = refreshed_in_two_attempts(scene)
    ran = fine(s.run(s.says("dead", C, cursor=3), generations=BACK_TO_INCREMENTS))
    assert ran.fate("dead").startswith("unchanged")
    assert s.tool.status(L, C) == "unsubscribed"


def test_a_host_whose_generation_never_rises_closes_once_and_is_an_upsert_afterwards(scene: New) -> None:
    s = scene(**LEADS)
    always = {"Leads": (1, 1)}
    fine(s.run(s.says("r", A), s.says("q", B), generations=always))
    ran = fine(s.run(s.says("r", A), generations=always))
    assert s.tool.active(L) == {A, B}
    assert any("refresh" in note or "generation" in note for note in ran.summary.notes), "the report says so"


def test_h47_an_empty_ledger_facing_people_is_a_config_error_and_writes_nothing(scene: New) -> None:
    s = scene()
    s.tool.signs_up(L, A)
    for options in ({}, {"adopt_existing": True}, {"confirm_after_ledger_loss": True}):
        ran = s.run(s.says("r", A, City="Rome"), **options)
        assert isinstance(ran.error, ConfigError), options
        assert "adopt_existing" in str(ran.error)
        assert "confirm_after_ledger_loss" in str(ran.error)
    assert s.tool.calls == []


def test_h47_people_who_only_unsubscribed_or_bounced_are_people_too(scene: New) -> None:
    s = scene()
    s.tool.signs_up(L, A)
    s.tool.leaves(L, A)
    assert isinstance(s.run(s.says("r", A)).error, ConfigError)


def test_h47_adopted_people_are_all_foreign(scene: New) -> None:
    s = scene(options={"adopt_existing": True, "confirm_after_ledger_loss": True})
    s.tool.signs_up(L, A)
    s.tool.signs_up(L, B)
    fine(s.run(s.says("r", A), s.says("q", B)))
    fine(s.run(s.gone("r")))
    fine(s.run(s.gone("q")))
    assert s.tool.active(L) == {A, B}


def test_h48_a_response_from_before_the_ledger_was_born_counts(scene: New) -> None:
    s = scene(options={"adopt_existing": True, "confirm_after_ledger_loss": True})
    s.tool.leaves(L, A, by_mail="long ago", at_known=True)
    s.tool.signs_up(L, A)
    s.clock.time += 1000.0
    assert fine(s.run(s.says("r", A))).fate("r") == "skipped(left)"
    assert s.tool.calls == []
    assert s.tool.status(L, A) == "active"


# A ledger restored from an older backup.


def test_a_source_that_starts_from_a_state_never_echoed_here_is_a_config_error(scene: New) -> None:
    s = scene(**LEADS)
    fine(s.run(s.says("r", A)))
    ran = s.run(s.says("q", B), state_first={"Leads": b"from another ledger"})
    assert isinstance(ran.error, ConfigError)
    assert "backup" in str(ran.error)
    assert s.tool.active(L) == {A}


def test_an_older_state_that_was_echoed_here_is_fine(scene: New) -> None:
    s = scene(**LEADS)
    fine(s.run(s.says("r", A)))
    first = s.last_state["s", "Leads"]
    fine(s.run(s.says("q", B)))
    assert fine(s.run(s.says("q", B), state_first={"Leads": first})).fate("q") == "unchanged"


def test_an_empty_state_is_a_refresh_and_fine(scene: New) -> None:
    s = scene(**LEADS)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", A), state_first={"Leads": b""}))
