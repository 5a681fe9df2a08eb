"""The ledger is lost: empty, restored from a backup, or on the disk of a pod that is gone. Nobody is written before somebody has said so."""

import shutil

import pytest

from mailsync.runner.cli import main

from . import people
from .people import Source
from .support import COLUMNS, a_catalog

MADE = {"list_name": "Members", "create_list": True, "first_contact": "owner@example.com", "signup_form": "private"}


# A source like ours says why a record is gone, and begins with the state it was given.
LIKE_OURS = COLUMNS | {"_ab_deletion_reason": {"type": ["null", "string"]}}


def write(connector, source, catalog=None):
    return people.write(connector, source, catalog or a_catalog(LIKE_OURS))


def succeeded(said):
    assert said.code == 0, said.text
    return said


def refused(said, *texts):
    assert said.code == 1, said.text
    assert said.error["failure_type"] == "config_error"
    assert all(text in said.error["message"] for text in texts), said.error["message"]
    return said


def mailsync(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def ledger(connector):
    """Nothing is confirmed, other than in the emulator's own configuration."""
    connector.set(adopt_existing=False, confirm_after_ledger_loss=False)
    return connector.folder / "ledger.db"


def a_list_of_ours(connector, source):
    connector.config["streams"] = [{"stream": "Leads", **MADE}]
    source.state({}).record(1, "ann@new.example.com", First_Name="Ann").record(2, "bob@new.example.com").complete()
    succeeded(write(connector, source))
    connector.emulator.clear_requests()


def test_an_empty_ledger_facing_people_writes_nobody_until_both_are_confirmed(connector, source, ledger):
    a_list_of_ours(connector, source)
    ledger.unlink()
    source.state({}).record(1, "ann@new.example.com", First_Name="Anna").complete()
    said = refused(write(connector, source), "The ledger is empty", "'Members'", "adopt_existing", "confirm_after_ledger_loss", "volume that stays")
    assert connector.calls(writes=True) == []
    assert said.of("STATE") == []
    source.state({}).record(1, "ann@new.example.com", First_Name="Anna").complete()
    refused(write(connector.set(adopt_existing=True), source), "The ledger is empty")
    source.state({}).record(1, "ann@new.example.com", First_Name="Anna").tombstone(2).complete()
    succeeded(write(connector.set(confirm_after_ledger_loss=True), source))
    members = connector.members("Members")
    assert members["ann@new.example.com"]["fields"]["First Name"] == "Anna"
    assert members["bob@new.example.com"]["status"] == "active", "added by a ledger that is gone, so not ours to remove"


def test_who_left_before_the_loss_stays_left_after_it(connector, source, ledger):
    a_list_of_ours(connector, source)
    connector.emulator.edit("zoho_campaigns", op="unsubscribe", list=connector.key("Members"), email="ann@new.example.com")
    ledger.unlink()
    source.state({}).record(1, "ann@new.example.com", First_Name="Anna").complete()
    succeeded(write(connector.set(adopt_existing=True, confirm_after_ledger_loss=True), source))
    assert connector.members("Members")["ann@new.example.com"]["status"] == "unsubscribed"


def test_a_ledger_on_the_disk_of_a_pod_stops_the_second_run(connector, source, ledger):
    """Each run gets a fresh disk."""
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "pod-1.db")})
    a_list_of_ours(connector, source)
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "pod-2.db")})
    refused(write(connector, source.state().record(3, "eve@new.example.com").complete()), "The ledger is empty", "container's own disk")
    assert connector.calls(writes=True) == []
    assert "eve@new.example.com" not in connector.members("Members")


