"""Where a mailing stands, shown by the CRM's campaign; and the CRM's own campaign, where a launch was made for it."""

import pytest

from .mailing import first, later

STREAMS = ("campaigns", "campaign_reports", "responses")


@pytest.fixture
def shown(connector):
    connector.set(campaigns={"status_field": "Status", "facts": [{"column": "state_reason", "field": "Description"}]})
    return connector


def launched(source, state, key="c1", **more):
    """A campaign that a launch made: not sent yet unless a time is given."""
    return source.campaign(key, more.pop("name", "Spring - launch spring-2027"), **{"sent_at": None, "state": state, **more})


def synced(connector, source, number):
    said = connector.write(source.complete({"n": number}))
    assert said.code == 0, said.text
    return said


def wrote(emulator, crm):
    return [one["path"] for one in emulator.requests() if one["writes"] and one["system"] == crm.name]


def test_a_launched_campaign_shows_each_of_its_states_from_the_draft_on(shown, crm):
    seen = []
    for number, state in enumerate(("draft", "to_be_reviewed", "scheduled", "sending", "sent")):
        source = first(*STREAMS) if not number else later({"n": number}, *STREAMS)
        synced(shown, launched(source, state), number + 1)
        seen.append(crm.campaigns()["c1"]["Status"])
    assert seen == ["Planning", "Planning", "Planning", "Active", "Complete"]


def test_a_campaign_that_could_not_be_sent_says_so_and_why(shown, crm):
    synced(shown, launched(first(*STREAMS), "reviewed"), 1)
    synced(shown, launched(later({"n": 1}, *STREAMS), "cancelled", state_reason="refused to send it: code 6611"), 2)
    campaign = crm.campaigns()["c1"]
    assert (campaign["Status"], campaign["Description"]) == ("Inactive", "refused to send it: code 6611")


def test_what_was_sent_is_never_a_draft_again_whatever_comes_late(shown, crm):
    synced(shown, launched(first(*STREAMS), "sent", sent_at="2026-03-01T10:00:00Z"), 1)
    synced(shown, launched(later({"n": 1}, *STREAMS), "scheduled"), 2)
    synced(shown, launched(later({"n": 2}, *STREAMS), "unknown"), 3)
    assert crm.campaigns()["c1"]["Status"] == "Complete"


def test_a_second_round_writes_nothing_and_a_status_that_staff_set_stays(shown, crm, emulator):
    shown.config["campaigns"]["figures"] = [{"figure": "opened", "field": "Mails_Opened"}]
    source = launched(first(*STREAMS), "sent", sent_at="2026-03-01T10:00:00Z").report("c1", opened=1)
    synced(shown, source, 1)
    emulator.clear_requests()
    synced(shown, launched(later({"n": 1}, *STREAMS), "sent", sent_at="2026-03-01T10:00:00Z").report("c1", opened=1), 2)
    assert wrote(emulator, crm) == []
    crm.edit(op="update", module="Campaigns", id=crm.campaigns()["c1"]["id"], record={"Status": "Inactive"})
    synced(shown, later({"n": 2}, *STREAMS).report("c1", opened=2), 3)
    campaign = crm.campaigns()["c1"]
    assert (campaign["Mails_Opened"], campaign["Status"]) == (2, "Inactive")


def test_drafts_that_no_launch_made_are_no_campaigns_of_the_crm_until_they_are_sent(shown, crm):
    said = synced(shown, first(*STREAMS).campaign("c1", "A draft", None, state="draft"), 1)
    assert crm.campaigns() == {}
    assert "1 skipped" in said.logs
    assert "not_sent" in said.logs
    synced(shown, later({"n": 1}, *STREAMS).campaign("c1", "A draft", "2026-03-01T10:00:00Z", state="sent"), 2)
    assert crm.campaigns()["c1"]["Status"] == "Complete"


def test_without_the_option_no_status_is_written(connector, crm):
    synced(connector, launched(first(*STREAMS), "sent", sent_at="2026-03-01T10:00:00Z"), 1)
    assert crm.campaigns()["c1"]["Status"] is None


@pytest.fixture
def planned(crm):
    """A campaign that staff made in the CRM."""
    record = {"Campaign_Name": "Spring fair", "Status": "Planning", "Type": "Conference"}
    return crm.edit(op="create", module="Campaigns", record=record)["id"]


def of_crm(crm, identifier):
    return crm.state()["campaigns"][identifier]


