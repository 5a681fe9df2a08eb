"""The decision for one (list, address), row by row: D1 to D13 of docs/membership.md, and what may come before what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailsync.membership.model import Action, MemberRow, RecordRow, Rules, Situation, decide
from mailsync.membership.plan import RecordFate

L, A, RUN, T = "acc/L", "a@example.com", 7, 1000.0
PRIVATE = Rules(
    has_form=False,
    allow_confirmation_mails=False,
    can_delete_member=False,
    returns_after_removal=True,
    opt_out_reaches_everyone=False,
    run=RUN,
)
FORM = replace(PRIVATE, has_form=True)


def a_record(**changes: Any) -> RecordRow:
    return RecordRow(**{"sync": "s", "stream": "Leads", "id": "1", "address": A, "spelling": A, "payload": "{}", "payload_hash": "h1", **changes})


def a_member(**changes: Any) -> MemberRow:
    return MemberRow(**{"list": L, "address": A, "spelling": A, "seen_at": T, **changes})


def on(**changes: Any) -> MemberRow:
    return a_member(seen="active", **changes)


def situation(member: MemberRow, *, claimed: bool = True, record: RecordRow | None = None, **changes: Any) -> Situation:
    record = record or a_record()
    return Situation(member, winner=record if claimed else None, claimants=[record] if claimed else [], **changes)


def decided(at: Situation, rules: Rules = PRIVATE) -> tuple[Action, RecordFate, str]:
    found = decide(at, rules)
    return found.action, found.fate, found.reason


LEAVINGS = ["crm_opt_out", "complaint", "left", "left_elsewhere", "forgotten"]
BY_ADDRESS = ["vanished", "bounced"]


@pytest.mark.parametrize("reason", LEAVINGS)
def test_d1_who_left_is_taken_off_when_the_membership_is_ours(reason: str) -> None:
    assert decided(situation(on(ours=1), suppressed=reason, suppressed_since=T)) == (Action.TAKE_OFF, RecordFate.SKIPPED, reason)


@pytest.mark.parametrize("reason", LEAVINGS)
def test_d1_a_subscription_without_an_answer_counts_as_on(reason: str) -> None:
    member = a_member(seen="absent", open="sub", ours=1)
    assert decided(situation(member, suppressed=reason))[0] is Action.TAKE_OFF


def test_d1_a_leaving_acts_though_nobody_claims_the_address_any_more() -> None:
    assert decided(situation(on(ours=1), claimed=False, suppressed="left"))[0] is Action.TAKE_OFF


def test_d1_a_foreign_membership_is_taken_off_only_to_undo_our_own_call() -> None:
    called_before = situation(on(called_at=T - 10), suppressed="left", suppressed_since=T)
    called_after = situation(on(called_at=T + 10), suppressed="left", suppressed_since=T)
    assert decided(called_before)[0] is Action.NONE
    assert decided(called_after)[0] is Action.TAKE_OFF


def test_d1_a_crm_opt_out_leaves_a_foreign_member_alone_unless_it_shall_reach_everyone() -> None:
    at = situation(on(called_at=T + 10), suppressed="crm_opt_out")
    assert decided(at)[0] is Action.NONE
    assert decided(at, replace(PRIVATE, opt_out_reaches_everyone=True))[0] is Action.TAKE_OFF


def test_d1_erasure_and_leaving_elsewhere_leave_a_foreign_member_alone() -> None:
    for reason in ("forgotten", "left_elsewhere"):
        for called_at in (0.0, T + 10):
            assert decided(situation(on(called_at=called_at), suppressed=reason, suppressed_since=T))[0] is Action.NONE, reason


@pytest.mark.parametrize("reason", BY_ADDRESS)
def test_d2_bounced_and_vanished_stop_calls_but_take_nobody_off(reason: str) -> None:
    assert decided(situation(on(ours=1, called_at=T + 10), suppressed=reason)) == (Action.NONE, RecordFate.SKIPPED, reason)


@pytest.mark.parametrize("reason", [*LEAVINGS, *BY_ADDRESS, "left_or_returned"])
def test_d2_nobody_suppressed_is_subscribed(reason: str) -> None:
    for seen in ("absent", "unsubscribed", "bounced"):
        assert decided(situation(a_member(seen=seen, ours=1), suppressed=reason)) == (Action.NONE, RecordFate.SKIPPED, reason)


def test_d3_an_address_that_nobody_claims_is_left_to_the_removals() -> None:
    assert decided(situation(on(ours=1), claimed=False)) == (Action.NONE, RecordFate.RELEASED, "")


def test_d5_pending_and_unknown_are_never_called_again() -> None:
    for rules in (PRIVATE, FORM, replace(FORM, allow_confirmation_mails=True)):
        assert decided(situation(a_member(pending=1)), rules) == (Action.NONE, RecordFate.PENDING_CONFIRMATION, "confirmation_sent")
        assert decided(situation(a_member(unknown=1)), rules) == (Action.NONE, RecordFate.PENDING_CONFIRMATION, "outcome_unknown")


def test_d5_an_open_call_waits_for_the_next_complete_read() -> None:
    assert decided(situation(on(open="sub", ours=1), written_hash="other"))[0] is Action.NONE
    assert decided(situation(a_member(open="sub", ours=1)))[1:] == (RecordFate.PENDING_CONFIRMATION, "outcome_unknown")


def test_d6_a_refused_payload_is_not_sent_again_until_it_changes() -> None:
    refused = a_member(rejected_hash="h1", rejected_reason="vendor_refused")
    assert decided(situation(refused)) == (Action.NONE, RecordFate.REJECTED, "vendor_refused")
    assert decided(situation(refused, record=a_record(payload_hash="h2")))[0] is Action.SUBSCRIBE


def test_d7_equal_fields_cost_no_call() -> None:
    assert decided(situation(on(), written_hash="h1")) == (Action.NONE, RecordFate.UNCHANGED, "")
    assert decided(situation(on(called_by=RUN), written_hash="h1")) == (Action.NONE, RecordFate.WRITTEN, "")


def test_d8_a_member_of_a_form_list_gets_no_update() -> None:
    for rules in (FORM, replace(FORM, allow_confirmation_mails=True)):
        assert decided(situation(on(), written_hash="other"), rules) == (Action.NONE, RecordFate.SKIPPED, "update_may_mail")


def test_d9_a_form_list_takes_nobody_without_an_explicit_yes() -> None:
    assert decided(situation(a_member()), FORM) == (Action.NONE, RecordFate.SKIPPED, "form_list")
    assert decided(situation(a_member()), replace(FORM, allow_confirmation_mails=True))[0] is Action.SUBSCRIBE


def test_d9_nobody_removed_by_us_is_asked_to_confirm_again() -> None:
    allowed = replace(FORM, allow_confirmation_mails=True)
    assert decided(situation(a_member(removed="removed")), allowed) == (Action.NONE, RecordFate.SKIPPED, "removed_before")


def test_d10_returns_after_our_own_removal_follow_the_option() -> None:
    removed = situation(a_member(seen="unsubscribed", removed="removed"))
    assert decided(removed)[0] is Action.SUBSCRIBE
    never = replace(PRIVATE, returns_after_removal=False)
    assert decided(removed, never) == (Action.NONE, RecordFate.SKIPPED, "removed_before")
    assert decided(situation(a_member(removed="removed")), replace(never, can_delete_member=True))[0] is Action.SUBSCRIBE


def test_d12_other_fields_are_an_update() -> None:
    assert decided(situation(on(), written_hash="other")) == (Action.UPDATE, RecordFate.WRITTEN, "")
    assert decided(situation(on(), written_hash=None))[0] is Action.UPDATE


def test_d13_who_is_not_on_is_subscribed() -> None:
    assert decided(situation(a_member())) == (Action.SUBSCRIBE, RecordFate.WRITTEN, "")


def test_answered_since_the_last_read_is_on() -> None:
    assert a_member(answered_at=T + 1).is_on
    assert not a_member(answered_at=T - 1).is_on
    assert not on(removed="removed").is_on


def test_a_record_that_may_not_be_written_is_rejected_with_its_reason() -> None:
    blocked = a_record(verdict="required_field_empty")
    assert decided(situation(on(), record=blocked, written_hash="other")) == (Action.NONE, RecordFate.REJECTED, "required_field_empty")


def test_the_order_of_the_rows_suppression_before_pending_before_rejection_before_equality() -> None:
    worst = on(ours=1, pending=1, rejected_hash="h1", rejected_reason="role_address")
    assert decided(situation(worst, suppressed="bounced", written_hash="h1"))[1:] == (RecordFate.SKIPPED, "bounced")
    assert decided(situation(worst, written_hash="h1"))[1:] == (RecordFate.PENDING_CONFIRMATION, "confirmation_sent")
    assert decided(situation(replace(worst, pending=0), written_hash="h1"))[1:] == (RecordFate.REJECTED, "role_address")


def test_the_winner_is_the_last_contacted_then_the_last_modified_then_by_id_sync_and_stream() -> None:
    rows = [
        a_record(contacted=5.0, id="1"),
        a_record(contacted=4.0, modified=9.0, id="9"),
        a_record(contacted=5.0, modified=1.0, id="2"),
        a_record(contacted=5.0, modified=1.0, id="2", stream="Contacts"),
        a_record(contacted=5.0, modified=1.0, id="2", sync="r"),
    ]
    assert max(rows, key=lambda row: row.rank) is rows[2]
    assert max(reversed(rows), key=lambda row: row.rank) is rows[2]
