"""Deleted records: types, retention, restoring, conversion, merging."""

import pytest

from tests.emulators.zoho_crm_api import Api, api, code, iso

__all__ = ["api"]
DAY = 86_400


def deleted(api, since=None, **params):
    answer = api.get("/crm/v8/Leads/deleted", since, **params)
    return {row["id"]: row for row in answer.json()["data"]} if answer.status_code == 200 else {}


def lead(emulator, **record):
    return emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Gone", **record})["id"]


def test_the_seed_has_deleted_records_of_several_ages(api):
    rows = deleted(api)
    assert {row["type"] for row in rows.values()} == {"recycle", "permanent"}
    assert all(row["deleted_time"] and row["deleted_by"]["id"] for row in rows.values())


def test_a_deleted_record_is_listed_and_gone_from_every_read(api, emulator):
    made = lead(emulator)
    emulator.edit("zoho_crm", op="delete", module="Leads", id=made)
    assert deleted(api)[made]["type"] == "recycle"
    assert made not in api.ids()
    assert api.get(f"/crm/v8/Leads/{made}").status_code == 204
    assert not api.rows(f"select id from Leads where id = {made}")


def test_if_modified_since_compares_the_time_of_deletion_inclusively(api, emulator):
    made = lead(emulator)
    now = int(emulator.now())
    emulator.edit("zoho_crm", op="delete", module="Leads", id=made, modified_time=iso(now))
    assert made in deleted(api, since=iso(now))
    assert made not in deleted(api, since=iso(now + 1))


@pytest.mark.parametrize("reading", ["204", "304"])
def test_nothing_newer_is_204_or_304(api, emulator, reading):
    emulator.switch(crm_deleted_nothing_newer=reading)
    answer = api.get("/crm/v8/Leads/deleted", iso(emulator.now() + 60))
    assert (answer.status_code, answer.content) == (int(reading), b"")
    assert api.get("/crm/v8/Courses/deleted").status_code == 204


def test_after_sixty_days_a_record_is_permanently_deleted_and_after_a_hundred_and_twenty_forgotten(api, emulator):
    made = lead(emulator)
    emulator.edit("zoho_crm", op="delete", module="Leads", id=made)
    emulator.advance(59 * DAY)
    assert made in deleted(Api(emulator), type="recycle")
    emulator.advance(2 * DAY)
    assert made in deleted(Api(emulator), type="permanent")
    emulator.advance(60 * DAY)
    assert made not in deleted(Api(emulator))


def test_a_purged_record_is_permanent_at_once(api, emulator):
    made = lead(emulator)
    emulator.edit("zoho_crm", op="purge", module="Leads", id=made)
    assert deleted(api)[made]["type"] == "permanent"
    with pytest.raises(RuntimeError, match="recycle bin"):
        emulator.edit("zoho_crm", op="restore", module="Leads", id=made)


@pytest.mark.parametrize(("reading", "moves"), [("old", False), ("new", True)])
def test_a_restored_record_comes_back_with_its_old_or_a_new_time(api, emulator, reading, moves):
    emulator.switch(crm_restored_modified_time=reading)
    made = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Back"}, modified_time="2026-01-01T00:00:00Z")["id"]
    emulator.edit("zoho_crm", op="delete", module="Leads", id=made)
    emulator.edit("zoho_crm", op="restore", module="Leads", id=made)
    assert made not in deleted(api)
    assert (api.one("Leads", made)["Modified_Time"] != "2026-01-01T01:00:00+01:00") is moves
    assert api.rows(f"select id from Leads where (Modified_Time >= '2026-01-01T00:00:00Z' and id = {made}) order by Modified_Time asc, id asc")


@pytest.mark.parametrize("reading", ["PATTERN_NOT_MATCHED", "INVALID_DATA"])
def test_an_unknown_type_is_refused(api, emulator, reading):
    emulator.switch(crm_deleted_bad_type=reading)
    assert code(api.get("/crm/v8/Leads/deleted", type="Recycle")) == (400, reading)


@pytest.mark.parametrize(("reading", "newest"), [("newest_first", True), ("oldest_first", False)])
def test_the_order_is_the_vendors(api, emulator, reading, newest):
    emulator.switch(crm_deleted_order=reading)
    times = [row["deleted_time"] for row in deleted(api).values()]
    assert times == sorted(times, reverse=newest)


def test_deleted_records_come_in_pages(api, emulator):
    emulator.edit("zoho_crm", op="delete", module="Leads", ids=api.ids(per_page=5))
    first = api.get("/crm/v8/Leads/deleted", per_page=3).json()
    assert first["info"] == {"per_page": 3, "count": 3, "page": 1, "more_records": True}
    assert not {row["id"] for row in first["data"]} & set(deleted(api, per_page=3, page=2))


@pytest.mark.parametrize(("reading", "listed"), [("no", False), ("yes", True)])
def test_a_converted_lead_is_listed_as_deleted_or_not(api, emulator, reading, listed):
    emulator.switch(crm_deleted_holds_converted=reading)
    made = lead(emulator)
    contact = emulator.edit("zoho_crm", op="convert", id=made)["contact"]
    assert (made in deleted(api)) is listed
    left = emulator.state("zoho_crm")["deleted"]["Leads"][made]
    assert left["reason"] == "converted"
    assert left["heir"] == {"module": "Contacts", "id": contact}
    assert made not in emulator.state("zoho_crm")["modules"]["Leads"]


@pytest.mark.parametrize("reading", ["recycle", "permanent"])
def test_a_merged_record_is_listed_under_the_chosen_type(api, emulator, reading):
    emulator.switch(crm_deleted_merged_type=reading)
    stays, leaves = lead(emulator), lead(emulator)
    emulator.edit("zoho_crm", op="merge", module="Leads", id=stays, loser=leaves)
    assert deleted(api)[leaves]["type"] == reading


@pytest.mark.parametrize("cost", ["2", "1"])
def test_a_page_of_deleted_records_costs_what_the_switch_says(api, emulator, cost):
    emulator.switch(crm_deleted_cost=cost)
    emulator.clear_requests()
    deleted(api)
    assert emulator.requests()[-1]["credits"] == int(cost)
