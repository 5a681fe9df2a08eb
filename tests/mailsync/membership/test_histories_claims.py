"""Histories 1 to 13 of docs/membership.md: claims that move, several records and syncs on one address, and people the CRM did not bring."""

from __future__ import annotations

from collections.abc import Callable

from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import SYNCS, TWO_LISTS, A, B, fine, scene
from tests.mailsync.membership.scene import L2, L3, L, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
HERS, NOT_HERS = "other@example.com", "else@example.com"


def test_h01_a_moved_record_is_written_at_its_new_address_and_the_old_one_is_taken_off(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    ran = fine(s.run(s.says("r", B)))
    assert ran.fate("r") == "written"
    assert s.tool.status(L, B) == "active"
    assert s.tool.status(L, A) == "unsubscribed"
    assert ran.did("removed") == 1


def test_h02_without_complete_nobody_is_taken_off_until_the_next_complete(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("r", B), complete=["Contacts"]))
    assert (s.tool.status(L, B), s.tool.status(L, A)) == ("active", "active")
    fine(s.run())
    assert (s.tool.status(L, B), s.tool.status(L, A)) == ("active", "unsubscribed")


def test_h03_the_runner_up_takes_over_when_the_winner_is_deleted(scene: New) -> None:
    s = scene()
    first = fine(s.run(s.says("r", A, contacted=9.0, City="Rome"), s.says("q", A, contacted=1.0, City="Oslo")))
    assert (first.fate("r"), first.fate("q")) == ("written", "shadowed")
    assert s.tool.fields_of(L, A)["City"] == "Rome"
    ran = fine(s.run(s.gone("r")))
    assert ran.fate("r") == "released"
    assert s.tool.status(L, A) == "active"
    assert s.tool.fields_of(L, A)["City"] == "Oslo"
    assert ran.did("removed") == 0


def test_h04_two_records_deleted_together_are_two_releases_and_one_removal(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("q", A), s.says("x", B)))
    ran = fine(s.run(s.gone("r"), s.gone("q")))
    assert (ran.fate("r"), ran.fate("q")) == ("released", "released")
    assert ran.did("removed") == 1
    assert s.tool.active(L) == {B}


def test_h05_a_converted_lead_stays_while_the_contacts_stream_fails(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    ran = fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c")), complete=["Leads"]))
    assert ran.fate("r") == "released"
    assert s.tool.status(L, A) == "active"
    ran = fine(s.run(s.says("c", A, stream="Contacts", Name="r")))
    assert ran.fate("c") == "unchanged"
    assert "take_off" not in s.tool.calls_for(A)


def test_h05_a_contact_with_other_fields_is_written(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c")), complete=["Leads"]))
    assert fine(s.run(s.says("c", A, stream="Contacts", City="Bern"))).fate("c") == "written"
    assert "take_off" not in s.tool.calls_for(A)


def test_h06_a_contact_of_another_sync_that_held_the_address_keeps_it(scene: New) -> None:
    s = scene(feeds=SYNCS)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("c", A, stream="Contacts"), sync="t"))
    fine(s.run(s.says("c", B, stream="Contacts"), sync="t", complete=False))  # it moved on, and that sync was not complete since
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c"))))
    assert s.tool.status(L, A) == "active"
    fine(s.run(sync="t"))
    assert s.tool.status(L, A) == "unsubscribed", "nobody claims it in either sync, and both were complete since"


def test_h06_a_contact_of_another_sync_that_never_held_the_address_does_not(scene: New) -> None:
    s = scene(feeds=SYNCS)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("c", B, stream="Contacts"), sync="t"))
    fine(s.run(s.gone("r", reason="converted", heir=("Contacts", "c"))))
    assert s.tool.status(L, A) == "unsubscribed"


def test_h07_an_address_waits_for_the_sync_that_crashed_after_it_gave_it_up(scene: New) -> None:
    s = scene(feeds=SYNCS)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("c", A, stream="Contacts"), sync="t"))
    s.tool.dial = lambda _call: "crash_before"
    assert isinstance(s.run(s.says("c", B, stream="Contacts"), sync="t").error, Crash)
    s.tool.dial = lambda _call: None
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) == "active"
    fine(s.run(s.says("c", B, stream="Contacts"), sync="t"))
    fine(s.run())
    assert s.tool.status(L, A) == "unsubscribed"


def test_h08_a_record_of_another_sync_keeps_the_address(scene: New) -> None:
    s = scene(feeds=SYNCS)
    fine(s.run(s.says("r", A)))
    fine(s.run(s.says("q", A, stream="Contacts"), sync="t"))
    assert fine(s.run(s.gone("r"))).fate("r") == "released"
    assert s.tool.status(L, A) == "active"


def adopting(scene: New, **options: object) -> Scene:
    """A list that has people already, taken over by an explicit yes."""
    s = scene(**options)
    s.options |= {"adopt_existing": True, "confirm_after_ledger_loss": True}
    return s


def test_h09_a_member_by_staff_gets_fields_and_is_never_removed(scene: New) -> None:
    s = adopting(scene)
    s.tool.signs_up(L, A)
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r") == "written"
    assert s.tool.fields_of(L, A)["City"] == "Rome"
    assert fine(s.run(s.gone("r"))).fate("r") == "released"
    assert s.tool.status(L, A) == "active"


def test_h10_who_staff_deleted_is_never_added_again(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.tool.staff_deletes(L, A)
    for _ in range(2):
        assert fine(s.run(s.says("r", A, City=str(s.clock.time)))).fate("r") == "skipped(vanished)"
    assert s.tool.status(L, A) == "absent"


def test_h11_who_signs_up_again_after_staff_deleted_them_is_theirs(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A)))
    s.tool.staff_deletes(L, A)
    fine(s.run())
    s.tool.signs_up(L, A)
    assert fine(s.run(s.says("r", A, City="Rome"))).fate("r") == "written"
    assert s.tool.fields_of(L, A)["City"] == "Rome"
    fine(s.run(s.gone("r")))
    assert s.tool.status(L, A) == "active"


def test_h12_vanished_from_one_list_blocks_that_list_only(scene: New) -> None:
    s = scene(feeds=TWO_LISTS)
    fine(s.run(s.says("r", A), s.says("q", A, stream="Contacts")))
    assert s.tool.status(L2, A) == "active"
    s.tool.staff_deletes(L, A)
    ran = fine(s.run(s.says("r", A, contacted=2.0, City="Rome"), s.says("q", A, stream="Contacts", City="Oslo", contacted=3.0)))
    assert ran.fate("r", L) == "skipped(vanished)"
    assert ran.fate("q", L2) == "written"
    assert (s.tool.status(L, A), s.tool.status(L2, A)) == ("absent", "active")


def test_h13_who_is_erased_everywhere_is_added_nowhere(scene: New) -> None:
    s = scene(feeds={"s": [("Leads", L), ("Contacts", L3)]})
    fine(s.run(s.says("r", A), s.says("x", B, stream="Contacts")))
    s.tool.erases_own_data(A)
    assert fine(s.run(s.says("q", A, stream="Contacts"))).fate("q", L3) == "skipped(vanished)"
    assert s.tool.status(L3, A) == "absent"
