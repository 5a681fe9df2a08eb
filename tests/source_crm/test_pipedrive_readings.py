"""Under each reading of what Pipedrive leaves open, a warehouse that follows the streams ends with what the CRM holds."""

import os

import pytest

from emulators.pipedrive.switches import SWITCHES
from tests.source_crm.test_pipedrive_reading import held, of_filter, pipedrive
from tests.source_crm.test_readings import warehouse

# Readings that no read can notice are part of the proof, not of every run; those of a spent day are in test_pipedrive_limits.
UNREAD = (
    "note_",
    "patch_",
    "due_date",
    "unknown_activity",
    "search_",
    "query_token",
    "over_limit",
    "marketing_",
    "daily_",
    "filter_gone",
    "burst_text",
)
PROVE = bool(os.environ.get("MAILSYNC_PROVE"))
READINGS = [
    (switch.name, reading)
    for switch in SWITCHES
    for reading in switch.readings[1:]
    if PROVE or not switch.name.removeprefix("pipedrive_").startswith(UNREAD)
]


def people_do_things(emulator):
    """One of everything; returns who may be restored."""
    people = sorted(map(int, held(emulator)))

    def edit(op, module="persons", **more):
        emulator.edit("pipedrive", op=op, module=module, **more)

    edit("update", id=people[0], record={"City": "Ulm"})
    edit("update", id=people[1], record={"emails": []})
    edit("delete", id=people[2])
    edit("purge", id=people[3])
    edit("merge", id=people[4], loser=people[5])
    edit("create", record={"name": "New", "emails": [{"value": "new@example.org"}], "update_time": None})
    edit("set_time", ids=people[10:20], modified_time=int(emulator.now()))
    edit("delete", "organizations", id=min(map(int, held(emulator, "organizations"))))
    edit("update", "organizations", id=max(map(int, held(emulator, "organizations"))), record={"name": "Renamed"})
    emulator.advance(3600)
    return people[2]


def agrees(emulator, host, rows):
    organizations = emulator.state("pipedrive")["modules"]["organizations"]
    wanted = held(emulator)
    assert {str(key) for key in rows} == set(wanted)
    for key, row in rows.items():
        person = wanted[str(key)]
        addresses = person["emails"]
        assert row.get("email") == (addresses[0]["value"] if addresses else None), key
        assert row["name"] == person["name"]
        organization = organizations.get(str(person["org_id"])) if person["org_id"] else None
        if organization is not None:
            assert row.get("organization_name") == organization["name"], key


CASES = [(None, "", ""), ("Everybody", "", ""), *((selected, *one) for one in READINGS for selected in ((None, "Everybody") if PROVE else (None,)))]


@pytest.mark.slow
@pytest.mark.parametrize(("selected", "name", "reading"), CASES)
def test_the_stream_leads_to_what_the_crm_holds(emulator, selected, name, reading):
    if name:
        emulator.switch(**{name: reading})
    host = pipedrive(emulator, of_filter(selected) if selected else None, organization_fields=["name"])
    streams = {"persons": {}}
    warehouse(streams, host.read("persons"))
    agrees(emulator, host, streams["persons"])
    restorable = people_do_things(emulator)
    second = host.read("persons")
    warehouse(streams, second)
    agrees(emulator, host, streams["persons"])
    assert set(second.gone().values()) == {"deleted"}
    emulator.edit("pipedrive", op="restore", module="persons", id=restorable)
    emulator.advance(3600)
    warehouse(streams, host.read("persons"))
    agrees(emulator, host, streams["persons"])
    assert host.read("persons").records() == []
