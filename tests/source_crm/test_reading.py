"""First reads and increments, through the connector's own messages."""

import pytest


def test_all_records_of_a_module_come_once_with_state_behind_them(reader, emulator, crm):
    host = reader()
    first = host.read(*crm.followed)
    held = emulator.state(crm.name)["modules"]
    for module in crm.followed:
        assert first.ids(module) == set(held[module]), module
        assert len(first.records(module)) == len(held[module]), module
    assert first.statuses(crm.people)[0] == "STARTED"
    assert first.statuses(crm.people)[-1] == "COMPLETE"
    assert first.states(crm.people)[0] == {}
    assert first.states(crm.people)[-1]["upto"]
    assert not first.errors()


def test_a_second_read_brings_nothing_and_costs_a_handful_of_calls(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    emulator.clear_requests()
    second = host.read(crm.people)
    assert second.records() == []
    assert second.states(crm.people)[0] == first.states(crm.people)[-1]
    assert crm.spent(emulator) <= crm.cost_of_nothing


def test_a_changed_record_comes_once_with_a_higher_cursor(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    changed = sorted(first.ids(crm.people))[3]
    crm.move(emulator, changed, "Ulm")
    emulator.advance(3600)
    second = host.read(crm.people)
    assert second.keys(crm.people) == [changed]
    assert second.records(crm.people)[0][crm.city] == "Ulm"
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())
    assert host.read(crm.people).records() == []


def test_a_change_of_the_last_minute_waits_until_it_is_settled_and_is_not_lost(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    changed = min(first.ids(crm.people))
    crm.move(emulator, changed, "Ulm")
    seen = host.read(crm.people).keys()
    emulator.advance(120)
    seen += host.read(crm.people).keys()
    emulator.advance(120)
    seen += host.read(crm.people).keys()
    assert seen == [changed]


def test_many_records_changed_in_one_second_all_come_and_come_once(reader, emulator, crm):
    host = reader()
    ids = sorted(host.read(crm.people).ids(crm.people))
    emulator.advance(3600)
    emulator.edit(crm.name, op="set_time", module=crm.people, ids=ids, modified_time=int(emulator.now()) - 600)
    second = host.read(crm.people)
    assert sorted(second.ids(crm.people)) == ids
    assert len(second.records(crm.people)) == len(ids)
    assert host.read(crm.people).records() == []


def test_an_erased_value_is_absent_and_so_null(reader, emulator, crm):
    host = reader()
    row = next(row for row in host.read(crm.people).live(crm.people) if crm.city in row)
    crm.move(emulator, row["id"], None)
    emulator.advance(3600)
    (again,) = host.read(crm.people).records(crm.people)
    assert str(again["id"]) == str(row["id"])
    assert crm.city not in again


@pytest.mark.needs("undated")
def test_a_record_without_a_modified_field_is_read_whole_every_time_and_said_so(reader, emulator, crm):
    host = reader()
    first = host.read(crm.undated)
    second = host.read(crm.undated)
    assert first.ids() == second.ids() != set()
    assert "all of it is read in every sync" in second.log()
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())


def test_only_the_columns_of_the_catalog_are_fetched(reader, emulator, crm):
    rows = reader().read(crm.people, columns=crm.columns).live(crm.people)
    assert {name for row in rows for name in row} == {*crm.columns, *crm.always, "_ab_cdc_cursor", "_ab_cdc_updated_at"}


def test_a_start_date_leaves_older_records_out(reader, emulator, crm):
    everything = reader().read(crm.people).live(crm.people)
    times = sorted(row["_ab_cdc_updated_at"] for row in everything)
    start = times[len(times) // 2]
    host = reader(start_date=start)
    assert host.read(crm.people).ids() == {str(row["id"]) for row in everything if row["_ab_cdc_updated_at"] >= start}
    assert host.read(crm.people).records() == []


@pytest.mark.needs("count")
def test_an_estimate_of_the_records_is_given(reader, crm):
    output = reader().read(crm.contacts)
    (estimate,) = output.traces("ESTIMATE")
    assert estimate["estimate"]["row_estimate"] == len(output.records())


def test_the_log_says_what_a_read_cost(reader, crm):
    assert crm.money in reader().read(crm.contacts).log()
