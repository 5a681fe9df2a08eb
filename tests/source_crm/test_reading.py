"""First reads and increments, through the connector's own messages."""


def test_all_records_of_a_module_come_once_with_state_behind_them(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people, crm.contacts)
    held = emulator.state(crm.name)["modules"]
    assert first.ids(crm.people) == set(held[crm.people])
    assert first.ids(crm.contacts) == set(held[crm.contacts])
    assert len(first.records()) == len(held[crm.people]) + len(held[crm.contacts])
    assert first.statuses(crm.people)[0] == "STARTED"
    assert first.statuses(crm.people)[-1] == "COMPLETE"
    assert first.states(crm.people)[0] == {}
    assert first.states(crm.people)[-1]["upto"]
    assert not first.errors()


def test_a_second_read_brings_nothing_and_costs_a_handful_of_credits(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    emulator.clear_requests()
    second = host.read(crm.people)
    assert second.records() == []
    assert second.states(crm.people)[0] == first.states(crm.people)[-1]
    assert sum(request["credits"] for request in emulator.requests() if request["system"] == crm.name) <= crm.credits_of_nothing


def test_a_changed_record_comes_once_with_a_higher_cursor(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    changed = sorted(first.ids(crm.people))[3]
    emulator.edit(crm.name, op="update", module=crm.people, id=changed, record={"City": "Ulm"})
    emulator.advance(3600)
    second = host.read(crm.people)
    assert [row["id"] for row in second.records(crm.people)] == [changed]
    assert second.records(crm.people)[0]["City"] == "Ulm"
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())
    assert host.read(crm.people).records() == []


def test_a_change_of_the_last_minute_waits_until_it_is_settled_and_is_not_lost(reader, emulator, crm):
    host = reader()
    first = host.read(crm.people)
    changed = min(first.ids(crm.people))
    emulator.edit(crm.name, op="update", module=crm.people, id=changed, record={"City": "Ulm"})
    seen = [row["id"] for row in host.read(crm.people).records()]
    emulator.advance(120)
    seen += [row["id"] for row in host.read(crm.people).records()]
    emulator.advance(120)
    seen += [row["id"] for row in host.read(crm.people).records()]
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
    row = next(row for row in host.read(crm.people).live(crm.people) if "City" in row)
    emulator.edit(crm.name, op="update", module=crm.people, id=row["id"], record={"City": None})
    emulator.advance(3600)
    (again,) = host.read(crm.people).records(crm.people)
    assert "City" not in again


def test_a_record_without_a_modified_field_is_read_whole_every_time_and_said_so(reader, emulator, crm):
    host = reader()
    first = host.read(crm.undated)
    second = host.read(crm.undated)
    assert first.ids() == second.ids() != set()
    assert "all of it is read in every sync" in second.log()
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())


def test_only_the_columns_of_the_catalog_are_fetched(reader, emulator, crm):
    rows = reader().read(crm.people, columns=["Last_Name", "Email"]).live(crm.people)
    assert {name for row in rows for name in row} == {"Last_Name", "Email", *crm.always, "_ab_cdc_cursor", "_ab_cdc_updated_at"}


def test_a_start_date_leaves_older_records_out(reader, emulator, crm):
    everything = reader().read(crm.people).live(crm.people)
    times = sorted(row[crm.changed] for row in everything)
    start = times[len(times) // 2]
    since = reader(start_date=start).read(crm.people)
    assert since.ids(crm.people) == {row["id"] for row in everything if row[crm.changed] >= start}


def test_an_estimate_is_given_and_the_log_says_what_it_cost(reader, crm):
    output = reader().read(crm.contacts)
    (estimate,) = output.traces("ESTIMATE")
    assert estimate["estimate"]["row_estimate"] == len(output.records())
    assert "credits" in output.log()
