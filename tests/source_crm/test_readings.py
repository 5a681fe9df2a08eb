"""Under each reading of what the vendor leaves open, a warehouse that follows the streams ends with what the CRM holds."""

import os

import pytest

from tests.source_crm.systems import CRMS

# Readings that no read can notice are part of the proof, not of every run.
UNNOTICED = ("_cost", "_code", "_status")
PROVE = bool(os.environ.get("MAILSYNC_PROVE"))


def readings():
    """(CRM, whether people are selected by a view of all of them, switch, reading)."""
    for crm in CRMS.values():
        for selected in (False, True):
            yield pytest.param(crm, selected, "", "", id=f"{crm.name}{'-by-view' if selected else ''}")
        for name, reading in crm.readings():
            if PROVE or not (name.removeprefix(f"{crm.prefix}_").startswith(crm.unread) or name.endswith(UNNOTICED)):
                yield pytest.param(crm, False, name, reading, id=f"{name}={reading}")
            if PROVE:
                yield pytest.param(crm, True, name, reading, id=f"{name}={reading}-by-view")


def warehouse(held, output):
    for stream, rows in held.items():
        for row in sorted(output.records(stream), key=lambda row: row["_ab_cdc_cursor"]):
            if "_ab_cdc_deleted_at" in row:
                rows.pop(str(row["id"]), None)
            else:
                rows[str(row["id"])] = row


def values(output, stream=None):
    """The records without the cursor, which counts emissions."""
    return {row["id"]: {name: value for name, value in row.items() if name != "_ab_cdc_cursor"} for row in output.live(stream)}


def people_do_things(emulator, crm):
    """One of everything; returns the id of a record that may be restored."""
    people, contacts = (sorted(crm.held(emulator, name)) for name in (crm.people, crm.contacts))
    crm.move(emulator, people[0], "Ulm")
    crm.erase_address(emulator, people[1])
    crm.edit(emulator, "delete", id=people[2])
    crm.edit(emulator, "purge", id=people[3])
    if "conversion" not in crm.lacks:
        crm.convert(emulator, people[4])
    crm.edit(emulator, "merge", id=people[5], loser=people[6])
    crm.edit(emulator, "merge", crm.contacts, id=contacts[0], loser=contacts[1])
    crm.new(emulator)
    crm.new(emulator, module=crm.contacts)
    crm.edit(emulator, "set_time", ids=people[10:20], modified_time=int(emulator.now()))
    crm.also(emulator)
    emulator.advance(3600)
    return people[2]


def agrees(emulator, crm, held):
    state = emulator.state(crm.name)
    for stream, rows in held.items():
        there = state["modules"][stream]
        assert set(rows) == set(there), stream
        for key, row in rows.items():
            shown = crm.shown(state, stream, there[key])
            assert {name: row.get(name) for name in shown} == shown, (stream, key)


@pytest.mark.slow
@pytest.mark.parametrize(("crm", "selected", "name", "reading"), list(readings()))
def test_the_streams_lead_to_what_the_crm_holds(reader, emulator, crm, selected, name, reading):
    if name:
        emulator.switch(**{name: reading})
    options = {"bulk_from_rows": 100} if "bulk" in name else {}
    host = reader(**options, **crm.everything, **(crm.select(custom_view=crm.everybody) if selected else {}))
    held = {stream: {} for stream in (crm.people, crm.contacts)}
    first = host.read(*held)
    warehouse(held, first)
    agrees(emulator, crm, held)
    if PROVE or not name or "bulk" in name or "coql" in name:
        for road in crm.roads.values():
            assert values(reader(**crm.everything, **road).read(crm.people)) == values(first, crm.people)
    deleted = people_do_things(emulator, crm)
    second = host.read(*held)
    warehouse(held, second)
    agrees(emulator, crm, held)
    assert set(second.gone(crm.people).values()) == {"deleted", *(() if "conversion" in crm.lacks else ("converted",))}
    crm.edit(emulator, "restore", id=deleted)
    emulator.advance(crm.finds_unseen_after_s)
    warehouse(held, host.read(*held))
    agrees(emulator, crm, held)
    assert host.read(*held).records() == []
