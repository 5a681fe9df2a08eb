"""The sums of the way back must be able to fail: a wrong status, a missing opt-out, a note too many, a field that lags, a write too many."""

import copy

import pytest

from demo.figures import Run
from demo.way_back import CLICK_NOTE, STREAMS, sums_back

ANN, BOB = "ann@example.com", "bob@example.com"


def lead(address, **more):
    return {"Email": address, "Secondary_Email": None, "Email_Opt_Out": False, "Mailing_Status": None, **more}


@pytest.fixture
def world():
    """Ann clicked and Bob unsubscribed."""
    actions = {"openedcontacts": {ANN: [1]}, "clickedcontacts": {ANN: [1]}, "optoutcontacts": {BOB: [2]}}
    mail = {"campaigns": {"k": {"sent_at": 10, "recipients": [ANN, BOB], "actions": actions}, "old": {"sent_at": 1, "recipients": [], "actions": {}}}}
    leads = {"1": lead(ANN, Mailing_Status="Clicked"), "2": lead(BOB, Mailing_Status="Unsubscribed", Email_Opt_Out=True)}
    notes = {"n": {"Note_Content": f"{CLICK_NOTE} May"}, "o": {"Note_Content": None}}
    members = {"Leads": {"1": "Responded", "2": "Opted Out"}}
    crm = {
        "modules": {"Leads": leads, "Contacts": {}, "Notes": notes},
        "campaigns": {"c": {"Mailing_Key": "k", "members": members}, "d": {"Mailing_Key": None, "members": {}}},
        "automation": {},
    }
    streams = {name: {"read": 1, "settled": 1} for name in STREAMS}
    fates = {(name, "written", ""): 1 for name in STREAMS}
    return {"run": Run({"streams": streams, "seconds": 1.0}, [], (), mail, fates), "crm": crm, "mail": mail}


def wrong(world):
    return [one.told for one in sums_back([world["run"]], world["crm"], world["mail"], 5) if not one.holds]


def test_sums_hold_where_all_is_right(world):
    assert wrong(world) == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda world: world["crm"]["campaigns"]["c"]["members"]["Leads"].update({"1": "Opened"}), "right member status"),
        (lambda world: world["crm"]["campaigns"]["c"]["members"]["Leads"].pop("2"), "right member status"),
        (lambda world: world["crm"]["modules"]["Leads"]["2"].update(Email_Opt_Out=False), "opted out"),
        (lambda world: world["crm"]["modules"]["Notes"].update(m={"Note_Content": f"{CLICK_NOTE} May"}), "notes about clicks"),
        (lambda world: world["crm"]["modules"]["Leads"]["1"].update(Mailing_Status="Opened"), "field says Clicked"),
        (lambda world: world["crm"]["campaigns"]["d"].update(Mailing_Key="other"), "campaigns in the CRM"),
        (lambda world: world["crm"]["automation"].update(workflow=1), "automation"),
        (lambda world: world["run"].requests.append({"system": "zoho_crm", "writes": True}), "writes to the CRM with nothing new"),
        (lambda world: world["run"].fates.pop(("responses", "written", "")), "fates of responses"),
        (lambda world: world["run"].result["streams"]["responses"].update(settled=0), "every record read is settled"),
    ],
)
def test_each_wrong_thing_breaks_a_sum(world, break_it, told):
    broken = copy.deepcopy(world)
    break_it(broken)
    assert [one for one in wrong(broken) if told in one]
