"""The pair end to end under `mailsync sync`: people arrive, changes follow, mistakes are named, crashes lose nothing."""

import os
import signal
import time

import pytest
from connection import Pair
from pairs import PAIRS, USUAL, name_of

from emulators.process import EmulatorProcess
from emulators.testing import PEOPLE

pytestmark = pytest.mark.slow


@pytest.fixture
def pair(emulator, tmp_path):
    return Pair(emulator, tmp_path)


def a_lead_on_the_list(pair):
    return pair.added(pair.before)


@pytest.mark.parametrize("between", [one for one in PAIRS if one != USUAL], ids=name_of)
def test_a_round_trip_of_every_other_pair(emulator, tmp_path, between):
    """The usual pair is taken apart below; here each CRM meets each mailing tool in three runs: people arrive, everything changes, nothing is new."""
    pair, (crm, tool) = Pair(emulator, tmp_path, between), between
    before = set(pair.members())
    assert pair.sync()["code"] == 0
    added = set(pair.members()) - before
    assert len(added) > 50
    assert added <= set(crm.addresses(emulator))
    picked = []
    for _ in ("edited", "deleted", "left"):
        picked.append(crm.person(emulator, tool.active(emulator) - before, without=[address for _, address in picked]))
    (edited, renamed), (gone, removed), (left, leaver) = picked
    crm.rename(emulator, edited, "Newly-Named")
    crm.delete(emulator, gone)
    tool.does(emulator, "unsubscribe", leaver)
    crm.rename(emulator, left, "Edited-Later")
    emulator.advance(120)
    assert pair.sync()["code"] == 0
    assert pair.fields(renamed)[tool.last_name] == "Newly-Named"
    assert pair.members().get(removed, "absent") == tool.removed
    assert pair.members()[leaver] == "unsubscribed"
    now = pair.lists_now()
    emulator.advance(120)
    emulator.clear_requests()
    result = pair.sync()
    assert result["code"] == 0, result["err"]
    assert pair.lists_now() == now
    assert not tool.writes(emulator)
    assert emulator.state(tool.name)["mails_caused"] == 0


@pytest.fixture
def synced(pair):
    """After a first run that went well; `before` is who was on the list before it."""
    pair.before = set(pair.members())
    result = pair.sync()
    assert result["code"] == 0, result["err"]
    pair.emulator.advance(120)
    return pair


def test_people_of_the_crm_arrive_on_the_list(synced):
    added = set(synced.members()) - synced.before
    crm = synced.emulator.state("zoho_crm")["modules"]
    addresses = {(record.get("Email") or "").lower() for module in ("Leads", "Contacts") for record in crm[module].values()}
    assert len(added) > 100
    assert added <= addresses


def test_a_second_run_with_nothing_new_changes_nothing_and_writes_nothing(synced):
    before = synced.lists_now()
    synced.emulator.clear_requests()
    result = synced.sync()
    assert result["code"] == 0, result["err"]
    assert synced.lists_now() == before
    assert not [request for request in synced.emulator.requests() if request["writes"]]


def test_an_edit_and_a_deletion_follow_in_the_second_run(synced):
    edited, address = a_lead_on_the_list(synced)
    synced.emulator.edit("zoho_crm", op="update", module="Leads", id=edited, record={"Last_Name": "Newly-Named"})
    synced.emulator.advance(120)
    assert synced.sync()["code"] == 0
    assert synced.fields(address)["Last Name"] == "Newly-Named"
    synced.emulator.edit("zoho_crm", op="delete", module="Leads", id=edited)
    synced.emulator.advance(120)
    assert synced.sync()["code"] == 0
    assert synced.members()[address] == "unsubscribed"


def test_somebody_who_left_stays_away_whatever_the_crm_does(synced):
    lead, address = a_lead_on_the_list(synced)
    synced.emulator.edit("zoho_campaigns", op="unsubscribe", list="Newsletter", email=address)
    synced.emulator.edit("zoho_crm", op="update", module="Leads", id=lead, record={"Last_Name": "Edited-Later"})
    synced.emulator.advance(120)
    assert synced.sync()["code"] == 0
    assert synced.members()[address] == "unsubscribed"


def test_check_is_happy_before_the_first_run_and_writes_nothing(pair):
    process = pair.run("check")
    assert process.returncode == 0, process.err
    assert not [request for request in pair.emulator.requests() if request["writes"]]


@pytest.mark.parametrize("role", ["source", "destination"])
def test_a_revoked_token_is_a_config_error_of_that_connector(pair, role):
    getattr(pair, role)["system"]["refresh_token"] = "1000.revoked.refresh0"
    pair.write()
    result = pair.sync()
    assert result["code"] == 2
    assert ("source-crm" if role == "source" else "destination-campaigns") in result["err"]
    assert "1000.revoked.refresh0" not in result["err"]


def test_a_wrong_list_name_names_the_lists_there_are(pair):
    pair.destination["streams"][0]["list_name"] = "Newsleter"
    pair.write()
    result = pair.sync()
    assert result["code"] == 2
    assert "Newsleter" in result["err"]
    assert "Product news" in result["err"]


def test_a_stream_that_does_not_exist_names_those_that_do(pair):
    pair.streams = ["Leeds"]
    pair.write()
    result = pair.sync()
    assert result["code"] == 2
    assert "Leads" in result["err"]


def test_no_address_and_no_secret_is_shown_by_a_run(pair):
    process = pair.run("sync", "--verbose")
    shown = (process.out + process.err).lower()
    assert process.returncode == 0, process.err
    assert not [address for address in pair.members() if address in shown]
    assert "emulated-secret-0000" not in shown
    assert "1000.emulated.refresh" not in shown


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def writes(pair):
    return sum(request["writes"] for request in pair.emulator.requests())


def writes_slowly(pair):
    """The vendor takes its time for each person, so that a test comes in between however busy the machine is."""
    pair.emulator.faults(system="zoho_campaigns", path="listsubscribe", kind="slow", seconds=0.1, times=0)


def test_a_second_run_beside_the_first_is_refused(pair):
    writes_slowly(pair)
    first = pair.start()
    wait_for(lambda: writes(pair) > 5)
    second = pair.sync()
    pair.emulator.heal()
    first.communicate(timeout=240)
    assert first.returncode == 0
    assert second["code"] == 4


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the lists look like after one run that nobody disturbs, in an account of the same seed."""
    with EmulatorProcess(people=PEOPLE) as vendors:
        pair = Pair(vendors, tmp_path_factory.mktemp("undisturbed"))
        assert pair.sync()["code"] == 0
        return pair.lists_now()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("after_writes", [3, 60])
def test_an_interrupted_run_that_is_repeated_ends_as_an_undisturbed_one(pair, undisturbed, number, after_writes):
    writes_slowly(pair)
    process = pair.start()
    wait_for(lambda: writes(pair) > after_writes)
    os.kill(process.pid, number)
    pair.emulator.heal()
    _, err = process.communicate(timeout=240)
    assert process.returncode in {128 + number, -number}, err
    repeated = []
    while not repeated or repeated[-1]["code"] == 4:  # after a kill, the lock stays until the connectors have ended
        repeated.append(pair.sync())
    assert repeated[-1]["code"] == 0, repeated[-1]["err"]
    assert pair.lists_now() == undisturbed
