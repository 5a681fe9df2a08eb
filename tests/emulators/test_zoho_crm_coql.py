"""COQL: grammar, operators, limits, refusals, keyset pages."""

import pytest

from tests.emulators.zoho_crm_api import Api, api, code, iso

__all__ = ["api"]

ALL = "id is not null"


def lead(emulator, **record):
    moment = record.pop("modified_time", None)
    made = {"Last_Name": "Coql", **record}
    return emulator.edit("zoho_crm", op="create", module="Leads", record=made, **({"modified_time": moment} if moment else {}))["id"]


def found(api, where, extra=""):
    return {row["id"] for row in api.rows(f"select id from Leads where {where} {extra} limit 2000")}


def test_a_query_answers_rows_and_whether_there_are_more(api):
    answer = api.coql(f"select Last_Name, Email from Leads where {ALL} limit 2").json()
    assert answer["info"] == {"count": 2, "more_records": True}
    assert set(answer["data"][0]) == {"Last_Name", "Email", "id"}


def test_nothing_found_is_an_empty_204(api):
    answer = api.coql("select id from Leads where Last_Name = 'Nobody at all'")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_default_limit_is_two_hundred_and_the_order_is_by_id(api, emulator, start_emulator):
    large = Api(start_emulator(people=1000))
    ids = [int(row["id"]) for row in large.rows(f"select id from Leads where {ALL}")]
    assert len(ids) == 200
    assert ids == sorted(ids)


def test_key_words_are_free_of_case(api):
    assert len(api.rows(f"SELECT id FROM Leads WHERE {ALL} ORDER BY Modified_Time DESC, id ASC LIMIT 3 OFFSET 2")) == 3


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        ("City = 'Ulm'", "a"),
        ("City != 'Ulm'", "b"),
        ("No_of_Employees > 5", "b"),
        ("No_of_Employees >= 5", "ab"),
        ("No_of_Employees < 9", "a"),
        ("No_of_Employees <= 9", "ab"),
        ("City in ('Ulm', 'Bonn')", "ab"),
        ("City not in ('Ulm', 'Paris')", "b"),
        ("No_of_Employees between 4 and 6", "a"),
        ("No_of_Employees not between 4 and 6", "b"),
        ("City like 'U%'", "a"),
        ("City like '%nn'", "b"),
        ("City like '%l%'", "a"),
        ("City not like '%l%'", "b"),
        ("Email is null", "b"),
        ("Email is not null", "a"),
        ("Email_Opt_Out = true", "a"),
        ("Email_Opt_Out = false", "b"),
        ("Birthday > '1990-01-01'", "a"),
        ("Next_Contact = '2026-07-01T10:00:00+02:00'", "a"),
        ("Interests = 'Books;Music'", "a"),
        ("Last_Name = 'o''hara'", ""),
        (r"Company = 'O\'Hara, Sons'", "a"),
        ("(City = 'Ulm' or City = 'Bonn') and (No_of_Employees = 9)", "b"),
        ("City = 'Ulm' or City = 'Bonn' and No_of_Employees = 5", "a"),
    ],
)
def test_every_documented_operator(api, emulator, where, matches):
    a = lead(emulator, City="Ulm", No_of_Employees=5, Email="a@example.org", Email_Opt_Out=True, Birthday="1991-05-05", Company="O'Hara, Sons",
             Next_Contact="2026-07-01T08:00:00Z", Interests=["Music", "Books"])  # fmt: skip
    b = lead(emulator, City="Bonn", No_of_Employees=9)
    rows = found(api, f"(Last_Name = 'Coql') and ({where})")
    assert rows == {{"a": a, "b": b}[name] for name in matches}


def test_lookups_come_as_ids_and_their_names_by_a_dot(api, emulator):
    account = emulator.edit("zoho_crm", op="create", module="Accounts", record={"Account_Name": "Dot Ltd"})["id"]
    made = lead(emulator, Partner={"id": account})
    (row,) = api.rows(f"select Partner, Partner.Account_Name, Owner, Owner.last_name from Leads where id = '{made}'")
    assert row["Partner"] == {"id": account}
    assert row["Partner.Account_Name"] == "Dot Ltd"
    assert set(row["Owner"]) == {"id"}
    assert row["Owner.last_name"] == "Holm"
    assert found(api, "Partner.Account_Name = 'Dot Ltd'") == {made}
    assert found(api, f"Partner = '{account}'") == {made}


