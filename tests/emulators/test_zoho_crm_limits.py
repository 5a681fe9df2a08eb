"""Credits, calls at once, and the fault dial's kinds that the CRM answers in its own words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.emulators.zoho_crm_api import Api, api, code

__all__ = ["api"]


def test_credits_left_are_told_only_once_half_is_used(api, emulator):
    emulator.edit("zoho_crm", op="set_edition", edition="free")
    assert "X-API-CREDITS-REMAINING" not in api.get("/crm/v8/org").headers
    emulator.edit("zoho_crm", op="foreign_calls", n=2600)
    assert int(api.get("/crm/v8/org").headers["X-API-CREDITS-REMAINING"]) < 2500


@pytest.mark.parametrize("reading", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_spent_credits_are_a_429_until_the_day_has_rolled_on(api, emulator, reading):
    emulator.switch(crm_rate_limit_code=reading)
    emulator.edit("zoho_crm", op="foreign_calls")
    answer = api.get("/crm/v8/org")
    assert code(answer) == (429, reading)
    assert "Retry-After" not in answer.headers
    emulator.advance(86_500)
    assert Api(emulator).get("/crm/v8/org").status_code == 200


def test_a_job_that_the_credits_do_not_cover_is_not_started(api, emulator):
    emulator.edit("zoho_crm", op="set_edition", edition="free")
    emulator.edit("zoho_crm", op="foreign_calls", n=4970)
    assert code(api.job(module={"api_name": "Leads"})) == (429, "TOO_MANY_REQUESTS")
    assert api.get("/crm/v8/org").status_code == 200


@pytest.mark.parametrize(("edition", "maximum"), [("free", 5_000), ("standard", 55_000), ("enterprise", 70_000), ("ultimate", None)])
def test_the_edition_decides_the_credits(emulator, edition, maximum):
    assert emulator.edit("zoho_crm", op="set_edition", edition=edition, licenses=20)["maximum"] == maximum


def test_a_view_costs_three_credits_a_page(api, emulator):
    view = api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"][0]["id"]
    emulator.clear_requests()
    api.records(cvid=view)
    api.records()
    emulator.switch(crm_cvid_cost="1")
    api.records(cvid=view)
    assert [one["credits"] for one in emulator.requests()] == [3, 1, 1]


def together(api, count, call):
    with ThreadPoolExecutor(count) as pool:
        return [answer.status_code for answer in pool.map(lambda _: call(), range(count))]


def test_too_many_calls_at_once_are_a_429(start_emulator):
    api = Api(start_emulator(people=100, latency_ms=300))
    together(api, 30, lambda: api.get("/crm/v8/org"))  # opens the connections
    answers = together(api, 30, lambda: api.get("/crm/v8/org"))
    assert answers.count(200) >= 15
    assert answers.count(429) >= 5
    assert api.get("/crm/v8/org").status_code in {200, 429}


def test_queries_have_a_smaller_limit_of_calls_at_once(start_emulator):
    api = Api(start_emulator(people=100, latency_ms=300))
    query = "select id from Leads where id is not null limit 1"
    together(api, 14, lambda: api.get("/crm/v8/org"))
    plain = together(api, 14, lambda: api.get("/crm/v8/org"))
    queries = together(api, 14, lambda: api.coql(query))
    assert plain.count(429) == 0
    assert queries.count(429) >= 2
    assert queries.count(200) >= 8


def test_calls_one_after_the_other_never_overlap(start_emulator):
    api = Api(start_emulator(people=100, latency_ms=20))
    assert {api.get("/crm/v8/org").status_code for _ in range(40)} == {200}


def test_limits_can_be_switched_off(start_emulator):
    quiet = start_emulator(people=100, limits="off")
    api = Api(quiet)
    quiet.edit("zoho_crm", op="foreign_calls")
    assert api.get("/crm/v8/org").status_code == 200


def test_the_dials_lock_is_a_429_and_its_token_a_401(api, emulator):
    emulator.faults(system="zoho_crm", kind="token", path="/crm/v8/org")
    assert code(api.get("/crm/v8/org")) == (401, "INVALID_TOKEN")
    fresh = Api(emulator)
    emulator.faults(system="zoho_crm", kind="lock", path="/crm/v8/org")
    assert code(fresh.get("/crm/v8/org")) == (429, "TOO_MANY_REQUESTS")


def test_a_result_can_be_cut_short(api, emulator):
    job = api.job_id(fields=["Email"])
    api.finished(job)
    emulator.faults(system="zoho_crm", kind="truncate", path="/result$")
    with pytest.raises(Exception, match=r"(?i)incomplete|broken|connection"):
        api.get(f"/crm/bulk/v8/read/{job}/result")
    assert api.table(job)


def test_the_configuration_names_the_emulators_own_address(emulator):
    config = emulator.config("source-crm", "zoho_crm")
    assert config["system"]["name"] == "zoho_crm"
    assert config["system"]["base_urls"] == {"accounts": emulator.url, "api": emulator.url}


def test_every_switch_names_a_section_that_exists(emulator):
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "systems" / "zoho_crm.md"
    headings = {line.lstrip("# ").strip().lower().replace(" ", "-") for line in page.read_text().splitlines() if line.startswith("#")}
    ours = [one for one in emulator.admin("GET", "switches") if one["name"].startswith("crm_")]
    assert len(ours) > 30
    assert {one["reference"].split("#")[1] for one in ours} <= headings
    assert all(len(one["readings"]) > 1 for one in ours)
