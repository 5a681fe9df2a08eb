"""Erasing a person: no value is left, in no table and in no byte of the file, and the address never comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from mailsync.ledger import schema
from mailsync.ledger.forgetting import forget
from mailsync.ledger.lease import Lease
from mailsync.membership.plan import RecordFate
from mailsync.membership.tool import ListedStatus
from mailsync.runner.cli import main
from tests.mailsync.membership.scene import L2, L, Ran, Scene

ANN = "ann.long-name@example.com"
SPELLED = "Ann.Long-Name@Example.com"
BOB, CAROL = "bob@example.com", "carol@example.com"


def fine(ran: Ran) -> Ran:
    assert ran.error is None, ran.error
    return ran


def mailsync(scene: Scene, *arguments: str) -> int:
    scene.close()
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--ledger", scene.location])
    return int(ended.value.code or 0)


def everything(scene: Scene) -> str:
    return "\n".join(str(scene.rows(table)) for table in schema.metadata.sorted_tables)


def bytes_of(scene: Scene) -> bytes:
    scene.close()
    return b"".join(file.read_bytes() for file in Path(scene.location).parent.iterdir() if file.name.startswith("ledger.db")).lower()


def holds_a_trace(scene: Scene, address: str = ANN) -> bool:
    if "://" not in scene.location and address.encode() in bytes_of(scene):
        return True
    return address in everything(scene).lower()


@pytest.fixture
def scene(location: str) -> Scene:
    """Ann is in two records, was somebody else before, stands in a field of Bob's record, is refused on one list and on another by staff."""
    scene = Scene(location, feeds={"s": [("Leads", L), ("Contacts", L2)], "t": [("Members", L)]})
    scene.tool.signs_up(L2, SPELLED)
    fine(scene.run(scene.says("1", CAROL), scene.says("3", BOB, Assistant=f"call {SPELLED}"), adopt_existing=True, confirm_after_ledger_loss=True))
    fine(scene.run(scene.says("1", SPELLED, Name="Ann Secret"), scene.says("2", ANN.upper(), stream="Contacts", City="no")))
    fine(scene.run(scene.says("9", ANN, stream="Members"), sync="t"))
    assert scene.tool.lists[L].status[ANN] is ListedStatus.ACTIVE
    assert holds_a_trace(scene)
    return scene


