"""What is made once: activities, deals, notes, people. Whatever is replayed, merged, deleted or lost on the way."""

import pytest

from .mailing import first, later

OPENED_TWICE = {"name": "call", "makes": "activity", "on": ["opened"], "times": 2, "subject": "Call: {count} opened", "text": "{campaign}"}


def rules(*rules, **group):
    return {**group, "rules": list(rules)}


def begun(connector):
    """A first sync without responses: rules are known, nothing is read anew any more."""
    assert connector.write(first().complete({"n": 0})).code == 0


def opened(connector, address, *campaigns, before=0, more=("sent",)):
    source = later({"n": before})
    for key in campaigns:
        source.campaign(key, f"News {key}").did(address, *more, "opened", campaign=key)
    said = connector.write(source.complete({"n": before + 1}))
    assert said.code == 0, said.text
    return said


def test_an_activity_is_made_once_when_a_person_crosses_the_threshold(connector, crm):
    connector.set(rule_groups=[rules({**OPENED_TWICE, "activity_type": "Calls", "due_in_days": 3})])
    begun(connector)
    owner = {"id": crm.owner_id}
    ann = crm.person("ann@example.com", Owner=owner)
    opened(connector, "ann@example.com", "c1")
    assert not crm.activities(ann, "Calls")
    opened(connector, "ann@example.com", "c1", "c2", before=1)
    (made,) = crm.activities(ann, "Calls")
    assert made["Subject"] == "Call: 2 opened"
    assert made["Owner"]["id"] == owner["id"]
    opened(connector, "ann@example.com", "c1", "c2", "c3", before=2)
    assert len(crm.activities(ann, "Calls")) == 1


@pytest.mark.parametrize("reading", ["usable", "refused"])
def test_a_task_of_a_lead_is_found_again_after_the_ledger_was_lost(connector, crm, emulator, reading):
    emulator.switch(crm_coql_what_id=reading)
    connector.set(rule_groups=[rules({**OPENED_TWICE, "times": 1})])
    ann = crm.person("ann@example.com", module=crm.other_people)
    begun(connector)
    opened(connector, "ann@example.com", "c1")
    assert len(crm.activities(ann)) == 1
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})
    source = first().campaign("c1", "News c1").did("ann@example.com", "opened")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    assert len(crm.activities(ann)) == 1
    assert "found by their marks" in said.logs


def test_a_deal_with_its_owner_pipeline_and_stage_for_contacts_only(connector, crm):
    deal = {
        "name": "deal",
        "makes": "deal",
        "on": ["clicked"],
        "owner": "Mina Çelik",
        "pipeline": "Renewals",
        "stage": "Negotiation",
        "subject": "{campaign}",
    }
    connector.set(rule_groups=[rules(deal)])
    begun(connector)
    ann, lead = crm.person("ann@example.com"), crm.person("lea@example.com", module=crm.other_people)
    source = later({"n": 0}).campaign("c1", "May").did("ann@example.com", "clicked").did("lea@example.com", "clicked")
    said = connector.write(source.complete({"n": 1}))
    (made,) = crm.deals(ann)
    assert [made["Deal_Name"], made["Stage"], made["Pipeline"], made["Owner"]["name"]] == ["May", "Negotiation", "Renewals", "Mina Çelik"]
    assert not crm.deals(lead)
    assert "1 rejected(item)" in said.logs
    assert "belongs to a contact" in said.logs


def test_the_marks_of_deals_go_into_a_field_of_their_own_where_one_is_configured(connector, crm):
    connector.config["system"]["deal_key_field"] = "Mailing_Key"
    connector.set(rule_groups=[rules({"name": "deal", "makes": "deal", "on": ["opened"], "stage": "Proposal", "text": "Plain"})])
    begun(connector)
    ann = crm.person("ann@example.com")
    opened(connector, "ann@example.com", "c1")
    (made,) = crm.deals(ann)
    assert (made["Description"], bool(made["Mailing_Key"])) == ("Plain", True)
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})
    connector.write(first().campaign("c1").did("ann@example.com", "opened").complete({"n": 1}))
    assert len(crm.deals(ann)) == 1


def test_a_note_for_each_campaign(connector, crm):
    note = {"name": "note", "makes": "note", "on": ["opened", "clicked"], "subject": "{status}", "text": "In {campaign}"}
    connector.set(rule_groups=[rules(note)])
    begun(connector)
    ann = crm.person("ann@example.com")
    opened(connector, "ann@example.com", "c1", "c2")
    opened(connector, "ann@example.com", "c1", "c2", before=1, more=("clicked",))
    assert sorted(crm.notes(ann)) == ["In News c1", "In News c2"]


def test_the_rules_of_a_filter_override_those_for_everybody_also_when_it_has_none(connector, crm):
    for name, city in (("Ulm", "Ulm"), ("Bonn", "Bonn")):
        criteria = {"field": {"api_name": "Mailing_City"}, "comparator": "equal", "value": city}
        crm.edit(op="create_view", module=crm.people, name=name, criteria=criteria)
    note = {"makes": "note", "on": ["opened"]}
    connector.set(
        rule_groups=[
            rules({**note, "name": "all", "text": "all"}),
            rules({**note, "name": "ulm", "text": "ulm"}, filter="Ulm", module=crm.people),
            rules(filter="Bonn", module=crm.people),
        ]
    )
    begun(connector)
    people = {city: crm.person(f"{city}@example.com", Mailing_City=city) for city in ("Ulm", "Bonn", "Kiel")}
    source = later({"n": 0}).campaign("c1")
    for city in people:
        source.did(f"{city}@example.com", "opened")
    assert connector.write(source.complete({"n": 1})).code == 0
    shown = {city: crm.notes(person) for city, person in people.items()}
    assert shown == {"Ulm": ["ulm"], "Bonn": [], "Kiel": ["all"]}


