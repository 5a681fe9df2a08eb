"""Bulk Read: chains of jobs, failing jobs, broken results."""

import pytest

from emulators.process import EmulatorProcess
from tests.source_crm.systems import CRMS

pytestmark = pytest.mark.needs("bulk")


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "60")


@pytest.fixture(scope="module")
def process():
    with EmulatorProcess(people=2000, limits="off", time_scale=60) as started:
        yield started


@pytest.fixture
def vendor(process):
    process.heal()
    process.reset()
    return process


@pytest.mark.parametrize(
    ("crm", "paging"),
    [*[(CRMS["zoho_crm"], {"crm_bulk_paging": one}) for one in ("page_and_token", "token_only", "page_only")], (CRMS["zoho_recruit"], {})],
)
def test_a_module_larger_than_one_job_is_read_by_a_chain_of_jobs(vendor, crm, paging):
    vendor.edit(crm.name, op="bulk_rows", n=500)
    vendor.switch(**paging)
    output = crm.reader(vendor, bulk_from_rows=1).read(crm.people)
    held = set(crm.held(vendor))
    assert len(held) > 1000
    assert output.ids() == held
    assert len(output.records()) == len(held)
    assert output.states(crm.people)[-1]["count"] == len(held)


def test_a_failed_job_is_started_again(vendor, crm):
    vendor.edit(crm.name, op="fail_next_bulk_job", n=1)
    output = crm.reader(vendor, bulk_from_rows=1).read(crm.people)
    assert output.errors() == []
    assert "starting it again" in output.log()
    assert output.ids() == set(crm.held(vendor))


def test_jobs_that_keep_failing_are_a_transient_error(vendor, crm):
    vendor.edit(crm.name, op="fail_next_bulk_job", n=9)
    output = crm.reader(vendor, bulk_from_rows=1).read(crm.people, expecting_exception=True)
    assert output.errors(crm.people)[0]["failure_type"] == "transient_error"


@pytest.mark.parametrize("kind", ["truncate", "reset", "status", "html"])
def test_a_result_that_breaks_off_is_fetched_again(vendor, crm, kind):
    vendor.faults(system=crm.name, method="GET", path="/result$", kind=kind, times=1)
    output = crm.reader(vendor, bulk_from_rows=1).read(crm.people)
    vendor.heal()
    assert output.errors() == []
    assert output.ids() == set(crm.held(vendor))


def test_a_module_that_bulk_read_refuses_is_read_otherwise(vendor, crm):
    output = crm.reader(vendor, bulk_from_rows=1).read("Notes")
    assert output.errors() == []
    assert output.ids() == set(vendor.state(crm.name)["modules"]["Notes"])
