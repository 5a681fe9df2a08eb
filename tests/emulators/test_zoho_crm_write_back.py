"""What a write-back needs: members of campaigns, notes, activities, deals, required and unique fields, automation."""

import pytest

from tests.emulators.zoho_crm_api import api, code

__all__ = ["api"]


def rows(answer):
    return answer.json()["data"]


def made(api, module, **record):
    return rows(api.call("POST", f"/crm/v8/{module}", json={"data": [record]}))[0]["details"]["id"]


@pytest.fixture
def lead(api):
    return made(api, "Leads", Last_Name="Lead", Email="lead@example.org")


@pytest.fixture
def contact(api):
    return made(api, "Contacts", Last_Name="Contact", Email="contact@example.org")


@pytest.fixture
def campaign(api):
    return made(api, "Campaigns", Campaign_Name="News", Mailing_Key="news-1")


def link(api, path, *data):
    return api.call("PUT", f"/crm/v8/{path}", json={"data": list(data)})


def members(emulator, campaign):
    return emulator.state("zoho_crm")["campaigns"][campaign]["members"]


def test_the_same_call_links_a_person_and_changes_the_status(api, emulator, lead, campaign):
    first = link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Sent"})
    again = link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Opened"})
    assert [rows(first)[0]["message"], rows(again)[0]["message"]] == ["relation added", "relation updated"]
    assert members(emulator, campaign) == {"Leads": {lead: "Opened"}}


def test_a_person_is_linked_from_its_own_side_and_one_by_one(api, emulator, lead, contact, campaign):
    assert link(api, f"Leads/{lead}/Campaigns", {"id": campaign, "Member_Status": "Sent"}).status_code == 200
    assert link(api, f"Campaigns/{campaign}/Contacts/{contact}", {"Member_Status": "Opened"}).status_code == 200
    assert members(emulator, campaign) == {"Leads": {lead: "Sent"}, "Contacts": {contact: "Opened"}}
    assert api.call("DELETE", f"/crm/v8/Campaigns/{campaign}/Leads", params={"ids": lead}).status_code == 200
    assert members(emulator, campaign) == {"Contacts": {contact: "Opened"}}


def test_a_bad_row_of_members_fails_alone(api, emulator, lead, campaign):
    answer = link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Sent"}, {"id": "123", "Member_Status": "Sent"})
    assert answer.status_code == 207
    good, bad = rows(answer)
    assert (good["code"], bad["code"], bad["message"]) == ("SUCCESS", "INVALID_DATA", "the related id given seems to be invalid")
    assert members(emulator, campaign) == {"Leads": {lead: "Sent"}}


def test_at_most_a_hundred_members_in_a_call(api, lead, campaign):
    assert code(link(api, f"Campaigns/{campaign}/Leads", *[{"id": lead}] * 101)) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_a_made_up_member_status(api, emulator, lead, campaign, reading, status):
    emulator.switch(crm_member_status_values=reading)
    assert link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Delighted"}).status_code == status
    emulator.edit("zoho_crm", op="member_statuses", values=["Delighted"])
    assert link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Delighted"}).status_code == 200


@pytest.mark.parametrize(("reading", "shown"), [("absent", None), ("shown", "Sent")])
def test_reading_members_back(api, emulator, lead, campaign, reading, shown):
    emulator.switch(crm_member_status_read=reading)
    link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Sent"})
    (row,) = rows(api.get(f"/crm/v8/Campaigns/{campaign}/Leads", fields="Last_Name,Email"))
    assert (row["id"], row["Last_Name"], row.get("Member_Status")) == (lead, "Lead", shown)
    assert code(api.get(f"/crm/v8/Campaigns/{campaign}/Leads")) == (400, "REQUIRED_PARAM_MISSING")
    assert api.get(f"/crm/v8/Campaigns/{campaign}/Contacts", fields="id").status_code == 204


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_a_converted_lead_as_a_member(api, emulator, lead, campaign, reading, status):
    emulator.switch(crm_converted_lead_member=reading, crm_deleted_holds_converted="no")
    emulator.edit("zoho_crm", op="convert", id=lead)
    assert link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Sent"}).status_code == status


def test_custom_modules_cannot_be_linked(api, campaign):
    assert code(link(api, f"Campaigns/{campaign}/Members", {"id": "1"})) == (400, "NOT_SUPPORTED")


