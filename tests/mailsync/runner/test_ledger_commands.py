"""The commands that read a ledger, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mailsync.runner.cli import main
from tests.mailsync.membership.scene import Scene


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(str(tmp_path / "ledger.db"))
    assert scene.run(scene.says("1", "ann@example.com"), scene.says("2", None)).error is None
    assert scene.run(scene.says("1", "ann@example.com", City="Rome")).error is None
    scene.close()
    return scene


def test_history_lists_the_runs_newest_first(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("history", "--ledger", scene.location) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("s #2")
    assert "1 records in: 1 written" in first
    assert "2 records in: 1 written, 1 skipped" in second


def test_history_as_json_adds_up(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("history", "--json", "--last", "1", "--ledger", scene.location) == 0
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told["status"] == "done"
    assert sum(one["records"] for one in told["fates"]) == sum(told["records"].values()) == 1
    assert "@" not in json.dumps(told)


def test_the_ledger_is_found_by_connection_file_option_or_variable(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"sync_name": "s", "ledger": {"kind": "sqlite", "path": "ledger.db"}}
    content = {"source": {"connector": "x", "config": {}}, "destination": {"connector": "y", "config": config}, "streams": ["Leads"]}
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(content))
    assert run("history", str(file)) == 0
    monkeypatch.setenv("MAILSYNC_LEDGER", scene.location)
    assert run("history") == 0
    out = capsys.readouterr().out
    assert out.count("s #1") == 2
    assert run("history", str(file), "--ledger", scene.location) == 2
    del config["ledger"]
    file.write_text(yaml.safe_dump(content))
    Path(scene.location).rename(tmp_path / "connection.ledger.db")
    assert run("history", str(file)) == 0


@pytest.mark.parametrize("command", ["history", "report"])
def test_a_ledger_that_is_not_there_is_not_made(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.db"
    assert run(command, "--ledger", str(missing)) == 2
    assert "There is no ledger at" in capsys.readouterr().err
    assert not missing.exists()
    assert run(command) == 2
    assert "Which ledger?" in capsys.readouterr().err


def test_a_sync_that_never_ran_is_named_with_those_that_did(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("history", "--ledger", scene.location, "--sync", "t") == 2
    assert "It knows: s." in capsys.readouterr().err
