"""First reads and increments, through the connector's own messages."""


def test_all_records_of_a_module_come_once_with_state_behind_them(reader, emulator):
    crm = reader()
    first = crm.read("Leads", "Contacts")
    held = emulator.state("zoho_crm")["modules"]
    assert first.ids("Leads") == set(held["Leads"])
    assert first.ids("Contacts") == set(held["Contacts"])
    assert len(first.records()) == len(held["Leads"]) + len(held["Contacts"])
    assert first.statuses("Leads")[0] == "STARTED"
    assert first.statuses("Leads")[-1] == "COMPLETE"
    assert first.states("Leads")[0] == {}
    assert first.states("Leads")[-1]["upto"]
    assert not first.errors()


def test_a_second_read_brings_nothing_and_costs_a_handful_of_credits(reader, emulator):
    crm = reader()
    first = crm.read("Leads")
    emulator.clear_requests()
    second = crm.read("Leads")
    assert second.records() == []
    assert second.states("Leads")[0] == first.states("Leads")[-1]
    assert sum(request["credits"] for request in emulator.requests() if request["system"] == "zoho_crm") <= 8


def test_a_changed_record_comes_once_with_a_higher_cursor(reader, emulator):
    crm = reader()
    first = crm.read("Leads")
    changed = sorted(first.ids("Leads"))[3]
    emulator.edit("zoho_crm", op="update", module="Leads", id=changed, record={"City": "Ulm"})
    emulator.advance(3600)
    second = crm.read("Leads")
    assert [row["id"] for row in second.records("Leads")] == [changed]
    assert second.records("Leads")[0]["City"] == "Ulm"
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())
    assert crm.read("Leads").records() == []


def test_a_change_of_the_last_minute_waits_until_it_is_settled_and_is_not_lost(reader, emulator):
    crm = reader()
    first = crm.read("Leads")
    changed = min(first.ids("Leads"))
    emulator.edit("zoho_crm", op="update", module="Leads", id=changed, record={"City": "Ulm"})
    seen = [row["id"] for row in crm.read("Leads").records()]
    emulator.advance(120)
    seen += [row["id"] for row in crm.read("Leads").records()]
    emulator.advance(120)
    seen += [row["id"] for row in crm.read("Leads").records()]
    assert seen == [changed]


def test_many_records_changed_in_one_second_all_come_and_come_once(reader, emulator):
    crm = reader()
    ids = sorted(crm.read("Leads").ids("Leads"))
    emulator.advance(3600)
    emulator.edit("zoho_crm", op="set_time", module="Leads", ids=ids, modified_time=int(emulator.now()) - 600)
    second = crm.read("Leads")
    assert sorted(second.ids("Leads")) == ids
    assert len(second.records("Leads")) == len(ids)
    assert crm.read("Leads").records() == []


def test_an_erased_value_is_absent_and_so_null(reader, emulator):
    crm = reader()
    row = next(row for row in crm.read("Leads").live("Leads") if "City" in row)
    emulator.edit("zoho_crm", op="update", module="Leads", id=row["id"], record={"City": None})
    emulator.advance(3600)
    (again,) = crm.read("Leads").records("Leads")
    assert "City" not in again


def test_a_record_without_a_modified_field_is_read_whole_every_time_and_said_so(reader, emulator):
    crm = reader()
    first = crm.read("Visits")
    second = crm.read("Visits")
    assert first.ids() == second.ids() != set()
    assert "no modified time" in second.log()
    assert min(row["_ab_cdc_cursor"] for row in second.records()) > max(row["_ab_cdc_cursor"] for row in first.records())


def test_only_the_columns_of_the_catalog_are_fetched(reader, emulator):
    rows = reader().read("Leads", columns=["Last_Name", "Email"]).live("Leads")
    assert {name for row in rows for name in row} == {
        "id", "Last_Name", "Email", "Modified_Time", "Converted__s", "_ab_cdc_cursor", "_ab_cdc_updated_at",
    }  # fmt: skip


def test_a_start_date_leaves_older_records_out(reader, emulator):
    everything = reader().read("Leads").live("Leads")
    times = sorted(row["Modified_Time"] for row in everything)
    start = times[len(times) // 2]
    since = reader(start_date=start).read("Leads")
    assert since.ids("Leads") == {row["id"] for row in everything if row["Modified_Time"] >= start}


def test_an_estimate_is_given_and_the_log_says_what_it_cost(reader):
    output = reader().read("Contacts")
    (estimate,) = output.traces("ESTIMATE")
    assert estimate["estimate"]["row_estimate"] == len(output.records())
    assert "credits" in output.log()