def test_notes_are_made_under_a_person_and_listed_there(api, lead, contact):
    under = api.call("POST", f"/crm/v8/Leads/{lead}/Notes", json={"data": [{"Note_Title": "Opened", "Note_Content": "News"}]})
    parent = {"module": {"api_name": "Contacts"}, "id": contact}
    beside = api.call("POST", "/crm/v8/Notes", json={"data": [{"Note_Content": "Clicked", "Parent_Id": parent}]})
    assert (under.status_code, beside.status_code) == (201, 201)
    assert [one["Note_Title"] for one in rows(api.get(f"/crm/v8/Leads/{lead}/Notes", fields="Note_Title"))] == ["Opened"]
    assert [one["Note_Content"] for one in rows(api.get(f"/crm/v8/Contacts/{contact}/Notes", fields="Note_Content"))] == ["Clicked"]


def test_a_note_needs_a_text_and_a_parent_that_is_there(api, lead):
    empty = api.call("POST", f"/crm/v8/Leads/{lead}/Notes", json={"data": [{}]})
    lost = api.call("POST", "/crm/v8/Leads/123/Notes", json={"data": [{"Note_Content": "x"}]})
    long = api.call("POST", f"/crm/v8/Leads/{lead}/Notes", json={"data": [{"Note_Title": "x" * 121}]})
    assert (rows(empty)[0]["code"], code(lost), rows(long)[0]["code"]) == ("EXPECTED_FIELD_MISSING", (400, "INVALID_DATA"), "INVALID_DATA")


def test_a_task_of_a_lead_stands_in_what_id_and_of_a_contact_in_who_id(api, lead, contact):
    of_lead = made(api, "Tasks", Subject="Call", What_Id={"id": lead}, **{"$se_module": "Leads"})
    of_contact = made(api, "Tasks", Subject="Call", Who_Id={"id": contact})
    assert [one["id"] for one in api.rows(f"select Subject, Description from Tasks where What_Id = '{lead}' limit 10")] == [of_lead]
    assert [one["id"] for one in rows(api.get(f"/crm/v8/Contacts/{contact}/Tasks", fields="Subject"))] == [of_contact]
    assert api.one("Tasks", of_lead)["What_Id"] == {"name": "Lead", "id": lead}
    without = api.call("POST", "/crm/v8/Tasks", json={"data": [{"Subject": "Call", "What_Id": {"id": lead}}]})
    assert rows(without)[0]["code"] == "MANDATORY_NOT_FOUND"


@pytest.mark.parametrize(("switch", "text"), [("crm_coql_what_id", "What_Id = '1'"), ("crm_coql_textarea", "Description like '%x%'")])
def test_queries_that_may_be_refused(api, emulator, switch, text):
    assert api.coql(f"select Subject from Tasks where {text} limit 1").status_code in (200, 204)
    emulator.switch(**{switch: "refused"})
    assert code(api.coql(f"select Subject from Tasks where {text} limit 1")) == (400, "INVALID_QUERY")


def test_a_deal_needs_a_stage_of_its_pipeline(api, contact):
    layout = api.get("/crm/v8/settings/layouts", module="Deals").json()["layouts"][0]["id"]
    pipelines = {one["display_value"]: [stage["actual_value"] for stage in one["maps"]] for one in
                 api.get("/crm/v8/settings/pipeline", layout_id=layout).json()["pipeline"]}  # fmt: skip
    assert "Negotiation" in pipelines["Renewals"]
    assert "Negotiation" not in pipelines["Standard"]
    deal = {"Deal_Name": "News", "Contact_Name": {"id": contact}, "Stage": "Negotiation"}
    good = api.call("POST", "/crm/v8/Deals", json={"data": [{**deal, "Pipeline": "Renewals"}, {**deal, "Pipeline": "Standard"}]})
    assert [one["code"] for one in rows(good)] == ["SUCCESS", "DEPENDENT_MISMATCH"]
    assert [one["Stage"] for one in rows(api.get(f"/crm/v8/Contacts/{contact}/Deals", fields="Stage"))] == ["Negotiation"]


