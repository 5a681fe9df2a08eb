"""Get Records and single records: paging, tokens, views, order, changes, values."""

import pytest

from tests.emulators.zoho_crm_api import api, code, iso

__all__ = ["api"]


def pages(api, **params):
    """All pages by page_token."""
    found, token = [], None
    while True:
        answer = api.records(**params, **({"page_token": token} if token else {})).json()
        found.append(answer)
        token = answer["info"]["next_page_token"]
        if not token:
            return found


def every_id(api, **params):
    return [row["id"] for page in pages(api, **params) for row in page["data"]]


def test_fields_are_required_and_at_most_fifty(api):
    assert code(api.get("/crm/v8/Leads")) == (400, "REQUIRED_PARAM_MISSING")
    answer = api.records(fields=",".join(f"F{n}" for n in range(51)))
    assert code(answer) == (400, "LIMIT_EXCEEDED")
    assert answer.json()["details"] == {"limit": 50, "param_name": "fields"}


def test_the_first_page_comes_by_id_descending(api):
    answer = api.records(per_page=10).json()
    ids = [int(row["id"]) for row in answer["data"]]
    assert ids == sorted(ids, reverse=True)
    assert answer["info"] | {"next_page_token": None, "page_token_expiry": None} == {
        "per_page": 10, "count": 10, "page": 1, "more_records": True, "sort_by": "id", "sort_order": "desc", "next_page_token": None,
        "previous_page_token": None, "page_token_expiry": None, "call": False, "email": True,
    }  # fmt: skip


def test_page_tokens_reach_every_record_once(api, emulator):
    ids = every_id(api, per_page=7)
    assert len(ids) == len(set(ids)) == len(emulator.state("zoho_crm")["modules"]["Leads"])


@pytest.mark.parametrize(("reading", "page"), [("null", None), ("number", 2)])
def test_the_page_number_behind_a_token_is_null_or_a_number(api, emulator, reading, page):
    emulator.switch(crm_list_page_with_token=reading)
    token = api.records(per_page=10).json()["info"]["next_page_token"]
    assert api.records(per_page=10, page_token=token).json()["info"]["page"] == page


def test_a_page_token_is_bound_to_the_other_parameters(api):
    token = api.records(per_page=10).json()["info"]["next_page_token"]
    assert code(api.records(per_page=20, page_token=token)) == (400, "TOKEN_BOUND_DATA_MISMATCH")
    assert code(api.records(per_page=10, page_token=token, page=2)) == (400, "AMBIGUITY_DURING_PROCESSING")
    assert code(api.records(per_page=10, page_token="nonsense")) == (400, "INVALID_DATA")


def test_a_page_token_lives_for_a_day(api, emulator):
    token = api.records(per_page=10).json()["info"]["next_page_token"]
    emulator.advance(86_401)
    fresh = type(api)(emulator)
    assert code(fresh.records(per_page=10, page_token=token)) == (400, "EXPIRED_VALUE")


def test_pages_end_at_two_thousand_records(api):
    assert api.records(page=10, per_page=200).status_code == 204
    assert code(api.records(page=11, per_page=200)) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")


def test_page_and_token_reach_through_a_large_module(start_emulator):
    large = start_emulator(people=4000, limits="off")
    from tests.emulators.zoho_crm_api import Api

    api = Api(large)
    assert len(api.records(page=10).json()["data"]) == 200
    assert len(set(every_id(api))) == len(every_id(api)) > 2000


@pytest.mark.slow
def test_page_tokens_end_at_a_hundred_thousand_records(start_emulator):
    from tests.emulators.zoho_crm_api import Api

    api = Api(start_emulator(people=170_000, limits="off"))
    token, read = None, 0
    while True:
        answer = api.records(fields="id", **({"page_token": token} if token else {}))
        if answer.status_code != 200:
            break
        read += len(answer.json()["data"])
        token = answer.json()["info"]["next_page_token"]
    assert read == 100_000
    assert code(answer) == (400, "PAGINATION_LIMIT_EXCEEDED")


