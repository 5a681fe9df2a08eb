"""What nobody has verified of a CRM: under each plausible reading the same things end up in it, each once."""

import os
import random
from importlib import import_module

import pytest

from .crms import EVERY
from .test_faults import configured, expected, people_of, responses, shown, until_done

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
OF_WRITING = {
    *("crm_member_status_values", "crm_member_status_trigger", "crm_coql_what_id", "crm_coql_textarea", "crm_layout_required"),
    *("pipedrive_patch_customs", "pipedrive_note_comments"),
}
MIXES = 20 if PROVE else 2


@pytest.fixture
def crm(emulator, request):
    return request.param(emulator)


def switches(crm):
    """Those of this CRM."""
    return import_module(f"emulators.{crm.name}.switches").SWITCHES


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
    emulator.switch(**{one.name: dice.choice(one.readings) for one in sorted(switches(crm), key=lambda one: one.name)})
    lived_through(connector, crm)


READINGS = [
    pytest.param(crm, one.name, reading, id=f"{one.name}={reading}")
    for crm in EVERY
    for one in switches(crm)
    for reading in one.readings[1:]
    if PROVE or one.name in OF_WRITING
]


@pytest.mark.parametrize(("crm", "name", "reading"), READINGS, indirect=["crm"])
def test_each_reading_alone_leads_to_the_same_end(connector, crm, emulator, name, reading):
    emulator.switch(**{name: reading})
    lived_through(connector, crm)
