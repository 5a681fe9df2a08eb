"""Records that leave, and some that come back."""

DAY = 86400


def test_a_deleted_record_becomes_a_tombstone_once(reader, emulator):
    crm = reader()
    gone = min(crm.read("Contacts").ids())
    emulator.edit("zoho_crm", op="delete", module="Contacts", id=gone)
    emulator.advance(3600)
    second = crm.read("Contacts")
    assert second.gone("Contacts") == {gone: "deleted"}
    (tombstone,) = second.tombstones()
    assert set(tombstone) == {"id", "_ab_cdc_cursor", "_ab_cdc_updated_at", "_ab_cdc_deleted_at", "_ab_deletion_reason"}
    assert crm.read("Contacts").records() == []
    emulator.advance(3600)
    assert crm.read("Contacts").records() == []


def test_a_purged_record_becomes_a_tombstone_in_a_module_without_a_recycle_bin_view(reader, emulator):
    crm = reader()
    gone = min(crm.read("Members").ids())
    emulator.edit("zoho_crm", op="purge", module="Members", id=gone)
    emulator.advance(3600)
    assert crm.read("Members").gone() == {gone: "deleted"}


def test_a_converted_lead_names_the_contact_that_inherits(reader, emulator):
    for reading in ({"crm_coql_converted_leads": "excluded"}, {"crm_coql_converted_leads": "included"}, {"crm_deleted_holds_converted": "yes"}):
        emulator.reset()
        emulator.switch(**reading)
        crm = reader()
        lead = min(crm.read("Leads").ids())
        contact = emulator.edit("zoho_crm", op="convert", module="Leads", id=lead)["contact"]
        emulator.advance(3600)
        second = crm.read("Leads")
        assert second.gone() == {lead: "converted"}, reading
        (tombstone,) = second.tombstones()
        assert (tombstone["_ab_heir_stream"], tombstone["_ab_heir_id"]) == ("Contacts", contact)
        assert second.live() == []
        emulator.advance(3600)
        assert crm.read("Leads").records() == []


def test_a_restored_record_comes_back_whether_or_not_its_modified_time_moved(reader, emulator):
    for reading in ("old", "new"):
        emulator.reset()
        emulator.switch(crm_restored_modified_time=reading)
        crm = reader()
        lead = sorted(crm.read("Leads").ids())[5]
        emulator.edit("zoho_crm", op="delete", module="Leads", id=lead)
        emulator.advance(3600)
        assert crm.read("Leads").gone() == {lead: "deleted"}
        emulator.advance(3 * DAY)
        emulator.edit("zoho_crm", op="restore", module="Leads", id=lead)
        emulator.advance(3600)
        back = crm.read("Leads")
        assert [row["id"] for row in back.records()] == [lead], reading
        assert "_ab_cdc_deleted_at" not in back.records()[0]
        emulator.advance(3600)
        emulator.edit("zoho_crm", op="delete", module="Leads", id=lead)
        emulator.advance(3600)
        assert crm.read("Leads").gone() == {lead: "deleted"}


def test_deletions_beyond_the_vendors_list_are_found_by_comparing_ids(reader, emulator):
    crm = reader()
    gone = sorted(crm.read("Contacts").ids())[:3]
    emulator.edit("zoho_crm", op="delete", module="Contacts", ids=gone)
    emulator.advance(200 * DAY)
    output = crm.read("Contacts")
    assert output.gone() == dict.fromkeys(gone, "deleted")
    assert "longer ago" in output.log()
    assert crm.read("Contacts").records() == []


def test_records_hidden_from_the_user_are_found_by_the_count(reader, emulator):
    crm = reader()
    hidden = sorted(crm.read("Contacts").ids())[:2]
    emulator.edit("zoho_crm", op="limit_visibility", module="Contacts", ids=hidden)
    emulator.advance(3600)
    assert set(crm.read("Contacts").gone()) == set(hidden)


def test_a_merged_record_leaves_as_deleted_whatever_the_vendor_calls_it(reader, emulator):
    for reading in ("recycle", "permanent"):
        emulator.reset()
        emulator.switch(crm_deleted_merged_type=reading)
        crm = reader()
        stays, loser = sorted(crm.read("Contacts").ids())[:2]
        emulator.edit("zoho_crm", op="merge", module="Contacts", id=stays, loser=loser)
        emulator.advance(3600)
        second = crm.read("Contacts")
        assert second.gone() == {loser: "deleted"}
        assert second.ids() == {stays}


def test_the_answers_204_and_304_to_nothing_deleted_are_the_same(reader, emulator):
    for reading in ("204", "304"):
        emulator.switch(crm_deleted_nothing_newer=reading)
        crm = reader()
        assert crm.read("Contacts").errors() == []
        assert crm.read("Contacts").records() == []


def test_a_deleted_record_of_a_module_without_a_modified_field_is_missed_by_comparison(reader, emulator):
    crm = reader()
    gone = min(crm.read("Visits").ids())
    emulator.edit("zoho_crm", op="delete", module="Visits", id=gone)
    assert crm.read("Visits").gone() == {gone: "deleted"}