@pytest.mark.parametrize(("reading", "skipped"), [("position", 0), ("offset", 1)])
def test_a_token_keeps_the_position_or_the_offset_when_a_read_record_is_deleted(api, emulator, reading, skipped):
    emulator.switch(crm_page_token_keeps=reading)
    expected = api.ids(per_page=20)
    first = api.records(per_page=10).json()
    emulator.edit("zoho_crm", op="delete", module="Leads", id=first["data"][0]["id"])
    second = api.ids(per_page=10, page_token=first["info"]["next_page_token"])
    assert second[0] == expected[10 + skipped]


def test_a_record_edited_while_pages_are_read_in_modified_order_is_not_lost(api, emulator):
    params = {"per_page": 20, "sort_by": "Modified_Time", "sort_order": "asc"}
    every = set(api.ids(per_page=200))
    first = api.records(**params).json()
    emulator.edit("zoho_crm", op="update", module="Leads", id=first["data"][-1]["id"], record={"City": "Moved"})
    seen, token = {row["id"] for row in first["data"]}, first["info"]["next_page_token"]
    while token:
        answer = api.records(**params, page_token=token).json()
        seen |= {row["id"] for row in answer["data"]}
        token = answer["info"]["next_page_token"]
    assert seen == every


@pytest.mark.parametrize(("reading", "order"), [("id_desc", "desc"), ("id_asc", "asc"), ("id_follows_sort", "asc")])
def test_records_of_one_second_come_by_id_in_the_chosen_order(api, emulator, reading, order):
    emulator.switch(crm_tie_order=reading)
    ids = sorted(api.ids(per_page=5), key=int)
    emulator.edit("zoho_crm", op="set_time", module="Leads", ids=ids, modified_time="2026-10-01T10:00:00Z")
    found = [one for one in api.ids(sort_by="Modified_Time", sort_order="asc") if one in ids]
    assert found == (ids if order == "asc" else ids[::-1])


def test_sorting_goes_by_id_or_by_times_only(api):
    assert code(api.records(sort_by="Last_Name")) == (400, "INVALID_DATA")
    rows = api.records(fields="Created_Time", sort_by="Created_Time", sort_order="asc").json()["data"]
    times = [row["Created_Time"] for row in rows if row["Created_Time"] < "2026-07"]
    assert times[0].startswith("2021-03-01")


def test_if_modified_since_is_inclusive_and_ends_in_304(api, emulator):
    now = int(emulator.now())
    changed = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "New"}, modified_time=iso(now - 60))["id"]
    assert changed in api.ids(since=iso(now - 60))
    assert changed not in api.ids(since=iso(now - 59))
    answer = api.records(since=iso(now + 3600))
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_empty_answer_has_no_body(api):
    answer = api.records(page=2)
    assert (answer.status_code, answer.content) == (204, b"")


def test_converted_leads_come_only_when_asked_for(api, emulator):
    lead = api.ids(per_page=1)[0]
    contact = emulator.edit("zoho_crm", op="convert", id=lead)["contact"]
    assert lead not in api.ids()
    assert lead in api.ids(converted="true")
    assert lead in api.ids(converted="both")
    shown = api.one("Leads", lead)
    assert shown["Converted__s"] is True
    assert shown["Converted_Contact"]["id"] == contact
    assert api.one("Contacts", contact)["Email"] == shown["Email"]


def test_a_view_restricts_and_excludes_sorting(api, emulator):
    view = next(
        one["id"] for one in api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"] if one["name"] == "German Newsletter"
    )
    rows = api.records(fields="Country,Email", cvid=view).json()["data"]
    assert {row["Country"] for row in rows} == {"Germany"}
    assert all(row["Email"] for row in rows)
    assert code(api.records(cvid=view, sort_by="id")) == (400, "AMBIGUITY_DURING_PROCESSING")


