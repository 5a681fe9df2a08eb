"""The thirty histories of the response model, in its numbers. p, q people; a, b addresses; C1 was sent before C2; rule X makes an activity after two opens."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

from mailsync.errors import ConfigError
from mailsync.ledger.schema import recipient
from mailsync.membership.plan import RecordFate
from mailsync.responses.crm import PersonId
from mailsync.responses.plan import Kind, OptOut, Rule, RuleGroup
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.responses.histories import New, fine, heal, known, on_call, scene
from tests.mailsync.responses.scene import DAY, A, B, F, G, Scene, X, creation, for_all

__all__ = ["known", "scene"]
CLICKED, OPENED, SENT, UNSUBSCRIBED = Kind.CLICKED, Kind.OPENED, Kind.SENT, Kind.UNSUBSCRIBED
WITH_X = {"groups": for_all(X)}


def opens(s: Scene, *campaigns: str, address: str = A) -> list:
    return [one for campaign in campaigns for one in s.says(campaign, address, OPENED)]


def x_done(known: New, **options: object) -> tuple[Scene, PersonId]:
    """p opened C1 and C2, and X made its activity."""
    s = known(**{**WITH_X, **options})
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1", "C2")))
    assert len(s.crm.items_of(p)) == 1
    return s, p


def test_1_the_highest_of_the_set_is_shown_whatever_comes_last_and_costs_one_call(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, CLICKED, SENT, OPENED)))
    assert s.crm.status("C1", p) == "clicked"
    assert len(s.crm.made("write_member_statuses")) == 1


def test_2_a_late_response_of_an_older_campaign_moves_its_member_status_and_not_the_field(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1", "C2")))
    assert s.crm.field(p, "Last_Status") == "opened"
    fine(s.run(s.says("C1", A, CLICKED)))
    assert s.crm.status("C1", p) == "clicked"
    assert (s.crm.field(p, "Last_Campaign"), s.crm.field(p, "Last_Status")) == ("Newsletter C2", "opened")


def test_3_a_soft_bounce_may_still_be_delivered_and_who_opened_was_reached(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, Kind.SOFT_BOUNCE), s.says("C2", A, Kind.HARD_BOUNCE)))
    assert (s.crm.status("C1", p), s.crm.status("C2", p)) == ("soft_bounce", "hard_bounce")
    fine(s.run(s.says("C1", A, SENT), s.says("C2", A, OPENED)))
    assert (s.crm.status("C1", p), s.crm.status("C2", p)) == ("sent", "opened")


def test_4_a_hard_bounce_after_an_opening_changes_nothing(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1")))
    fine(s.run(s.says("C1", A, Kind.HARD_BOUNCE)))
    assert s.crm.status("C1", p) == "opened"


def test_5_one_opening_replayed_does_not_cross_a_threshold(known: New) -> None:
    s = known(**WITH_X)
    p = s.crm.has("1", A)
    for _ in range(5):
        fine(s.run(opens(s, "C1")))
    assert s.crm.items_of(p) == []
    assert len(s.crm.made("write_member_statuses")) == 1


def test_6_a_threshold_crossed_in_pieces_fires_once(known: New) -> None:
    s = known(**WITH_X)
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1")))
    fine(s.run(opens(s, "C2")))
    fine(s.run(opens(s, "C2")))
    assert s.crm.items_of(p) == ["Call: 2 opens"]


def test_7_the_same_campaign_at_two_addresses_of_one_person_counts_once(known: New) -> None:
    s = known(**WITH_X)
    p = s.crm.has("1", A, B)
    fine(s.run(opens(s, "C1"), opens(s, "C1", address=B)))
    assert s.crm.items_of(p) == []
    fine(s.run(opens(s, "C2", address=B)))
    assert len(s.crm.items_of(p)) == 1


@pytest.mark.parametrize("moment", ["crash_before", "crash_after"])
def test_8_after_a_crash_around_the_call_the_next_run_waits_out_the_margin_and_looks(known: New, moment: str) -> None:
    s = known(**WITH_X)
    p = s.crm.has("1", A)
    s.crm.dial = on_call("make_items", moment)
    assert isinstance(s.run(opens(s, "C1", "C2")).error, Crash)
    heal(s)
    before = s.clock.time
    fine(s.run(after=2.0))
    assert s.clock.time - before > 59.0
    assert len(s.crm.items_of(p)) == 1
    assert len(s.crm.made("make_items")) == 1


def test_9_an_activity_that_staff_deleted_is_not_made_again(known: New) -> None:
    s, p = x_done(known)
    s.crm.deletes_items(p)
    fine(s.run(opens(s, "C1", "C2")))
    fine(s.run(groups=for_all(_times(1))))
    assert s.crm.items_of(p) == []


def test_10_a_merge_nobody_told_us_of_brings_the_activity_along(known: New) -> None:
    s, p = x_done(known)
    q = s.crm.has("2", B)
    s.crm.merges(p, q)
    fine(s.run(opens(s, "C1", "C2", address=B)))
    assert len(s.crm.items_of(q)) == 1


def test_11_who_takes_a_gone_persons_place_inherits_what_they_did_and_had(known: New) -> None:
    s, p = x_done(known)
    s.crm.deletes(p)
    q = s.crm.has("2", A)
    fine(s.run(s.says("C1", A, CLICKED)))
    assert s.crm.status("C1", q) == "clicked"
    assert s.crm.items_of(q) == []
    fine(s.run(opens(s, "C3")))
    assert s.crm.status("C3", q) == "opened"
    assert s.crm.items_of(q) == []


def test_12_a_filters_rules_override_those_for_all_also_an_empty_group(known: New) -> None:
    s = known(groups=(RuleGroup(F, ()), RuleGroup(None, (X,))))
    p, q = s.crm.has("1", A, filters={"F"}), s.crm.has("2", B)
    fine(s.run(opens(s, "C1", "C2"), opens(s, "C1", "C2", address=B)))
    assert s.crm.items_of(p) == []
    assert len(s.crm.items_of(q)) == 1


def test_13_all_matching_filters_fire_each_once(known: New) -> None:
    s = known(groups=(RuleGroup(F, (_named("in F"),)), RuleGroup(G, (_named("in G"),)), RuleGroup(None, (X,))))
    p = s.crm.has("1", A, filters={"F", "G"})
    fine(s.run(opens(s, "C1", "C2")))
    fine(s.run(opens(s, "C3")))
    assert sorted(s.crm.items_of(p)) == ["in F", "in G"]


def test_14_when_a_filter_cannot_be_read_statuses_are_written_and_rules_wait(known: New) -> None:
    s = known(groups=(RuleGroup(F, (_named("in F"),)),))
    p = s.crm.has("1", A, filters={"F"})
    s.crm.failing = {"in_filter"}
    ran = fine(s.run(opens(s, "C1", "C2")))
    assert s.crm.status("C2", p) == "opened"
    assert ran.fates() == {"postponed(lookup_failed)": 2}
    s.crm.failing = set()
    fine(s.run())
    assert s.crm.items_of(p) == ["in F"]


def test_15_a_lowered_rule_fires_for_what_is_known_and_not_again_for_who_had_it(known: New) -> None:
    s = known(groups=for_all(_times(3)))
    p, q = s.crm.has("1", A), s.crm.has("2", B)
    fine(s.run(opens(s, "C1", "C2", "C3"), opens(s, "C1", "C2", address=B)))
    assert (len(s.crm.items_of(p)), len(s.crm.items_of(q))) == (1, 0)
    fine(s.run(groups=for_all(_times(2))))
    assert (len(s.crm.items_of(p)), len(s.crm.items_of(q))) == (1, 1)


def test_16_a_look_up_that_failed_creates_nobody(known: New) -> None:
    s = known(creation=creation())
    s.crm.failing = {"find"}
    ran = fine(s.run(opens(s, "C1")))
    assert ran.fates() == {"postponed(lookup_failed)": 1}
    assert s.crm.made("make_people") == []


def test_17_a_person_another_sync_made_seconds_ago_is_used_though_the_search_lags(known: New) -> None:
    s = known(creation=creation())
    s.crm.index_lags = True
    fine(s.run(s.campaign("C1"), sync="t"))
    fine(s.run(opens(s, "C1")))
    fine(s.run(opens(s, "C2"), sync="t", after=3.0))
    assert len(s.crm.people_by_id) == 1
    [p] = s.crm.people_by_id
    assert s.crm.status("C2", p) == "opened"


@pytest.mark.parametrize("moment", ["lost_before", "lost_after"])
def test_18_the_lost_answer_of_a_new_person_is_waited_out_and_looked_up(known: New, moment: str) -> None:
    s = known(creation=creation())
    s.crm.index_lags = True
    s.crm.dial = on_call("make_people", moment)
    ran = fine(s.run(opens(s, "C1")))
    assert ran.fates() == {"written": 1}  # at the end of the run the margin is waited out
    fine(s.run(after=2.0))
    assert len(s.crm.holders(A)) == 1


def test_19_a_required_field_that_is_missing_is_named_and_tried_again_once_it_is_set(known: New) -> None:
    s = known(creation=creation())
    s.crm.required = {"Company"}
    ran = fine(s.run(opens(s, "C1")))
    assert ran.fates() == {"postponed(required_field)": 1}
    assert [detail for key, one in ran.summary.examples.items() if key[3] == "required_field" for detail in one.values()] == ["Company"]
    fine(s.run(creation=creation(constants={"Company": "unknown"})))
    fine(s.run(creation=creation(constants={"Company": "unknown"})))
    assert len(s.crm.holders(A)) == 1


def test_20_of_two_with_one_address_the_last_contacted_is_credited_and_both_are_opted_out(known: New) -> None:
    s = known()
    p, q = s.crm.has("1", A), s.crm.has("2", A, contacted=5.0)
    fine(s.run(opens(s, "C1"), s.says("C1", A, UNSUBSCRIBED, org_level=True)))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == (None, "unsubscribed")
    assert s.crm.people_by_id[p].opted_out
    assert s.crm.people_by_id[q].opted_out


def test_21_a_leaving_of_one_list_or_of_unknown_level_is_no_opt_out_and_ours_is_nothing(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    q = s.crm.has("2", B)
    ran = fine(s.run(s.says("C1", A, UNSUBSCRIBED), s.says("C1", B, UNSUBSCRIBED, ours=True, org_level=True)))
    assert not s.crm.people_by_id[p].opted_out
    assert s.crm.status("C1", p) == "unsubscribed"
    assert not s.crm.people_by_id[q].opted_out
    assert s.crm.status("C1", q) is None
    assert ran.fates() == {"written": 1, "skipped(ours)": 1}


def test_22_a_level_that_is_proven_later_opts_out_once(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, UNSUBSCRIBED)))
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, org_level=True)))
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, org_level=True)))
    assert s.crm.people_by_id[p].opted_out
    assert len(s.crm.made("opt_out")) == 1


def test_23_what_staff_set_back_stays_so_until_a_new_leaving(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    leaving = s.says("C1", A, UNSUBSCRIBED, org_level=True)
    fine(s.run(leaving))
    s.crm.people_by_id[p].opted_out = False
    fine(s.run(leaving, s.says("C1", A, CLICKED)))
    assert not s.crm.people_by_id[p].opted_out
    fine(s.run(s.says("C2", A, UNSUBSCRIBED, org_level=True)))
    assert s.crm.people_by_id[p].opted_out


@pytest.mark.parametrize("somebody_has_a", [True, False])
def test_24_who_is_meant_is_decided_once_and_later_mail_belongs_to_the_new_holder(known: New, somebody_has_a: bool) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1")))
    s.crm.moves(p, B)
    q = s.crm.has("2", A) if somebody_has_a else p
    fine(s.run(s.says("C1", A, CLICKED), opens(s, "C2")))
    assert s.crm.status("C1", p) == "clicked"
    assert s.crm.status("C2", q) == "opened"


def test_25_one_locked_record_cancels_no_batch_and_is_asked_again_at_the_recheck(known: New) -> None:
    s = known()
    people = [s.crm.has(str(number), f"p{number}@example.com") for number in range(100)]
    s.crm.people_by_id[people[7]].locked = "RECORD_LOCKED"
    ran = fine(s.run([one for number in range(100) for one in s.says("C1", f"p{number}@example.com", OPENED)]))
    assert ran.fates() == {"written": 99, "rejected(member_status)": 1}
    assert ran.echoed["responses"] == [100, 1]
    s.crm.people_by_id[people[7]].locked = ""
    for _ in range(6):
        fine(s.run())
        assert s.crm.status("C1", people[7]) is None
    fine(s.run())
    assert s.crm.status("C1", people[7]) == "opened"


def test_26_after_a_lost_ledger_nothing_is_shown_before_everything_was_read_again(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, OPENED, CLICKED)))
    s.lose_ledger()
    s.crm.calls.clear()
    fine(s.run(s.campaign("C1"), s.says("C1", A, OPENED), reset=True, complete=False))
    assert s.crm.made("write_member_statuses") == s.crm.made("write_fields") == []
    fine(s.run(s.says("C1", A, CLICKED)))
    written = [row[2] for call in s.crm.made("write_member_statuses") for row in call.rows]
    assert written == ["clicked"]
    assert s.crm.status("C1", p) == "clicked"


def test_26_after_a_lost_ledger_who_could_not_be_looked_up_keeps_everything_waiting(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1"), opens(s, "C2")))
    s.lose_ledger()
    campaigns = [s.campaign("C1"), s.campaign("C2")]
    fine(s.run(*campaigns, opens(s, "C1"), reset=True, complete=False))
    s.crm.failing = {"find"}
    fine(s.run(*campaigns, opens(s, "C2")))
    s.crm.failing = set()
    assert s.crm.field(p, "Last_Campaign") == "Newsletter C2"
    fine(s.run())
    assert s.crm.field(p, "Last_Campaign") == "Newsletter C2"
    assert [row[1]["Last_Campaign"] for call in s.crm.made("write_fields") for row in call.rows] == ["Newsletter C2"] * 2


def test_27_a_restored_ledger_is_refused_and_after_a_reset_items_are_found_by_their_marks(known: New) -> None:
    s = known(**WITH_X)
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1")))
    s.close()
    shutil.copy(s.location, s.location + "-yesterday")
    fine(s.run(opens(s, "C2")))
    assert len(s.crm.items_of(p)) == 1
    s.lose_ledger()
    shutil.copy(s.location + "-yesterday", s.location)
    calls = len(s.crm.calls)
    assert isinstance(s.run().error, ConfigError)
    assert len(s.crm.calls) == calls
    fine(s.run(*(s.campaign(key) for key in ("C1", "C2")), opens(s, "C1", "C2"), reset=True))
    assert len(s.crm.items_of(p)) == 1
    assert len(s.crm.made("make_items")) == 1


def test_28_a_person_created_a_week_later_is_credited_with_everything_at_the_recheck(known: New) -> None:
    s = known(**WITH_X)
    ran = fine(s.run(opens(s, "C1", "C2"), s.says("C2", A, UNSUBSCRIBED, org_level=True)))
    assert ran.fates() == {"skipped(no_person)": 3}
    p = s.crm.has("1", A)
    fine(s.run())
    assert s.crm.status("C1", p) is None
    fine(s.run(after=7 * DAY))
    assert (s.crm.status("C1", p), s.crm.field(p, "Last_Status")) == ("opened", "unsubscribed")
    assert s.crm.people_by_id[p].opted_out
    assert len(s.crm.items_of(p)) == 1


def test_29_our_own_removal_is_no_leaving_and_a_second_round_writes_nothing(known: New) -> None:
    s = known(opt_out=OptOut.ANY_LEAVING)
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, UNSUBSCRIBED)))
    assert s.crm.people_by_id[p].opted_out
    s.crm.calls.clear()
    ran = fine(s.run(s.says("C1", A, UNSUBSCRIBED), s.says("", A, UNSUBSCRIBED, ours=True)))
    assert s.crm.calls == []
    assert ran.count(RecordFate.WRITTEN) == 0


def test_30_two_syncs_credit_the_same_person_though_the_address_moved_between_their_runs(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(opens(s, "C1")))
    s.crm.moves(p, B)
    q = s.crm.has("2", A)
    fine(s.run(s.campaign("C1"), s.says("C1", A, CLICKED), sync="t"))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("clicked", None)
    assert [row["person"] for row in s.rows(recipient)] == [str(p)]


def _times(times: int) -> Rule:
    return dataclasses.replace(X, times=times)


def _named(name: str) -> Rule:
    return dataclasses.replace(X, name=name, subject=name)


def test_a_lost_ledger_seconds_after_an_item_was_made_waits_until_the_item_must_show(known: New) -> None:
    s, p = x_done(known)
    s.crm.index_lags = True
    for item in s.crm.items.values():
        item.indexed_at = s.clock.time
    s.lose_ledger()
    fine(s.run(*(s.campaign(key) for key in ("C1", "C2")), opens(s, "C1", "C2"), reset=True, after=2.0))
    assert len(s.crm.items_of(p)) == 1
