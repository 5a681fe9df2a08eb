"""Pipedrive's records: lists, cursors, deletion, merge, filters, writes, search."""

import pytest

from tests.emulators.pipedrive_api import Api


@pytest.fixture
def api(emulator):
    return Api(emulator)


def ids(rows):
    return [row["id"] for row in rows]


def problem(reply):
    return reply.status, reply.body.get("code")


def field_of(api, name, fields="personFields"):
    return next(row for row in api.walk(f"/{fields}") if row["field_name"] == name)


def test_a_walk_by_cursor_shows_every_record_once(api, emulator):
    rows = api.walk("/persons", limit=30)
    assert ids(rows) == sorted(ids(rows))
    assert {str(one) for one in ids(rows)} == set(emulator.state("pipedrive")["modules"]["persons"])


@pytest.mark.parametrize(("field", "direction"), [("update_time", "asc"), ("update_time", "desc"), ("add_time", "desc"), ("id", "desc")])
def test_a_walk_in_another_order_shows_every_record_once_too(api, field, direction):
    rows = api.walk("/persons", limit=70, sort_by=field, sort_direction=direction)
    assert sorted(ids(rows)) == ids(api.walk("/persons", limit=500))
    keys = [(row[field] or "", row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=direction == "desc")


def test_a_cursor_is_a_place_and_no_snapshot(api):
    first = api.get("/persons", limit=10)
    new = api.post("/persons", {"name": "Late Comer"}).data["id"]
    rest, cursor = [], first.cursor
    while cursor:
        page = api.get("/persons", limit=100, cursor=cursor)
        rest, cursor = rest + page.data, page.cursor
    assert new in ids(rest)


@pytest.mark.parametrize(
    "query",
    [{"limit": 501}, {"ids": ",".join(map(str, range(1, 102)))}, {"updated_since": "2026-01-01T00:00:00.000Z"}, {"sort_by": "name"},
     {"custom_fields": ",".join(f"k{n}" for n in range(16))}, {"include_fields": "everything"}],
)  # fmt: skip
def test_a_value_out_of_bounds_is_refused_by_name(api, query):
    reply = api.get("/persons", **query)
    assert problem(reply) == (400, "ERR_SCHEMA_VALIDATION_FAILED")
    assert next(iter(query)) in reply.body["error"]


def test_updated_since_is_inclusive_and_until_exclusive(api, emulator):
    emulator.edit("pipedrive", op="update", module="persons", id=1, record={"City": "Ulm"}, modified_time="2026-09-10T10:00:00Z")
    at, after = "2026-09-10T10:00:00Z", "2026-09-10T10:00:01Z"
    assert 1 in ids(api.walk("/persons", updated_since=at))
    assert 1 not in ids(api.walk("/persons", updated_since=after, limit=500))
    assert 1 not in ids(api.walk("/persons", updated_until=at, limit=500))
    assert 1 in ids(api.walk("/persons", updated_until=after, limit=500))


def test_optional_properties_come_when_asked_for(api):
    assert "last_activity_id" not in api.get("/persons/1").data
    shown = api.get("/persons/1", include_fields="last_activity_id,last_incoming_mail_time,open_deals_count").data
    assert {"last_activity_id", "last_incoming_mail_time", "open_deals_count"} <= set(shown)
    assert problem(api.get("/persons/1", include_fields="marketing_status")) == (400, "ERR_SCHEMA_VALIDATION_FAILED")


def test_marketing_and_contact_sync_exist_where_the_company_has_them(api, emulator):
    assert "birthday" not in api.get("/persons/1").data
    assert api.patch("/persons/1", {"birthday": "1990-01-01"}).status == 403
    for feature in ("campaigns", "contact_sync"):
        emulator.edit("pipedrive", op="set_feature", feature=feature, on=True)
    assert api.patch("/persons/1", {"birthday": "1990-01-01"}).data["birthday"] == "1990-01-01"
    assert api.get("/persons/1", include_fields="marketing_status").data["marketing_status"]


def test_a_deleted_person_is_readable_for_thirty_days_and_never_listed(api, emulator):
    assert api.delete("/persons/2").data == {"id": 2}
    assert api.get("/persons/2").data["is_deleted"] is True
    assert 2 not in ids(api.walk("/persons", limit=500))
    assert ids(api.get("/persons", ids="2,3").data) == [3]
    assert problem(api.patch("/persons/2", {"name": "X"}))[0] == 400
    emulator.advance(31 * 86400)
    assert problem(api.get("/persons/2")) == (404, "ERR_NOT_FOUND")


def test_the_readings_of_deletion(api, emulator):
    api.delete("/persons/2")
    emulator.switch(pipedrive_lists_deleted="yes", pipedrive_get_deleted="404")
    assert [row["is_deleted"] for row in api.walk("/persons", limit=500) if row["id"] == 2] == [True]
    assert api.get("/persons/2").status == 404


def test_deleted_deals_are_listed_by_status(api):
    api.delete("/deals/3")
    assert 3 in ids(api.walk("/deals", status="deleted"))
    assert 3 not in ids(api.walk("/deals", limit=500))
    assert {row["is_archived"] for row in api.walk("/deals/archived")} == {True}


def test_a_merge_keeps_the_named_one_and_moves_what_belonged_to_the_other(api):
    note = api.call("POST", "/v1/notes", {"content": "x", "person_id": 8}).data["id"]
    reply = api.call("PUT", "/v1/persons/8/merge", {"merge_with_id": 9})
    assert (reply.data["id"], reply.data["merge_what_id"]) == (9, 8)
    assert api.get("/persons/8").data["is_deleted"] is True
    assert api.v1(f"/notes/{note}").data["person_id"] == 9


def test_a_filter_matches_what_its_conditions_say_and_follows_other_records(api, emulator):
    won = {row["person_id"] for row in api.walk("/deals", status="won", limit=500)} | {
        row["person_id"] for row in api.walk("/deals/archived", limit=500) if row["status"] == "won"
    }
    assert set(ids(api.walk("/persons", filter_id=4, limit=500))) == won & set(ids(api.walk("/persons", limit=500)))
    outside = next(one for one in ids(api.walk("/persons", limit=500)) if one not in won)
    api.post("/deals", {"title": "New", "person_id": outside, "status": "won"})
    assert outside in ids(api.walk("/persons", filter_id=4, limit=500))
    assert ids(api.walk("/persons", filter_id=4, owner_id=999, limit=500))  # the filter makes the other parameter ignored


def test_relative_dates_move_with_the_day(api, emulator):
    new = api.post("/persons", {"name": "Late Comer"}).data["id"]
    assert new in ids(api.walk("/persons", filter_id=5, limit=500))
    emulator.advance(400 * 86400)
    assert new not in ids(api.walk("/persons", filter_id=5, limit=500))


def test_a_filter_is_made_read_with_codes_edited_and_deleted(api):
    number = next(one["id"] for one in api.v1("/personFields", limit=500).data if one["key"] == "name")
    condition = {"object": "person", "field_id": number, "operator": "LIKE '$%'", "value": "Zo", "extra_value": None}
    conditions = {"glue": "and", "conditions": [{"glue": "and", "conditions": [condition]}]}
    made = api.call("POST", "/v1/filters", {"name": "Zo…", "type": "people", "conditions": conditions}).data["id"]
    assert all(row["name"].startswith("Zo") for row in api.walk("/persons", filter_id=made))
    shown = api.v1(f"/filters/{made}", include_field_code="true").data["conditions"]["conditions"]
    assert [group["glue"] for group in shown] == ["and", "or"]
    assert shown[0]["conditions"][0]["field_code"] == "name"
    assert api.call("DELETE", f"/v1/filters/{made}").status == 200
    assert api.get("/persons", filter_id=made).status == 404


def test_more_than_a_hundred_fields_come_in_pages_with_codes_that_do_not_change(api, emulator):
    first = api.get("/personFields")
    assert len(first.data) == 100
    assert first.cursor
    customs = [row for row in api.walk("/personFields") if row["is_custom_field"]]
    assert len(customs) > 100
    assert all(len(row["field_code"]) == 40 for row in customs)
    code = field_of(api, "City")["field_code"]
    emulator.edit("pipedrive", op="rename_field", module="persons", field="City", name="Town")
    assert field_of(api, "Town")["field_code"] == code


def test_a_new_person_has_its_name_split_defaults_and_no_time_of_change_yet(api):
    made = api.post("/persons", {"name": "Mary Jane Watson", "emails": [{"value": "mj@example.com"}]}).data
    assert (made["first_name"], made["last_name"], made["update_time"], made["owner_id"]) == ("Mary", "Jane Watson", None, 11)
    assert made["emails"] == [{"value": "mj@example.com", "primary": True, "label": "work"}]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/persons", {}, "name"),
        ("/persons", {"name": "X", "owner_id": "11"}, "owner_id: Expected 'integer'"),
        ("/persons", {"name": "X", "nickname": "Y"}, "Parameter 'nickname' is not allowed"),
        ("/persons", {"name": "X", "custom_fields": {"0" * 40: "v"}}, "not allowed"),
        ("/persons", {"name": "X", "emails": [{"value": "a@example.com", "primary": True}, {"value": "b@example.com", "primary": True}]}, "primary"),
        ("/deals", {"value": 5}, "title"),
        ("/deals", {"title": "X", "value": "5"}, "value: Expected 'number'"),
    ],
)
def test_a_body_that_is_wrong_is_refused_by_name(api, path, body, words):
    reply = api.post(path, body)
    assert problem(reply) == (400, "ERR_SCHEMA_VALIDATION_FAILED")
    assert words in reply.body["error"]


