"""What one complete read says of one membership: open intents, vanished, newer consent (docs/membership.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailsync.membership.model import MemberRow
from mailsync.membership.observe import ListFacts, Observed, observe

BEFORE, CALLED, NOW = 100.0, 150.0, 200.0  # the read before, a call of ours, this read
Z = ListFacts(has_form=False, can_delete_member=False, read_before=True, at=NOW)
M = replace(Z, can_delete_member=True)
F = replace(Z, has_form=True)


def member(seen: str, **changes: Any) -> MemberRow:
    return MemberRow(**{"list": "acc/L", "address": "a@example.com", "spelling": "a@example.com", "seen": seen, "seen_at": BEFORE, **changes})


def shown(row: MemberRow, now: str, facts: ListFacts = Z) -> Observed:
    found = observe(row, now, facts)
    assert row.open is None, "a complete read closes every open intent"
    assert row.seen == now
    return found


# Open subscriptions.


def test_open_subscription_absent_then_active_is_done_ours_and_written_once_more() -> None:
    row = member("absent", open="sub", ours=1, called_at=CALLED)
    found = shown(row, "active")
    assert found.rewrite
    assert found.suppress is None
    assert not found.consent
    assert row.ours == 1
    assert row.is_on


def test_open_subscription_absent_then_absent_on_a_private_list_is_called_again() -> None:
    row = member("absent", open="sub", ours=1, called_at=CALLED)
    found = shown(row, "absent")
    assert found.suppress is None
    assert not row.unknown
    assert not row.is_on
    assert found.changed, "it must be decided again"


def test_open_subscription_absent_then_absent_on_a_form_list_is_unknown_for_ever() -> None:
    row = member("absent", open="sub", called_at=CALLED)
    shown(row, "absent", F)
    assert row.unknown


def test_open_subscription_on_a_form_list_that_took_effect_is_theirs() -> None:
    row = member("absent", open="sub", ours=1, called_at=CALLED)
    shown(row, "active", F)
    assert not row.ours


def test_open_subscription_active_then_unsubscribed_has_left() -> None:
    assert shown(member("active", open="sub", ours=1, called_at=CALLED), "unsubscribed").suppress == "left"


def test_open_subscription_absent_then_unsubscribed_has_left() -> None:
    assert shown(member("absent", open="sub", ours=1, called_at=CALLED), "unsubscribed").suppress == "left"


def test_open_return_still_unsubscribed_where_the_vendor_can_only_unsubscribe_is_held() -> None:
    row = member("unsubscribed", open="sub", ours=1, removed="removed", removed_at=50.0, called_at=CALLED)
    assert shown(row, "unsubscribed").suppress == "left_or_returned"


def test_open_return_still_absent_where_the_vendor_deletes_is_called_again() -> None:
    row = member("absent", open="sub", ours=1, removed="removed", removed_at=50.0, called_at=CALLED)
    found = shown(row, "absent", M)
    assert found.suppress is None
    assert found.changed


def test_open_return_shown_active_is_ours_again() -> None:
    row = member("unsubscribed", open="sub", ours=1, removed="removed", removed_at=50.0, called_at=CALLED)
    found = shown(row, "active")
    assert row.is_on
    assert row.ours
    assert not found.consent


def test_open_update_then_absent_has_vanished() -> None:
    assert shown(member("active", open="sub", ours=1, called_at=CALLED), "absent").suppress == "vanished"


def test_open_update_then_active_is_written_once_more() -> None:
    assert shown(member("active", open="sub", ours=1, called_at=CALLED), "active").rewrite


# Open removals.


@pytest.mark.parametrize("intent", ["rem", "rem:crm_opt_out"])
def test_open_removal_still_active_is_decided_again(intent: str) -> None:
    row = member("active", open=intent, ours=1)
    found = shown(row, "active")
    assert row.removed is None
    assert row.is_on
    assert row.ours
    assert found.changed


@pytest.mark.parametrize(("facts", "now"), [(Z, "unsubscribed"), (M, "absent")])
def test_open_removal_that_took_effect_is_ours_and_no_leaving(facts: ListFacts, now: str) -> None:
    row = member("active", open="rem", ours=1)
    found = shown(row, now, facts)
    assert row.removed is not None
    assert found.suppress is None


# At rest.


def test_unsubscribed_without_us_has_left() -> None:
    assert shown(member("active", ours=1), "unsubscribed").suppress == "left"
    assert shown(member("absent"), "unsubscribed").suppress == "left"


def test_unsubscribed_by_our_own_removal_has_not_left() -> None:
    assert shown(member("active", removed="removed", removed_at=CALLED), "unsubscribed").suppress is None


def test_bounced_is_told_apart_from_leaving() -> None:
    assert shown(member("active", ours=1), "bounced").suppress == "bounced"


@pytest.mark.parametrize("seen", ["active", "unsubscribed", "bounced"])
def test_somebody_known_who_is_in_no_status_has_vanished(seen: str) -> None:
    assert shown(member(seen), "absent").suppress == "vanished"


def test_somebody_answered_ok_and_never_shown_has_vanished() -> None:
    assert shown(member("absent", ours=1, called_at=CALLED, answered_at=CALLED + 1), "absent").suppress == "vanished"


def test_an_answer_newer_than_the_start_of_the_read_is_not_judged_by_it() -> None:
    row = member("absent", ours=1, called_at=NOW + 1, answered_at=NOW + 2)
    assert shown(row, "absent").suppress is None
    assert row.is_on


@pytest.mark.parametrize("state", [{"removed": "removed", "removed_at": CALLED}, {"pending": 1}, {"unknown": 1}])
def test_removed_pending_and_unknown_do_not_vanish(state: dict[str, Any]) -> None:
    assert shown(member("active" if "removed" in state else "absent", **state), "absent").suppress is None


def test_back_without_a_call_of_ours_is_newer_consent_and_theirs() -> None:
    for seen in ("unsubscribed", "absent", "bounced"):
        row = member(seen, ours=1)
        assert shown(row, "active").consent, seen
        assert not row.ours


def test_back_after_a_call_of_ours_is_no_consent() -> None:
    for seen in ("unsubscribed", "absent"):
        row = member(seen, ours=1, called_at=CALLED, answered_at=CALLED + 1)
        assert not shown(row, "active").consent, seen
        assert row.ours


def test_active_alone_is_no_consent() -> None:
    assert not shown(member("active", ours=1), "active").consent


def test_the_first_read_of_a_list_proves_no_consent() -> None:
    row = member("absent", seen_at=0.0)
    assert not observe(row, "active", replace(Z, read_before=False)).consent


def test_back_after_our_own_removal_is_theirs() -> None:
    row = member("unsubscribed", ours=1, removed="removed", removed_at=50.0)
    shown(row, "active")
    assert row.removed is None
    assert not row.ours
    assert row.is_on


def test_a_removal_newer_than_the_start_of_the_read_is_not_judged_by_it() -> None:
    row = member("active", ours=1, removed="removed", removed_at=NOW + 1)
    shown(row, "active")
    assert row.removed == "removed"


def test_a_confirmed_person_has_signed_up_and_is_theirs() -> None:
    for state in ({"pending": 1}, {"unknown": 1}):
        row = member("absent", called_at=CALLED, **state)
        shown(row, "active")
        assert not row.pending
        assert not row.unknown
        assert not row.ours


def test_an_unsubscribed_person_is_pending_no_longer() -> None:
    row = member("absent", pending=1, called_at=CALLED)
    assert shown(row, "unsubscribed").suppress == "left"
    assert not row.pending
