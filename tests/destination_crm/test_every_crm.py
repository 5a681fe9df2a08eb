"""What every CRM must do, one suite for all of them: the connector's promises in the CRM's own things."""

import pytest

from .mailing import first, later


@pytest.fixture
def crm(any_crm):
    return any_crm


@pytest.fixture
def connector(any_connector):
    return any_connector


def begun(connector, *streams):
    """A first sync that brings one campaign and no response: from now on nothing is read anew."""
    said = connector.write(first(*streams).campaign("c0", "Before").complete({"n": 0}))
    assert said.code == 0, said.text


def synced(connector, source, number):
    said = connector.write(source.complete({"n": number}))
    assert said.code == 0, said.text
    return said


def rules(*rules, **group):
    return {"rule_groups": [{**group, "rules": list(rules)}]}


def activity(crm, **more):
    return {
        "name": "call",
        "makes": "activity",
        "on": ["opened"],
        "times": 2,
        "activity_type": crm.activity_type,
        "subject": "{count} opened",
        **more,
    }


def lost_ledger(connector):
    connector.set(ledger={"kind": "sqlite", "path": str(connector.folder / "second.db")})


def test_check_succeeds(connector):
    said = connector.check()
    assert said.status["status"] == "SUCCEEDED", said.status


def test_the_status_field_shows_the_latest_campaign_and_is_never_lowered(connector, crm, emulator):
    connector.set(status_fields=[{"module": crm.people, "field": crm.status_field, "campaign_field": crm.campaign_field}])
    begun(connector)
    ann = crm.owned("ann@example.com")
    source = later({"n": 0}).campaign("c1", "Old", "2026-04-01T00:00:00Z").campaign("c2", "New", "2026-05-01T00:00:00Z")
    synced(connector, source.did("Ann@Example.com", "sent", "opened", campaign="c2"), 1)
    assert [crm.shown(ann, name) for name in (crm.status_field, crm.campaign_field)] == ["Opened", "New"]
    emulator.clear_requests()
    synced(connector, later({"n": 1}).did("ann@example.com", "clicked", campaign="c1").did("ann@example.com", "sent", campaign="c2"), 2)
    assert crm.shown(ann, crm.status_field) == "Opened"
    synced(connector, later({"n": 2}).did("ann@example.com", "clicked", campaign="c2"), 3)
    assert crm.shown(ann, crm.status_field) == "Clicked"


def test_known_responses_cost_no_write_and_no_look_up(connector, crm, emulator):
    connector.set(status_fields=[{"module": crm.people, "field": crm.status_field}])
    begun(connector)
    crm.owned("ann@example.com")
    synced(connector, later({"n": 0}).campaign("c1").did("ann@example.com", "opened"), 1)
    emulator.clear_requests()
    synced(connector, later({"n": 1}).campaign("c1").did("ann@example.com", "opened", "sent"), 2)
    paths = [one["path"] for one in emulator.requests() if one["system"] == crm.name]
    assert not [path for path in paths if "search" in path or path.endswith(("/coql", "/Contacts", "/Candidates"))]
    assert not [one for one in emulator.requests() if one["writes"] and one["system"] == crm.name]


def test_an_activity_is_made_once_under_the_persons_owner(connector, crm):
    connector.set(**rules(activity(crm)))
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, later({"n": 0}).campaign("c1").did("ann@example.com", "opened"), 1)
    assert crm.chosen_activities(ann) == []
    synced(connector, later({"n": 1}).campaign("c2").did("ann@example.com", "opened", "opened", campaign="c2"), 2)
    (made,) = crm.chosen_activities(ann)
    assert made[1:] == ("2 opened", crm.owner_id)
    synced(connector, later({"n": 2}).campaign("c3").did("ann@example.com", "opened", campaign="c3"), 3)
    assert crm.chosen_activities(ann) == [made]


def test_a_crm_without_deals_refuses_a_rule_that_makes_them(connector, crm):
    connector.set(**rules({"name": "deal", "makes": "deal", "on": ["clicked"], **crm.place}))
    status = connector.check().status
    assert (status["status"] == "FAILED") == (crm.name == "zoho_recruit")
    if crm.name == "zoho_recruit":
        assert "Accepted: activity, note" in status["message"]


def test_a_deal_with_owner_pipeline_and_stage(connector, crm):
    if crm.name == "zoho_recruit":
        return  # see above
    connector.set(**rules({"name": "deal", "makes": "deal", "on": ["clicked"], "owner": crm.owner, "subject": "{campaign}", **crm.place}))
    begun(connector)
    ann = crm.person("ann@example.com")
    synced(connector, later({"n": 0}).campaign("c1", "May").did("ann@example.com", "clicked"), 1)
    synced(connector, later({"n": 1}).campaign("c2", "June").did("ann@example.com", "clicked", campaign="c2"), 2)
    assert crm.chosen_deals(ann) == [("May", crm.place["pipeline"], crm.place["stage"], crm.owner_id)]


def test_a_note_once_for_each_campaign(connector, crm):
    connector.set(**rules({"name": "note", "makes": "note", "on": ["opened", "clicked"], "subject": "In {campaign}", "text": "In {campaign}"}))
    begun(connector)
    ann = crm.owned("ann@example.com")
    source = later({"n": 0}).campaign("c1", "May").campaign("c2", "June")
    synced(connector, source.did("ann@example.com", "opened").did("ann@example.com", "opened", campaign="c2"), 1)
    synced(connector, later({"n": 1}).did("ann@example.com", "clicked"), 2)
    assert sorted(crm.notes(ann)) == ["In June", "In May"]


