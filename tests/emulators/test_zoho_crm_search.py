"""Search: selectors, criteria, escaping, limits, the index that lags."""

import pytest

from tests.emulators.zoho_crm_api import Api, api, code

__all__ = ["api"]


def search(api, **params):
    answer = api.get("/crm/v8/Leads/search", **params)
    return {row["id"] for row in answer.json()["data"]} if answer.status_code == 200 else set()


def lead(emulator, **record):
    return emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Search", **record})["id"]


def test_a_record_is_found_by_address_phone_or_word(api, emulator):
    made = lead(emulator, Email="found@example.org", Phone="+49 1234567", City="Wuppertal")
    assert search(api, email="found@example.org") == {made}
    assert search(api, email="FOUND@example.org") == {made}
    assert search(api, phone="1234567") == {made}
    assert search(api, word="uppert") == {made}


def test_a_secondary_address_is_found_too(api, emulator):
    made = lead(emulator, Secondary_Email="other@example.org")
    assert search(api, email="other@example.org") == {made}


def test_nothing_found_is_204_and_nothing_asked_is_refused(api):
    assert api.get("/crm/v8/Leads/search", email="nobody@example.org").status_code == 204
    assert code(api.get("/crm/v8/Leads/search")) == (400, "EXPECTED_PARAM_MISSING")
    assert code(api.get("/crm/v8/Leads/search", word="x")) == (400, "INVALID_QUERY")


def test_criteria_go_before_the_other_selectors(api, emulator):
    made, other = lead(emulator, City="Ulm"), lead(emulator, City="Bonn", Email="b@example.org")
    assert search(api, criteria="(City:equals:Ulm)", email="b@example.org") == {made}
    assert search(api, criteria="((City:equals:Ulm)or(City:equals:Bonn))") == {made, other}
    assert search(api, criteria="((Last_Name:equals:Search)and(City:starts_with:Bo))") == {other}
    assert search(api, criteria="(City:in:Ulm,Bonn)") == {made, other}


def test_equals_finds_what_contains_the_text_except_in_pick_lists(api, emulator):
    made = lead(emulator, Company="Great Searches Ltd", Rating="Project Cancelled")
    assert search(api, criteria="(Company:equals:searches)") == {made}
    assert made not in search(api, criteria="(Rating:equals:Cancelled)")


def test_a_backslash_escapes_brackets_and_commas(api, emulator):
    made = lead(emulator, Company="A (B), C")
    assert search(api, criteria=r"(Company:equals:A \(B\)\, C)") == {made}


@pytest.mark.parametrize(
    "criteria",
    ["City:equals:Ulm", "(City:contains:Ulm)", "(City:equals:Ulm", "(Nothing:equals:Ulm)", "((City:equals:U)and(City:equals:V)or(City:equals:W))"],
)
def test_what_is_no_criteria_is_refused(api, criteria):
    assert code(api.get("/crm/v8/Leads/search", criteria=criteria)) == (400, "INVALID_QUERY")


@pytest.mark.parametrize(("reading", "status"), [("10", 400), ("15", 204)])
def test_ten_or_fifteen_criteria(api, emulator, reading, status):
    emulator.switch(crm_search_criteria_limit=reading)
    criteria = "(" + "and".join(["(City:equals:Nowhere)"] * 11) + ")"
    assert api.get("/crm/v8/Leads/search", criteria=criteria).status_code == status


@pytest.mark.parametrize(("reading", "at_once"), [("immediate", True), ("delayed", False)])
def test_a_fresh_record_is_found_at_once_or_after_half_a_minute(api, emulator, reading, at_once):
    emulator.switch(crm_search_index=reading)
    made = lead(emulator, Email="fresh@example.org")
    assert (search(api, email="fresh@example.org") == {made}) is at_once
    emulator.advance(40)
    assert search(api, email="fresh@example.org") == {made}


@pytest.mark.parametrize(("reading", "first"), [("honoured", "asc"), ("ignored", "desc")])
def test_sorting_is_honoured_or_ignored(api, emulator, reading, first):
    emulator.switch(crm_search_sort=reading)
    made = sorted([lead(emulator, City="Ulm"), lead(emulator, City="Ulm")], key=int)
    answer = api.get("/crm/v8/Leads/search", criteria="(City:equals:Ulm)", sort_by="id", sort_order="asc").json()
    assert [row["id"] for row in answer["data"]] == (made if first == "asc" else made[::-1])


def test_two_thousand_records_can_be_reached(start_emulator):
    api = Api(start_emulator(people=4000))
    assert len(api.get("/crm/v8/Leads/search", criteria="(Locked__s:equals:false)", page=10, fields="id").json()["data"]) == 200
    assert code(api.get("/crm/v8/Leads/search", criteria="(Locked__s:equals:false)", page=11)) == (400, "LIMIT_REACHED")


def test_the_count_takes_the_same_selectors(api, emulator):
    lead(emulator, City="Ulm")
    assert api.get("/crm/v8/Leads/actions/count", criteria="(City:equals:Ulm)").json() == {"count": 1}


def test_converted_leads_are_found_only_when_asked_for(api, emulator):
    made = lead(emulator, Email="left@example.org")
    emulator.edit("zoho_crm", op="convert", id=made)
    assert search(api, email="left@example.org") == set()
    assert search(api, email="left@example.org", converted="true") == {made}