def test_custom_values_are_checked_by_type(api):
    interests, level = field_of(api, "Interests"), field_of(api, "Level")
    gold = next(option["id"] for option in level["options"] if option["label"] == "Gold")
    assert api.patch("/persons/1", {"custom_fields": {level["field_code"]: gold}}).data["custom_fields"][level["field_code"]] == gold
    for code, value in ((level["field_code"], "Gold"), (interests["field_code"], []), (level["field_code"], 999999)):
        assert problem(api.patch("/persons/1", {"custom_fields": {code: value}})) == (400, "ERR_SCHEMA_VALIDATION_FAILED")
    assert problem(api.patch("/persons/1", {"custom_fields": ["wrong"]})) == (500, "ERR_UNKNOWN")
    assert api.patch("/persons/1", {"custom_fields": {interests["field_code"]: None}}).status == 200


def test_the_person_of_an_activity_is_its_primary_participant(api):
    assert problem(api.post("/activities", {"subject": "X", "type": "call", "person_id": 3})) == (400, "ERR_BAD_REQUEST")
    made = api.post("/activities", {"subject": "X", "type": "call", "participants": [{"person_id": 3, "primary": True}]}).data
    assert made["person_id"] == 3
    assert made["id"] in ids(api.walk("/activities", person_id=3))
    assert api.post("/activities", {"subject": "X", "type": "dance"}).status == 400


