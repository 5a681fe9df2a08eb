"""`check` and the first moments of `write`: every mistake is named, with what would be accepted, before anything is written."""

import copy

import pytest

from .mailing import first

RULE = {"name": "r", "makes": "activity", "on": ["opened"]}


def group(**rule):
    return {"rule_groups": [{"rules": [{**RULE, **rule}]}]}


def field(name, module="Contacts", **more):
    return {"status_fields": [{"module": module, "field": name, **more}]}


MISTAKES = {
    "no system": ({"system": {"name": "salesforce"}}, ["system.name", "zoho_crm"]),
    "no ledger": ({"ledger": None}, ["ledger is missing"]),
    "unknown option": ({"oops": 1}, ["oops is no option"]),
    "unknown response": ({"member_statuses": [{"response": "liked", "status": "x"}]}, ["liked", "clicked"]),
    "module without address": ({"people_modules": ["Accounts"]}, ["Accounts", "no e-mail field"]),
    "unknown module": ({"people_modules": ["Leds"]}, ["Leds"]),
    "unknown field": (field("Departmnt"), ["Departmnt", "Department"]),
    "field that cannot be written": (field("Full_Name"), ["Full_Name", "cannot be written"]),
    "field of a wrong type": (field("Date_of_Birth"), ["Date_of_Birth", "date"]),
    "status outside a pick list": (field("Salutation"), ["Salutation", "Mr."]),
    "field of a module that is not looked in": (field("Level", module="Members"), ["Members", "Contacts"]),
    "campaign field": ({"campaigns": {"figures": [{"figure": "opened", "field": "Num_snt"}]}}, ["Num_snt", "Num_sent"]),
    "figure twice": ({"campaigns": {"figures": [{"figure": "opened", "field": "A"}, {"figure": "opened", "field": "B"}]}}, ["opened is named twice"]),
    "owner": (group(owner="nobody@example.com"), ["nobody@example.com", "Mina Çelik"]),
    "activity type": (group(activity_type="Lunch"), ["Lunch", "Tasks"]),
    "stage": (group(makes="deal", stage="Nowhere"), ["Nowhere", "Qualification"]),
    "no stage": (group(makes="deal"), ["stage is missing"]),
    "stage of another pipeline": (group(makes="deal", pipeline="Standard", stage="Negotiation"), ["Negotiation", "Proposal"]),
    "pipeline": (group(makes="deal", pipeline="Nope", stage="Proposal"), ["Nope", "Renewals"]),
    "view": ({"rule_groups": [{"filter": "Nobody", "module": "Leads", "rules": [RULE]}]}, ["Nobody", "German Newsletter"]),
    "filter without module": ({"rule_groups": [{"filter": "All Leads", "rules": [RULE]}]}, ["module is missing"]),
    "rule twice": ({"rule_groups": [{"rules": [RULE, RULE]}]}, ["used twice"]),
    "note with a count": (group(makes="note", times=3), ["times must be 1"]),
    "unopened counts nothing": (group(on=["unopened"]), ["unopened", "opened"]),
    "new people nowhere": ({"new_people": {"of_recipients": True}}, ["new_people.module"]),
    "new people of nobody": ({"new_people": {"module": "Leads"}}, ["of_recipients"]),
    "owner of new people": ({"new_people": {"module": "Leads", "of_recipients": True, "owner": "x"}}, ["new_people.owner"]),
    "constant": ({"new_people": {"module": "Leads", "of_recipients": True, "constants": [{"field": "Companie", "value": "x"}]}}, ["Companie", "Company"]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_what_is_accepted_and_nothing_is_written(connector, emulator, mistake):
    changes, named = MISTAKES[mistake]
    said = connector.set(**copy.deepcopy(changes)).check()
    assert (said.code, said.status["status"]) == (0, "FAILED"), said.text
    assert [word for word in named if word not in said.status["message"]] == []
    assert not [one for one in emulator.requests() if one["writes"]]


def test_all_mistakes_come_at_once(connector):
    said = connector.set(**field("Departmnt"), **group(owner="nobody@example.com")).check()
    assert "Departmnt" in said.status["message"]
    assert "nobody@example.com" in said.status["message"]


def test_a_key_field_must_be_unique(connector, crm):
    crm.edit(op="unique_field", module="Campaigns", field="Mailing_Key", unique=False)
    said = connector.check()
    assert "campaign_key_field Mailing_Key is not unique" in said.status["message"]


def test_a_crm_without_campaigns_is_fine_until_campaigns_are_required(connector, crm):
    crm.edit(op="hide_module", module="Campaigns")
    assert connector.check().status["status"] == "SUCCEEDED"
    said = connector.set(campaigns={"records": "required"}).check()
    assert "no campaigns that can be written" in said.status["message"]
    ann = crm.person("ann@example.com")
    connector.set(campaigns={"records": "if_supported"}, **field("Department"))
    said = connector.write(first().campaign("c1").did("ann@example.com", "opened").complete({"n": 1}))
    assert said.code == 0, said.text
    assert crm.of(crm.people, ann)["Department"] == "Opened"
    assert "has no campaigns here" in said.logs


def test_a_token_without_a_scope_is_refused_by_name(connector, emulator):
    scopes = ["ZohoCRM.modules.READ", "ZohoCRM.settings.ALL", "ZohoCRM.org.READ", "ZohoCRM.users.READ", "ZohoCRM.coql.READ"]
    emulator.edit("zoho", op="grant", refresh_token="1000.narrow.refresh", scopes=scopes)
    connector.config["system"]["refresh_token"] = "1000.narrow.refresh"
    message = connector.check().status["message"]
    assert "ZohoCRM.modules.UPDATE" in message
    assert "lacks" in message


@pytest.mark.parametrize(("streams", "word"), [(("lists",), "lists"), (("campaigns",), "No stream of responses")])
def test_streams_that_say_nothing_are_refused(connector, streams, word):
    source = first("campaigns")
    source.streams = streams
    catalog = {"streams": [{**one, "stream": {**one["stream"], "json_schema": {}}} for one in map(source._stream, ("campaigns",))]}
    catalog["streams"][0]["stream"]["name"] = streams[0]
    said = connector.run(*connector.arguments(catalog))
    assert (said.code, said.error["failure_type"]) == (1, "config_error")
    assert word in said.error["message"]


def test_overwrite_is_refused_because_nothing_is_taken_away(connector):
    catalog = first().catalog()
    catalog["streams"][1]["destination_sync_mode"] = "overwrite"
    said = connector.run(*connector.arguments(catalog))
    assert "overwrite" in said.error["message"]


def test_a_stream_without_the_columns_that_are_read_is_refused(connector):
    catalog = first().catalog()
    del catalog["streams"][1]["stream"]["json_schema"]["properties"]["action"]
    assert "no column action" in connector.run(*connector.arguments(catalog)).error["message"]


def test_discover_is_refused_by_name(connector):
    assert "discover offers no objects" in connector.run("discover").error["message"]
