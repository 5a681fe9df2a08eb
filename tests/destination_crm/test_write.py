"""Responses in, and what the CRM shows for it."""

from .mailing import first


def test_a_campaign_and_the_status_of_its_members(connector, crm):
    ann, bob = crm.person("ann@example.com"), crm.person("bob@example.com", module=crm.other_people)
    source = first().campaign("c1", "May news").did("Ann@Example.com", "sent", "opened", "clicked").did("bob@example.com", "sent", "hard_bounce")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.campaigns()["c1"]["Campaign_Name"] == "May news"
    assert crm.campaigns()["c1"]["Start_Date"] == "2026-03-01"
    assert crm.statuses("c1") == {ann: "Responded", bob: "Bounced"}