def test_multi_selects_come_as_arrays(api, emulator):
    made = lead(emulator, Interests=["Books", "Music"])
    assert api.rows(f"select Interests from Leads where id = {made}")[0]["Interests"] == ["Books", "Music"]


def test_keyset_pages_find_every_record_once_although_many_share_a_second(api, emulator):
    ids = api.ids(per_page=90)
    emulator.edit("zoho_crm", op="set_time", module="Leads", ids=ids, modified_time="2026-10-10T10:10:10Z")
    since, last, seen = "2026-10-10T10:10:10Z", "0", []
    while True:
        where = f"((Modified_Time >= '{since}' and Modified_Time < '2026-10-11T00:00:00Z') and (Modified_Time > '{since}' or id > {last}))"
        rows = api.rows(f"select id, Modified_Time from Leads where {where} order by Modified_Time asc, id asc limit 7")
        if not rows:
            break
        seen += [row["id"] for row in rows]
        since, last = rows[-1]["Modified_Time"], rows[-1]["id"]
    assert seen == sorted(ids, key=int)


def test_descending_order_and_other_columns_sort_too(api):
    names = [row["Last_Name"] for row in api.rows(f"select Last_Name from Leads where {ALL} order by Last_Name desc, id asc limit 50")]
    assert names == sorted(names, key=str.casefold, reverse=True)


def test_a_query_runs_over_a_custom_view(api, emulator):
    criteria = {"field": {"api_name": "City"}, "comparator": "equal", "value": "Ulm"}
    view = emulator.edit("zoho_crm", op="create_view", module="Leads", name="Ulm", criteria=criteria)["id"]
    made = lead(emulator, City="Ulm")
    assert [row["id"] for row in api.rows(f"select id from '{view}' where {ALL}")] == [made]
    assert [row["id"] for row in api.rows(f"select id from {view} where {ALL}")] == [made]
    assert code(api.coql(f"select id from '123' where {ALL}")) == (400, "INVALID_QUERY")


def test_counting_and_grouping(api):
    total = api.rows(f"select COUNT(id) from Leads where {ALL}")[0]["COUNT(id)"]
    groups = api.rows(f"select Country, COUNT(id) as people from Leads where {ALL} group by Country order by people desc")
    assert sum(row["people"] for row in groups) == total
    assert groups[0]["people"] == max(row["people"] for row in groups)
    assert code(api.coql(f"select SUM(Last_Name) from Leads where {ALL}")) == (400, "INVALID_QUERY")


