"""Rejected records: what is to blame is named, they come back when the record changes or on request, and they do not keep values for ever."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import orjson
import pytest

from mailsync.errors import Bug
from mailsync.ledger import schema
from mailsync.ledger.lease import Lease
from mailsync.membership.fates import Fates
from mailsync.membership.rejects import KEPT_S, Selection, rejects, retry
from mailsync.runner.cli import main
from tests.mailsync.membership.scene import L, Ran, Scene

ANN, BOB = "ann@example.com", "bob@example.com"


def fine(ran: Ran) -> Ran:
    assert ran.error is None, ran.error
    return ran


def mailsync(scene: Scene, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--ledger", scene.location])
    return int(ended.value.code or 0)


@pytest.fixture
def scene(location: str) -> Scene:
    """5 is refused by the vendor, 6 by us, 7 has no valid address."""
    scene = Scene(location)
    scene.tool.refused["no"] = "2099"
    blocked = scene.says("6", BOB, blocked="required_field_empty", blocked_by="Company", Name="Bob Secret")
    fine(scene.run(scene.says("5", ANN, City="no"), blocked, scene.says("7", "no address")))
    return scene


def listed(scene: Scene) -> list[tuple[str, str, str]]:
    with scene._opened().begin() as connection:
        return [(one.record, one.reason, one.detail) for one in rejects(connection, "s")]


def test_each_reject_names_what_is_to_blame(scene: Scene) -> None:
    assert listed(scene) == [("6", "required_field_empty", "Company"), ("7", "invalid_address", ""), ("5", "vendor_refused", "2099 not taken")]


def test_a_record_goes_through_by_itself_once_the_column_is_filled_in(scene: Scene) -> None:
    ran = fine(scene.run(scene.says("6", BOB, Name="Bob Secret")))
    assert ran.fate("6") == "written"
    assert [record for record, _, _ in listed(scene)] == ["7", "5"]


def test_another_empty_column_is_another_rejection(scene: Scene) -> None:
    fine(scene.run(scene.says("6", BOB, blocked="required_field_empty", blocked_by="Phone", Name="Bob Secret")))
    assert ("6", "required_field_empty", "Phone") in listed(scene)


def test_what_the_vendor_refused_is_sent_again_only_on_request_and_at_once_in_the_next_run(scene: Scene) -> None:
    scene.tool.refused.clear()
    calls = len(scene.tool.calls)
    fine(scene.run(scene.says("5", ANN, City="no")))
    assert len(scene.tool.calls) == calls
    done = retry(scene._opened(), "s", Selection())
    assert (done.marked, dict(done.waiting)) == (1, {"required_field_empty": 1, "invalid_address": 1})
    fine(scene.run())
    assert scene.tool.lists[L].status[ANN].value == "active"
    assert [record for record, _, _ in listed(scene)] == ["6", "7"]


def test_a_request_that_is_refused_again_is_at_rest_again(scene: Scene) -> None:
    retry(scene._opened(), None, Selection())
    assert fine(scene.run()).did("refused") == 1
    assert fine(scene.run()).did("refused") == 0
    assert ("5", "vendor_refused", "2099 not taken") in listed(scene)


@pytest.mark.parametrize(
    ("options", "marked"),
    [
        (["--all"], 1),
        (["--reason", "vendor_refused"], 1),
        (["--id", "5"], 1),
        (["--id", "Leads 5"], 1),
        (["--id", "Contacts 5"], 0),
        (["--id", "6"], 0),
    ],
)
def test_the_command_marks_by_reason_by_id_or_all(scene: Scene, options: list[str], marked: int, capsys: pytest.CaptureFixture[str]) -> None:
    scene.close()
    assert mailsync(scene, "retry", *options) == 0
    told = capsys.readouterr().out
    assert f"{marked} addresses are tried again" in told
    assert ("required_field_empty wait for the record itself: Fill it in" in told) is (options in (["--all"], ["--id", "6"]))
    assert scene.rows(schema.dirty) == ([{"list": "acc/L", "address": ANN}] if marked else [])


def test_the_command_asks_which_and_knows_the_codes(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.close()
    assert mailsync(scene, "retry") == 2
    assert mailsync(scene, "retry", "--reason", "vendor_refuse") == 2
    assert "Did you mean vendor_refused?" in capsys.readouterr().err


def test_nothing_is_marked_while_a_run_is_at_work(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    lease = Lease(scene._opened(), "s", holder="elsewhere:1")
    lease.acquire()
    assert mailsync(scene, "retry", "--all") == 3
    assert "is at work" in capsys.readouterr().err
    lease.release()


def test_old_rejects_lose_their_values_and_stay_rejected(scene: Scene) -> None:
    scene.clock.time += KEPT_S - 7200.0
    fine(scene.run())
    assert "Bob Secret" in str(scene.rows(schema.record))
    assert "no address" in str(scene.rows(schema.record))
    scene.clock.time += 2 * 86_400.0
    fine(scene.run())
    kept = str([*scene.rows(schema.record), *scene.rows(schema.member)])
    assert "Bob Secret" not in kept
    assert "no address" not in kept
    assert "not taken" not in kept
    assert listed(scene) == [("6", "required_field_empty", "Company"), ("7", "invalid_address", ""), ("5", "vendor_refused", "2099")]
    calls = len(scene.tool.calls)
    ran = fine(
        scene.run(scene.says("5", ANN, City="no"), scene.says("6", BOB, blocked="required_field_empty", blocked_by="Company", Name="Bob Secret"))
    )
    assert (ran.fate("5"), ran.fate("6")) == ("rejected(vendor_refused)", "rejected(required_field_empty)")
    assert len(scene.tool.calls) == calls
    assert fine(scene.run(scene.says("6", BOB, Name="Bob"))).fate("6") == "written"


def test_the_file_has_ids_and_reasons_and_no_address_unless_asked(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene.close()
    out = tmp_path / "rejects.csv"
    assert mailsync(scene, "rejects", "--out", str(out)) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [(row["stream"], row["record"], row["list"], row["reason"], row["column"], row["code"]) for row in rows] == [
        ("Leads", "6", "every list", "required_field_empty", "Company", ""),
        ("Leads", "7", "every list", "invalid_address", "", ""),
        ("Leads", "5", "List L", "vendor_refused", "", "2099"),
    ]
    assert "example.com" not in out.read_text()
    lines = tmp_path / "rejects.jsonl"
    assert mailsync(scene, "rejects", "--addresses", "--out", str(lines)) == 0
    assert [orjson.loads(line)["address"] for line in lines.read_bytes().splitlines()] == [BOB, "no address", ANN]
    capsys.readouterr()
    assert mailsync(scene, "rejects", "--reason", "vendor_refused") == 0
    assert capsys.readouterr().out.splitlines() == ["Leads 5  vendor_refused  2099 not taken", "1 rejected records."]
    assert mailsync(scene, "rejects", "--out", str(tmp_path / "rejects.xlsx")) == 2


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "\uff1d1+1"]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_the_file_is_a_formula(tmp_path: Path, name: str) -> None:
    scene = Scene(str(tmp_path / "ledger.db"))
    scene.tool.refused["no"] = name
    fine(scene.run(scene.says(name, ANN, City="no"), scene.says("2", BOB, blocked="wrong_type", blocked_by=name)))
    scene.close()
    out = tmp_path / "rejects.csv"
    assert mailsync(scene, "rejects", "--out", str(out)) == 0
    cells = [cell for row in csv.reader(io.StringIO(out.read_bytes().decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"))]
    assert any(name in cell for cell in cells)


def test_rejected_records_show_in_the_report_while_they_are(scene: Scene, tmp_path: Path) -> None:
    fine(scene.run())
    scene.close()
    out = tmp_path / "report.html"
    assert mailsync(scene, "report", "--out", str(out)) == 0
    text = " ".join(out.read_text().split())
    assert "Rejected now" in text
    assert "Leads 6: Company, since" in text
    assert "Leads 5, for List L: 2099 not taken, since" in text


def test_the_account_of_each_run_adds_up_in_the_ledger(scene: Scene) -> None:
    for number in {row["number"] for row in scene.rows(schema.run)}:
        came = {row["stream"]: row["records"] for row in scene.rows(schema.run_stream) if row["number"] == number}
        for stream, records in came.items():
            assert sum(row["records"] for row in scene.rows(schema.run_fate) if (row["number"], row["stream"]) == (number, stream)) == records
    assert json.dumps(scene.rows(schema.run_example)).count("@") == 0


def test_a_run_whose_fates_do_not_add_up_fails_and_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Fates._count
    monkeypatch.setattr(Fates, "_count", lambda self, one, *rest: None if one.record_id == "r" else counted(self, one, *rest))
    ran = scene.run(scene.says("r", ANN), scene.says("q", BOB))
    assert isinstance(ran.error, Bug)
    assert "2 records came in, but 1 have a fate" in str(ran.error)
    assert [row["status"] for row in scene.rows(schema.run)] == ["done", "failed"]
