"""`kill -9` while a write is on its way: the same command again makes good what is missing, and nothing twice."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .crms import EVERY, Pipedrive, ZohoCrm, ZohoRecruit
from .test_faults import configured, expected, people_of, responses, shown, until_done

SCRIPT = Path(sys.executable).parent / "destination-crm"
MOMENTS = [
    (ZohoCrm, "POST", "/Contacts$"), (ZohoCrm, "POST", "/Notes$"), (ZohoCrm, "PUT", "/Campaigns/[0-9]+/"), (ZohoCrm, "POST", "/Calls$"),
    (ZohoRecruit, "POST", "/Candidates$"), (ZohoRecruit, "POST", "/Notes$"), (Pipedrive, "POST", "/persons$"), (Pipedrive, "POST", "/deals$"),
]  # fmt: skip
LONGEST_S = 240  # until a run makes the write: long enough for a machine that is busy with other tests
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"


@pytest.fixture
def crm(emulator, request):
    return request.param(emulator)


def waits_for_the_write(emulator):
    deadline = time.monotonic() + LONGEST_S
    while not any(one["struck"] for one in emulator.admin("GET", "/__admin/faults")):
        assert time.monotonic() < deadline, "the write was not made"
        time.sleep(0.05)


@pytest.mark.parametrize("processed", [True, False], ids=["after", "before"])
@pytest.mark.parametrize(
    ("crm", "method", "path"), MOMENTS if PROVE else MOMENTS[::3], indirect=["crm"], ids=lambda one: getattr(one, "name", str(one))
)
def test_a_killed_run_is_carried_on_by_the_same_command(connector, crm, emulator, method, path, processed):
    assert crm.name in {one.name for one in EVERY}
    configured(connector, crm)
    people = people_of(connector, crm)
    emulator.faults(system=crm.name, method=method, path=path, kind="slow", seconds=LONGEST_S, processed=processed)
    emulator.advance(120)
    source = responses(0).complete({"n": 1})
    with subprocess.Popen([SCRIPT, *connector.arguments(source.catalog())], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            process.stdin.write(source.taken())
            process.stdin.flush()
            waits_for_the_write(emulator)
        finally:
            process.kill()
    emulator.heal()  # what was on its way arrives
    until_done(connector, 0)
    assert shown(crm, people) == expected(crm)
