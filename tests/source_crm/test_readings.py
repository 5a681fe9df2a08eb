"""Under each reading of what the vendor leaves open, a warehouse that follows the stream ends with what the CRM holds."""

import os

import pytest

from tests.source_crm.systems import CRMS

# Readings that no read can notice are part of the proof, not of every run.
UNREAD = ("search_", "member_", "campaign_member", "related_", "layout_", "opt_out_", "converted_lead_member", "wrong_method")
UNNOTICED = ("_cost", "_code", "_status")
PROVE = bool(os.environ.get("MAILSYNC_PROVE"))


def readings():
    for crm in CRMS.values():
        yield pytest.param(crm, "", "", id=crm.name)
        for name, reading in crm.readings():
            if PROVE or not (name.removeprefix(f"{crm.prefix}_").startswith(UNREAD) or name.endswith(UNNOTICED)):
                yield pytest.param(crm, name, reading, id=f"{name}={reading}")


def warehouse(held, output):
    for stream, rows in held.items():
        for row in sorted(output.records(stream), key=lambda row: row["_ab_cdc_cursor"]):
            if "_ab_cdc_deleted_at" in row:
                rows.pop(row["id"], None)
            else:
                rows[row["id"]] = row


def people_do_things(emulator, crm):
    """One of everything; returns the id of a record that may be restored."""
    people, contacts = (sorted(emulator.state(crm.name)["modules"][name]) for name in (crm.people, crm.contacts))

    def edit(op, module=crm.people, **more):
        emulator.edit(crm.name, op=op, module=module, **more)

    edit("update", id=people[0], record={"City": "Ulm"})
    edit("update", id=people[1], record={"Email": None})
    edit("delete", id=people[2])
    edit("purge", id=people[3])
    edit("convert", id=people[4])
    edit("merge", crm.contacts, id=contacts[0], loser=contacts[1])
    edit("create", crm.contacts, record={"Last_Name": "New", "Email": "new@example.org"})
    edit("set_time", ids=people[10:20], modified_time=int(emulator.now()))
    emulator.advance(3600)
    return people[2]


def agrees(emulator, crm, held):
    there = emulator.state(crm.name)["modules"]
    for stream, rows in held.items():
        assert set(rows) == set(there[stream]), stream
        for key, row in rows.items():
            for name in ("Email", "City", "Last_Name"):
                assert row.get(name) == there[stream][key].get(name), (stream, key, name)


@pytest.mark.slow
@pytest.mark.parametrize(("crm", "name", "reading"), list(readings()))
def test_the_stream_leads_to_what_the_crm_holds(reader, emulator, crm, name, reading):
    if name:
        emulator.switch(**{name: reading})
    host = reader(**({"bulk_from_rows": 100} if "bulk" in name else {}))
    held = {stream: {} for stream in (crm.people, crm.contacts)}
    warehouse(held, host.read(*held))
    agrees(emulator, crm, held)
    deleted = people_do_things(emulator, crm)
    second = host.read(*held)
    warehouse(held, second)
    agrees(emulator, crm, held)
    assert set(second.gone(crm.people).values()) == {"deleted", "converted"}
    emulator.edit(crm.name, op="restore", module=crm.people, id=deleted)
    emulator.advance(crm.finds_unseen_after_s)
    warehouse(held, host.read(*held))
    agrees(emulator, crm, held)
    assert host.read(*held).records() == []