def test_a_record_leaves_a_relative_view_as_time_passes(api, emulator):
    view = next(
        one["id"] for one in api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"] if one["name"] == "New This Month"
    )
    new = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Young"})["id"]
    assert new in api.ids(cvid=view)
    emulator.advance(31 * 86_400)
    assert new not in type(api)(emulator).ids(cvid=view)


def test_ids_pick_single_records(api):
    wanted = api.ids(per_page=3)
    assert sorted(api.ids(ids=",".join([*wanted, "123"]))) == sorted(wanted)


def test_rich_text_is_cut_in_lists_and_whole_in_a_single_read(api, emulator):
    story = "<p>" + "long " * 200 + "</p>"
    record = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Long", "Story": story})["id"]
    assert api.records(fields="Story", ids=record).json()["data"][0]["Story"] == story[:500]
    assert api.one("Leads", record)["Story"] == story


def test_subforms_and_multi_select_lookups_are_absent_from_lists(api):
    rows = api.records(fields="Visited_Fairs,Courses_Wanted,Watchers,Last_Name").json()["data"]
    assert all(set(row) == {"Last_Name", "id"} for row in rows)
    single = api.one("Leads", rows[0]["id"])
    assert {"Visited_Fairs", "Courses_Wanted", "Watchers"} <= set(single)


def test_values_have_the_vendors_shapes(api, emulator):
    record = {
        "Last_Name": "Shape", "Interests": ["Books", "Music"], "Annual_Revenue": 100.0, "Engagement_Score": 2.5, "Legacy_Number": "123456789012345678",
        "Birthday": "1990-02-28", "Next_Contact": "2026-07-01T08:00:00Z", "Tag": [{"name": "vip"}], "No_of_Employees": 7,
    }  # fmt: skip
    made = emulator.edit("zoho_crm", op="create", module="Leads", record=record)["id"]
    row = api.records(fields=",".join([*record, "Owner", "Layout", "Email_Opt_Out", "Email"]), ids=made).json()["data"][0]
    assert row["Interests"] == ["Books", "Music"]
    assert (row["Annual_Revenue"], row["Engagement_Score"], row["No_of_Employees"]) == (100, 2.5, 7)
    assert isinstance(row["Annual_Revenue"], int)
    assert row["Legacy_Number"] == "123456789012345678"
    assert row["Birthday"] == "1990-02-28"
    assert row["Next_Contact"] == "2026-07-01T10:00:00+02:00"
    assert row["Tag"][0]["name"] == "vip"
    assert row["Owner"].keys() == {"name", "id", "email"}
    assert row["Layout"]["name"] == "Standard"
    assert row["Email_Opt_Out"] is False
    assert row["Email"] is None


def test_the_offset_follows_summer_time(api, emulator):
    for moment, expected in (("2026-01-15T12:00:00Z", "2026-01-15T13:00:00+01:00"), ("2026-07-15T12:00:00Z", "2026-07-15T14:00:00+02:00")):
        made = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Zone"}, modified_time=moment)["id"]
        assert api.one("Leads", made)["Modified_Time"] == expected


def test_limited_visibility_takes_records_out_of_every_read(api, emulator):
    gone = api.ids(per_page=2)
    emulator.edit("zoho_crm", op="limit_visibility", module="Leads", ids=gone)
    assert not set(gone) & set(api.ids())
    assert api.get(f"/crm/v8/Leads/{gone[0]}").status_code == 204
    assert api.get("/crm/v8/Leads/deleted", since=iso(emulator.now() - 5)).status_code == 204
    emulator.edit("zoho_crm", op="limit_visibility", module="Leads")
    assert set(gone) <= set(api.ids())


def test_the_count_needs_no_reading(api, emulator):
    assert api.get("/crm/v8/Leads/actions/count").json() == {"count": len(emulator.state("zoho_crm")["modules"]["Leads"])}


def test_modules_that_hold_no_records_are_refused(api):
    assert code(api.records("Home")) == (400, "INVALID_MODULE")
    assert code(api.records("Leads_X_Courses")) == (400, "INVALID_MODULE")
    assert code(api.records("Nothing")) == (400, "INVALID_MODULE")


