"""Answers to surveys in every CRM: on the right person, each once, whatever is replayed, edited or broken in between."""

import os
import random

import pytest

from .conftest import Connector
from .crms import EVERY, ZohoCrm
from .mailing import first, later

STREAM = "survey_responses"
HOW, WHY = "How satisfied are you?", "Why?"


@pytest.fixture
def crm(any_crm):
    return any_crm


@pytest.fixture
def connector(any_connector, crm):
    return asking(any_connector, crm)


def asking(connector, crm, **more):
    fields = [{"question": HOW, "field": crm.status_field}, {"question": WHY, "field": crm.campaign_field}]
    survey = {"survey": "Satisfaction", "note": True, "note_title": "Answers: {survey}", "fields": [{**one, "module": crm.people} for one in fields]}
    return connector.set(surveys=[{**survey, **more}], recheck_runs=1)


def with_rows(connector, crm):
    """A custom module with a row for each response."""
    for name, module in (("Person", crm.people), ("Other_Person", crm.other_people)) if crm.name == "zoho_crm" else (("Person", crm.people),):
        crm.edit(op="add_field", module=crm.row_module, field=name, data_type="lookup", lookup=module)
    crm.edit(op="add_field", module=crm.row_module, field="Mark")
    crm.edit(op="add_field", module=crm.row_module, field="Score", data_type="integer")
    people = [{"module": crm.people, "field": "Person"}]
    people += [{"module": crm.other_people, "field": "Other_Person"}] if crm.name == "zoho_crm" else []
    fields = [{"question": HOW, "field": "Score"}, {"column": "survey_name", "field": crm.row_name}]
    return asking(connector, crm, rows={"module": crm.row_module, "key_field": "Mark", "person_fields": people, "fields": fields})


def said(source, response, version=1, ended="2026-06-03T11:10:57Z", **more):
    answers = {question: more.pop(name) for name, question in (("how", HOW), ("why", WHY)) if name in more}
    row = {"survey_id": "s1", "survey_name": "Satisfaction", "response_id": response, "status": "COMPLETED", "ended_at": ended, "version": version}
    return source.record(STREAM, **{**row, "answers": answers, **more})


def begun(connector):
    source = said(first(STREAM), "r0", email="nobody@example.com")
    assert connector.write(source.complete({"n": 0})).code == 0


def synced(connector, source, number):
    said = connector.write(source.complete({"n": number}))
    assert said.code == 0, said.text
    return said


def shown(crm, person):
    return (crm.shown(person, crm.status_field), crm.shown(person, crm.campaign_field))


def test_answers_land_on_the_record_whose_link_was_answered(connector, crm):
    begun(connector)
    ann, bob = crm.owned("ann@example.com"), crm.owned("bob@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", record_id=ann, module=crm.people, email="bob@example.com", how="9", why="Fast"), 1)
    assert shown(crm, ann) == ("9", "Fast")
    assert shown(crm, bob) == (None, None)
    [note] = crm.notes(ann)
    assert [part in note for part in ("Satisfaction", f"{HOW}: 9", f"{WHY}: Fast")] == [True] * 3


@pytest.mark.parametrize("forged", ["1) or id is not null", "../Leads", "9" * 40, "999999999999"])
def test_a_link_that_somebody_forged_harms_nobody(connector, crm, forged):
    """The id comes back from a link: whatever stands there is no error of the run, and the address still says who it is."""
    begun(connector)
    ann = crm.owned("ann@example.com")
    source = said(later({"n": 0}, STREAM), "r1", record_id=forged, module=crm.people, how="1")
    synced(connector, said(source, "r2", record_id=forged, email="ann@example.com", how="2"), 1)
    assert shown(crm, ann) == ("2", None)
    assert len(crm.notes(ann)) == 1


def test_without_a_record_the_address_says_who_it_is(connector, crm):
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", email="Ann@Example.com", how="9"), 1)
    assert shown(crm, ann) == ("9", None)


def test_an_edit_is_written_into_the_same_note_and_a_replay_writes_nothing(connector, crm, emulator):
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="2"), 1)
    synced(connector, said(later({"n": 1}, STREAM), "r1", 2, email="ann@example.com", how="8", why="Better"), 2)
    assert shown(crm, ann) == ("8", "Better")
    [note] = crm.notes(ann)
    assert f"{HOW}: 8" in note
    emulator.clear_requests()
    synced(connector, said(said(later({"n": 2}, STREAM), "r1", email="ann@example.com", how="2"), "r1", 2, email="ann@example.com", how="8"), 3)
    assert not [one for one in emulator.requests() if one["writes"] and one["system"] == crm.name]


def test_a_lost_ledger_makes_no_second_note(connector, crm):
    begun(connector)
    ann = crm.owned("ann@example.com")
    source = said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="2")
    synced(connector, source, 1)
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})
    synced(connector, said(first(STREAM), "r1", 2, email="ann@example.com", how="7"), 2)
    [note] = crm.notes(ann)
    assert f"{HOW}: 7" in note
    assert shown(crm, ann) == ("7", None)


