"""What Zoho Recruit alone needs: no count and no query language, so everything is compared once a day, and where much changed at once."""

import pytest

from mailsync.zoho_recruit import record_pages
from tests.source_crm.crm_reader import Reader

DAY = 86_400
HOUR = 3600


@pytest.fixture
def reader(emulator):
    return lambda **config: Reader(emulator, "zoho_recruit", **config)


def held(emulator):
    return emulator.state("zoho_recruit")["modules"]["Candidates"]


def edit(emulator, op, **more):
    return emulator.edit("zoho_recruit", op=op, module="Candidates", **more)


def town(emulator, name, ids):
    for one in ids:
        edit(emulator, "update", id=one, record={"City": name})
    emulator.advance(HOUR)


def spent(emulator):
    return sum(request["credits"] for request in emulator.requests() if request["system"] == "zoho_recruit")


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of twenty records and few of them, so that a small account has many."""
    monkeypatch.setattr("mailsync.zoho_recruit.record_pages.ROWS_PER_PAGE", 20)
    monkeypatch.setattr("source_crm.zoho_recruit.increment.FEW_PAGES", 3)


@pytest.mark.parametrize("sort", ["any_field", "passed_over"])
@pytest.mark.parametrize("count", [30, 90])
def test_many_changes_come_once_each_by_pages_or_by_reading_everything(reader, emulator, small_pages, count, sort):
    emulator.switch(recruit_list_sort=sort)
    host = reader()
    ids = sorted(host.read("Candidates").ids())[:count]
    emulator.advance(HOUR)
    edit(emulator, "set_time", ids=ids, modified_time=int(emulator.now()) - 600)
    output = host.read("Candidates")
    assert output.errors() == []
    assert sorted(row["id"] for row in output.records()) == ids
    assert host.read("Candidates").records() == []


@pytest.mark.parametrize("readings", [{}, {"recruit_view_since": "ignored"}, {"recruit_bulk_view_with_criteria": "refused"}])
def test_a_view_that_holds_more_than_a_page_is_left_and_entered(reader, emulator, small_pages, readings):
    emulator.switch(**readings)
    ids = sorted(held(emulator))
    town(emulator, "Ulm", ids[:50])
    edit(emulator, "create_view", name="Ulm", criteria={"field": {"api_name": "City"}, "comparator": "equal", "value": "Ulm"})
    host = reader(selections=[{"module": "Candidates", "custom_view": "Ulm"}], start_date="2020-01-01T00:00:00Z")
    assert host.read("Candidates").ids() == set(ids[:50])
    town(emulator, "Bonn", ids[:2])
    town(emulator, "Ulm", ids[60:62])
    second = host.read("Candidates")
    assert second.gone() == dict.fromkeys(ids[:2], "left_selection")
    assert second.ids() == set(ids[60:62])


def test_everything_is_compared_once_a_day_and_not_twice(reader, emulator):
    host = reader()
    host.read("Candidates")
    costs = []
    for _ in range(4):
        emulator.advance(13 * HOUR)
        emulator.clear_requests()
        output = host.read("Candidates")
        assert output.records() == []
        costs.append((spent(emulator), "once a day" in output.log()))
    assert [compared for _, compared in costs] == [False, True, False, True]
    assert max(cost for cost, _ in costs) <= 17


def test_the_comparison_of_a_large_module_is_one_job(reader, emulator, small_pages):
    host = reader(bulk_from_rows=50)
    host.read("Candidates")
    emulator.advance(25 * HOUR)
    emulator.clear_requests()
    host.read("Candidates")
    paths = [request["path"] for request in emulator.requests() if request["method"] == "POST" and request["system"] == "zoho_recruit"]
    assert paths == ["/recruit/bulk/v2/read"]
    assert 50 < spent(emulator) < 75


@pytest.mark.parametrize("retention", ["120", "60"])
def test_a_deletion_is_found_after_any_gap(reader, emulator, retention):
    emulator.switch(recruit_deleted_retention=retention)
    for days in (50, 70, 130):
        emulator.reset()
        emulator.switch(recruit_deleted_retention=retention)
        host = reader()
        one = min(host.read("Candidates").ids())
        edit(emulator, "delete", id=one)
        emulator.advance(days * DAY)
        assert host.read("Candidates").gone() == {one: "deleted"}, days


def test_a_record_that_moved_between_pages_is_not_called_deleted(reader, emulator, monkeypatch, small_pages):
    """Pages by number may skip a record that others move; it is looked at before anybody is told that it is gone."""
    emulator.switch(recruit_list_sort="passed_over")
    host = reader(bulk_from_rows=10**9)
    skipped, gone = sorted(host.read("Candidates").ids())[:2]
    monkeypatch.setattr("source_crm.zoho_recruit.rows.record_pages.every", _without(skipped))
    edit(emulator, "limit_visibility", ids=[gone])
    emulator.advance(25 * HOUR)
    output = host.read("Candidates")
    assert "once a day" in output.log()
    assert output.gone() == {gone: "deleted"}


def _without(skipped):
    every = record_pages.every

    def reading(*arguments, **more):
        for rows in every(*arguments, **more):
            yield [row for row in rows if row["id"] != skipped]

    return reading


@pytest.mark.parametrize("reading", ["204", "403", "401"])
def test_a_module_without_fields_is_left_out_of_the_catalog_and_named(reader, emulator, reading):
    emulator.switch(recruit_approvals_fields=reading)
    output = reader().run_discover()
    (catalog,) = [line["catalog"] for line in output.lines if line["type"] == "CATALOG"]
    assert "Approvals" not in {stream["name"] for stream in catalog["streams"]}
    assert "Candidates" in {stream["name"] for stream in catalog["streams"]}
    assert "Approvals" in output.log()


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ({"field": "No_of_Employees", "comparator": "equal", "value": "many"}, "No_of_Employees needs a number"),
        ({"field": "Birthday", "comparator": "greater_than", "value": "soon"}, "Birthday needs a date"),
        ({"field": "Created_Time", "comparator": "greater_than", "value": "2026-01-31"}, "Created_Time needs a time"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused_by_check(reader, criterion, words):
    status = reader(selections=[{"module": "Candidates", "criteria": [criterion]}]).check()
    assert status.status.value == "FAILED"
    assert words in status.message