def test_a_pod_whose_list_shows_nobody_is_found_by_the_state(connector, source, ledger):
    """A list of people who have not confirmed yet: the vendor counts nobody on it."""
    form = {**MADE, "list_name": "Form", "signup_form": "public"}
    connector.config["streams"] = [{"stream": "Leads", **form}]
    connector.set(allow_confirmation_mails=True, ledger={"kind": "sqlite", "path": str(connector.folder / "pod-1.db")})
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").complete()))
    mails = connector.state()["mails_caused"]
    for address in [one for one, member in connector.members("Form").items() if member["status"] == "active"]:
        connector.emulator.edit("zoho_campaigns", op="erase", list=connector.key("Form"), email=address)
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "pod-2.db")})
    source.state().record(1, "ann@new.example.com").complete()
    refused(write(connector, source), "a state that this ledger never acknowledged")
    assert connector.state()["mails_caused"] == mails


def a_backup(connector, source, ledger):
    """The backup knows Ann and Bob; then Bob is deleted in the CRM, and Cal is added."""
    a_list_of_ours(connector, source)
    shutil.copy(ledger, ledger.with_name("backup.db"))
    succeeded(write(connector, source.state().tombstone(2).record(3, "cal@new.example.com").complete()))
    assert connector.members("Members")["bob@new.example.com"]["status"] == "unsubscribed"
    shutil.copy(ledger.with_name("backup.db"), ledger)
    for end in ("-wal", "-shm"):
        ledger.with_name(ledger.name + end).unlink(missing_ok=True)
    connector.emulator.clear_requests()


def test_a_restored_ledger_is_found_by_the_first_state(connector, source, ledger):
    a_backup(connector, source, ledger)
    said = refused(
        write(connector, source.state().record(1, "ann@new.example.com", First_Name="Anna").complete()), "never acknowledged", "older backup"
    )
    assert connector.calls(writes=True) == []
    assert said.of("STATE") == []


def test_another_source_is_told_of_by_the_command(connector, source, ledger, capsys):
    """Its tombstones have no reason column, so its first state proves nothing."""
    a_backup(connector, source, ledger)
    assert mailsync("ledger", "restored", "--ledger", str(ledger)) == 0
    assert "confirm_after_ledger_loss" in capsys.readouterr().out
    other = a_catalog()
    for _ in range(2):
        refused(write(connector, source.state().record(1, "ann@new.example.com").complete(), other), "restored from a backup", "read anew")
    assert connector.calls(writes=True) == []
    connector.set(confirm_after_ledger_loss=True)
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").status("INCOMPLETE"), other))
    connector.set(confirm_after_ledger_loss=False)
    refused(write(connector, source.state({}).complete(), other), "restored from a backup")
    connector.set(confirm_after_ledger_loss=True)
    succeeded(write(connector, source.state({}).record(1, "ann@new.example.com").record(3, "cal@new.example.com").complete(), other))
    connector.set(confirm_after_ledger_loss=False)
    succeeded(write(connector, source.state().complete(), other))
    members = connector.members("Members")
    assert members["bob@new.example.com"]["status"] == "unsubscribed"
    assert members["cal@new.example.com"]["status"] == "active"


def test_our_source_must_be_read_anew_also_when_the_loss_is_confirmed(connector, source, ledger):
    a_backup(connector, source, ledger)
    assert mailsync("ledger", "restored", "--ledger", str(ledger), "--sync", connector.config["sync_name"]) == 0
    connector.set(confirm_after_ledger_loss=True)
    refused(write(connector, source.state().complete()), "never acknowledged")
    source.state({}).record(1, "ann@new.example.com", First_Name="Ann").record(3, "cal@new.example.com").complete()
    generation = {"generation_id": 1, "minimum_generation_id": 1, "sync_id": 1}
    succeeded(write(connector, source, a_catalog(LIKE_OURS, **generation)))
    connector.set(confirm_after_ledger_loss=False)
    succeeded(write(connector, source.state().complete()))


def test_nothing_is_marked_while_a_run_is_at_work_or_for_a_sync_that_never_ran(connector, source, ledger, capsys):
    a_list_of_ours(connector, source)
    assert mailsync("ledger", "restored", "--ledger", str(ledger), "--sync", "other") == 2
    assert mailsync("ledger", "restored", "--ledger", str(ledger.with_name("none.db"))) == 2
    succeeded(write(connector, source.state().complete()))
