"""Erasing a person from a ledger that destination-crm uses: nothing of the address is left or comes back, and nothing is made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsync.ledger import schema
from mailsync.ledger.forgetting import forget
from mailsync.responses.plan import Kind, OptOut
from mailsync.runner.cli import main
from tests.mailsync.responses.histories import New, fine, known, scene
from tests.mailsync.responses.scene import A, B, Scene, X, creation, for_all

__all__ = ["known", "scene"]
ANN = "ann.long-name@example.com"
OPENED, UNSUBSCRIBED = Kind.OPENED, Kind.UNSUBSCRIBED
OPTIONS = {"groups": for_all(X), "opt_out": OptOut.ANY_LEAVING, "creation": creation()}


def opens(s: Scene, address: str, *campaigns: str):
    return [one for key in campaigns for one in s.says(key, address, OPENED, first_name="Ann", last_name="Secret" if address == ANN else "")]


def a_trace(s: Scene) -> bool:
    rows = "\n".join(str(s.rows(table)) for table in schema.metadata.sorted_tables).lower()
    s.close()
    files = [file for file in Path(s.location).parent.iterdir() if file.name.startswith("ledger.db")]
    return ANN in rows or "secret" in rows or any(ANN.encode() in file.read_bytes().lower() for file in files)


def test_nothing_of_the_address_is_left_and_the_people_are_named(known: New, capsys: pytest.CaptureFixture[str]) -> None:
    s = known(**OPTIONS)
    s.crm.has("1", ANN)
    fine(s.run(opens(s, ANN, "C1", "C2"), s.says("C2", ANN, UNSUBSCRIBED), opens(s, B, "C1")))
    assert a_trace(s)
    with pytest.raises(SystemExit) as ended:
        main(["forget", ANN, "--ledger", s.location])
    assert not ended.value.code
    told = capsys.readouterr().out
    assert not a_trace(s)
    assert "what they did in 2 campaigns" in told
    assert "Delete the person in the CRM too: Leads 1." in told
    assert ANN not in told


def test_their_responses_come_again_and_nothing_is_written_or_stored(known: New) -> None:
    s = known(**OPTIONS)
    s.crm.has("1", ANN)
    s.crm.has("2", B)
    fine(s.run(opens(s, ANN, "C1"), opens(s, B, "C1")))
    forget(s._opened(), ANN)
    s.crm.calls.clear()
    ran = fine(s.run(opens(s, ANN, "C1", "C2"), s.says("C2", ANN, UNSUBSCRIBED), opens(s, B, "C2")))
    assert ran.fates() == {"skipped(forgotten)": 3, "written": 1}
    assert {
        str(row[1] if call.method == "write_member_statuses" else row[0])
        for call in s.crm.writes()
        for row in call.rows
        if call.method
        in (
            "write_member_statuses",
            "write_fields",
        )
    } == {"Leads/2"}
    assert not a_trace(s)


def test_what_a_person_has_is_not_made_again_because_of_another_address(known: New) -> None:
    s = known(**OPTIONS)
    p = s.crm.has("1", ANN, A)
    fine(s.run(opens(s, ANN, "C1", "C2")))
    assert len(s.crm.items_of(p)) == 1
    forget(s._opened(), ANN)
    fine(s.run(opens(s, A, "C1", "C2", "C3")))
    assert len(s.crm.items_of(p)) == 1
    assert s.crm.status("C3", p) == "opened"


def test_the_only_one_known_may_be_erased(known: New) -> None:
    s = known()
    s.crm.has("1", ANN)
    p = s.crm.has("2", B)
    fine(s.run(opens(s, ANN, "C1")))
    forget(s._opened(), ANN)
    assert fine(s.run(opens(s, B, "C1"))).fates() == {"written": 1}
    assert s.crm.status("C1", p) == "opened"