def test_a_launch_whose_key_is_the_id_of_a_campaign_of_the_crm_refreshes_that_one_and_makes_none(shown, crm, planned, emulator):
    shown.config["campaigns"] |= {"constants": [{"field": "Type", "value": "Email"}], "figures": [{"figure": "opened", "field": "Mails_Opened"}]}
    ann = crm.person("ann@example.com")
    crm.edit(op="set_member_status", campaign=planned, module=crm.people, id=ann, status="Planned")
    count = len(crm.state()["modules"]["Campaigns"])
    name = f"Spring fair - launch {planned}"
    synced(shown, launched(first(*STREAMS), "scheduled", name=name), 1)
    assert of_crm(crm, planned)["Status"] == "Planning"
    source = launched(later({"n": 1}, *STREAMS), "sent", name=name, sent_at="2026-03-01T10:00:00Z").report("c1", opened=1)
    synced(shown, source.did("ann@example.com", "sent", "opened"), 2)
    campaign = of_crm(crm, planned)
    told = {field: campaign[field] for field in ("Campaign_Name", "Status", "Type", "Mails_Opened", "Start_Date")}
    assert told == {"Campaign_Name": "Spring fair", "Status": "Complete", "Type": "Conference", "Mails_Opened": 1, "Start_Date": None}
    assert campaign["members"] == {crm.people: {ann: "Opened"}}
    assert len(crm.state()["modules"]["Campaigns"]) == count
    emulator.clear_requests()
    synced(shown, launched(later({"n": 2}, *STREAMS), "sent", name=name, sent_at="2026-03-01T10:00:00Z").report("c1", opened=1), 3)
    assert wrote(emulator, crm) == []


def test_members_are_linked_to_the_crms_own_campaign_even_where_nothing_else_is_mapped(connector, crm, planned):
    ann = crm.person("ann@example.com")
    source = launched(first(*STREAMS), "sent", name=f"Fair - launch {planned}", sent_at="2026-03-01T10:00:00Z")
    synced(connector, source.did("ann@example.com", "clicked"), 1)
    assert of_crm(crm, planned)["members"] == {crm.people: {ann: "Responded"}}
    assert of_crm(crm, planned)["Campaign_Name"] == "Spring fair"


def test_a_campaign_of_the_crm_that_was_deleted_is_not_made_again(shown, crm, planned):
    crm.edit(op="delete", module="Campaigns", id=planned)
    count = len(crm.state()["modules"]["Campaigns"])
    said = synced(shown, launched(first(*STREAMS), "draft", name=f"Fair - launch {planned}"), 1)
    assert len(crm.state()["modules"]["Campaigns"]) == count
    assert "campaign_deleted" in said.logs


def test_another_ledger_finds_the_crms_campaign_again(shown, crm, planned):
    source = ("sent", "c1")
    for number, ledger in enumerate(("ledger.db", "second.db")):
        shown.set(ledger={"kind": "sqlite", "path": str(shown.folder / ledger)})
        count = len(crm.state()["modules"]["Campaigns"])
        made = launched(first(*STREAMS), *source, name=f"Fair - launch {planned}", sent_at="2026-03-01T10:00:00Z")
        synced(shown, made, number + 1)
        assert len(crm.state()["modules"]["Campaigns"]) == count
    assert of_crm(crm, planned)["Status"] == "Complete"


@pytest.mark.parametrize(
    ("campaigns", "word"),
    [
        ({"status_field": "No_Such_Field"}, "No_Such_Field"),
        ({"status_field": "Status", "statuses": [{"state": "sent", "value": "Done"}]}, "Done"),
        ({"status_field": "Status", "statuses": [{"state": "flown", "value": "Complete"}]}, "flown"),
        ({"statuses": [{"state": "sent", "value": "Complete"}]}, "status_field"),
        ({"status_field": "Status", "constants": [{"field": "Status", "value": "Active"}]}, "mapped"),
    ],
)
def test_a_status_that_cannot_be_shown_is_refused_by_name(connector, campaigns, word):
    status = connector.set(campaigns=campaigns).check().status
    assert status["status"] == "FAILED"
    assert word in status["message"]


def test_the_texts_of_the_status_are_configured(connector, crm):
    connector.set(campaigns={"status_field": "Status", "statuses": [{"state": "sent", "value": "Active"}]})
    synced(connector, launched(first(*STREAMS), "scheduled"), 1)
    assert crm.campaigns()["c1"]["Status"] is None
    synced(connector, launched(later({"n": 1}, *STREAMS), "sent", sent_at="2026-03-01T10:00:00Z"), 2)
    assert crm.campaigns()["c1"]["Status"] == "Active"
