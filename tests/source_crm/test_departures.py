"""Records that leave, and some that come back."""

import pytest

DAY = 86400


def test_a_deleted_record_becomes_a_tombstone_once(reader, emulator, crm):
    host = reader()
    first = host.read(*crm.followed)
    gone = {module: min(first.ids(module)) for module in crm.followed}
    for module, identity in gone.items():
        crm.edit(emulator, "delete", module, id=identity)
    emulator.advance(3600)
    second = host.read(*crm.followed)
    for module, identity in gone.items():
        assert second.gone(module) == {identity: "deleted"}
        (tombstone,) = second.tombstones(module)
        assert set(tombstone) == {"id", "_ab_cdc_cursor", "_ab_cdc_updated_at", "_ab_cdc_deleted_at", "_ab_deletion_reason"}
    assert host.read(*crm.followed).records() == []
    emulator.advance(3600)
    assert host.read(*crm.followed).records() == []


def test_a_purged_record_becomes_a_tombstone_in_a_module_without_a_recycle_bin_view(reader, emulator, crm):
    host = reader()
    gone = min(host.read(crm.custom).ids())
    crm.edit(emulator, "purge", crm.custom, id=gone)
    emulator.advance(3600)
    assert host.read(crm.custom).gone() == {gone: "deleted"}


@pytest.mark.needs("conversion")
def test_a_converted_record_leaves_as_converted_and_names_its_heir_where_the_crm_does(reader, emulator, crm):
    for reading in crm.converted_readings:
        emulator.reset()
        emulator.switch(**reading)
        host = reader()
        one = min(host.read(crm.people).ids())
        heir = crm.convert(emulator, one).get("contact")
        emulator.advance(3600)
        second = host.read(crm.people)
        assert second.gone() == {one: "converted"}, reading
        (tombstone,) = second.tombstones()
        assert (tombstone.get("_ab_heir_stream"), tombstone.get("_ab_heir_id")) == (crm.heir, heir)
        assert second.live() == []
        emulator.advance(crm.finds_unseen_after_s)
        assert host.read(crm.people).records() == []


def test_a_restored_record_comes_back_whether_or_not_its_modified_time_moved(reader, emulator, crm):
    for reading in crm.restored_readings:
        emulator.reset()
        emulator.switch(**reading)
        host = reader()
        one = sorted(host.read(crm.people).ids())[5]
        crm.edit(emulator, "delete", id=one)
        emulator.advance(3600)
        assert host.read(crm.people).gone() == {one: "deleted"}
        emulator.advance(3 * DAY)
        crm.edit(emulator, "restore", id=one)
        emulator.advance(3600)
        back = host.read(crm.people)
        assert back.keys() == [one], reading
        assert "_ab_cdc_deleted_at" not in back.records()[0]
        emulator.advance(3600)
        crm.edit(emulator, "delete", id=one)
        emulator.advance(3600)
        assert host.read(crm.people).gone() == {one: "deleted"}


def test_deletions_beyond_the_vendors_list_are_found_by_comparing_ids(reader, emulator, crm):
    host = reader()
    gone = sorted(host.read(crm.contacts).ids())[:3]
    crm.edit(emulator, "delete", crm.contacts, ids=gone)
    emulator.advance(200 * DAY)
    output = host.read(crm.contacts)
    assert output.gone() == dict.fromkeys(gone, "deleted")
    assert "longer ago" in output.log() or "deleted_list" in crm.lacks
    assert host.read(crm.contacts).records() == []


def test_records_hidden_from_the_user_are_found(reader, emulator, crm):
    host = reader()
    hidden = sorted(host.read(crm.contacts).ids())[:2]
    crm.edit(emulator, "limit_visibility", crm.contacts, ids=hidden)
    emulator.advance(crm.finds_unseen_after_s)
    assert set(host.read(crm.contacts).gone()) == set(hidden)


def test_a_merged_record_leaves_as_deleted_whatever_the_vendor_calls_it(reader, emulator, crm):
    for reading in crm.merged_readings:
        emulator.reset()
        emulator.switch(**reading)
        host = reader()
        stays, loser = sorted(host.read(crm.contacts).ids())[:2]
        crm.edit(emulator, "merge", crm.contacts, id=stays, loser=loser)
        emulator.advance(3600)
        second = host.read(crm.contacts)
        assert second.gone() == {loser: "deleted"}
        assert second.ids() == {stays}


@pytest.mark.needs("deleted_list")
def test_the_answers_204_and_304_to_nothing_deleted_are_the_same(reader, emulator, crm):
    for reading in crm.readings_of("deleted_nothing_newer"):
        emulator.switch(**{f"{crm.prefix}_deleted_nothing_newer": reading})
        host = reader()
        assert host.read(crm.contacts).errors() == []
        assert host.read(crm.contacts).records() == []


@pytest.mark.needs("undated")
def test_a_deleted_record_of_a_module_without_a_modified_field_is_missed_by_comparison(reader, emulator, crm):
    host = reader()
    gone = min(host.read(crm.undated).ids())
    crm.edit(emulator, "delete", crm.undated, id=gone)
    assert host.read(crm.undated).gone() == {gone: "deleted"}
