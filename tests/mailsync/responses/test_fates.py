"""Each message has the fate that its row has at the end of the run, and the host is told of every rejection."""

from __future__ import annotations

from mailsync.membership.told import Settled
from mailsync.responses.plan import Kind, OptOut
from mailsync.responses.pool import OLD_S
from tests.mailsync.responses.histories import New, fine, known, on_call, scene
from tests.mailsync.responses.scene import A, B, C, Checkpoint, Later, X, for_all

__all__ = ["known", "scene"]
OPENED, SENT, UNSUBSCRIBED = Kind.OPENED, Kind.SENT, Kind.UNSUBSCRIBED


def test_a_first_sync_counts_what_was_written_when_everything_was_read(scene: New) -> None:
    s = scene()
    locked, _ = s.crm.has("1", A), s.crm.has("2", B)
    s.crm.people_by_id[locked].locked = "RECORD_LOCKED"
    ran = fine(s.run(s.campaign("C1"), s.says("C1", A, SENT, OPENED), s.says("C1", B, SENT, OPENED), s.says("C1", C, SENT)))
    assert ran.fates() == {"written": 2, "rejected(member_status)": 2, "skipped(no_person)": 1}
    assert ran.fates("campaigns") == {"written": 1}
    assert ran.echoed["responses"] == [5, 2]
    assert ran.summary is not None
    assert {key[2:]: set(names) for key, names in ran.summary.examples.items() if key[0] == "responses"} == {
        ("written", ""): {"Leads/2"},
        ("rejected", "member_status"): {"Leads/1"},
        ("skipped", "no_person"): {"C1"},
    }


def test_a_first_sync_that_is_not_complete_leaves_what_waits_postponed(scene: New) -> None:
    s = scene()
    s.crm.has("1", A)
    ran = fine(s.run(s.campaign("C1"), s.says("C1", A, SENT, OPENED), complete=False))
    assert ran.fates() == {"postponed(relearning)": 2}
    assert fine(s.run(s.says("C1", A, SENT, OPENED))).fates() == {"written": 2}


def test_an_opt_out_written_before_everything_was_read_counts_as_written_where_nothing_else_is(scene: New) -> None:
    s = scene(options={"opt_out": OptOut.ANY_LEAVING})
    p = s.crm.has("1", A)
    s.crm.deletes_campaign("C1")
    ran = fine(s.run(s.campaign("C1"), s.says("C1", A, UNSUBSCRIBED)))
    assert s.crm.people_by_id[p].opted_out
    assert ran.fates() == {"written": 1}


def test_what_no_answer_came_to_and_the_end_of_the_run_made_good_is_written(known: New) -> None:
    s = known(groups=for_all(X))
    s.crm.has("1", A)
    s.crm.dial = on_call("make_items", "lost_after")
    ran = fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)))
    assert ran.fates() == {"written": 2}
    assert len(s.crm.items) == 1


def test_a_state_says_at_once_how_many_came_and_the_last_one_how_many_of_all_were_rejected(known: New) -> None:
    s = known()
    for number, address in enumerate([A, B]):
        s.crm.people_by_id[s.crm.has(str(number), address)].locked = "RECORD_LOCKED"
    ran = fine(s.run(s.says("C1", A, OPENED), Checkpoint(), s.says("C1", B, OPENED), Checkpoint(), s.says("C1", C, OPENED)))
    assert ran.checkpoints == [Settled(1, 0, final=False), Settled(1, 0, final=False)]
    assert ran.echoed["responses"] == [1, 2]


def test_a_state_long_after_the_records_is_final(known: New) -> None:
    s = known()
    s.crm.people_by_id[s.crm.has("1", A)].locked = "RECORD_LOCKED"
    late = Checkpoint()
    ran = fine(s.run(s.says("C1", A, OPENED), Checkpoint(), Later(OLD_S), late))
    assert ran.checkpoints == [Settled(1, 0, final=False), Settled(0, 1, final=True)]


def test_campaigns_read_one_after_the_other_are_written_in_full_calls(known: New) -> None:
    s = known()
    people = [s.crm.has(str(number), f"p{number}@example.com") for number in range(30)]
    s.crm.calls.clear()
    by_campaign = [[*(s.says(key, f"p{number}@example.com", OPENED)[0] for number in range(30)), Checkpoint()] for key in ("C1", "C2", "C3")]
    ran = fine(s.run(*by_campaign))
    assert ran.fates() == {"written": 90}
    assert [len(call.rows) for call in s.crm.writes() if call.method == "write_member_statuses"] == [30, 30, 30]
    assert [len(call.rows) for call in s.crm.writes() if call.method == "write_fields"] == [30]
    assert {s.crm.field(one, "Last_Campaign") for one in people} == {"Newsletter C3"}
    assert len(s.crm.made("find")) == 1


def test_campaigns_are_written_together(scene: New) -> None:
    s = scene()
    fine(s.run(*(s.campaign(f"C{number}") for number in range(1, 41))))
    assert [len(call.rows) for call in s.crm.made("write_campaigns")] == [40]
