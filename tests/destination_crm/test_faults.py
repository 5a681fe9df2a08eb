"""Every write that can break, broken before and after it took effect: the same command again ends in the same CRM, and nothing is there twice."""

import os
import random

import pytest

from mailsync.http import Http

from .crms import EVERY
from .mailing import first, later

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
KINDS = ("status", "html", "reset", "truncate", "timeout", "slow")
ONCE = ("lock", "token")  # the vendor's own answers, which prove that the call had no effect
WRITES = {
    "zoho_crm": ("/Campaigns/upsert$", "/Campaigns/[0-9]+/", "PUT /Contacts$", "POST /Contacts$", "/Calls$", "/Deals$", "/Notes$"),
    "zoho_recruit": ("PUT /Candidates$", "POST /Candidates$", "/Calls$", "/Notes$"),
    "pipedrive": ("/persons/[0-9]+$", "POST /persons$", "POST /activities$", "POST /deals$", "POST /notes$"),
}
CELLS = [
    (crm, write, kind, processed)
    for crm in EVERY
    for write in WRITES[crm.name]
    for kind, processed in (*((kind, done) for kind in KINDS for done in (False, True)), *((kind, False) for kind in ONCE))
]
SAMPLE = 5  # a CRM
READ_TIMEOUT_S = 1.5


def cells():
    dice = random.Random(7)
    for crm in EVERY:
        of_crm = [cell for cell in CELLS if cell[0] is crm]
        yield from of_crm if PROVE else dice.sample(of_crm, SAMPLE)


def configured(connector, crm):
    note = {"name": "note", "makes": "note", "on": ["opened"], "subject": "In {campaign}", "text": "In {campaign}"}
    call = {"name": "call", "makes": "activity", "on": ["opened"], "times": 2, "activity_type": crm.activity_type}
    deal = {"name": "deal", "makes": "deal", "on": ["clicked"], **crm.place}
    made = [note, call] if crm.name == "zoho_recruit" else [note, call, deal]
    return connector.set(
        status_fields=[{"module": crm.people, "field": crm.status_field}],
        opt_out="any_leaving",
        new_people={"module": crm.people, "of_recipients": True},
        rule_groups=[{"rules": made}],
        recheck_runs=1,
    )


def responses(number):
    source = later({"n": number}).campaign("c1", "May").campaign("c2", "June", "2026-04-01T00:00:00Z")
    source.did("ann@example.com", "opened", "clicked").did("ann@example.com", "opened", campaign="c2").did("left@example.com", "unsubscribed")
    return source.did("eva@example.com", "opened", campaign="c2")


def shown(crm, people):
    """What the CRM holds of it, by the names of these tests."""
    new = crm.with_address("eva@example.com")
    everybody = {**people, **{f"eva {number}": one[0] for number, one in enumerate(new)}}
    return {
        name: (
            crm.shown(person, crm.status_field),
            sorted(crm.notes(person)),
            len(crm.chosen_activities(person)),
            len(crm.chosen_deals(person)),
            crm.opted_out(person),
            {key: crm.statuses(key).get(person) for key in ("c1", "c2")} if crm.name == "zoho_crm" else None,
        )
        for name, person in everybody.items()
    }


def expected(crm):
    deals = 0 if crm.name == "zoho_recruit" else 1
    member = crm.name == "zoho_crm"
    return {
        "ann": ("Opened", ["In June", "In May"], 1, deals, False, {"c1": "Responded", "c2": "Opened"} if member else None),
        "left": ("Unsubscribed", [], 0, 0, True, {"c1": "Opted Out", "c2": None} if member else None),
        "eva 0": ("Opened", ["In June"], 0, 0, False, {"c1": None, "c2": "Opened"} if member else None),
    }


@pytest.fixture
def crm(emulator, request):
    return request.param(emulator)


def people_of(connector, crm):
    people = {name: crm.owned(f"{name}@example.com") for name in ("ann", "left")}
    assert connector.write(first().campaign("c0").complete({"n": 0})).code == 0
    return people


def until_done(connector, number, tries=4):
    """The same command again, until it succeeds and leaves nothing for another run."""
    for _ in range(tries):
        said = connector.write(responses(number).complete({"n": number + 1}))
        if said.code == 0 and "Waiting in the ledger" not in said.logs:
            return said
        if said.code == 0:
            number += 1
    raise AssertionError(said.text)


@pytest.mark.parametrize(("crm", "write", "kind", "processed"), list(cells()), indirect=["crm"], ids=lambda one: getattr(one, "name", str(one)))
def test_a_write_that_fails_is_made_good_and_never_made_twice(connector, crm, emulator, record_property, monkeypatch, write, kind, processed):
    monkeypatch.setitem(Http.__init__.__kwdefaults__, "read_timeout_s", READ_TIMEOUT_S)
    record_property("matrix", f"write-back under faults|{crm.name} {write}|{kind}{' after' if processed else ''}")
    configured(connector, crm)
    people = people_of(connector, crm)
    method, _, path = write.rpartition(" ")
    emulator.faults(system=crm.name, path=path, kind=kind, processed=processed, seconds=0.2, **({"method": method} if method else {}))
    connector.write(responses(0).complete({"n": 1}))
    struck = sum(one["struck"] for one in emulator.admin("GET", "/__admin/faults"))
    emulator.heal()
    assert struck == 1
    if kind == "lock":
        emulator.advance(90_000)  # Zoho's lock is a spent day
    again = 1 if connector.acknowledged == {"n": 1} else 0
    until_done(connector, again)
    assert shown(crm, people) == expected(crm)


@pytest.mark.parametrize("crm", EVERY, indirect=True, ids=lambda one: one.name)
@pytest.mark.parametrize("path", ["/coql$|/search$|/persons$", "/Notes|/notes", "/coql$|/Calls|/activities"])
def test_a_look_up_that_fails_is_not_read_as_nobody(connector, crm, emulator, path):
    configured(connector, crm)
    people = people_of(connector, crm)
    emulator.faults(system=crm.name, method="POST" if "coql" in path and crm.name == "zoho_crm" else "GET", path=path, kind="status", times=0)
    connector.write(responses(0).complete({"n": 1}))
    emulator.heal()
    until_done(connector, 1 if connector.acknowledged == {"n": 1} else 0)
    assert shown(crm, people) == expected(crm)
