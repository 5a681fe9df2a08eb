"""Bulk Read: chains of jobs, failing jobs, broken results."""

import pytest

from tests.source_crm.crm_reader import Reader


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")


@pytest.fixture
def vendor(start_emulator):
    return start_emulator(people=2000, limits="off", time_scale=60)


@pytest.mark.parametrize("paging", ["page_and_token", "token_only", "page_only"])
def test_a_module_larger_than_one_job_is_read_by_a_chain_of_jobs(vendor, paging):
    vendor.edit("zoho_crm", op="bulk_rows", n=500)
    vendor.switch(crm_bulk_paging=paging)
    output = Reader(vendor, bulk_from_rows=1).read("Leads")
    held = set(vendor.state("zoho_crm")["modules"]["Leads"])
    assert len(held) > 1000
    assert output.ids() == held
    assert len(output.records()) == len(held)
    assert output.states("Leads")[-1]["count"] == len(held)
    vendor.reset()


def test_a_failed_job_is_started_again(vendor):
    vendor.edit("zoho_crm", op="fail_next_bulk_job", n=1)
    output = Reader(vendor, bulk_from_rows=1).read("Leads")
    assert output.errors() == []
    assert "starting it again" in output.log()
    assert output.ids() == set(vendor.state("zoho_crm")["modules"]["Leads"])


def test_jobs_that_keep_failing_are_a_transient_error(vendor):
    vendor.edit("zoho_crm", op="fail_next_bulk_job", n=9)
    output = Reader(vendor, bulk_from_rows=1).read("Leads", expecting_exception=True)
    assert output.errors("Leads")[0]["failure_type"] == "transient_error"
    vendor.reset()


@pytest.mark.parametrize("kind", ["truncate", "reset", "status", "html"])
def test_a_result_that_breaks_off_is_fetched_again(vendor, kind):
    vendor.faults(system="zoho_crm", method="GET", path="/result$", kind=kind, times=1)
    output = Reader(vendor, bulk_from_rows=1).read("Leads")
    vendor.heal()
    assert output.errors() == []
    assert output.ids() == set(vendor.state("zoho_crm")["modules"]["Leads"])


def test_a_module_that_bulk_read_refuses_is_read_by_query(vendor):
    output = Reader(vendor, bulk_from_rows=1).read("Notes")
    assert output.errors() == []
    assert output.ids() == set(vendor.state("zoho_crm")["modules"]["Notes"])
