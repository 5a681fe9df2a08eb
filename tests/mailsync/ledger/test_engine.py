from __future__ import annotations

import json
import multiprocessing
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailsync.errors import ConfigError, TransientError
from mailsync.ledger import schema
from mailsync.ledger.engine import Ledger
from mailsync.ledger.migrations import MIGRATIONS
from tests.mailsync.membership.fake_tool import FakeClock


def _set(ledger: Ledger, name: str, value: str) -> None:
    with ledger.begin() as connection:
        connection.execute(sa.update(schema.ledger).where(schema.ledger.c.name == name).values(value=value))


def _open_at_once(location: str, results: multiprocessing.Queue) -> None:
    try:
        ledger = Ledger.open(location, clock=FakeClock())
        results.put((ledger.born_at, ledger.hash_key.hex()))
    except BaseException as error:
        results.put(repr(error))


def test_a_new_ledger_knows_when_it_was_born_and_keeps_its_key(location: str) -> None:
    first = Ledger.open(location, clock=FakeClock(100.0))
    first.close()
    second = Ledger.open(location, clock=FakeClock(200.0))
    assert first.born_at == second.born_at == 100.0
    assert first.hash_key == second.hash_key
    assert len(first.hash_key) == 32


def test_a_ledger_of_a_newer_program_is_refused(location: str) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    _set(ledger, "version", str(schema.VERSION + 1))
    ledger.close()
    with pytest.raises(ConfigError, match="newer version"):
        Ledger.open(location, clock=FakeClock())


def a_ledger_of_version_1(location: str) -> None:
    """Made by the statements of that version, with one run in it."""
    script = Path(__file__).with_name("version_1.sql").read_text()
    if "://" in location:
        engine = sa.create_engine(sa.make_url(location).set(drivername="postgresql+psycopg"))
    else:
        engine = sa.create_engine(f"sqlite:///{location}")
    summary = {
        "records_in": {"Leads": 3},
        "fates": [["Leads", "L", "written", "", 2], ["Leads", "L", "skipped", "left", 1]],
        "actions": [["L", "added_or_updated", 2]],
        "spending": [["subscribe", 2, 88]],
        "forecast": [1, 0.0],
        "notes": ["a note"],
        "examples": [["Leads", "L", "skipped", "left", ["7"]]],
    }
    with engine.begin() as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                connection.execute(sa.text(statement))
        facts = [{"name": "version", "value": "1"}, {"name": "born_at", "value": "100.0"}, {"name": "hash_key", "value": "ab" * 32}]
        connection.execute(sa.insert(schema.ledger), facts)
        connection.execute(sa.insert(schema.dirty), {"list": "l", "address": "a"})
        run = sa.text("INSERT INTO run (sync, number, started_at, ended_at, summary) VALUES ('s', 1, 100, 200, :summary)")
        connection.execute(run, {"summary": json.dumps(summary)})
        connection.execute(sa.text("INSERT INTO run (sync, number, started_at) VALUES ('s', 2, 300)"))
    engine.dispose()


def test_a_ledger_of_version_1_is_brought_up_to_date_and_keeps_what_it_knows(location: str) -> None:
    a_ledger_of_version_1(location)
    for _ in range(2):
        ledger = Ledger.open(location, clock=FakeClock(900.0))
        assert ledger.hash_key.hex() == "ab" * 32
        with ledger.begin() as connection:
            assert connection.execute(sa.select(schema.ledger.c.value).where(schema.ledger.c.name == "version")).scalar_one() == str(schema.VERSION)
            assert connection.execute(sa.select(schema.dirty)).all() == [("l", "a")]
            runs = [(row.number, row.status, row.system) for row in connection.execute(sa.select(schema.run).order_by(schema.run.c.number))]
            fates = {row.fate: row.records for row in connection.execute(sa.select(schema.run_fate))}
            examples = [(row.record, row.detail) for row in connection.execute(sa.select(schema.run_example))]
        assert runs == [(1, "done", None), (2, None, None)]
        assert fates == {"written": 2, "skipped": 1}
        assert examples == [("7", "")]
        ledger.close()


def test_migrations_rise_one_by_one_to_the_version() -> None:
    assert [one.version for one in MIGRATIONS] == list(range(2, schema.VERSION + 1))


def test_several_processes_may_open_an_empty_ledger_at_once(location: str) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=_open_at_once, args=(location, results)) for _ in range(4)]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert len(set(found)) == 1, found
    assert isinstance(found[0], tuple), found


def test_a_failed_transaction_leaves_nothing(location: str) -> None:
    ledger = Ledger.open(location, clock=FakeClock())
    with pytest.raises(RuntimeError), ledger.begin() as connection:
        connection.execute(sa.insert(schema.dirty), {"list": "l", "address": "a"})
        raise RuntimeError
    with ledger.begin() as connection:
        assert connection.execute(sa.select(schema.dirty)).all() == []


def test_the_file_is_readable_by_its_owner_only_also_its_log(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(str(path), clock=FakeClock())
    with ledger.begin() as connection:
        connection.execute(sa.insert(schema.dirty), {"list": "l", "address": "a"})
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes["ledger.db"] == 0o600
    assert set(modes.values()) == {0o600}, modes


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(str(path), clock=FakeClock()).close()
    path.chmod(0o644)
    Ledger.open(str(path), clock=FakeClock()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_path_that_does_not_exist_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        Ledger.open(str(tmp_path / "no" / "ledger.db"), clock=FakeClock())


def test_a_file_that_is_no_ledger_is_a_config_error(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(ConfigError, match="not a ledger"):
        Ledger.open(str(path), clock=FakeClock())


def test_a_server_that_does_not_answer_is_a_transient_error_without_the_password() -> None:
    with pytest.raises(TransientError) as caught:
        Ledger.open("postgresql://me:hunter2@127.0.0.1:1/ledger", clock=FakeClock())
    assert "127.0.0.1" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_database_or_a_user_that_is_not_there_is_a_config_error_without_the_password(new_postgresql: Callable[[], str]) -> None:
    url = sa.make_url(new_postgresql())
    for wrong in (url.set(database="nowhere"), url.set(username="nobody", password="hunter2")):
        with pytest.raises(ConfigError, match="Check the URL") as caught:
            Ledger.open(wrong.render_as_string(hide_password=False), clock=FakeClock())
        assert "hunter2" not in str(caught.value)


def test_a_sqlite_file_that_another_process_holds_too_long_is_a_transient_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailsync.ledger.engine.BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(str(path), clock=FakeClock())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger.close()
    with pytest.raises((TransientError, ConfigError)), ledger.begin():
        pass
    other.execute("ROLLBACK")


def test_what_is_committed_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    program = textwrap.dedent(
        f"""
        import os, signal, sqlalchemy as sa
        from mailsync.clock import SystemClock
        from mailsync.ledger import schema
        from mailsync.ledger.engine import Ledger
        ledger = Ledger.open({str(path)!r}, clock=SystemClock())
        with ledger.begin() as connection:
            connection.execute(sa.insert(schema.dirty), [{{"list": "l", "address": str(n)}} for n in range(500)])
        with ledger.begin() as connection:
            connection.execute(sa.insert(schema.dirty), {{"list": "l", "address": "not committed"}})
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with Ledger.open(str(path), clock=FakeClock()).begin() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.dirty)).scalar_one() == 500
