"""What nobody has verified of a CRM: under each plausible reading the same things end up in it, each once."""

import os
import random

import pytest

from .crms import EVERY
from .test_faults import configured, expected, people_of, responses, shown, until_done

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
PREFIX = {"zoho_crm": "crm_", "zoho_recruit": "recruit_", "pipedrive": "pipedrive_"}
OF_WRITING = {"crm_member_status_values", "crm_member_status_trigger", "crm_coql_what_id", "crm_coql_textarea", "crm_layout_required"}
MIXES = 20 if PROVE else 2


@pytest.fixture
def crm(emulator, request):
    return request.param(emulator)


def readings_of(emulator, crm):
    """Switch → its readings, those of this CRM."""
    known = emulator.admin("GET", "/__admin/switches")
    return {one["name"]: one["readings"] for one in known if one["name"].startswith(PREFIX[crm.name])}


def lived_through(connector, crm):
    configured(connector, crm)
    people = people_of(connector, crm)
    said = connector.write(responses(0).complete({"n": 1}))
    assert said.code == 0, said.text
    until_done(connector, 1)
    assert shown(crm, people) == expected(crm)


@pytest.mark.parametrize("mix", range(MIXES))
@pytest.mark.parametrize("crm", EVERY, indirect=True, ids=lambda one: one.name)
def test_a_mix_of_readings_leads_to_the_same_end(connector, crm, emulator, mix):
    dice = random.Random(mix)
    chosen = {name: dice.choice(readings) for name, readings in sorted(readings_of(emulator, crm).items())}
    emulator.switch(**chosen)
    lived_through(connector, crm)


@pytest.mark.parametrize("crm", EVERY if PROVE else EVERY[:1], indirect=True, ids=lambda one: one.name)
def test_each_reading_alone_leads_to_the_same_end(connector, crm, emulator, tmp_path):
    every = [(name, reading) for name, readings in readings_of(emulator, crm).items() for reading in readings[1:]]
    for number, (name, reading) in enumerate(every if PROVE else [one for one in every if one[0] in OF_WRITING]):
        emulator.reset()
        fresh = type(crm)(emulator)
        connector.acknowledged = {}
        connector.config["ledger"] = {"kind": "sqlite", "path": str(tmp_path / f"{name}-{number}.db")}
        emulator.switch(**{name: reading})
        lived_through(connector, fresh)