def test_merged_people_keep_one_note(connector, crm):
    begun(connector)
    ann, eve = crm.owned("ann@example.com"), crm.owned("eve@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="2"), 1)
    crm.merge(eve, ann)
    synced(connector, said(later({"n": 1}, STREAM), "r1", 2, email="eve@example.com", record_id=ann, how="5"), 2)
    [note] = crm.notes(eve)
    assert f"{HOW}: 5" in note


def test_after_switching_off_nothing_more_is_written(connector, crm, emulator):
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="2"), 1)
    asking(connector, crm, write=False)
    emulator.clear_requests()
    done = synced(connector, said(later({"n": 1}, STREAM), "r1", 2, email="ann@example.com", how="9"), 2)
    assert "survey_switched_off" in done.logs
    assert not [one for one in emulator.requests() if one["writes"] and one["system"] == crm.name]
    assert shown(crm, ann) == ("2", None)


def test_check_names_what_cannot_hold_an_answer(connector, crm):
    wrong = {"zoho_crm": "Account_Name", "zoho_recruit": "Created_By", "pipedrive": "No such field"}[crm.name]
    asking(connector, crm, fields=[{"question": HOW, "field": wrong}])
    told = connector.check().status
    assert told["status"] == "FAILED"
    assert wrong in told["message"]


def test_pipedrive_refuses_rows_and_the_others_take_them(connector, crm):
    if crm.name == "pipedrive":
        rows = {"module": "Answers", "key_field": "Mark", "person_fields": [{"module": "persons", "field": "Person"}]}
        told = asking(connector, crm, rows=rows).check().status
        assert "no custom modules" in told["message"]
    else:
        told = with_rows(connector, crm).check().status
        assert told["status"] == "SUCCEEDED", told


def test_each_response_is_one_row_of_the_custom_module(connector, crm):
    if crm.name == "pipedrive":
        pytest.skip("Pipedrive has no custom modules")
    with_rows(connector, crm)
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, said(said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="2"), "r2", email="ann@example.com", how="3"), 1)
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})
    synced(connector, said(said(first(STREAM), "r1", 2, email="ann@example.com", how="8"), "r2", email="ann@example.com", how="3"), 2)
    assert sorted(crm.rows_of(ann)) == [("Satisfaction", 3), ("Satisfaction", 8)]


def test_a_converted_lead_hands_over(emulator, tmp_path):
    crm = ZohoCrm(emulator)
    connector = asking(Connector(emulator, tmp_path, crm), crm)
    begun(connector)
    lead = crm.person("ann@example.com", module="Leads")
    crm.edit(op="convert", module="Leads", id=lead)
    [(contact, *_)] = crm.with_address("ann@example.com")
    synced(connector, said(later({"n": 0}, STREAM), "r1", record_id=lead, module="Leads", how="9"), 1)
    assert shown(crm, contact) == ("9", None)


# What can break.

WRITES = {
    "zoho_crm": ("PUT /Contacts$", "POST /Notes$", "POST /Courses$", "PUT /Notes$", "PUT /Courses$"),
    "zoho_recruit": ("PUT /Candidates$", "POST /Notes$", "POST /Talent_Pool$", "PUT /Notes$", "PUT /Talent_Pool$"),
    "pipedrive": ("/persons/[0-9]+$", "POST /notes$", "PUT /notes/"),
}
CELLS = [
    (crm, write, kind, processed)
    for crm in EVERY
    for write in WRITES[crm.name]
    for kind, processed in (*((kind, done) for kind in ("status", "reset", "truncate") for done in (False, True)), ("lock", False))
]


def cells():
    return CELLS if os.environ.get("MAILSYNC_PROVE") == "1" else random.Random(5).sample(CELLS, 4)


def until_done(connector, number, tries=4):
    """The same command again, until it succeeds and leaves nothing for another run."""
    for _ in range(tries):
        source = said(later({"n": number}, STREAM), "r1", 2, email="ann@example.com", how="8")
        done = connector.write(source.complete({"n": number + 1}))
        if done.code == 0 and "Waiting in the ledger" not in done.logs:
            return
        number += done.code == 0
    raise AssertionError(done.text)


@pytest.mark.parametrize(("crm", "write", "kind", "processed"), cells(), ids=lambda one: getattr(one, "name", str(one)))
def test_a_write_that_fails_is_made_good_and_nothing_is_there_twice(emulator, tmp_path, record_property, crm, write, kind, processed):
    crm = crm(emulator)
    connector = Connector(emulator, tmp_path, crm)
    asking(connector, crm) if crm.name == "pipedrive" else with_rows(connector, crm)
    begun(connector)
    ann = crm.owned("ann@example.com")
    if write.startswith(("PUT /Notes", "PUT /notes", "PUT /Courses", "PUT /Talent_Pool")):
        synced(connector, said(later({"n": 0}, STREAM), "r1", email="ann@example.com", how="1"), 0)
    method, _, path = write.rpartition(" ")
    emulator.faults(system=crm.name, path=path, kind=kind, processed=processed, **({"method": method} if method else {}))
    connector.write(said(later({"n": 0}, STREAM), "r1", 2, email="ann@example.com", how="8").complete({"n": 1}))
    assert sum(one["struck"] for one in emulator.admin("GET", "/__admin/faults")) == 1
    emulator.heal()
    emulator.advance(90_000)
    number = 1 if connector.acknowledged == {"n": 1} else 0
    until_done(connector, number)
    assert shown(crm, ann) == ("8", None)
    [note] = crm.notes(ann)
    assert f"{HOW}: 8" in note
    if crm.name != "pipedrive":
        assert crm.rows_of(ann) == [("Satisfaction", 8)]
    record_property("matrix", f"survey answers under faults|{crm.name} {write}|{kind}{' after' if processed else ''}")