def test_v2_needs_no_fields_and_has_no_token(api):
    answer = api.get("/crm/v2/Leads", per_page=5).json()
    assert len(answer["data"][0]) > 50
    assert answer["info"] == {"per_page": 5, "count": 5, "page": 1, "more_records": True}
    assert code(api.get("/crm/v2/Leads", page=11)) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")
    assert api.get("/crm/v2/Leads", since=iso(4_000_000_000)).status_code == 304


def test_a_reset_brings_the_seed_back(api, emulator):
    before = api.records(fields="Last_Name,City,Modified_Time").json()["data"]
    emulator.edit("zoho_crm", op="update", module="Leads", id=before[0]["id"], record={"City": "Elsewhere"})
    emulator.reset()
    assert type(api)(emulator).records(fields="Last_Name,City,Modified_Time").json()["data"] == before


@pytest.mark.parametrize(("reading", "moves"), [("no", False), ("yes", True)])
def test_a_recalculated_formula_changes_its_value_and_maybe_its_time(api, emulator, reading, moves):
    emulator.switch(crm_formula_touches_modified_time=reading)
    record = api.ids(per_page=1)[0]
    before = api.one("Leads", record)
    emulator.edit("zoho_crm", op="recalculate_formula", module="Leads")
    after = api.one("Leads", record)
    assert after["Priority_Score"] != before["Priority_Score"]
    assert (after["Modified_Time"] != before["Modified_Time"]) is moves


def test_a_merge_fills_the_winner_and_lists_the_loser(api, emulator):
    stays = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Stays"})["id"]
    leaves = emulator.edit("zoho_crm", op="create", module="Leads", record={"Last_Name": "Leaves", "City": "Lyon"})["id"]
    emulator.edit("zoho_crm", op="merge", module="Leads", id=stays, loser=leaves)
    assert api.one("Leads", stays)["City"] == "Lyon"
    assert leaves not in api.ids()
    assert emulator.state("zoho_crm")["deleted"]["Leads"][leaves]["reason"] == "merged"


def test_an_unknown_edit_is_refused_with_the_known_ones(emulator):
    with pytest.raises(RuntimeError, match="recalculate_formula"):
        emulator.edit("zoho_crm", op="dance")


@pytest.mark.parametrize(("reading", "status"), [("passed_over", 200), ("refused", 400)])
def test_an_unknown_name_among_the_fields_is_passed_over_or_refused(api, emulator, reading, status):
    emulator.switch(crm_unknown_list_field=reading)
    assert api.records(fields="Last_Name,Nothing").status_code == status


def test_a_view_still_works_when_its_reader_no_longer_sees_the_field_it_tests(api, emulator):
    view = next(
        one["id"] for one in api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"] if one["name"] == "German Newsletter"
    )
    before = api.ids(cvid=view)
    emulator.edit("zoho_crm", op="hide_field", module="Leads", field="Country")
    assert api.ids(cvid=view) == before
    assert api.bulk(cvid=view, fields=["City"])
    assert {row["id"] for row in api.rows(f"select id from '{view}' where id is not null")} == set(before)
    with pytest.raises(RuntimeError, match="German Newsletter"):
        emulator.edit("zoho_crm", op="delete_field", module="Leads", field="Country")


def test_the_view_of_converted_leads_shows_them_alone(api, emulator):
    view = next(
        one["id"] for one in api.get("/crm/v8/settings/custom_views", module="Leads").json()["custom_views"] if one["name"] == "Converted Leads"
    )
    left = {key for key, one in emulator.state("zoho_crm")["deleted"]["Leads"].items() if one["reason"] == "converted"}
    assert set(api.ids(cvid=view)) == left
    assert {row["id"] for row in api.rows(f"select id from '{view}' where id is not null")} == left
    assert {row["Id"] for row in api.bulk(cvid=view, fields=["City"])} == left