def test_what_staff_deleted_is_not_made_again_and_a_merge_brings_the_mark_along(connector, crm):
    connector.set(rule_groups=[rules({**OPENED_TWICE, "times": 1})])
    begun(connector)
    ann, bob = crm.person("ann@example.com"), crm.person("bob@example.com")
    opened(connector, "ann@example.com", "c1")
    (made,) = crm.activities(ann)
    crm.edit(op="merge", module=crm.people, id=bob, loser=ann)
    opened(connector, "bob@example.com", "c2", before=1)
    assert [one["id"] for one in crm.activities(bob)] == [made["id"]]
    crm.edit(op="delete", module="Tasks", id=made["id"])
    opened(connector, "bob@example.com", "c3", before=2)
    assert not crm.activities(bob)


def test_a_new_rule_over_much_history_waits_for_a_yes(connector, crm):
    begun(connector)
    source = later({"n": 0}).campaign("c1")
    for number in range(60):
        crm.person(f"p{number}@example.com")
        source.did(f"p{number}@example.com", "opened")
    connector.write(source.complete({"n": 1}))
    before = len(crm.state()["modules"]["Tasks"])
    connector.set(rule_groups=[rules({**OPENED_TWICE, "times": 1})])
    said = connector.write(later({"n": 1}).complete({"n": 2}))
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert "allow_rules_over_brake" in said.error["message"]
    assert len(crm.state()["modules"]["Tasks"]) == before
    connector.set(allow_rules_over_brake=True)
    assert connector.write(later({"n": 2}).complete({"n": 3})).code == 0
    assert len(crm.state()["modules"]["Tasks"]) == before + 60


def test_new_people_of_subscribers_and_recipients_under_a_chosen_owner(connector, crm):
    made = {
        "module": crm.other_people,
        "owner": "oleg@example.com",
        "of_subscribers": True,
        "lists": ["newsletter"],
        "constants": [{"field": "Lead_Source", "value": "Trade Show"}],
    }
    connector.set(new_people=made)
    source = (
        first("contacts")
        .contact("eva@example.com", first_name="Eva", last_name="Lind", phone="+49 1")
        .contact("nobody@example.com", list_key="l2", list_name="Other")
    )
    source.contact("gone@example.com", "bounced").contact("mia.m@example.com")
    said = connector.write(source.complete({"n": 1}))
    assert said.code == 0, said.text
    new = {one["Email"]: one for one in crm.state()["modules"][crm.other_people].values()}
    eva = new["eva@example.com"]
    assert [eva[name] for name in ("First_Name", "Last_Name", "Phone", "Lead_Source")] == ["Eva", "Lind", "+49 1", "Trade Show"]
    assert eva["Owner"]["name"] == "Oleg Petrov"
    assert new["mia.m@example.com"]["Last_Name"] == "mia.m"
    assert not {"nobody@example.com", "gone@example.com"} & set(new)
    again = connector.write(later({"n": 1}, "contacts").contact("eva@example.com", first_name="Eva").complete({"n": 2}))
    assert "people made" not in again.logs


def test_a_required_field_that_nobody_gives_keeps_a_new_person_waiting_without_a_call(connector, crm, emulator):
    crm.edit(op="require_field", module=crm.other_people, field="Company")
    connector.set(new_people={"module": crm.other_people, "of_recipients": True}, recheck_runs=1)
    begun(connector)
    emulator.clear_requests()
    said = connector.write(later({"n": 0}).campaign("c1").did("new@example.com", "opened").complete({"n": 1}))
    assert "1 postponed(required_field)" in said.logs
    assert "Company" in said.logs
    assert not [one for one in emulator.requests() if one["writes"] and one["path"].endswith(crm.other_people)]
    connector.set(new_people={"module": crm.other_people, "of_recipients": True, "constants": [{"field": "Company", "value": "Unknown"}]})
    assert connector.write(later({"n": 1}).complete({"n": 2})).code == 0
    (new,) = [one for one in crm.state()["modules"][crm.other_people].values() if one["Email"] == "new@example.com"]
    assert crm.statuses("c1") == {new["id"]: "Opened"}


def test_a_unique_address_tells_who_was_there_already(connector, crm, emulator):
    """Staff makes the person between the look-up and the making: the vendor refuses the second, and names the first."""
    crm.edit(op="unique_field", module=crm.other_people, field="Email")
    connector.set(people_modules=["Leads", "Contacts"], new_people={"module": crm.other_people, "of_recipients": True})
    begun(connector)
    hidden = crm.person("new@example.com", module=crm.other_people)
    emulator.faults(system="zoho_crm", path="/coql$", kind="status", status=204, times=4)
    connector.write(later({"n": 0}).campaign("c1").did("new@example.com", "opened").complete({"n": 1}))
    emulator.heal()
    assert [one["id"] for one in crm.state()["modules"][crm.other_people].values() if one["Email"] == "new@example.com"] == [hidden]


def test_only_people_that_the_forward_sync_brought(connector, crm):
    crm.person("ann@example.com")
    connector.set(brought_by="newsletter", rule_groups=[rules({**OPENED_TWICE, "times": 1})])
    begun(connector)
    said = opened(connector, "ann@example.com", "c1")
    assert "not_ours" in said.logs
    assert crm.statuses("c1") == {}
