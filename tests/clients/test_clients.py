"""Clients from PyPI that nobody here wrote drive the emulators over loopback, as processes in an environment of their own (`make .venv-clients`).

If our emulator and our client shared a misunderstanding, every test between them would pass; these were written against the vendors.
"""

import json
import subprocess
from pathlib import Path

import pytest

from emulators.mailigen.account import API_KEY as MAILIGEN_KEY
from emulators.pipedrive import API_TOKEN

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-clients/bin/python"
READY = ROOT / ".venv-clients/.ready"

pytestmark = pytest.mark.skipif(not READY.exists(), reason="the third-party clients are not installed: make .venv-clients/.ready")


def drive(script, *arguments):
    done = subprocess.run([PYTHON, Path(__file__).parent / f"{script}.py", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_pypipedrive_reads_writes_and_deletes_at_the_emulated_pipedrive(emulator):
    before = emulator.state("pipedrive")["modules"]
    said = drive("run_pypipedrive", emulator.url, API_TOKEN)
    assert said["persons"] == sorted({*map(int, before["persons"]), said["made"]})
    assert (said["activities"], said["notes"]) == (len(before["activities"]), len(before["notes"]) + 1)
    assert said["old_persons"] == len(before["persons"]) + 1
    assert 0 < said["filter"] < len(before["persons"])
    assert said["note_of"] == said["made"]
    assert said["renamed"] == "Client Renamed"
    assert said["deleted"] == {"id": said["made"]}
    assert said["after"] is True
    assert said["missing"]
    assert said["wrong"]
    left = emulator.state("pipedrive")
    assert str(said["made"]) in left["deleted"]["persons"]


def test_the_vendors_own_sdk_reads_and_writes_at_the_emulated_zoho_crm(emulator):
    before = emulator.state("zoho_crm")["modules"]["Leads"]
    said = drive("run_zohocrmsdk", emulator.url)
    assert said["leads"] == sorted(before)
    assert said["query"] == [before[key]["Last_Name"] for key in sorted(before)[:2]]
    assert emulator.state("zoho_crm")["modules"]["Leads"][said["made"]]["Email"] == "sdk@example.com"
    assert said["org"]


def test_the_vendors_own_wrapper_drives_the_emulated_mailigen(emulator):
    key = next(key for key, one in emulator.state("mailigen")["lists"].items() if one["name"] == "Newsletter")
    campaign = emulator.edit("mailigen", op="send", list=key)["campaign"]
    leaver = next(iter(emulator.state("mailigen")["campaigns"][campaign]["recipients"]))
    emulator.edit("mailigen", op="unsubscribe", email=leaver, campaign=campaign)
    said = drive("run_mailigen", emulator.url, MAILIGEN_KEY)
    members = emulator.state("mailigen")["lists"][key]["members"]
    assert said["ping"] == "Everything's Ok!"
    assert said["tags"][:3] == ["EMAIL", "FNAME", "LNAME"]
    assert (said["batch"]["success_count"], said["batch"]["error_count"]) == (2, 1)
    assert {"one@client.example.com", "two+x@client.example.com"} <= set(said["members"])
    assert said["info"] == members["two+x@client.example.com"]["fields"]["FNAME"] == "Two & Co"
    assert (said["gone"], "one@client.example.com" in members) == (1, False)
    assert (said["added"], said["campaigns"]) == (True, [1])
    assert (said["by_default"], members["three@client.example.com"]["status"]) == (True, "pending")
    assert emulator.state("mailigen")["mails_caused"] == 1
    assert said["refused"] == [False, True, 232]
    assert said["wrong_key"] == [False, 104]
