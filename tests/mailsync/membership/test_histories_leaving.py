"""Histories 14 to 27 of docs/membership.md: people who leave, at any moment, by any door."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import TWO_LISTS, A, B, C, fine, heal, on_call, scene
from tests.mailsync.membership.scene import L2, L, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
ADOPT = {"adopt_existing": True, "confirm_after_ledger_loss": True}


def test_h14_who_left_before_the_read_gets_no_call(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.tool.leaves(L, A)
    before = len(s.tool.calls)
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r") == "skipped(left)"
    assert len(s.tool.calls) == before


def left_between_read_and_update(s: Scene) -> None:
    s.tool.before_write.append(lambda: s.tool.leaves(L, A, by_mail="newsletter"))


def test_h15_who_left_between_read_and_update_is_taken_off_again_at_the_end(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    left_between_read_and_update(s)
    ran = fine(s.run(s.says("r", A, City="Rome")))
    assert s.tool.calls_for(A)[-2:] == ["subscribe", "take_off"]
    assert s.tool.status(L, A) == "unsubscribed"
    assert ran.did("taken_off") == 1
    assert fine(s.run(s.says("r", A, City="Oslo"))).fate("r") == "skipped(left)"


def test_h16_the_undoing_is_done_first_in_the_next_run(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    left_between_read_and_update(s)
    s.tool.dial = on_call("take_off", "crash_before")
    assert isinstance(s.run(s.says("r", A, City="Rome")).error, Crash)
    assert s.tool.status(L, A) == "active", "our update brought them back"
    heal(s)
    before = len(s.tool.calls)
    ran = fine(s.run(s.says("r", A, City="Rome"), s.says("q", C)))
    assert [(call.method, call.address) for call in s.tool.calls[before:]] == [("take_off", A), ("subscribe", C)]
    assert ran.fate("r") == "skipped(left)"


def test_h17_a_foreign_member_whose_leaving_we_undid_is_taken_off_too(scene: New) -> None:
    s = scene(options=ADOPT)
    s.tool.signs_up(L, A)
    left_between_read_and_update(s)
    fine(s.run(s.says("r", A, City="Rome")))
    assert s.tool.calls_for(A) == ["subscribe", "take_off"]
    assert s.tool.status(L, A) == "unsubscribed"


def test_h18_a_complaint_ends_all_calls_and_leaves_a_foreign_membership_alone(scene: New) -> None:
    s = scene(feeds=TWO_LISTS, options=ADOPT)
    s.tool.signs_up(L2, A)
    fine(s.run(s.says("q", A, stream="Contacts", City="Rome", contacted=5.0)))
    fine(s.run(s.says("r", A)))
    assert "subscribe" in s.tool.calls_for(A, L2), "updated by us"
    s.tool.complains(L, A)
    before = len(s.tool.calls)
    ran = fine(s.run(s.says("r", A, City="x"), s.says("q", A, stream="Contacts", City="Oslo", contacted=5.0)))
    assert ran.fate("r", L) == "skipped(complaint)"
    assert ran.fate("q", L2) == "skipped(complaint)"
    assert len(s.tool.calls) == before
    assert s.tool.status(L2, A) == "active"


def test_h18_a_complaint_takes_our_own_membership_of_another_list_off(scene: New) -> None:
    s = scene(feeds=TWO_LISTS)
    fine(s.run(s.says("r", A), s.says("q", A, stream="Contacts")))
    s.tool.complains(L, A)
    fine(s.run())
    assert s.tool.status(L2, A) == "unsubscribed"


def test_h19_a_leaving_follows_the_person_to_a_new_address(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.tool.leaves(L, A)
    assert fine(s.run(s.says("r", B))).fate("r") == "skipped(left_elsewhere)"
    assert s.tool.calls_for(B) == []


def test_h19_a_new_address_that_is_ours_already_is_taken_off(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("q", B)))
    s.tool.leaves(L, A)
    ran = fine(s.run(s.says("r", B)))
    assert ran.fate("r") == "skipped(left_elsewhere)"
    assert s.tool.status(L, B) == "unsubscribed"
    assert ran.did("taken_off") == 1


def test_h20_a_bounce_does_not_follow_to_a_new_address(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.tool.bounces(L, A)
    assert fine(s.run(s.says("r", A, City="x"))).fate("r") == "skipped(bounced)"
    assert fine(s.run(s.says("r", B))).fate("r") == "written"
    assert s.tool.status(L, B) == "active"


def opted_out_by_an_old_mail(s: Scene) -> None:
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", B)))
    s.tool.leaves(L, A, by_mail="last year")
    fine(s.run())


def test_h21_an_opt_out_by_an_old_mail_takes_the_new_address_off(scene: New) -> None:
    s = scene()
    opted_out_by_an_old_mail(s)
    assert s.tool.status(L, B) == "unsubscribed"


def test_h22_who_signs_up_with_the_new_address_afterwards_is_theirs_and_gets_no_call(scene: New) -> None:
    s = scene()
    opted_out_by_an_old_mail(s)
    fine(s.run())
    s.tool.signs_up(L, B)
    before = len(s.tool.calls)
    assert fine(s.run(s.says("r", B, City="Rome"))).fate("r") == "skipped(left_elsewhere)"
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, B) == "active"
    assert len(s.tool.calls) == before


def test_h23_a_crm_opt_out_acts_at_once_without_complete_and_outside_the_brake(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("q", B)))
    ran = fine(s.run(s.says("r", A, opt_out=True), s.says("q", B, opt_out=True), complete=False))
    assert (ran.fate("r"), ran.fate("q")) == ("skipped(crm_opt_out)", "skipped(crm_opt_out)")
    assert s.tool.active(L) == set(), "all of several, which a removal would brake"
    assert ran.did("taken_off") == 2


@pytest.mark.parametrize("deletes", [False, True])
def test_h24_a_crm_opt_out_can_be_taken_back(scene: New, deletes: bool) -> None:
    s = scene(deletes=deletes)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", A, opt_out=True)))
    assert s.tool.status(L, A) != "active"
    fine(s.run())
    assert fine(s.run(s.says("r", A))).fate("r") == "written"
    assert s.tool.status(L, A) == "active"


def test_h24_not_where_a_response_says_that_they_left(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", A, opt_out=True)))
    s.tool.leaves(L, A, by_mail="last mail")
    assert fine(s.run(s.says("r", A))).fate("r") == "skipped(left)"
    assert s.tool.status(L, A) == "unsubscribed"


def test_h25_a_dead_records_opt_out_still_counts(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", A, opt_out=True)))
    fine(s.run(s.gone("r")))
    assert fine(s.run(s.says("q", A))).fate("q") == "skipped(crm_opt_out)"
    assert s.tool.status(L, A) == "unsubscribed"


def test_h26_the_contacts_own_value_replaces_the_converted_leads_opt_out(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A, opt_out=True)))
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c")), complete=["Leads"]))
    assert s.tool.status(L, A) == "absent", "until then the lead's opt-out counts"
    assert fine(s.run(s.says("c", A, stream="Contacts"))).fate("c") == "written"


def test_h26_a_known_contact_that_is_not_opted_out_ends_it_at_once(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A, opt_out=True), s.says("c", A, stream="Contacts")))
    assert s.tool.status(L, A) == "absent"
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c"))))
    assert s.tool.status(L, A) == "active"


def test_h26_a_converted_lead_that_comes_back_with_its_heir_keeps_its_opt_out_and_its_history(scene: New) -> None:
    """The contact is not heard of until the run in which the lead lives again: nothing is handed over any more."""
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c")), complete=["Leads"]))
    ran = fine(s.run(s.says("r", B, opt_out=True), s.says("c", C, stream="Contacts")))
    assert (ran.fate("r"), ran.fate("c")) == ("skipped(crm_opt_out)", "written")
    s.tool.leaves(L, A, by_mail="news")
    assert fine(s.run(s.says("c", C, stream="Contacts", City="Bern"))).fate("c") == "written", "A was the lead's, and is not the contact's"


def test_h26_an_opted_out_contact_stays_opted_out(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c")), complete=["Leads"]))
    assert fine(s.run(s.says("c", A, stream="Contacts", opt_out=True))).fate("c") == "skipped(crm_opt_out)"
    assert s.tool.status(L, A) == "unsubscribed"


def test_h27_an_opt_out_covers_every_address_the_record_ever_held(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", B)))
    fine(s.run(s.says("r", B, opt_out=True)))
    assert fine(s.run(s.says("q", A))).fate("q") == "skipped(crm_opt_out)"
    assert s.tool.active(L) == set()
