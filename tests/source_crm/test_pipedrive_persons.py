"""What stands on a person that is no property of it: readable columns of custom fields, the organization's columns, the last contact, the opt-out."""

from datetime import UTC, datetime

import pytest

from tests.source_crm.test_pipedrive_reading import held, of_filter, pipedrive


@pytest.fixture
def crm(emulator):
    return lambda **system: pipedrive(emulator, **system)


def edit(emulator, op, module="persons", **more):
    return emulator.edit("pipedrive", op=op, module=module, **more)


def by_id(output):
    return {str(row["id"]): row for row in output.live("persons")}


def test_more_than_a_hundred_custom_fields_have_readable_columns_and_decoded_options(crm, emulator):
    reader = crm()
    columns = reader.discover()["persons"]["json_schema"]["properties"]
    assert len([name for name in columns if "x_field_code" in columns[name]]) > 100
    assert {"city", "newsletter_opt_out", "interests", "budget", "budget_currency", "会社規模"} <= set(columns)
    assert len([name for name in columns if name.startswith("segment_")]) == 2
    fields = emulator.state("pipedrive")["fields"]["persons"]
    (level,) = [key for key, field in fields.items() if field["name"] == "Level"]
    labels = {option["id"]: option["label"] for option in fields[level]["options"]}
    expected = {key: labels.get(person["custom_fields"][level]) for key, person in held(emulator).items()}
    assert {key: row.get("level") for key, row in by_id(reader.read("persons")).items()} == expected


def test_a_renamed_field_keeps_its_column_and_a_deleted_one_is_told_once(crm, emulator):
    reader = crm()
    reader.discover()
    before = {key: row.get("city") for key, row in by_id(reader.read("persons")).items()}
    edit(emulator, "rename_field", field="City", name="Town")
    edit(emulator, "delete_field", field="Story")
    output = reader.read("persons", state=[])
    assert {key: row.get("city") for key, row in by_id(output).items()} == before
    assert output.log().count("no longer has story") == 1
    assert not any("story" in row for row in output.live())


def test_the_first_address_or_the_primary_one(crm, emulator):
    people = held(emulator).values()
    several = [person for person in people if len(person["emails"]) > 1 and not person["emails"][0]["primary"]]
    assert several
    first, primary = by_id(crm().read("persons")), by_id(crm(address="primary").read("persons"))
    for person in several:
        key = str(person["id"])
        assert first[key]["email"] == person["emails"][0]["value"]
        assert primary[key]["email"] == next(one["value"] for one in person["emails"] if one["primary"])


def test_organization_columns_follow_the_organization_although_the_person_did_not_change(crm, emulator):
    reader = crm(organization_fields=["name", "Tier", "Annual fee"], compare_ids_every_hours=24)
    first = by_id(reader.read("persons"))
    organizations, people = held(emulator, "organizations"), held(emulator)
    for key, row in first.items():
        expected = organizations[str(people[key]["org_id"])]["name"] if people[key]["org_id"] else None
        assert row.get("organization_name") == expected
    assert {row.get("organization_tier") for row in first.values()} >= {"Gold", None}
    assert any("organization_annual_fee_currency" in row for row in first.values())
    target = next(person["org_id"] for person in people.values() if person["org_id"])
    members = {key for key, person in people.items() if person["org_id"] == target}
    edit(emulator, "update", "organizations", id=target, record={"name": "Renamed Ltd"})
    emulator.advance(3600)
    second = by_id(reader.read("persons"))
    assert {key: row["organization_name"] for key, row in second.items()} == dict.fromkeys(members, "Renamed Ltd")
    assert {key: row.get("update_time") for key, row in second.items()} == {key: people[key]["update_time"] for key in members}
    assert reader.read("persons").records() == []


def test_many_changed_organizations_are_followed_by_one_walk(crm, emulator):
    reader = crm(organization_fields=["name"], compare_ids_every_hours=24)
    reader.read("persons")
    edit(emulator, "update", "organizations", ids=list(held(emulator, "organizations")), record={"name": "One Group"})
    emulator.advance(3600)
    emulator.clear_requests()
    second = by_id(reader.read("persons"))
    assert set(second) == {key for key, person in held(emulator).items() if person["org_id"]}
    assert {row["organization_name"] for row in second.values()} == {"One Group"}
    assert len(emulator.requests()) <= 12


