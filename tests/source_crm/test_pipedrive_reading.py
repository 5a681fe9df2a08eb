"""Pipedrive: first reads, changes, selections by filter, and who left; through the connector's own messages."""

import pytest

from tests.source_crm.crm_reader import Reader

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


def test_every_record_comes_once_with_state_behind_it(crm, emulator):
    first = crm().read(*STREAMS)
    for stream in STREAMS:
        assert first.ids(stream) == set(held(emulator, stream)), stream
        assert len(first.records(stream)) == len(held(emulator, stream))
        assert first.states(stream)[0] == {}
        assert first.states(stream)[-1]["upto"]
    assert not first.errors()


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


def test_a_change_comes_once_with_a_higher_cursor(crm, emulator):
    reader = crm()
    first = reader.read("persons")
    one = min(first.ids(), key=int)
    emulator.edit("pipedrive", op="update", module="persons", id=one, record={"City": "Ulm"})
    emulator.advance(3600)
    second = reader.read("persons")
    (row,) = second.records()
    assert (str(row["id"]), row["city"]) == (one, "Ulm")
    assert row["_ab_cdc_cursor"] > max(row["_ab_cdc_cursor"] for row in first.records())
    assert reader.read("persons").records() == []


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


def test_many_records_changed_in_one_second_all_come_and_come_once(crm, emulator):
    reader = crm()
    ids = sorted(reader.read("persons").ids(), key=int)
    emulator.advance(3600)
    emulator.edit("pipedrive", op="set_time", module="persons", ids=ids, modified_time=int(emulator.now()) - 600)
    second = reader.read("persons")
    assert sorted(second.ids(), key=int) == ids
    assert len(second.records()) == len(ids)
    assert reader.read("persons").records() == []


@pytest.mark.parametrize("stream", STREAMS)
def test_a_deleted_record_becomes_a_tombstone_once(crm, emulator, stream):
    reader = crm()
    gone = max(reader.read(stream).ids(), key=int)
    emulator.edit("pipedrive", op="delete", module=stream, id=gone)
    emulator.advance(3600)
    second = reader.read(stream)
    assert second.gone() == {gone: "deleted"}
    emulator.advance(3600)
    assert reader.read(stream).records() == []


def test_a_purged_record_becomes_a_tombstone_too(crm, emulator):
    reader = crm()
    gone = max(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="purge", module="persons", id=gone)
    assert reader.read("persons").gone() == {gone: "deleted"}


def test_a_restored_person_comes_back(crm, emulator):
    reader = crm()
    one = max(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="delete", module="persons", id=one)
    reader.read("persons")
    emulator.edit("pipedrive", op="restore", module="persons", id=one)
    assert reader.read("persons").ids() == {one}


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


def test_a_filter_is_chosen_by_name_or_id(crm, emulator):
    opted_out = {key for key, person in held(emulator).items() if _custom(emulator, person, "Newsletter opt-out") == "Yes"}
    assert opted_out
    expected = set(held(emulator)) - opted_out
    assert crm(selections=of_filter("Newsletter readers")).read("persons").ids() == expected
    assert crm(selections=of_filter("3")).read("persons").ids() == expected


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


def test_a_known_person_of_a_filter_that_changes_comes_again(crm, emulator):
    reader = crm(selections=of_filter("Everybody"))
    one = min(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="update", module="persons", id=one, record={"City": "Ulm"})
    emulator.advance(3600)
    (row,) = reader.read("persons").records()
    assert (str(row["id"]), row["city"]) == (one, "Ulm")
    assert reader.read("persons").records() == []


def test_an_edited_filter_is_compared(crm, emulator):
    reader = crm(selections=of_filter("Everybody"))
    first = reader.read("persons")
    emulator.edit("pipedrive", op="edit_view", module="persons", view="Everybody", criteria=[{"field": "Level", "operator": "=", "value": "Gold"}])
    second = reader.read("persons")
    left = first.ids() - {key for key, person in held(emulator).items() if _custom(emulator, person, "Level") == "Gold"}
    assert left
    assert second.gone() == dict.fromkeys(left, "left_selection")


def test_a_deleted_member_of_a_filter_is_deleted_and_not_said_to_have_left(crm, emulator):
    reader = crm(selections=of_filter("Everybody"))
    gone = min(reader.read("persons").ids(), key=int)
    emulator.edit("pipedrive", op="delete", module="persons", id=gone)
    assert reader.read("persons").gone() == {gone: "deleted"}


def test_a_changed_selection_takes_off_who_is_not_in_the_new_one(crm, emulator):
    reader = crm()
    everybody = reader.read("persons").ids()
    reader.config["selections"] = of_filter("Gold customers")
    gold = {key for key, person in held(emulator).items() if _custom(emulator, person, "Level") == "Gold"}
    assert set(reader.read("persons").gone()) == everybody - gold
    del reader.config["selections"]
    assert reader.read("persons").ids() == everybody - gold


@pytest.mark.parametrize("reading", ["404", "400", "403"])
def test_a_filter_that_is_gone_is_a_configuration_error_and_nobody_leaves(crm, emulator, reading):
    emulator.switch(pipedrive_filter_gone=reading)
    reader = crm(selections=of_filter("Gold customers"))
    assert reader.read("persons").ids()
    emulator.edit("pipedrive", op="delete_view", view="Gold customers")
    output = reader.read("persons", expecting_exception=True)
    assert output.records() == []
    (error,) = output.errors("persons")
    assert error["failure_type"] == "config_error"
    assert "Gold customers" in error["message"]


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


def test_a_start_date_leaves_older_records_out(crm):
    everything = crm().read("persons").live()
    times = sorted(row.get("update_time") or row["add_time"] for row in everything)
    start = times[len(times) // 2]
    reader = crm()
    reader.config["start_date"] = start
    assert reader.read("persons").ids() == {str(row["id"]) for row in everything if (row.get("update_time") or row["add_time"]) >= start}
    assert reader.read("persons").records() == []


def test_one_record_is_the_same_by_every_road(crm, emulator):
    def without_ours(rows):
        return {row["id"]: {name: value for name, value in row.items() if name != "_ab_cdc_cursor"} for row in rows}

    by_list = without_ours(crm(organization_fields=["name", "Tier"]).read("persons").live())
    by_filter = without_ours(crm(organization_fields=["name", "Tier"], selections=of_filter("Everybody")).read("persons").live())
    assert by_filter == by_list
    reader = crm(organization_fields=["name", "Tier"])
    reader.read("persons")
    hidden = sorted(by_list)[:60]
    emulator.edit("pipedrive", op="limit_visibility", module="persons", ids=hidden)
    assert set(reader.read("persons").gone()) == {str(one) for one in hidden}
    emulator.edit("pipedrive", op="limit_visibility", module="persons")
    by_ids = without_ours(reader.read("persons").live())
    assert by_ids == {one: by_list[one] for one in hidden}


def test_the_manifests_streams_are_read(crm):
    output = crm().read("users", "pipelines", "stages", "filters", "activity_types", "currencies", "lead_labels", "leads", "notes")
    assert {len(output.records(stream)) > 0 for stream in ("users", "stages", "filters", "activity_types", "leads", "notes")} == {True}
    assert {row["name"] for row in output.records("pipelines")} == {"Sales", "Partners"}
    assert not output.errors()
