"""What Pipedrive alone has: archived deals, merges, filters that change without a change, and comparing ids. The rest is the contract of every CRM."""

import pytest

from tests.source_crm.crm_reader import Reader
from tests.source_crm.test_readings import values
from tests.source_crm.test_resuming import messages_until_each_state

STREAMS = ("persons", "organizations", "deals", "activities")


@pytest.fixture
def crm(emulator):
    return lambda **system: pipedrive(emulator, **system)


def pipedrive(emulator, selections=None, **system):
    reader = Reader(emulator, "pipedrive")
    reader.config = reader.config | {"system": reader.config["system"] | {"compare_ids_every_hours": 0} | system}
    if selections:
        reader.config["selections"] = selections
    return reader


def of_filter(name, module="persons"):
    return [{"module": module, "custom_view": name}]


def held(emulator, stream="persons"):
    return emulator.state("pipedrive")["modules"][stream]


def tokens(emulator):
    return sum(request["credits"] for request in emulator.requests())


def test_a_second_read_brings_nothing_and_costs_a_handful_of_calls(crm, emulator):
    reader = crm(compare_ids_every_hours=24)
    first = reader.read("persons")
    emulator.clear_requests()
    second = reader.read("persons")
    assert second.records() == []
    assert second.states("persons")[0] == first.states("persons")[-1]
    assert len(emulator.requests()) <= 6
    assert tokens(emulator) <= 62


def test_archived_deals_are_read_too(crm, emulator):
    output = crm().read("deals")
    archived = {key for key, deal in held(emulator, "deals").items() if deal["is_archived"]}
    assert archived
    assert archived == {str(deal["id"]) for deal in output.live() if deal["is_archived"]}


def test_a_person_without_a_time_of_change_is_found_by_its_id(crm, emulator):
    """What the vendor answers to a new person has no update_time; whether its list by time of change shows it is not known."""
    reader = crm(compare_ids_every_hours=24)
    reader.read("persons")
    new = emulator.edit("pipedrive", op="create", module="persons", record={"name": "New Person", "update_time": None})["id"]
    emulator.advance(3600)
    (row,) = reader.read("persons").records()
    assert str(row["id"]) == new
    assert row["_ab_cdc_updated_at"] == row["add_time"]
    assert reader.read("persons").records() == []


def test_the_loser_of_a_merge_is_deleted_and_the_survivor_has_both_addresses(crm, emulator):
    reader = crm()
    first = reader.read("persons")
    loser, survivor = sorted((row for row in first.live() if row.get("email")), key=lambda row: row["id"])[:2]
    emulator.edit("pipedrive", op="merge", module="persons", id=survivor["id"], loser=loser["id"])
    emulator.advance(600)
    second = reader.read("persons")
    assert second.gone() == {str(loser["id"]): "deleted"}
    (kept,) = second.live()
    assert {one["value"] for one in kept["emails"]} >= {loser["email"], survivor["email"]}


def test_deleted_persons_wait_for_the_next_comparison_and_are_not_lost(crm, emulator):
    reader = crm(compare_ids_every_hours=24)
    gone = max(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="delete", module="persons", id=gone)
    emulator.advance(3600)
    assert reader.read("persons").records() == []
    emulator.advance(86400)
    assert reader.read("persons").gone() == {gone: "deleted"}


def _custom(emulator, person, name):
    fields = emulator.state("pipedrive")["fields"]["persons"]
    (key,) = [key for key, field in fields.items() if field["name"] == name]
    labels = {option["id"]: option["label"] for option in fields[key]["options"]}
    return labels.get(person["custom_fields"][key])


def test_who_enters_or_leaves_a_filter_without_a_change_is_seen_in_the_next_sync(crm, emulator):
    """A won deal changes nothing of the person."""
    reader = crm(selections=of_filter("With a won deal"), compare_ids_every_hours=24)
    first = reader.read("persons")
    outside = min(set(held(emulator)) - first.ids(), key=int)
    deal = emulator.edit("pipedrive", op="create", module="deals", record={"title": "Won", "person_id": int(outside), "status": "won"})["id"]
    before = held(emulator)[outside]["update_time"]
    second = reader.read("persons")
    assert second.ids() == {outside}
    assert second.live()[0].get("update_time") == before
    emulator.edit("pipedrive", op="update", module="deals", id=deal, record={"status": "lost"})
    assert reader.read("persons").gone() == {outside: "left_selection"}
    assert reader.read("persons").records() == []


