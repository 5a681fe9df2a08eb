"""E3 to E5: campaigns, member statuses, fields."""

from __future__ import annotations

from mailsync.responses.crm import Ability
from mailsync.responses.plan import CampaignPlan, Kind, StatusField
from tests.mailsync.responses.histories import New, fine, known, scene
from tests.mailsync.responses.scene import STATUSES, A, B, C, Scene, X, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED, SENT, UNSUBSCRIBED = Kind.OPENED, Kind.CLICKED, Kind.SENT, Kind.UNSUBSCRIBED


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
