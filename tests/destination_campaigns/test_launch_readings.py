"""A launch under each reading of what the vendors leave open about campaigns, singly and mixed: nobody gets it twice, and with people who do what the
log asks of them everybody gets it once. A normal run takes a sample; MAILSYNC_PROVE=1 takes all.
"""

import os
import random
import re
from importlib import import_module

import pytest

from .conftest import Connector
from .launches import campaigns, got, launch, once, people, scheduled
from .people import Source, write
from .tools import TOOLS

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
MOST_RUNS = 10
SWITCHES = {
    tool: [one for one in import_module(f"emulators.{tool}.switches").ALL if one.reference.endswith("#launching") and "sender" not in one.name]
    for tool in TOOLS
}
SINGLY = [(tool, {one.name: reading}) for tool, found in SWITCHES.items() for one in found for reading in one.readings[1:]]
SHOWN = SINGLY if PROVE else random.Random(3).sample(SINGLY, 6)


def mixes(count):
    chance = random.Random(17)
    for number in range(count):
        tool = list(TOOLS)[number % len(TOOLS)]
        yield tool, {one.name: chance.choice(one.readings) for one in SWITCHES[tool]}


MIXED = list(mixes(20 if PROVE else 2))


def history(emulator, folder, tool, readings, then, fault):
    """Runs, people who do what the log asks, and time; the first call that mails loses its answer."""
    connector = Connector(emulator, folder, TOOLS[tool])
    emulator.switch(**readings)
    more = scheduled(connector, hours=40) if then == "schedule" else {}
    topic = {"topic": "Offers"} if tool == "zoho_campaigns" else {}
    connector.set(streams=[], launches=[launch(connector, **more, **topic)])
    emulator.faults(system=tool, path="sendcampaign|campaignS(endNow|chedule)", kind="status", processed=fault)
    for _ in range(MOST_RUNS):
        said = write(connector, people(Source().state({}), 1, 2, 3).complete())
        assert said.code == 0, said.text
        assert set(got(connector).values()) <= {1}
        obey(connector, said.logs)
        emulator.advance(1500)
    emulator.advance(60 * 3600)
    assert got(connector) == once(1, 2, 3), said.logs
    said = write(connector, people(Source().state({}), 1, 2, 3).complete())
    assert got(connector) == once(1, 2, 3)
    return said


def obey(connector, logs):
    code = re.search(r"set release to (\w{8})", logs)
    if code and not got(connector) and not any(one["due"] for one in campaigns(connector)):
        connector.config["launches"][0]["release"] = code[1]
    if "code 6611" in logs or "has not reviewed" in logs:
        for key, one in connector.state()["campaigns"].items():
            if "launch spring" in one["name"] and one["status"] in {"Draft", "To Be Reviewed"}:
                connector.edit("review", campaign=key, kind="approve")


@pytest.mark.slow
@pytest.mark.parametrize(("tool", "readings"), SHOWN, ids=lambda value: value if isinstance(value, str) else "-".join(map("=".join, value.items())))
def test_everybody_gets_a_launch_once_under_this_reading(emulator, tmp_path, tool, readings):
    then = "schedule" if "schedule" in next(iter(readings)) else "send"
    history(emulator, tmp_path, tool, readings, then, fault=random.Random(str(readings)).random() < 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(MIXED)))
def test_everybody_gets_a_launch_once_under_mixed_readings(emulator, tmp_path, number):
    tool, readings = MIXED[number]
    history(emulator, tmp_path, tool, readings, ("send", "schedule")[number // 2 % 2], fault=number % 3 == 0)


@pytest.mark.parametrize("reading", ["error_1001", "error_500", "refused_at_send"])
def test_a_sender_that_is_not_verified_is_told_with_the_vendors_code_and_mails_nobody(emulator, tmp_path, reading):
    connector = Connector(emulator, tmp_path)
    emulator.switch(zoho_campaigns_unverified_sender=reading)
    connector.set(streams=[], launches=[launch(connector, from_email="nobody@company.example.com")])
    for _ in range(2):
        said = write(connector, people(Source().state({}), 1).complete())
        assert said.code == 0, said.text
        emulator.advance(2400)
    assert got(connector) == {}
    told = {"error_1001": "refused to create it: code 1001", "error_500": "does not show it yet", "refused_at_send": "refused to send it: code 6609"}
    assert told[reading] in said.logs
    connector.edit("verify_sender", email="nobody@company.example.com")
    write(connector, people(Source().state({}), 1).complete())
    assert got(connector) == once(1)