def test_no_value_is_left_anywhere(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert mailsync(scene, "forget", SPELLED) == 0
    assert not holds_a_trace(scene)
    assert "Ann Secret" not in everything(scene)
    told = capsys.readouterr().out
    assert ANN not in told.lower()
    assert "erased: 3 records, 2 memberships, 1 fields of other records." in told
    assert "Delete the person in the CRM too: Leads 1, Contacts 2, Members 9." in told or "Contacts 2, Leads 1" in told
    assert "on the list List L: the next run takes them off" in told
    assert "on the list List L2: this sync did not put them there" in told
    assert "traces may be left" not in told


def test_the_next_run_takes_them_off_where_we_put_them_and_writes_nothing_down(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    scene.close()
    ran = fine(scene.run())
    assert scene.tool.lists[L].status[ANN] is ListedStatus.UNSUBSCRIBED
    assert ran.did("forgotten") == 1
    assert not holds_a_trace(scene)
    t = fine(scene.run(sync="t"))
    assert t.did("forgotten") == 0
    assert not holds_a_trace(scene)


def test_who_was_put_there_by_staff_is_told_and_left_alone(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    ran = fine(scene.run())
    assert scene.tool.lists[L2].status[ANN] is ListedStatus.ACTIVE
    assert ran.summary is not None
    assert any("1 erased people are on the list 'List L2' by somebody else's doing" in note for note in ran.summary.notes)


def test_their_records_come_again_and_are_skipped_without_being_stored(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    said = [scene.says("1", SPELLED, Name="Ann Secret"), scene.says("7", f" {ANN} "), scene.says("2", ANN, stream="Contacts")]
    ran = fine(scene.run(*said))
    assert [ran.fate("1"), ran.fate("7"), ran.fate("2", L2)] == ["skipped(forgotten)"] * 3
    assert not holds_a_trace(scene)
    assert "Ann Secret" not in everything(scene)
    assert scene.tool.lists[L].status[ANN] is not ListedStatus.ACTIVE


def test_a_record_with_another_address_is_another_matter(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    assert fine(scene.run(scene.says("1", "new@example.com"))).fate("1") == "written"
    assert fine(scene.run(scene.gone("1"))).fate("1") == "released"


def test_an_older_message_does_not_bring_them_back(scene: Scene) -> None:
    before = scene.says("1", CAROL)
    fine(scene.run(scene.says("1", SPELLED)))
    forget(scene._opened(), ANN)
    assert fine(scene.run(before)).fate("1") == "unchanged(older_than_known)"


def test_a_campaigns_response_does_not_write_them_down(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    scene.tool.leaves(L, SPELLED, by_mail="spring")
    fine(scene.run())
    assert not holds_a_trace(scene)


def test_a_field_of_somebody_else_is_emptied_here_and_by_the_next_run_there(scene: Scene) -> None:
    forget(scene._opened(), ANN)
    fine(scene.run())
    assert scene.tool.contact[BOB] == {"Name": "3", "Assistant": ""}


def test_what_the_address_forbade_is_kept(location: str) -> None:
    scene = Scene(location)
    fine(scene.run(scene.says("1", ANN), scene.says("2", CAROL)))
    scene.tool.leaves(L, ANN)
    fine(scene.run(scene.says("1", BOB)))
    fine(scene.run(scene.says("2", ANN.replace("ann", "eve"), opt_out=True)))
    forget(scene._opened(), ANN)
    forget(scene._opened(), ANN.replace("ann", "eve"))
    ran = fine(scene.run(scene.says("1", BOB), scene.says("4", CAROL)))
    assert ran.fate("1") == "skipped(left)", "Bob left as Ann"
    assert ran.fate("4") == "skipped(crm_opt_out)", "who opted out held this address before"


def test_an_address_that_is_the_records_id_goes_with_the_row(location: str) -> None:
    scene = Scene(location)
    scene.tool.refused["no"] = "2099"
    fine(scene.run(scene.says(ANN, ANN, City="no"), scene.says(BOB, BOB)))
    forget(scene._opened(), ANN)
    assert not holds_a_trace(scene)
    ran = fine(scene.run(scene.says(ANN, ANN)))
    assert ran.count(RecordFate.SKIPPED) == 1
    assert "@" not in str(ran.summary)
    assert not holds_a_trace(scene)


def test_what_the_way_back_knows_is_erased_too(location: str) -> None:
    scene = Scene(location)
    row = {"account": "crm", "campaign": "c", "address": ANN, "sync": "s", "rule": "", "person": "Leads/1"}
    with scene._opened().begin() as connection:
        for name in ("recipient", "due", "action", "creation", "profile"):
            table = schema.metadata.tables[name]
            values = {c.name: row.get(c.name, 0 if isinstance(c.type, sa.Integer) else "x") for c in table.columns if not c.nullable}
            connection.execute(sa.insert(table), values)
    forget(scene._opened(), ANN)
    assert not holds_a_trace(scene)


def test_a_dry_run_tells_and_erases_nothing(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(scene)
    assert mailsync(scene, "forget", ANN, "--dry-run") == 0
    assert "would be erased: 3 records" in capsys.readouterr().out
    assert holds_a_trace(scene)
    strip = [line for line in everything(scene).splitlines() if "ends_at" not in line]
    assert strip == [line for line in before.splitlines() if "ends_at" not in line]


def test_nothing_is_erased_while_a_sync_is_at_work_and_twice_is_no_harm(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    lease = Lease(scene._opened(), "t", holder="elsewhere:1")
    lease.acquire()
    assert mailsync(scene, "forget", ANN) == 3
    assert holds_a_trace(scene)
    lease = Lease(scene._opened(), "t", holder="elsewhere:1")
    lease.acquire()
    lease.release()
    assert mailsync(scene, "forget", ANN) == 0
    assert mailsync(scene, "forget", ANN) == 0
    assert "erased: 0 records, 0 memberships" in capsys.readouterr().out


def test_the_report_and_the_history_know_nothing_of_them(scene: Scene, tmp_path: Path) -> None:
    forget(scene._opened(), ANN)
    fine(scene.run(scene.says("1", ANN)))
    out = tmp_path / "report.html"
    assert mailsync(scene, "report", "--addresses", "--out", str(out)) == 0
    assert ANN not in out.read_text().lower()
    assert "forgotten" in out.read_text()