def test_a_deal_goes_to_the_first_stage_and_a_stage_must_be_of_its_pipeline(api):
    assert api.post("/deals", {"title": "X"}).data["stage_id"] == 1
    assert api.post("/deals", {"title": "X", "pipeline_id": 2, "stage_id": 4}).data["pipeline_id"] == 2
    assert api.post("/deals", {"title": "X", "pipeline_id": 1, "stage_id": 4}).status == 400


def test_a_note_needs_a_parent_is_cleaned_and_inherits_from_a_deal(api):
    assert api.call("POST", "/v1/notes", {"content": "x"}).status == 400
    deal = api.post("/deals", {"title": "X", "person_id": 3, "org_id": 4}).data["id"]
    reply = api.call("POST", "/v1/notes", {"content": "<p>Hi</p><!-- mark -->", "deal_id": deal})
    assert reply.status == 201
    assert (reply.data["content"], reply.data["person_id"], reply.data["org_id"]) == ("<p>Hi</p>", 3, 4)
    api.call("DELETE", f"/v1/notes/{reply.data['id']}")
    assert api.v1(f"/notes/{reply.data['id']}").data["active_flag"] is False
    assert reply.data["id"] not in ids(api.v1("/notes", limit=500).data)


def test_v1_pages_by_start_and_an_empty_list_is_null(api):
    first = api.v1("/notes", limit=5)
    paging = first.body["additional_data"]["pagination"]
    assert (paging["more_items_in_collection"], paging["next_start"]) == (True, 5)
    last = api.v1("/notes", start=15, limit=50).body["additional_data"]["pagination"]
    assert "next_start" not in last
    assert api.v1("/notes", person_id=999999).data is None


def test_a_search_finds_an_address_in_any_case_some_seconds_late(api, emulator):
    api.post("/persons", {"name": "Zed", "emails": [{"value": "Zed@Example.com"}]})
    search = {"term": "zed@example.COM", "fields": "email", "exact_match": "true"}
    assert api.get("/persons/search", **search).data["items"] == []
    emulator.advance(12)
    (found,) = api.get("/persons/search", **search).data["items"]
    assert found["item"]["emails"] == ["Zed@Example.com"]
    api.delete(f"/persons/{found['item']['id']}")
    emulator.advance(12)
    assert api.get("/persons/search", **search).data["items"] == []


def test_recents_reach_back_a_month_and_show_deleted_ones(api, emulator):
    emulator.advance(40 * 86400)
    api.delete("/persons/2")
    rows = api.v1("/recents", since_timestamp="2021-01-01 00:00:00", items="person").data
    assert {(row["id"], row["data"]["active_flag"]) for row in rows} == {(2, False)}


def test_v1_still_serves_persons_to_old_clients(api):
    rows = api.v1("/persons", limit=2).data
    assert {"email", "phone", "active_flag", "owner_name"} <= set(rows[0])
    made = api.call("POST", "/v1/persons", b"name=Old+Client&email=old%40example.com", {"Content-Type": "application/x-www-form-urlencoded"})
    assert (made.status, made.data["email"][0]["value"]) == (201, "old@example.com")
    assert api.call("PUT", f"/v1/persons/{made.data['id']}", {"name": "New Name"}).data["first_name"] == "New"
    assert api.call("DELETE", f"/v1/persons/{made.data['id']}").status == 410


def test_the_same_seed_gives_the_same_account(start_emulator, emulator):
    other = start_emulator(people=200)
    assert other.state("pipedrive")["modules"]["deals"] == emulator.state("pipedrive")["modules"]["deals"]


def test_the_fault_dial_speaks_in_the_vendors_own_words(api, emulator):
    emulator.faults(system="pipedrive", path="/persons$", kind="lock")
    assert api.get("/persons", limit=1).status == 429
    emulator.advance(3)
    emulator.faults(system="pipedrive", path="/persons$", kind="token")
    assert api.get("/persons", limit=1).status == 401


def test_an_unknown_edit_says_what_there_is(emulator):
    with pytest.raises(RuntimeError, match="merge"):
        emulator.edit("pipedrive", op="juggle")
    with pytest.raises(RuntimeError, match="persons"):
        emulator.edit("pipedrive", op="delete", module="people", id=1)
