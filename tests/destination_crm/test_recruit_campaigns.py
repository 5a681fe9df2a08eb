"""Campaigns and member statuses of Zoho Recruit, which no page of the vendor promises: tried by the first write, and left alone where it is refused."""

import pytest

from .conftest import Connector
from .crms import ZohoRecruit
from .mailing import first, later

READINGS = [(campaigns, members) for campaigns in ("refused", "accepted") for members in ("refused", "accepted")]


@pytest.fixture
def crm(emulator):
    return ZohoRecruit(emulator)


@pytest.fixture
def connector(emulator, tmp_path, crm):
    return Connector(emulator, tmp_path, crm)


def tried(emulator, part):
    return [one for one in emulator.requests() if one["writes"] and part in one["path"]]


def named(crm, name):
    return [one for one in crm.state()["campaigns"].values() if one["Campaign_Name"].startswith(name)]


@pytest.mark.parametrize(("campaigns", "members"), READINGS)
def test_what_the_account_takes_is_written_and_what_it_refuses_is_counted(connector, crm, emulator, campaigns, members):
    emulator.switch(recruit_campaign_writes=campaigns, recruit_campaign_members=members)
    connector.set(status_fields=[{"module": "Candidates", "field": crm.status_field}])
    ann, bob = crm.person("ann@example.com"), crm.person("bob@example.com")
    emulator.clear_requests()
    source = first().campaign("c1", "May").campaign("c2", "June").did("ann@example.com", "opened").did("bob@example.com", "clicked", campaign="c2")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert [crm.shown(one, crm.status_field) for one in (ann, bob)] == ["Opened", "Clicked"]
    written = campaigns == "accepted"
    assert [len(named(crm, name)) for name in ("May", "June")] == [written, written]
    assert len(tried(emulator, "/Campaigns/upsert")) == 1
    if not written:
        assert "campaigns not written: this account's API takes none" in said.logs
        assert "rejected" not in said.logs
        return
    held = {person: status for name in ("May", "June") for person, status in named(crm, name)[0]["members"].get("Candidates", {}).items()}
    assert held == ({ann: "Opened", bob: "Responded"} if members == "accepted" else {})
    assert ("member statuses not written" in said.logs) == (members == "refused")
    assert len(tried(emulator, "/Candidates")) >= 1


@pytest.mark.parametrize(("campaigns", "members"), READINGS)
def test_a_second_round_writes_nothing(connector, crm, emulator, campaigns, members):
    emulator.switch(recruit_campaign_writes=campaigns, recruit_campaign_members=members)
    crm.person("ann@example.com")
    connector.write(first().campaign("c1", "May").did("ann@example.com", "opened").complete({"n": 1}))
    emulator.clear_requests()
    said = connector.write(later({"n": 1}).campaign("c1", "May").did("ann@example.com", "opened").complete({"n": 2}))
    assert said.code == 0, said.text
    assert tried(emulator, "/recruit/") == []


def test_a_lost_ledger_finds_the_campaigns_again_by_the_key_in_their_names(connector, crm, emulator):
    emulator.switch(recruit_campaign_writes="accepted")
    connector.write(first().campaign("c1", "May").complete({"n": 1}))
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})
    connector.write(first().campaign("c1", "May, renamed").complete({"n": 1}))
    assert named(crm, "May")[0]["Campaign_Name"].startswith("May, renamed [")
    assert len(named(crm, "May")) == 1


def test_a_launch_for_a_campaign_of_recruit_refreshes_that_one(connector, crm, emulator):
    emulator.switch(recruit_campaign_writes="accepted", recruit_campaign_members="accepted")
    planned = crm.edit(op="create", module="Campaigns", record={"Campaign_Name": "Fair"})["id"]
    ann = crm.person("ann@example.com")
    connector.set(campaigns={"status_field": "Status"})
    source = first().campaign("c1", f"Fair - launch {planned}", state="sent").did("ann@example.com", "clicked")
    assert connector.write(source.complete({"n": 1})).code == 0
    (campaign,) = named(crm, "Fair")
    assert (campaign["Status"], campaign["members"]) == ("Complete", {"Candidates": {ann: "Responded"}})


def test_an_account_without_campaigns_says_so_and_what_cannot_be_promised_is_refused_by_name(connector, emulator):
    assert connector.check().status["status"] == "SUCCEEDED"
    status = connector.set(campaigns={"records": "required"}).check().status
    assert status["status"] == "FAILED"
    assert "promise" in status["message"]
    emulator.switch(recruit_campaigns_module="absent")
    status = connector.check().status
    assert "has no campaigns" in status["message"]
    said = connector.set(campaigns={}).write(first().campaign("c1").complete({"n": 1}))
    assert "has no campaigns here" in said.logs


def test_a_refused_campaign_is_tried_again_only_when_something_of_it_changed_or_a_new_one_comes(connector, crm, emulator):
    crm.person("ann@example.com")
    connector.write(first().campaign("c1", "May").did("ann@example.com", "opened").complete({"n": 1}))
    emulator.clear_requests()
    said = connector.write(later({"n": 1}).did("ann@example.com", "clicked").complete({"n": 2}))
    assert said.code == 0, said.text
    assert tried(emulator, "/Campaigns") == []
    assert "postponed" not in said.logs
    emulator.switch(recruit_campaign_writes="accepted", recruit_campaign_members="accepted")
    connector.write(later({"n": 2}).campaign("c1", "May news").complete({"n": 3}))
    connector.write(later({"n": 3}).did("ann@example.com", "unsubscribed").complete({"n": 4}))
    (campaign,) = named(crm, "May news")
    assert list(campaign["members"]["Candidates"].values()) == ["Opted Out"]