@pytest.mark.parametrize("makes", ["activity", "deal", "note"])
def test_a_lost_ledger_makes_nothing_twice(connector, crm, makes):
    if (crm.name, makes) == ("zoho_recruit", "deal"):
        return  # see above
    rule = {**activity(crm), "name": makes, "makes": makes, "times": 1, **crm.place}
    if makes != "deal":
        rule = {key: value for key, value in rule.items() if key not in crm.place}
    connector.set(**rules(rule))
    begun(connector)
    ann = crm.owned("ann@example.com")
    synced(connector, later({"n": 0}).campaign("c1").did("ann@example.com", "opened"), 1)
    lost_ledger(connector)
    said = synced(connector, first().campaign("c1").did("ann@example.com", "opened"), 1)
    assert "found by their marks" in said.logs
    assert [len(crm.chosen_activities(ann)), len(crm.chosen_deals(ann)), len(crm.notes(ann))] == [
        makes == one for one in ("activity", "deal", "note")
    ]


def test_a_merge_brings_the_mark_along_and_what_staff_deleted_stays_deleted(connector, crm):
    connector.set(**rules(activity(crm, times=1)))
    begun(connector)
    ann, bob = crm.owned("ann@example.com"), crm.owned("bob@example.com")
    synced(connector, later({"n": 0}).campaign("c1").did("ann@example.com", "opened"), 1)
    (made,) = crm.chosen_activities(ann)
    crm.merge(bob, ann)
    synced(connector, later({"n": 1}).campaign("c2").did("bob@example.com", "opened", campaign="c2"), 2)
    assert crm.chosen_activities(bob) == [made]
    crm.edit(op="delete", module=crm.activity_module, id=made[0])
    synced(connector, later({"n": 2}).campaign("c3").did("bob@example.com", "opened", campaign="c3"), 3)
    assert crm.chosen_activities(bob) == []


def test_rules_of_a_filter_override_those_for_everybody(connector, crm):
    for city in ("Ulm", "Bonn"):
        crm.city_filter(f"In {city}", city)
    note = {"makes": "note", "on": ["opened"]}
    groups = [
        {"rules": [{**note, "name": "all", "subject": "all", "text": "all"}]},
        {"filter": "In Ulm", "module": crm.people, "rules": [{**note, "name": "ulm", "subject": "ulm", "text": "ulm"}]},
        {"filter": "In Bonn", "module": crm.people},
    ]
    connector.set(rule_groups=groups)
    begun(connector)
    people = {city: crm.owned(f"{city}@example.com", city) for city in ("Ulm", "Bonn", "Kiel")}
    source = later({"n": 0}).campaign("c1")
    for city in people:
        source.did(f"{city}@example.com", "opened")
    synced(connector, source, 1)
    assert {city: crm.notes(person) for city, person in people.items()} == {"Ulm": ["ulm"], "Bonn": [], "Kiel": ["all"]}


def test_a_filter_that_is_gone_is_named_and_no_rule_fires(connector, crm):
    crm.city_filter("In Ulm", "Ulm")
    connector.set(**rules({"name": "n", "makes": "note", "on": ["opened"]}, filter="In Ulm", module=crm.people))
    begun(connector)
    crm.edit(op="delete_view", module=crm.people, view="In Ulm")
    said = connector.write(later({"n": 0}).complete({"n": 1}))
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert "In Ulm" in said.error["message"]


def test_an_opt_out_where_lists_are_topics(connector, crm):
    connector.set(opt_out="any_leaving")
    begun(connector)
    ann, ours = crm.owned("ann@example.com"), crm.owned("our@example.com")
    source = later({"n": 0}).campaign("c1").did("ann@example.com", "unsubscribed").did("our@example.com", "unsubscribed", is_ours=True)
    synced(connector, source, 1)
    assert (crm.opted_out(ann), crm.opted_out(ours)) == (True, False)


def test_a_new_person_is_made_once_with_its_owner(connector, crm):
    connector.set(new_people={"module": crm.people, "owner": crm.owner, "of_recipients": True})
    begun(connector)
    crm.owned("known@example.com")
    source = later({"n": 0}).campaign("c1").did("eva@example.com", "opened", first_name="Eva", last_name="Lind").did("known@example.com", "opened")
    synced(connector, source, 1)
    ((_, name, owner),) = crm.with_address("eva@example.com")
    assert (name, owner) == ("Eva Lind", crm.owner_id)
    lost_ledger(connector)
    synced(connector, first().campaign("c1").did("eva@example.com", "opened").did("known@example.com", "opened"), 1)
    assert (len(crm.with_address("eva@example.com")), len(crm.with_address("known@example.com"))) == (1, 1)


def test_who_left_or_bounced_is_never_made(connector, crm):
    connector.set(new_people={"module": crm.people, "of_recipients": True})
    begun(connector)
    source = later({"n": 0}).campaign("c1").did("left@example.com", "opened", "unsubscribed").did("back@example.com", "sent", "hard_bounce")
    synced(connector, source, 1)
    assert crm.with_address("left@example.com") == crm.with_address("back@example.com") == []
