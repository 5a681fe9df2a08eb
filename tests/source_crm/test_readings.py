"""Under each reading of what the vendor leaves open, a warehouse that follows the stream ends with what the CRM holds."""

import pytest

from emulators.zoho_accounts.switches import ALL as ACCOUNT_SWITCHES
from emulators.zoho_crm.switches import SWITCHES

READINGS = [(switch.name, reading) for switch in (*SWITCHES, *ACCOUNT_SWITCHES) for reading in switch.readings[1:]]
MODULES = ("Leads", "Contacts")


def warehouse(held, output):
    for stream in MODULES:
        for row in sorted(output.records(stream), key=lambda row: row["_ab_cdc_cursor"]):
            if "_ab_cdc_deleted_at" in row:
                held[stream].pop(row["id"], None)
            else:
                held[stream][row["id"]] = row


def people_do_things(emulator, crm):
    """One of everything; returns the ids that left, with their reasons."""
    leads, contacts = (sorted(emulator.state("zoho_crm")["modules"][name]) for name in MODULES)
    emulator.edit("zoho_crm", op="update", module="Leads", id=leads[0], record={"City": "Ulm"})
    emulator.edit("zoho_crm", op="update", module="Leads", id=leads[1], record={"Email": None})
    emulator.edit("zoho_crm", op="delete", module="Leads", id=leads[2])
    emulator.edit("zoho_crm", op="purge", module="Leads", id=leads[3])
    emulator.edit("zoho_crm", op="convert", module="Leads", id=leads[4])
    emulator.edit("zoho_crm", op="merge", module="Contacts", id=contacts[0], loser=contacts[1])
    emulator.edit("zoho_crm", op="create", module="Contacts", record={"Last_Name": "New", "Email": "new@example.org"})
    emulator.edit("zoho_crm", op="set_time", module="Leads", ids=leads[10:20], modified_time=int(emulator.now()))
    emulator.advance(3600)
    return leads[2]


def agrees(emulator, held):
    there = emulator.state("zoho_crm")["modules"]
    for stream in MODULES:
        assert set(held[stream]) == set(there[stream]), stream
        for key, row in held[stream].items():
            for name in ("Email", "City", "Last_Name"):
                assert row.get(name) == there[stream][key].get(name), (stream, key, name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reading"), [("", ""), *READINGS])
def test_the_stream_leads_to_what_the_crm_holds(reader, emulator, name, reading):
    if name:
        emulator.switch(**{name: reading})
    crm = reader(bulk_from_rows=100 if "bulk" in name else 10_000)
    held = {stream: {} for stream in MODULES}
    warehouse(held, crm.read(*MODULES))
    agrees(emulator, held)
    deleted = people_do_things(emulator, crm)
    second = crm.read(*MODULES)
    warehouse(held, second)
    agrees(emulator, held)
    assert set(second.gone("Leads").values()) == {"deleted", "converted"}
    emulator.edit("zoho_crm", op="restore", module="Leads", id=deleted)
    emulator.advance(3600)
    warehouse(held, crm.read(*MODULES))
    agrees(emulator, held)
    assert crm.read(*MODULES).records() == []