def test_the_fields_can_come_along(api):
    answer = api.coql(f"select Email from Leads where {ALL} limit 1", include_meta=["fields"]).json()
    assert answer["fields"]["Email"]["data_type"] == "email"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("update Leads", "SYNTAX_ERROR"),
        ("select id from Leads where City = ", "SYNTAX_ERROR"),
        ("select id from Leads where (City = 'x'", "SYNTAX_ERROR"),
        ("select id from Leads where City = 'x", "SYNTAX_ERROR"),
        ("select id from Leads where City ~ 'x'", "SYNTAX_ERROR"),
        ("select id from Leads where City not like 'x%'", "SYNTAX_ERROR"),
        (f"select id from Leads where {ALL} limit 5 drop", "SYNTAX_ERROR"),
        (f"select Nothing from Leads where {ALL}", "INVALID_QUERY"),
        (f"select * from Leads where {ALL}", "SYNTAX_ERROR"),
        ("select id from Leads where Modified_Time > 'yesterday'", "INVALID_QUERY"),
        ("select id from Leads where Modified_Time > '2026-01-01T00:00:00'", "INVALID_QUERY"),
        ("select id from Leads where No_of_Employees like '%5%'", "INVALID_QUERY"),
        (f"select id from Leads where {ALL} order by Nothing", "INVALID_QUERY"),
        (f"select Pictures from Leads where {ALL}", "INVALID_QUERY"),
        (f"select Visited_Fairs from Leads where {ALL}", "INVALID_QUERY"),
        (f"select Courses_Wanted from Leads where {ALL}", "INVALID_QUERY"),
        (f"select id from Nothing where {ALL}", "INVALID_MODULE"),
        (f"select id from Email_Analytics where {ALL}", "INVALID_QUERY"),
        (f"select id, id from Leads where {ALL}", "DUPLICATE_DATA"),
        (f"select id as a, City as a from Leads where {ALL}", "DUPLICATE_ALIAS"),
        (f"select id from Leads where {ALL} limit 2001", "LIMIT_EXCEEDED"),
        (f"select id from Leads where {ALL} limit 2000 offset 99000", "LIMIT_EXCEEDED"),
        ("select id from Leads where " + " and ".join(["City = 'x'"] * 26), "LIMIT_EXCEEDED"),
        ("select id from Leads where City in (" + ",".join(["'x'"] * 101) + ")", "LIMIT_EXCEEDED"),
        ("select " + ",".join(f"City as c{n}" for n in range(501)) + f" from Leads where {ALL}", "LIMIT_EXCEEDED"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_code(api, text, expected):
    assert code(api.coql(text)) == (400, expected)


def test_a_syntax_error_names_the_place(api):
    details = api.coql("select id\nfrom Leads where City ~ 'x'").json()["details"]
    assert (details["line"], details["near"][:1]) == (2, "~")


@pytest.mark.parametrize(("reading", "status"), [("required", 400), ("optional", 200)])
def test_a_query_may_need_a_where(api, emulator, reading, status):
    emulator.switch(crm_coql_where=reading)
    assert api.coql("select id from Leads limit 1").status_code == status


@pytest.mark.parametrize(("reading", "status"), [("flat", 200), ("pairs_only", 400)])
def test_a_flat_chain_is_accepted_or_only_pairs(api, emulator, reading, status):
    emulator.switch(crm_coql_chain=reading)
    assert api.coql(f"select id from Leads where {ALL} and Last_Name is not null and (id > 0 or id > 1)").status_code == status
    assert api.coql(f"select id from Leads where (({ALL} and Last_Name is not null) and (id > 0 or id > 1))").status_code == 200


@pytest.mark.parametrize(("reading", "status"), [("500", 200), ("50", 400)])
def test_fifty_columns_or_five_hundred(api, emulator, reading, status):
    emulator.switch(crm_coql_selected_fields=reading)
    columns = ",".join(f"City as c{n}" for n in range(51))
    assert api.coql(f"select {columns} from Leads where {ALL} limit 1").status_code == status


@pytest.mark.parametrize(("reading", "there"), [("excluded", False), ("included", True)])
def test_converted_leads_are_excluded_or_included(api, emulator, reading, there):
    emulator.switch(crm_coql_converted_leads=reading)
    made = lead(emulator)
    emulator.edit("zoho_crm", op="convert", id=made)
    assert (made in found(api, "Last_Name = 'Coql'")) is there
    assert (made in found(api, f"Modified_Time >= '{iso(emulator.now() - 60)}'", "order by Modified_Time asc, id asc")) is there


@pytest.mark.parametrize(("reading", "matches"), [("no", False), ("yes", True)])
def test_an_empty_value_may_or_may_not_be_unequal(api, emulator, reading, matches):
    emulator.switch(crm_empty_is_not_equal=reading)
    made = lead(emulator)
    assert (made in found(api, "City != 'Ulm'")) is matches


@pytest.mark.parametrize(("reading", "status"), [("usable", 200), ("refused", 400)])
def test_the_change_log_time_may_be_compared_or_not(api, emulator, reading, status):
    emulator.switch(crm_coql_change_log_time=reading)
    assert api.coql("select id from Leads where Change_Log_Time__s > '2021-01-01T00:00:00Z' limit 1").status_code == status


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("selectable", 200)])
def test_file_uploads_may_be_selected_or_not(api, emulator, reading, status):
    emulator.switch(crm_coql_file_upload=reading)
    assert api.coql(f"select Papers from Leads where {ALL} limit 1").status_code == status


def test_a_query_costs_one_two_or_three_credits_by_its_rows(start_emulator):
    large = start_emulator(people=4000)
    api = Api(large)
    for limit, price in ((200, 1), (201, 2), (1000, 2), (1001, 3)):
        large.clear_requests()
        api.rows(f"select id from Leads where {ALL} limit {limit}")
        assert [one["credits"] for one in large.requests() if one["path"].endswith("/coql")] == [price]


def test_offsets_page_through_the_same_order(api):
    first = [row["id"] for row in api.rows(f"select id from Leads where {ALL} limit 10")]
    second = [row["id"] for row in api.rows(f"select id from Leads where {ALL} limit 5, 5")]
    assert second == first[5:]