@pytest.mark.parametrize(("reading", "expected"), [("enforced", "MANDATORY_NOT_FOUND"), ("advisory", "SUCCESS")])
def test_a_field_that_the_layout_requires(api, emulator, reading, expected):
    emulator.switch(crm_layout_required=reading)
    emulator.edit("zoho_crm", op="require_field", module="Leads", field="Company")
    (layout,) = api.get("/crm/v8/settings/layouts", module="Leads").json()["layouts"]
    assert {one["api_name"] for one in layout["sections"][0]["fields"] if one["required"]} == {"Last_Name", "Company"}
    answer = api.call("POST", "/crm/v8/Leads", json={"data": [{"Last_Name": "No company"}]})
    assert rows(answer)[0]["code"] == expected


def test_a_unique_value_is_refused_with_the_id_of_its_holder(api, emulator, lead, campaign):
    again = rows(api.call("POST", "/crm/v8/Campaigns", json={"data": [{"Campaign_Name": "Other", "Mailing_Key": "news-1"}]}))[0]
    assert (again["code"], again["details"]["duplicate_record"]["id"]) == ("DUPLICATE_DATA", campaign)
    emulator.edit("zoho_crm", op="unique_field", module="Leads", field="Email")
    person = rows(api.call("POST", "/crm/v8/Leads", json={"data": [{"Last_Name": "Twin", "Email": "LEAD@example.org"}]}))[0]
    assert (person["code"], person["details"]["id"]) == ("DUPLICATE_DATA", lead)
    upsert = {"data": [{"Campaign_Name": "News 2", "Mailing_Key": "news-1"}], "duplicate_check_fields": ["Mailing_Key"]}
    done = rows(api.call("POST", "/crm/v8/Campaigns/upsert", json=upsert))[0]
    assert (done["action"], done["duplicate_field"], done["details"]["id"]) == ("update", "Mailing_Key", campaign)


def test_a_locked_record_is_refused_in_its_row(api, emulator, lead, contact):
    emulator.edit("zoho_crm", op="lock_record", module="Leads", id=lead)
    other = made(api, "Leads", Last_Name="Free")
    answer = api.call("PUT", "/crm/v8/Leads", json={"data": [{"id": lead, "City": "Ulm"}, {"id": other, "City": "Ulm"}]})
    assert [one["code"] for one in rows(answer)] == ["RECORD_LOCKED", "SUCCESS"]


def test_automation_runs_unless_it_is_switched_off(api, emulator, lead, campaign):
    before = emulator.state("zoho_crm")["automation"]
    api.call("PUT", "/crm/v8/Leads", json={"data": [{"id": lead, "City": "Ulm"}], "trigger": []})
    api.call("PUT", f"/crm/v8/Campaigns/{campaign}/Leads", json={"data": [{"id": lead}], "trigger": []})
    assert emulator.state("zoho_crm")["automation"] == before
    api.call("PUT", "/crm/v8/Leads", json={"data": [{"id": lead, "City": "Bonn"}]})
    api.call("PUT", "/crm/v8/Leads", json={"data": [{"id": lead, "City": "Köln"}], "trigger": ["workflow"]})
    after = emulator.state("zoho_crm")["automation"]
    assert (after["workflow"] - before["workflow"], after["blueprint"] - before["blueprint"]) == (2, 1)


def test_merging_and_converting_carry_everything_over(api, emulator, lead, campaign):
    link(api, f"Campaigns/{campaign}/Leads", {"id": lead, "Member_Status": "Opened"})
    api.call("POST", f"/crm/v8/Leads/{lead}/Notes", json={"data": [{"Note_Content": "Opened"}]})
    task = made(api, "Tasks", Subject="Call", What_Id={"id": lead}, **{"$se_module": "Leads"})
    other = made(api, "Leads", Last_Name="Survivor", Email="lead@example.org")
    emulator.edit("zoho_crm", op="merge", module="Leads", id=other, loser=lead)
    assert members(emulator, campaign) == {"Leads": {other: "Opened"}}
    assert len(rows(api.get(f"/crm/v8/Leads/{other}/Notes", fields="Note_Content"))) == 1
    contact = emulator.edit("zoho_crm", op="convert", id=other)["contact"]
    assert members(emulator, campaign) == {"Contacts": {contact: "Opened"}}
    assert api.one("Tasks", task)["Who_Id"]["id"] == contact