def test_the_members_of_a_filter_alone_follow_their_organization(crm, emulator):
    reader = crm(organization_fields=["name"], selections=of_filter("Gold customers"))
    gold = set(by_id(reader.read("persons")))
    edit(emulator, "update", "organizations", ids=list(held(emulator, "organizations")), record={"name": "One Group"})
    emulator.advance(3600)
    people = held(emulator)
    assert set(by_id(reader.read("persons"))) == {key for key in gold if people[key]["org_id"]}


def test_the_last_contact_is_the_latest_of_mails_and_done_activities(crm, emulator):
    rows, people = by_id(crm().read("persons")), held(emulator)
    activities = held(emulator, "activities").values()
    for key, person in people.items():
        done = [one for one in activities if one["person_id"] == person["id"] and one["done"]]
        last = max(done, key=lambda one: (one["due_date"], one["id"]), default=None)
        times = [person["last_incoming_mail_time"], person["last_outgoing_mail_time"], last and last["marked_as_done_time"]]
        assert rows[key].get("last_contacted") == max(filter(None, times), default=None)


def test_an_activity_that_is_done_renews_the_last_contact_of_its_person(crm, emulator):
    reader = crm(compare_ids_every_hours=24)
    one = min(by_id(reader.read("persons")), key=int)
    record = {"subject": "Call", "type": "call", "done": True, "due_date": "2026-12-31", "participants": [{"person_id": int(one), "primary": True}]}
    edit(emulator, "create", "activities", record=record)
    made = emulator.now()
    emulator.advance(3600)
    rows = by_id(reader.read("persons"))
    assert set(rows) == {one}
    assert abs(_seconds(rows[one]["last_contacted"]) - made) < 60
    assert reader.read("persons").records() == []


def _seconds(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("touches", ["no", "yes"])
def test_a_mail_renews_the_last_contact_at_the_latest_when_ids_are_compared(crm, emulator, touches):
    emulator.switch(pipedrive_mail_touches_person=touches)
    reader = crm()
    one = min(by_id(reader.read("persons")), key=int)
    emulator.advance(600)
    at = datetime.fromtimestamp(int(emulator.now()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    edit(emulator, "update", id=one, record={"last_outgoing_mail_time": at})
    emulator.advance(600)
    rows = by_id(reader.read("persons"))
    assert {key: row["last_contacted"] for key, row in rows.items()} == {one: at}


def test_without_the_last_contact_no_activity_is_looked_up(crm, emulator):
    reader = crm(last_contacted="off")
    assert "last_contacted" not in reader.discover()["persons"]["json_schema"]["properties"]
    emulator.clear_requests()
    reader.read("persons")
    assert not [request for request in emulator.requests() if "activities" in request["path"]]


@pytest.mark.parametrize("touches", ["yes", "no"])
def test_the_marketing_status_is_an_opt_out_where_the_company_has_it_and_followed(crm, emulator, touches):
    assert "marketing_opt_out" not in crm().discover()["persons"]["json_schema"]["properties"]
    emulator.switch(pipedrive_marketing_touches_person=touches)
    emulator.edit("pipedrive", op="set_feature", feature="campaigns", on=True)
    reader = crm()
    rows, people = by_id(reader.read("persons")), held(emulator)
    assert {key: row["marketing_opt_out"] for key, row in rows.items()} == {
        key: person["marketing_status"] in ("unsubscribed", "archived") for key, person in people.items()
    }
    one = next(key for key, row in rows.items() if not row["marketing_opt_out"])
    edit(emulator, "update", id=one, record={"marketing_status": "unsubscribed"})
    emulator.advance(3600)
    assert {key: row["marketing_opt_out"] for key, row in by_id(reader.read("persons")).items()} == {one: True}
    assert reader.read("persons").records() == []


@pytest.mark.parametrize("reading", ["as_v1", "as_entity"])
def test_labels_stand_beside_their_ids(crm, emulator, reading):
    emulator.switch(pipedrive_builtin_codes=reading)
    labels = {row["id"]: row["label"] for row in emulator.state("pipedrive")["fields"]["persons"]["label"]["options"]}
    rows, people = by_id(crm().read("persons")), held(emulator)
    assert {key: row.get("labels") for key, row in rows.items()} == {
        key: [labels[one] for one in person["label_ids"]] or None for key, person in people.items()
    }
