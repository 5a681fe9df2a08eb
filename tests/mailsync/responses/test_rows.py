"""The tables of docs/responses.md row by row: what is absorbed, what each step does and leaves alone, and the fates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from mailsync.errors import ConfigError, RateLimited, VendorUnavailable
from mailsync.ledger import members
from mailsync.ledger.engine import Ledger
from mailsync.ledger.forgetting import forget
from mailsync.ledger.schema import due, profile, recipient, record
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.model import MemberRow
from mailsync.membership.plan import RecordFate, WhenSpent
from mailsync.membership.told import Braked, Stopped
from mailsync.membership.tool import Window
from mailsync.responses.crm import Ability, PersonId
from mailsync.responses.model import NEVER_MADE
from mailsync.responses.plan import CampaignPlan, Kind, OptOut, Response, Rule, RuleGroup, StatusField
from tests.mailsync.responses.histories import New, fine, heal, known, on_call, scene
from tests.mailsync.responses.scene import DAY, STATUSES, A, B, C, F, Scene, X, creation, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED, SENT, UNSUBSCRIBED = Kind.OPENED, Kind.CLICKED, Kind.SENT, Kind.UNSUBSCRIBED
LEAVING = {"org_level": True}


def people(s: Scene, count: int) -> list[PersonId]:
    return [s.crm.has(str(number), f"p{number}@example.com") for number in range(count)]


def two_opens(s: Scene, count: int) -> list[Response]:
    return [one for number in range(count) for key in ("C1", "C2") for one in s.says(key, f"p{number}@example.com", OPENED)]


# B: absorbing.


def test_b1_an_unsubscribe_that_our_own_removal_explains_is_nothing(known: New) -> None:
    s = known(mailing_account="zoho_campaigns/eu", opt_out=OptOut.ANY_LEAVING)
    p = s.crm.has("1", A)
    forward(
        s, lambda ledger, connection: members.save(ledger, connection, [MemberRow("zoho_campaigns/eu/L", A, A, removed="removed", removed_at=1.0)])
    )
    ran = fine(s.run(s.says("", A, UNSUBSCRIBED, lists=("L",))))
    assert ran.fates() == {"skipped(ours)": 1}
    assert not s.crm.people_by_id[p].opted_out


def test_b1_a_leaving_that_the_forward_sync_saw_too_is_one_even_if_it_removed_the_person_before(known: New) -> None:
    s = known(mailing_account="zoho_campaigns/eu", opt_out=OptOut.ANY_LEAVING)
    p = s.crm.has("1", A)
    forward(
        s, lambda ledger, connection: members.save(ledger, connection, [MemberRow("zoho_campaigns/eu/L", A, A, removed="removed", removed_at=1.0)])
    )
    forward(s, lambda ledger, connection: Suppressions(ledger, "zoho_campaigns/eu").add(connection, [("zoho_campaigns/eu/L", A, "left", 2.0)]))
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, lists=("L",))))
    assert s.crm.people_by_id[p].opted_out


def test_b2_an_address_that_is_none_is_rejected_and_stored_nowhere(known: New) -> None:
    s = known()
    ran = fine(s.run(s.says("C1", "not an address", OPENED)))
    assert ran.fates() == {"rejected(invalid_address)": 1}
    assert ran.echoed["responses"] == [1, 1]
    assert s.rows(recipient) == []


def test_b3_what_is_known_has_the_fate_of_its_row(known: New) -> None:
    s = known()
    s.crm.has("1", A)
    first = fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert first.fates() == {"written": 1, "skipped(no_person)": 1}
    calls = len(s.crm.calls)
    again = fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert again.fates() == {"unchanged": 1, "skipped(no_person)": 1}
    assert len(s.crm.calls) == calls


def test_b4_another_sync_that_heard_of_the_recipient_decides_again_too(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    click = Rule("t clicks", Ability.NOTE, frozenset({CLICKED}), subject="clicked")
    fine(s.run(s.campaign("C1"), s.says("C1", A, OPENED), sync="t", groups=for_all(click)))
    fine(s.run(s.says("C1", A, CLICKED)))
    fine(s.run(s.says("C1", A, CLICKED), sync="t", groups=for_all(click)))
    assert s.crm.items_of(p) == ["clicked"]


def test_what_the_source_takes_back_changes_nothing(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, Kind.DELIVERED)))
    ran = fine(s.run(s.says("C1", A, Kind.DELIVERED, taken_back=True)))
    assert ran.fates() == {"unchanged": 1}
    assert s.crm.status("C1", p) == "delivered"


def test_unopened_comes_with_age_and_not_from_the_mailing_tool(known: New) -> None:
    s = known()
    p, q = s.crm.has("1", A), s.crm.has("2", B)
    fine(s.run(s.says("C1", A, Kind.UNOPENED), s.says("C1", B, SENT, OPENED)))
    assert s.crm.status("C1", p) == "sent"
    fine(s.run(after=DAY))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("unopened", "opened")
    calls = len(s.crm.calls)
    fine(s.run(s.says("C1", A, Kind.UNOPENED)))
    assert len(s.crm.calls) == calls


# E1: people.


def test_e1_a_look_up_that_fails_for_one_address_leaves_the_others_alone(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.has("2", B)
    s.crm.poison = {B}
    ran = fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert ran.fates() == {"written": 1, "postponed(lookup_failed)": 1}
    assert s.crm.status("C1", p) == "opened"
    s.crm.poison = set()
    fine(s.run())
    assert s.crm.status("C1", PersonId("Leads", "2")) == "opened"


def test_e1_of_equals_the_last_modified_then_the_highest_id_is_meant(known: New) -> None:
    s = known()
    s.crm.has("9", A, modified=1.0)
    q = s.crm.has("10", A, modified=1.0)
    r = s.crm.has("1", B, modified=2.0)
    s.crm.has("2", B, modified=1.0)
    fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert (s.crm.status("C1", q), s.crm.status("C1", r)) == ("opened", "opened")


def test_e1_who_was_deleted_in_the_crm_is_not_made_again(known: New) -> None:
    s = known(creation=creation())
    fine(s.run(s.says("C1", A, OPENED)))
    [p] = s.crm.holders(A)
    s.crm.deletes(p)
    ran = fine(s.run(s.says("C1", A, CLICKED)))
    assert ran.fates() == {"skipped(person_deleted)": 1}
    ran = fine(s.run(s.says("C2", A, CLICKED)))
    assert ran.fates() == {"skipped(person_deleted)": 1}
    assert len(s.crm.made("make_people")) == 1


@pytest.mark.parametrize("kind", [*sorted(NEVER_MADE), Kind.UNSENT, Kind.SOFT_BOUNCE])
def test_e1_nobody_is_made_of_whom_the_mail_did_not_reach_or_who_left(known: New, kind: Kind) -> None:
    s = known(creation=creation())
    ran = fine(s.run(s.says("C1", A, kind)))
    assert ran.fates() == {"skipped(no_person)": 1}
    assert s.crm.made("make_people") == []


def test_e1_a_new_person_has_name_owner_and_constants_and_is_written_in_the_same_settle(known: New) -> None:
    s = known(creation=creation(constants={"Lead_Source": "Newsletter"}))
    ran = fine(s.run(s.says("C1", A, OPENED, first_name="Ann", last_name="Lee"), s.says("C1", B, OPENED)))
    [p], [q] = s.crm.holders(A), s.crm.holders(B)
    assert (s.crm.field(p, "First_Name"), s.crm.field(p, "Last_Name"), s.crm.field(p, "Lead_Source")) == ("Ann", "Lee", "Newsletter")
    assert (s.crm.field(q, "First_Name"), s.crm.field(q, "Last_Name")) == ("", "b")
    assert s.crm.people_by_id[p].owner == "u9"
    assert s.crm.status("C1", p) == "opened"
    assert ran.did("person made") == 2


def test_e1_whom_the_crm_says_it_has_already_is_taken(known: New) -> None:
    s = known(creation=creation())
    s.crm.unique_addresses = True
    s.crm.before.append(("make_people", lambda: s.crm.has("staff", A)))  # J1
    fine(s.run(s.says("C1", A, OPENED)))
    assert s.crm.holders(A) == [PersonId("Leads", "staff")]
    assert s.crm.status("C1", PersonId("Leads", "staff")) == "opened"


def test_e1_a_refused_new_person_is_tried_again_at_the_recheck(known: New) -> None:
    s = known(creation=creation())
    s.crm.refuses_people = "INVALID_DATA"
    assert fine(s.run(s.says("C1", A, OPENED))).fates() == {"rejected(person)": 1}
    s.crm.refuses_people = ""
    fine(s.run())
    assert s.crm.holders(A) == []
    fine(s.run(after=8 * DAY))
    assert len(s.crm.holders(A)) == 1


def test_subscribers_become_people_only_where_that_is_asked_for_and_while_they_are_active(known: New) -> None:
    s = known()
    assert fine(s.run(s.subscribes(A))).fates("contacts") == {"skipped(not_asked)": 1}
    assert s.rows(profile) == []
    wanted = creation(for_subscribers=True)
    q = s.crm.has("1", B)
    ran = fine(s.run(s.subscribes(A, first_name="Ann"), s.subscribes(B), s.subscribes(C, active=False), s.subscribes("none"), creation=wanted))
    assert ran.fates("contacts") == {"written": 1, "unchanged": 1, "skipped(not_active)": 1, "rejected(invalid_address)": 1}
    [p] = s.crm.holders(A)
    assert (s.crm.field(p, "First_Name"), s.crm.field(p, "Last_Name")) == ("Ann", "")
    assert s.crm.holders(B) == [q]
    calls = len(s.crm.calls)
    assert fine(s.run(s.subscribes(A, first_name="Ann"), s.subscribes(B), creation=wanted)).fates("contacts") == {"unchanged": 2}
    assert len(s.crm.calls) == calls


# E2: opt-outs.


def test_e2_nobody_is_opted_out_where_the_configuration_says_never(known: New) -> None:
    s = known(opt_out=OptOut.NEVER)
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING)))
    assert not s.crm.people_by_id[p].opted_out
    assert s.crm.status("C1", p) == "unsubscribed"


def test_e2_a_refused_opt_out_stays_due_in_every_run(known: New) -> None:
    s = known()
    p = s.crm.has("1", A, locked="RECORD_LOCKED")
    assert fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING))).fates() == {"rejected(opt_out)": 1}
    s.crm.people_by_id[p].locked = ""
    fine(s.run())
    assert s.crm.people_by_id[p].opted_out


def test_e2_who_is_opted_out_already_costs_no_call_and_staff_has_the_last_word(known: New) -> None:
    s = known()
    p = s.crm.has("1", A, opted_out=True)
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING)))
    assert s.crm.made("opt_out") == []
    s.crm.people_by_id[p].opted_out = False
    fine(s.run(s.says("C1", A, CLICKED)))
    assert not s.crm.people_by_id[p].opted_out


def test_e2_who_was_credited_is_opted_out_also_after_the_address_moved(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, OPENED)))
    s.crm.moves(p, B)
    q = s.crm.has("2", A)
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING)))
    assert s.crm.people_by_id[p].opted_out
    assert s.crm.people_by_id[q].opted_out


def test_e2_a_leaving_that_no_campaign_explains_opts_out_and_shows_nowhere_else(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("", A, UNSUBSCRIBED, **LEAVING)))
    assert s.crm.people_by_id[p].opted_out
    assert [call.method for call in s.crm.writes()] == ["opt_out"]


def test_e2_does_not_wait_while_everything_is_read_anew(scene: New) -> None:
    s = scene()
    p = s.crm.has("1", A)
    ran = fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING), complete=False))
    assert s.crm.people_by_id[p].opted_out
    assert [call.method for call in s.crm.writes()] == ["opt_out"]
    assert any("read anew" in note for note in ran.summary.notes)


# The people of one forward sync.


def test_only_people_of_one_forward_sync_get_statuses_and_items_and_all_get_their_opt_out(known: New) -> None:
    s = known(brought_by="forward", groups=for_all(X))
    p, q = s.crm.has("1", A), s.crm.has("2", B)
    values = {"opt_out": 0, "contacted": 0.0, "modified": 0.0, "live": 1, "generation": 0, "moved": 0}
    forward(s, lambda _, connection: connection.execute(sa.insert(record), {"sync": "forward", "stream": "Leads", "id": "1", **values}))
    said = [one for address in (A, B) for key in ("C1", "C2") for one in s.says(key, address, OPENED)]
    ran = fine(s.run(said, s.says("C1", B, UNSUBSCRIBED, **LEAVING)))
    assert ran.fates() == {"written": 4, "not_ours": 1}
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("opened", None)
    assert s.crm.people_by_id[q].opted_out
    assert s.crm.items_of(q) == []


# E3: campaigns.


def test_e3_a_campaign_is_written_once_and_refreshed_when_it_changed(known: New) -> None:
    s = known(campaigns=CampaignPlan({"opened": "Opens"}, {"subject": "Subject"}, {"Type": "Email"}))
    s.crm.calls.clear()
    assert fine(s.run(s.campaign("C1"))).fates("campaigns") == {"unchanged": 1}
    assert s.crm.calls == []
    fine(s.run(s.campaign("C1", figures={"opened": 3.0}), s.campaign("C1", facts={"subject": "Hello"})))
    [campaign] = [one for one in s.crm.campaigns.values() if one.key == "C1"]
    assert campaign.values == {"Type": "Email", "Opens": 3.0, "Subject": "Hello"}
    assert len(s.crm.made("write_campaigns")) == 1


def test_e3_a_campaign_that_staff_deleted_is_not_made_again(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.deletes_campaign("C1")
    fine(s.run(s.says("C1", A, OPENED)))
    ran = fine(s.run(s.campaign("C1", figures={"opened": 9.0}), s.says("C1", A, CLICKED)))
    assert ran.fates("campaigns") == {"skipped(campaign_deleted)": 1}
    assert [one.key for one in s.crm.campaigns.values() if one.alive] == ["C2", "C3"]
    assert s.crm.field(p, "Last_Status") == "clicked"


def test_e3_a_refused_campaign_keeps_its_members_waiting_and_nothing_else(known: New) -> None:
    s = known(groups=for_all(X))
    p = s.crm.has("1", A)
    s.crm.refuses_campaigns = "MANDATORY_NOT_FOUND"
    ran = fine(s.run(s.campaign("C7"), s.says("C7", A, OPENED), s.says("C1", A, OPENED)))
    assert ran.fates("campaigns") == {"rejected(campaign)": 1}
    assert ran.fates() == {"postponed(campaign_not_written)": 1, "written": 1}
    assert s.crm.field(p, "Last_Campaign") == "Newsletter C7"
    assert len(s.crm.items_of(p)) == 1
    s.crm.refuses_campaigns = ""
    fine(s.run(s.campaign("C7", figures={"opened": 1.0})))
    assert s.crm.status("C7", p) == "opened"


def test_e3_a_part_of_a_campaign_comes_after_its_parent(known: New) -> None:
    s = known()
    fine(s.run(s.campaign("C8", parent="C9"), s.campaign("C9")))
    rows = {row.key: row for call in s.crm.made("write_campaigns") for row in call.rows}
    assert rows["C8"].parent_id == next(one.id for one in s.crm.campaigns.values() if one.key == "C9")


def test_e3_rows_of_a_campaign_whose_record_has_not_come_wait_for_it(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    assert fine(s.run(s.says("C7", A, OPENED))).fates() == {"postponed(campaign_unknown)": 1}
    fine(s.run(s.campaign("C7")))
    assert (s.crm.status("C7", p), s.crm.field(p, "Last_Campaign")) == ("opened", "Newsletter C7")


# E4, E5: statuses.


def test_e4_a_kind_without_a_text_shows_the_next_lower_one(known: New) -> None:
    few = {SENT: "Sent", CLICKED: "Responded"}
    s = known(member_statuses=few, fields=(StatusField("Leads", "Last_Status", few),))
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, SENT, OPENED)))
    assert (s.crm.status("C1", p), s.crm.field(p, "Last_Status")) == ("Sent", "Sent")
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, CLICKED)))
    assert s.crm.status("C1", p) == "Responded"


def test_e4_where_the_crm_has_no_members_that_is_counted_and_the_field_is_written(scene: New) -> None:
    s = scene(crm_options={"abilities": frozenset({Ability.FIELD, Ability.OPT_OUT})})
    p = s.crm.has("1", A)
    ran = fine(s.run(s.campaign("C1"), s.says("C1", A, OPENED)))
    assert (s.crm.campaigns, s.crm.field(p, "Last_Status")) == ({}, "opened")
    assert ran.fates("campaigns") == {"unchanged": 1}
    assert ran.did("member status unsupported") == 1


def test_e4_people_of_two_modules_go_in_two_requests(known: New) -> None:
    s = known(fields=tuple(StatusField(module, "Last_Status", STATUSES, "Last_Campaign") for module in ("Leads", "Contacts")))
    p, q = s.crm.has("1", A), s.crm.has("1", B, module="Contacts")
    fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("opened", "opened")
    assert len(s.crm.made("write_member_statuses")) == len(s.crm.made("write_fields")) == 2


def test_e4_the_status_is_the_highest_over_all_addresses_of_the_person(known: New) -> None:
    s = known()
    p = s.crm.has("1", B, A)
    fine(s.run(s.says("C1", B, SENT), s.says("C1", A, CLICKED)))
    q = s.crm.has("2", C, "d@example.com")
    fine(s.run(s.says("C1", C, CLICKED), s.says("C1", "d@example.com", SENT)))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("clicked", "clicked")
    assert (s.crm.field(p, "Last_Status"), s.crm.field(q, "Last_Status")) == ("clicked", "clicked")


def test_e5_a_module_without_a_field_is_left_alone(known: New) -> None:
    s = known()
    q = s.crm.has("1", B, module="Contacts")
    fine(s.run(s.says("C1", B, OPENED)))
    assert s.crm.people_by_id[q].fields == {}


def test_e5_two_syncs_on_one_field_do_not_fight(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.campaign("C1"), s.campaign("C2"), s.says("C1", A, OPENED), sync="t"))
    fine(s.run(s.says("C2", A, OPENED)))
    fine(s.run(s.says("C1", A, CLICKED), sync="t"))
    assert s.crm.field(p, "Last_Campaign") == "Newsletter C2"
    calls = len(s.crm.writes())
    for sync in "stst":
        fine(s.run(s.says("C1", A, CLICKED), s.says("C2", A, OPENED), sync=sync))
    assert len(s.crm.writes()) == calls


def test_a_write_that_another_sync_overtakes_is_made_again(known: New) -> None:
    """The lower of two values may have come last; then the higher is written once more."""
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.campaign("C1"), sync="t"))
    twin = Scene(s.location)
    twin.crm, twin.clock, twin.states, twin.last_state = s.crm, s.clock, s.states, s.last_state

    def meanwhile() -> None:
        reserve = s.crm.reserve
        fine(twin.run(s.says("C1", A, CLICKED), sync="t", after=0.0))
        s.crm.reserve = reserve

    s.crm.before.append(("write_member_statuses", meanwhile))
    fine(s.run(s.says("C1", A, OPENED)))
    twin.close()
    assert s.crm.status("C1", p) == "clicked"


# E6, E7: items.


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


# The brake.


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


# Failures and limits.


def test_a_crm_that_is_down_fails_the_run_instead_of_postponing_everything(known: New) -> None:
    s = known()
    people(s, 1000)
    s.crm.failing = {"find"}
    ran = s.run([one for number in range(1000) for one in s.says("C1", f"p{number}@example.com", OPENED)])
    assert isinstance(ran.error, VendorUnavailable)
    assert len(s.crm.made("find")) == 5


def test_a_spent_day_postpones_the_rest_and_the_next_day_does_it_first(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.windows = {"api": (Window(2, DAY),)}
    ran = fine(s.run(s.says("C1", A, OPENED)))
    assert ran.fates() == {"postponed(budget_spent)": 1}
    assert (ran.summary.forecast.calls, ran.summary.forecast.by_endpoint) == (2, {"api": 2})
    s.crm.windows = {}
    fine(s.run(after=2 * DAY))
    assert s.crm.status("C1", p) == "opened"


def test_a_spent_day_stops_the_run_where_that_is_configured(known: New) -> None:
    s = known(when_spent=WhenSpent.STOP)
    s.crm.has("1", A)
    s.crm.windows = {"api": (Window(2, DAY),)}
    assert s.run(s.says("C1", A, OPENED)).error is not None


@pytest.mark.parametrize("method", ["write_fields", "make_items", "make_people"])
def test_a_limit_that_others_reached_is_waited_out(known: New, method: str) -> None:
    s = known(groups=for_all(X), creation=creation())
    p = s.crm.has("1", A)
    s.crm.dial = on_call(method, RateLimited("too many", retry_after=30.0))
    fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED), s.says("C1", B, OPENED)))
    assert s.crm.field(p, "Last_Status") == "opened"
    assert len(s.crm.items_of(p)) == 1
    assert len(s.crm.holders(B)) == 1


def test_a_call_that_nobody_can_make_fails_the_run_and_leaves_no_open_intent(known: New) -> None:
    s = known(groups=for_all(X))
    p = s.crm.has("1", A)
    s.crm.dial = on_call("make_items", ConfigError("no such stage"))
    assert isinstance(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)).error, ConfigError)
    heal(s)
    before = s.clock.time
    fine(s.run(after=1.0))
    assert len(s.crm.items_of(p)) == 1
    assert s.clock.time - before < 30.0


def test_an_unanswered_batch_leaves_its_rows_as_they_were_and_is_made_again(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.dial = on_call("write_member_statuses", "lost_after", times=2)
    ran = fine(s.run(s.says("C1", A, OPENED)))
    assert ran.fates() == {"postponed(no_answer)": 1}
    heal(s)
    fine(s.run())
    assert s.crm.status("C1", p) == "opened"


def test_a_run_that_is_asked_to_stop_does_so_between_two_calls(known: New) -> None:
    s = known()
    s.crm.has("1", A)
    stop: list[Callable[[], None]] = []
    s.crm.before.append(("write_member_statuses", lambda: [one() for one in stop]))
    ran = s.run(s.says("C1", A, OPENED), stopper=stop)
    assert isinstance(ran.error, Stopped)
    assert s.crm.made("write_fields") == []
    fine(s.run(s.says("C1", A, OPENED)))
    assert len(s.crm.made("write_fields")) == 1


# What is refused before anything is done.


@pytest.mark.parametrize("options", [{"groups": for_all(X)}, {"creation": creation()}])
def test_what_the_crm_cannot_do_is_refused_by_name(scene: New, options: dict) -> None:
    s = scene(crm_options={"abilities": frozenset({Ability.FIELD})})
    assert "fake cannot do this" in str(s.run(**options).error)


def test_two_rules_of_one_name_are_refused(scene: New) -> None:
    assert "name of its own" in str(scene().run(groups=for_all(X, X)).error)


def test_a_sync_name_that_belongs_to_another_organisation_is_refused(known: New) -> None:
    s = known()
    s.crm.organisation = "org-2"
    assert isinstance(s.run().error, ConfigError)


# The loop.


def test_the_whole_loop_comes_to_rest(known: New) -> None:
    """A second round without a new response asks nothing and writes nothing, whatever the first one found."""
    s = known(groups=(RuleGroup(F, ()), *for_all(X)), creation=creation(for_subscribers=True), opt_out=OptOut.ANY_LEAVING)
    s.crm.has("1", A)
    s.crm.has("2", B, locked="RECORD_LOCKED")
    said = [
        *s.says("C1", A, SENT, OPENED, CLICKED),
        *s.says("C2", A, OPENED, UNSUBSCRIBED),
        *s.says("C1", B, OPENED),
        *s.says("C1", C, OPENED),
        *s.says("C1", "bounced@example.com", Kind.HARD_BOUNCE),
        *s.says("C2", "not an address", OPENED),
    ]
    round_trip = [*(s.campaign(key) for key in ("C1", "C2", "C3")), *said, s.subscribes(C), s.subscribes("new@example.com")]
    first = fine(s.run(round_trip))
    assert first.count(RecordFate.WRITTEN) > 0
    s.crm.calls.clear()
    second = fine(s.run(round_trip))
    assert s.crm.calls == []
    assert second.count(RecordFate.WRITTEN) == second.count(RecordFate.POSTPONED) == 0
    assert [row for row in s.rows(due) if row["dirty"]] == []


def forward(s: Scene, does: Callable[[Ledger, sa.Connection], object]) -> None:
    """What the forward sync wrote into the same ledger."""
    ledger = Ledger.open(s.location, clock=s.clock)
    with ledger.begin() as connection:
        does(ledger, connection)
    ledger.close()


def test_an_address_that_was_erased_is_not_taken_in_again_and_nobody_is_made_of_it(known: New) -> None:
    s = known(creation=creation(for_subscribers=True))
    fine(s.run(s.says("C1", A, OPENED)))
    s.close()
    ledger = Ledger.open(s.location, clock=s.clock)
    forget(ledger, A)
    ledger.close()
    [p] = s.crm.holders(A)
    s.crm.deletes(p)
    ran = fine(s.run(s.says("C2", A.upper(), OPENED), s.subscribes(A)))
    assert ran.fates() == {"skipped(forgotten)": 1}
    assert ran.fates("contacts") == {"skipped(forgotten)": 1}
    assert A not in str([s.rows(table) for table in (recipient, due, profile)])
    assert len(s.crm.made("make_people")) == 1


def test_a_braked_rule_costs_no_call_in_later_runs(known: New) -> None:
    s = known()
    people(s, 51)
    fine(s.run(two_opens(s, 51)))
    assert isinstance(s.run(groups=for_all(X)).error, Braked)
    s.crm.calls.clear()
    assert isinstance(s.run(two_opens(s, 51), groups=for_all(X)).error, Braked)
    assert s.crm.calls == []


def test_a_refused_opt_out_is_asked_once_a_run(known: New) -> None:
    s = known()
    s.crm.has("1", A, locked="RECORD_LOCKED")
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING)))
    s.crm.calls.clear()
    fine(s.run())
    assert len(s.crm.made("opt_out")) == 1


def test_a_stream_without_states_and_statuses_of_its_own_holds_nothing_up(scene: New) -> None:
    """Campaigns that are told beside the responses come under a name that no status mentions."""
    s = scene(options={"more_streams": ("responses: campaigns",)})
    p = s.crm.has("1", A)
    fine(s.run(replace(s.campaign("C1"), stream="responses: campaigns"), s.says("C1", A, OPENED)))
    assert s.crm.status("C1", p) == "opened"
