"""`kill -9` of the source, the destination or the runner at random moments, again and again: what the vendors hold in the end is as if nobody had died.

A normal run takes one chain; MAILSYNC_PROVE=1 takes as many as make two hundred kills. `MAILSYNC_SEED` moves the moments.
"""

import os
import random
import time

import psutil
import pytest
from connection import Pair

from emulators.process import EmulatorProcess

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
SEED = int(os.environ.get("MAILSYNC_SEED", "0"))
KILLS_A_STAGE = 2
STAGES = 3
TRIES = 4
CHAINS = range(36) if PROVE else range(1)  # 36 chains × 3 stages × 2 kills = 216, and few come too late
PEOPLE = 60
TOKENS_AGAIN_S = 601  # ten tokens in ten minutes, and each run of a pair takes several
VICTIMS = ("mailsync", "source-crm", "destination-campaigns")

pytestmark = pytest.mark.slow


class Life:
    """One account in which things happen stage by stage, each followed by a sync."""

    def __init__(self, vendors, folder):
        self.pair = Pair(vendors, folder)
        self.vendors = vendors
        self.leads = sorted(vendors.state("zoho_crm")["modules"]["Leads"])

    def happens(self, stage):
        """Nobody returns to a list here: a return whose answer was lost is the one stated exception of the promise."""
        if stage == 0:
            return
        edited, moved, deleted, opted_out = self.leads[4 * stage : 4 * stage + 4]
        self.crm("update", edited, {"Last_Name": f"Edited-{stage}"})
        self.crm("update", moved, {"Email": f"moved{stage}@new.example.com"})
        self.crm("delete", deleted)
        self.crm("update", opted_out, {"Email_Opt_Out": True})
        self.vendors.advance(120)

    def crm(self, op, identity, record=None):
        self.vendors.edit("zoho_crm", op=op, module="Leads", id=identity, **({"record": record} if record else {}))

    def syncs(self):
        """Until a run goes well; while the lock of a killed run is held by its dying connectors, it is tried again."""
        for _ in range(60):
            self.vendors.advance(TOKENS_AGAIN_S)
            result = self.pair.sync()
            if result["code"] == 0:
                return result
            assert result["code"] in {3, 4}, result["err"]
            time.sleep(0.2)
        raise AssertionError(result["err"])

    def a_run_in_which_somebody_dies(self, victim, wait_s):
        """Whether it was killed before the run ended. `wait_s`: from the moment at which it lives."""
        self.vendors.advance(TOKENS_AGAIN_S)
        process = self.pair.start()
        runner = psutil.Process(process.pid)
        while process.poll() is None and not family_of(runner, victim):
            time.sleep(0.01)
        until = time.monotonic() + wait_s
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)
        killed = kill(runner, victim)
        process.communicate(timeout=240)
        return killed

    def end(self):
        locks = sum(one["locks_by_us"] for one in self.vendors.state("zoho_campaigns")["limits"].values())
        return self.pair.lists_now(), locks


def differences(end, wanted):
    """One line for each place that is not as it should be."""
    (lists, locks), (calm, calm_locks) = end, wanted
    places = {(name, address) for one in (lists, calm) for name, members in one.items() for address in members}
    told = [
        f"{name} {address}: {lists.get(name, {}).get(address)} and not {calm.get(name, {}).get(address)}"
        for name, address in sorted(places)
        if lists.get(name, {}).get(address) != calm.get(name, {}).get(address)
    ]
    return told + ([f"locks by us: {locks}, not {calm_locks}"] if locks != calm_locks else [])


def family_of(runner, victim):
    try:
        return [runner] if victim == "mailsync" else [one for one in runner.children() if any(victim in part for part in one.cmdline()[:3])]
    except psutil.NoSuchProcess:
        return []


def kill(runner, victim):
    family = family_of(runner, victim)
    try:
        for one in family:
            one.kill()
    except psutil.NoSuchProcess:
        return False
    return bool(family)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """(what the lists look like, how long a run takes)"""
    with EmulatorProcess(people=PEOPLE) as vendors:
        life, took = Life(vendors, tmp_path_factory.mktemp("undisturbed")), []
        for stage in range(STAGES):
            life.happens(stage)
            began = time.monotonic()
            life.syncs()
            took.append(time.monotonic() - began)
        life.syncs()
        return life.end(), max(took)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.timeout(1800)
def test_whoever_dies_whenever_the_end_is_the_same(undisturbed, tmp_path, record_property, chain):
    wanted, took = undisturbed
    chance, killed = random.Random(1000 * SEED + chain), 0
    with EmulatorProcess(people=PEOPLE) as vendors:
        life = Life(vendors, tmp_path)
        for stage in range(STAGES):
            life.happens(stage)
            for _ in range(KILLS_A_STAGE):
                # One that was at its end already is tried again.
                killed += any(life.a_run_in_which_somebody_dies(chance.choice(VICTIMS), chance.uniform(0.0, took)) for _ in range(TRIES))
            life.syncs()
        life.syncs()  # once more, for what only a complete read can tell
        record_property("matrix", f"kill -9 at random moments|chain {chain}|{killed} kills")
        assert differences(life.end(), wanted) == []
    assert killed >= STAGES, "too few were caught alive"