def test_a_filter_that_goes_while_it_is_read_takes_nobody_off(crm, emulator):
    reader = crm(selections=of_filter("Everybody"))
    reader.read("persons")
    emulator.faults(system="pipedrive", path="/api/v2/persons$", kind="status", status=404)
    output = reader.read("persons", expecting_exception=True)
    assert output.records() == []
    assert output.errors("persons")[0]["failure_type"] == "config_error"


def test_a_forbidden_look_at_one_record_is_no_deletion(crm, emulator):
    reader = crm()
    gone = max(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="delete", module="persons", id=gone)
    emulator.faults(system="pipedrive", path=f"/persons/{gone}$", kind="status", status=403)
    assert reader.read("persons").records() == []
    assert reader.read("persons").gone() == {gone: "deleted"}


def test_a_failed_look_at_one_record_fails_the_stream_and_takes_nobody_off(crm, emulator):
    reader = crm()
    gone = max(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="delete", module="persons", id=gone)
    emulator.faults(system="pipedrive", path=f"/persons/{gone}$", kind="status", status=418, times=0)
    output = reader.read("persons", expecting_exception=True)
    assert output.records() == []
    assert output.errors("persons")
    emulator.heal()
    assert reader.read("persons").gone() == {gone: "deleted"}


def test_many_departures_are_told_apart_by_lists_of_a_hundred(crm, emulator):
    reader = crm(selections=of_filter("Everybody"))
    everybody = reader.read("persons").ids()
    emulator.edit("pipedrive", op="edit_view", module="persons", view="Everybody", criteria=[{"field": "ID", "operator": "<", "value": "20"}])
    emulator.clear_requests()
    gone = reader.read("persons").gone()
    assert len(gone) == len([one for one in everybody if int(one) >= 20])
    singles = [request for request in emulator.requests() if request["path"].rpartition("/")[2].isdigit() and "persons" in request["path"]]
    assert singles == []


def test_a_record_that_is_seen_again_is_read_by_its_id_and_the_same(crm, emulator):
    reader = crm(organization_fields=["name", "Tier"])
    by_list = values(reader.read("persons"))
    hidden = sorted(by_list)[:60]
    emulator.edit("pipedrive", op="limit_visibility", module="persons", ids=hidden)
    assert set(reader.read("persons").gone()) == {str(one) for one in hidden}
    emulator.edit("pipedrive", op="limit_visibility", module="persons")
    assert values(reader.read("persons")) == {one: by_list[one] for one in hidden}


def test_the_manifests_streams_are_read(crm):
    output = crm().read("users", "pipelines", "stages", "filters", "activity_types", "currencies", "lead_labels", "leads", "notes")
    assert {len(output.records(stream)) > 0 for stream in ("users", "stages", "filters", "activity_types", "leads", "notes")} == {True}
    assert {row["name"] for row in output.records("pipelines")} == {"Sales", "Partners"}
    assert not output.errors()


@pytest.mark.parametrize("reading", ["400", "first_page"])
def test_a_cursor_that_the_vendor_no_longer_takes_begins_the_list_again(crm, emulator, monkeypatch, reading):
    page = 40  # five pages for two hundred people, a checkpoint after each
    monkeypatch.setattr("mailsync.pipedrive.api.RECORDS_PER_PAGE", page)
    monkeypatch.setattr("source_crm.pipedrive.changes.RECORDS_PER_PAGE", page)
    monkeypatch.setattr("source_crm.pipedrive.first_read.ROWS_PER_CHECKPOINT", page)
    emulator.switch(pipedrive_bad_cursor=reading)
    before, state = next(one for one in messages_until_each_state(crm().read("persons")) if one[0])
    state[0]["stream"]["stream_state"]["first"]["next_page"] = "b3V0ZGF0ZWQ"
    rest = crm().read("persons", state=state)
    assert rest.errors() == []
    assert {str(row["id"]) for row in before} | rest.ids() == set(held(emulator))
    assert len(rest.ids()) > len(held(emulator)) - page  # all of it again, but for who was changed a moment ago and shown
