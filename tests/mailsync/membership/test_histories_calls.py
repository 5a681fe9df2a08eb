"""Histories 28 to 35 and 42 to 46 of docs/membership.md: returns, lost answers, crashes around a call, budgets, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from mailsync.membership.tool import Window
from tests.mailsync.membership.histories import A, B, fine, heal, on_call, scene
from tests.mailsync.membership.scene import DAY, F, L, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
FORM = {"feeds": {"s": [("Leads", F)]}, "options": {"allow_confirmation_mails": True}}


def removed_by_us(scene: New, **options: object) -> Scene:
    s = scene(**options)
    fine(s.run(s.says("r", A), s.says("x", B)))
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) != "active"
    return s


def test_h28_a_restored_record_returns_where_the_vendor_can_only_unsubscribe(scene: New) -> None:
    s = removed_by_us(scene)
    assert fine(s.run(s.says("r", A))).fate("r") == "written"
    assert s.tool.status(L, A) == "active"
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) == "unsubscribed", "ours as before"


def test_h28_never_where_returns_are_not_allowed(scene: New) -> None:
    s = removed_by_us(scene, options={"returns_after_removal": False})
    for _ in range(2):
        assert fine(s.run(s.says("r", A, City=str(s.clock.time)))).fate("r") == "skipped(removed_before)"
    assert s.tool.status(L, A) == "unsubscribed"


@pytest.mark.parametrize("lost", ["lost_before", "crash_before"])
def test_h29_a_return_whose_answer_was_lost_is_held(scene: New, lost: str) -> None:
    s = removed_by_us(scene)
    s.tool.dial = on_call("subscribe", lost)
    s.run(s.says("r", A))
    heal(s)
    calls = len(s.tool.calls)
    for _ in range(2):
        assert fine(s.run(s.says("r", A))).fate("r") == "skipped(left_or_returned)"
    assert len(s.tool.calls) == calls
    assert fine(s.run(s.says("r", "new@example.com"))).fate("r") == "written", "a doubt does not spread to other addresses"


def test_h30_where_the_vendor_deletes_a_restored_record_is_added_again(scene: New) -> None:
    s = removed_by_us(scene, deletes=True)
    assert s.tool.status(L, A) == "absent"
    assert fine(s.run(s.says("r", A))).fate("r") == "written"
    assert s.tool.status(L, A) == "active"


@pytest.mark.parametrize("moment", ["crash_before", "lost_before"])
def test_h31_a_call_that_never_arrived_is_made_once_more_and_the_member_is_ours(scene: New, moment: str) -> None:
    s = scene()
    s.tool.dial = on_call("subscribe", moment)
    s.run(s.says("r", A))
    heal(s)
    fine(s.run(s.says("r", A)))
    assert s.tool.status(L, A) == "active"
    assert s.tool.calls_for(A) == ["subscribe"]
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) == "unsubscribed"


@pytest.mark.parametrize("moment", ["crash_after", "lost_after"])
def test_h32_a_call_that_took_effect_is_written_once_more_and_the_member_is_ours(scene: New, moment: str) -> None:
    s = scene()
    s.tool.dial = on_call("subscribe", moment)
    s.run(s.says("r", A))
    heal(s)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", A)))
    assert s.tool.calls_for(A) == ["subscribe", "subscribe"]
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) == "unsubscribed"


@pytest.mark.parametrize("moment", ["lost_before", "lost_after", "crash_before", "crash_after"])
def test_h33_on_a_form_list_no_second_mail_is_caused(scene: New, moment: str) -> None:
    s = scene(**FORM)
    s.tool.dial = on_call("subscribe", moment)
    s.run(s.says("r", A))
    heal(s)
    for _ in range(2):
        assert fine(s.run(s.says("r", A, City=str(s.clock.time)))).fate("r", F) == "pending_confirmation(outcome_unknown)"
    assert len(s.tool.mails) == (1 if moment.endswith("after") else 0)


def pending(scene: New) -> Scene:
    s = scene(**FORM)
    assert fine(s.run(s.says("r", A))).fate("r", F) == "pending_confirmation(confirmation_sent)"
    return s


def test_h34_a_pending_person_gets_no_further_call(scene: New) -> None:
    s = pending(scene)
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r", F) == "pending_confirmation(confirmation_sent)"
    assert fine(s.run(s.gone("r"))).fate("r", F) == "released"
    assert len(s.tool.calls) == 1


def test_h34_who_confirms_is_theirs(scene: New) -> None:
    s = pending(scene)
    s.tool.confirms(F, A)
    fine(s.run())
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r", F) == "skipped(update_may_mail)"
    fine(s.run(s.gone("r")))
    assert s.tool.status(F, A) == "active"
    assert len(s.tool.calls) == 1


@pytest.mark.parametrize("moment", ["lost_before", "crash_before", "lost_after", "crash_after"])
def test_h35_a_removal_without_an_answer_is_decided_again(scene: New, moment: str) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("x", B)))
    s.tool.dial = on_call("take_off", moment)
    s.run(s.gone("r"))
    heal(s)
    fine(s.run())
    assert s.tool.status(L, A) == "unsubscribed"
    assert fine(s.run(s.says("r", A))).fate("r") == "written", "it was our own removal, no leaving"


def test_h35_a_removal_without_an_answer_is_off_only_if_still_due(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("x", B)))
    s.tool.dial = on_call("take_off", "crash_before")
    s.run(s.gone("r"))
    heal(s)
    fine(s.run(s.says("r", A)))
    assert s.tool.status(L, A) == "active"
    assert "take_off" not in s.tool.calls_for(A)


def test_h42_a_postponed_record_that_is_deleted_before_its_turn_is_never_called(scene: New) -> None:
    s = scene()
    s.spend()
    assert fine(s.run(s.says("r", A))).fate("r") == "postponed(budget_spent)"
    assert fine(s.run(s.gone("r"))).fate("r") == "released"
    s.clock.time += DAY
    fine(s.run())
    assert s.tool.calls_for(A) == []


def test_h42_postponed_records_are_done_in_the_next_run_that_may(scene: New) -> None:
    s = scene()
    s.spend()
    fine(s.run(s.says("r", A)))
    s.clock.time += 2 * DAY
    s.tool.windows["subscribe"] = (Window(500, 60.0),)
    fine(s.run())
    assert s.tool.status(L, A) == "active"


def test_h43_an_opt_out_is_never_postponed_behind_subscriptions(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.spend()
    ran = fine(s.run(s.says("q", B), s.says("r", A, opt_out=True)))
    assert (ran.fate("q"), ran.fate("r")) == ("postponed(budget_spent)", "skipped(crm_opt_out)")
    assert s.tool.status(L, A) == "unsubscribed"


def test_h44_a_yes_without_effect_comes_to_rest(scene: New) -> None:
    s = scene()
    s.tool.do_not_mail.add(A)
    assert fine(s.run(s.says("r", A))).fate("r") == "written"
    for _ in range(2):
        assert fine(s.run(s.says("r", A, City=str(s.clock.time)))).fate("r") == "skipped(vanished)"
    assert s.tool.calls_for(A) == ["subscribe"]


def test_h45_a_refused_payload_is_called_again_only_when_it_changed(scene: New) -> None:
    s = scene()
    s.tool.refused["poison"] = "2007"
    assert fine(s.run(s.says("r", A, City="poison"))).fate("r") == "rejected(vendor_refused)"
    assert fine(s.run(s.says("r", A, City="poison"))).fate("r") == "rejected(vendor_refused)"
    assert s.tool.calls_for(A) == ["subscribe"]
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r") == "written"
    assert s.tool.calls_for(A) == ["subscribe", "subscribe"]


def test_h46_the_same_winner_whatever_the_order_of_arrival(tmp_path: object) -> None:
    written = set()
    for number, order in enumerate(itertools.permutations(["Leads", "Contacts", "Partners"])):
        feeds = {"s": [(stream, L) for stream in ("Leads", "Contacts", "Partners")]}
        s = Scene(f"{tmp_path}/ledger{number}.db", feeds=feeds)
        fine(s.run(*[s.says("1", A, stream=stream, cursor=5, contacted=7.0, City=stream) for stream in order]))
        written.add(s.tool.fields_of(L, A)["City"])
        calls = len(s.tool.calls)
        fine(s.run(*[s.says("1", A, stream=stream, cursor=6, contacted=7.0, City=stream) for stream in reversed(order)]))
        assert len(s.tool.calls) == calls, "at rest"
    assert len(written) == 1
