"""E1 and E2: who is meant, who is made, who is opted out; and people of one forward sync alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from mailsync.ledger.schema import profile, record
from mailsync.responses.crm import PersonId
from mailsync.responses.model import NEVER_MADE
from mailsync.responses.plan import Kind, OptOut
from tests.mailsync.responses.histories import New, fine, forward, known, scene
from tests.mailsync.responses.scene import DAY, A, B, C, X, creation, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED, UNSUBSCRIBED = Kind.OPENED, Kind.CLICKED, Kind.UNSUBSCRIBED
LEAVING = {"org_level": True}


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


def test_a_refused_opt_out_is_asked_once_a_run(known: New) -> None:
    s = known()
    s.crm.has("1", A, locked="RECORD_LOCKED")
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, **LEAVING)))
    s.crm.calls.clear()
    fine(s.run())
    assert len(s.crm.made("opt_out")) == 1


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
