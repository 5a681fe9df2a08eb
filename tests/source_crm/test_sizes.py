"""Modules just beyond the vendor's limits, by every road."""

import pytest

from tests.source_crm.crm_reader import Reader

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")


def account(start_emulator, leads):
    """An emulated account with at least so many leads; a tenth of the people are members, six tenths leads."""
    return start_emulator(people=-(-leads * 10 // 6) + 200, limits="off", time_scale=60)


def force_pages(monkeypatch):
    monkeypatch.setattr("source_crm.zoho_crm.reading.CoqlReader.probe", _refuse)


def _refuse(self):
    from mailsync.zoho.refusals import CrmRefusal

    raise CrmRefusal("COQL refuses this module", code="INVALID_QUERY", details={})


@pytest.mark.parametrize("road", ["coql", "bulk", "pages"])
def test_two_thousand_and_one_records_come_and_a_change_of_one_follows(start_emulator, monkeypatch, road):
    vendor = account(start_emulator, 2001)
    if road == "pages":
        force_pages(monkeypatch)
    crm = Reader(vendor, bulk_from_rows=1 if road == "bulk" else 10**9)
    first = crm.read("Leads")
    held = set(vendor.state("zoho_crm")["modules"]["Leads"])
    assert len(held) > 2000
    assert first.ids() == held
    assert first.errors() == []
    one = min(held)
    vendor.edit("zoho_crm", op="update", module="Leads", id=one, record={"City": "Ulm"})
    vendor.advance(7200)
    assert crm.read("Leads").ids() == {one}
    vendor.advance(7200)
    assert crm.read("Leads").records() == []


def test_the_list_of_records_is_begun_anew_where_the_vendor_ends_it(start_emulator, monkeypatch):
    """The vendor ends a list after 100,000 rows; here after 1,000."""
    vendor = account(start_emulator, 2001)
    force_pages(monkeypatch)
    monkeypatch.setattr("mailsync.zoho_crm.record_pages.ROWS_PER_LIST", 1000)
    output = Reader(vendor).read("Leads", columns=["Last_Name"])
    assert output.errors() == []
    assert output.ids() == set(vendor.state("zoho_crm")["modules"]["Leads"])


def test_a_hundred_thousand_and_one_records_come_by_query(start_emulator):
    """COQL reaches 100,000 rows by offset; going on by id has no such end."""
    vendor = account(start_emulator, 100_001)
    output = Reader(vendor, bulk_from_rows=10**9).read("Leads", columns=["Last_Name"])
    assert output.errors() == []
    ids = [row["id"] for row in output.records()]
    state = output.states("Leads")[-1]
    assert len(ids) == len(set(ids)) == state["count"] > 100_000
    assert len(state["ids"]) < 1.2 * len(ids)
