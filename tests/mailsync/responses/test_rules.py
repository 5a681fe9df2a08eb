"""E6 and E7: items by rule, each once; and the brake."""

from __future__ import annotations

from mailsync.membership.told import Braked
from mailsync.responses.crm import Ability, PersonId
from mailsync.responses.plan import Kind, Rule, RuleGroup
from tests.mailsync.responses.histories import New, fine, known, people, scene, two_opens
from tests.mailsync.responses.scene import DAY, A, F, X, creation, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED = Kind.OPENED, Kind.CLICKED


def test_e6_the_activity_belongs_to_the_persons_owner_unless_the_rule_names_one(known: New) -> None:
    deal = Rule("deal", Ability.DEAL, frozenset({OPENED}), times=2, subject="Deal", owner="u7")
    s = known(groups=for_all(X, deal))
    s.crm.has("1", A, owner="u5")
    fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)))
    assert {(item.makes, item.owner) for item in s.crm.items.values()} == {(Ability.ACTIVITY, "u5"), (Ability.DEAL, "u7")}


def test_e6_bounces_of_both_kinds_may_count_for_one_rule(known: New) -> None:
    bounced = Rule("bounced", Ability.ACTIVITY, frozenset({Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE}), times=2, subject="{status}")
    s = known(groups=for_all(bounced))
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, Kind.SOFT_BOUNCE), s.says("C2", A, Kind.HARD_BOUNCE)))
    assert s.crm.items_of(p) == ["hard bounce"]


def test_e6_a_refused_item_is_told_with_its_rule_and_tried_again_at_the_recheck(known: New) -> None:
    s = known(groups=for_all(X))
    p = s.crm.has("1", A)
    s.crm.refuses_items = "MANDATORY_NOT_FOUND"
    ran = fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)))
    assert ran.fates() == {"rejected(item)": 2}
    assert "X MANDATORY_NOT_FOUND" in ran.summary.examples["responses", "crm", "rejected", "item"].values()
    s.crm.refuses_items = ""
    fine(s.run(after=8 * DAY))
    assert len(s.crm.items_of(p)) == 1


def test_e6_who_is_gone_when_the_rule_fires_hands_over_in_the_same_settle(known: New) -> None:
    s = known(groups=for_all(X))
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, OPENED)))
    s.crm.deletes(p)
    q = s.crm.has("2", A, module="Contacts")
    fine(s.run(s.says("C1", A, CLICKED)))
    fine(s.run(s.says("C2", A, OPENED)))
    assert s.crm.items_of(q) == ["Call: 2 opens"]


def test_e7_a_note_for_each_campaign_that_counts_once(known: New) -> None:
    note = Rule("clicks", Ability.NOTE, frozenset({CLICKED}), subject="{status}: {campaign}")
    s = known(groups=for_all(note))
    p = s.crm.has("1", A)
    for _ in range(2):
        fine(s.run(s.says("C1", A, CLICKED), s.says("C2", A, CLICKED), s.says("C3", A, OPENED)))
    assert sorted(s.crm.items_of(p)) == ["clicked: Newsletter C1", "clicked: Newsletter C2"]


def test_people_made_by_us_get_a_filters_rules_only_if_they_match(known: New) -> None:
    s = known(creation=creation(), groups=(RuleGroup(F, (X,)),))
    fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)))
    [p] = s.crm.holders(A)
    assert s.crm.items_of(p) == []
    s.crm.people_by_id[p].filters = {"F"}
    fine(s.run(s.says("C3", A, OPENED)))
    assert len(s.crm.items_of(p)) == 1


def test_a_new_rule_over_a_long_history_does_not_fire_without_a_yes(known: New) -> None:
    s = known()
    everybody = people(s, 51)
    fine(s.run(two_opens(s, 51)))
    ran = s.run(s.says("C3", "p0@example.com", CLICKED), groups=for_all(X))
    assert isinstance(ran.error, Braked)
    assert "'X': 51 of the 51 people" in str(ran.error)
    assert s.crm.items == {}
    assert s.crm.status("C3", everybody[0]) == "clicked"
    assert isinstance(s.run(groups=for_all(X)).error, Braked)
    fine(s.run(groups=for_all(X), rules_over_brake=True))
    assert len(s.crm.items) == 51
    fine(s.run(groups=for_all(X)))
    assert len(s.crm.items) == 51


def test_a_new_rule_that_fires_for_fifty_is_not_braked_and_other_rules_go_on(known: New) -> None:
    s = known(groups=for_all(X))
    people(s, 51)
    fine(s.run(two_opens(s, 50)))
    note = Rule("new", Ability.NOTE, frozenset({OPENED}), subject="note")
    fine(s.run(groups=for_all(X, note)))
    assert len(s.crm.items) == 50 + 100


def test_the_brake_counts_only_people_in_the_rules_filter(known: New) -> None:
    s = known()
    everybody = people(s, 60)
    for one in everybody[:3]:
        s.crm.people_by_id[one].filters = {"F"}
    fine(s.run(two_opens(s, 60)))
    fine(s.run(groups=(RuleGroup(F, (X,)),)))
    assert len(s.crm.items) == 3


def test_a_first_sync_of_a_long_history_waits_to_be_complete_and_is_braked(scene: New) -> None:
    s = scene(options={"groups": for_all(X)})
    people(s, 60)
    ran = fine(s.run(s.campaign("C1"), s.campaign("C2"), two_opens(s, 60), complete=False))
    assert ran.fates() == {"postponed(relearning)": 120}
    assert s.crm.items == {}
    assert isinstance(s.run().error, Braked)
    assert s.crm.items == {}
    assert s.crm.status("C1", PersonId("Leads", "0")) == "opened"


def test_a_braked_rule_costs_no_call_in_later_runs(known: New) -> None:
    s = known()
    people(s, 51)
    fine(s.run(two_opens(s, 51)))
    assert isinstance(s.run(groups=for_all(X)).error, Braked)
    s.crm.calls.clear()
    assert isinstance(s.run(two_opens(s, 51), groups=for_all(X)).error, Braked)
    assert s.crm.calls == []
