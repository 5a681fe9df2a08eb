"""The sums of the survey must be able to fail: a second invitation, one to who left, a lost answer, a note too many or under somebody else."""

import copy

import pytest

from demo.figures import Run
from demo.survey import QUESTION, sums_of_surveys

ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"


def contact(address, **more):
    return {"Email": address, "Email_Opt_Out": False, "Satisfaction": None, **more}


def invitation(address, record):
    return {"email": address, "values": {"customVariable1": record, "customVariable2": "Contacts"}, "mails": 1}


@pytest.fixture
def world():
    """Ann and Bob were invited, Ann answered twice; Eve left."""
    known = {"customVariable1": "1", "customVariable2": "Contacts"}
    responses = {
        "r1": {"ended_at": 1.0, "answers": {"q1": "Hardly"}, "known": known},
        "r2": {"ended_at": 2.0, "answers": {"q1": "Very"}, "known": known},
        "r3": {"ended_at": None, "answers": {"q1": "Rather"}, "known": known},
    }
    survey = {"name": "Customer satisfaction", "invitations": [invitation(ANN, "1"), invitation(BOB, "2")], "responses": responses}
    contacts = {"1": contact(ANN, Satisfaction="Very"), "2": contact(BOB), "3": contact(EVE)}
    notes = {f"n{number}": {"Note_Content": f"{QUESTION}: x", "Parent_Id": {"id": "1"}} for number in range(2)}
    return {
        "run": Run({"streams": {"Contacts": {"read": 2, "settled": 2}}, "seconds": 1.0}, [], (), {}, {("Contacts", "written", ""): 2}),
        "crm": {"modules": {"Leads": {}, "Contacts": contacts, "Notes": notes}},
        "mail": {"lists": {"k": {"name": "Newsletter", "members": {EVE: {"status": "unsubscribed"}}}}},
        "survey": {"surveys": {"s": survey}, "mails_caused": 2},
    }


def wrong(world):
    runs = [world["run"]] * 4
    return [one.told for one in sums_of_surveys(runs, world["crm"], world["mail"], world["survey"]) if not one.holds]


def test_sums_hold_where_all_is_right(world):
    assert wrong(world) == []


def survey(world):
    return world["survey"]["surveys"]["s"]


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda world: survey(world)["invitations"].append(invitation(ANN, "1")), "invited more than once"),
        (lambda world: survey(world)["invitations"].append(invitation(EVE, "3")), "who left a list or opted out"),
        (lambda world: world["crm"]["modules"]["Contacts"]["2"].update(Email_Opt_Out=True), "who left a list or opted out"),
        (lambda world: survey(world)["invitations"][0]["values"].update(customVariable1="2"), "with the id of a record of theirs"),
        (lambda world: world["survey"].update(mails_caused=3), "mails that the invitations caused"),
        (lambda world: world["crm"]["modules"]["Contacts"]["1"].update(Satisfaction="Hardly"), "newest answer"),
        (lambda world: world["crm"]["modules"]["Notes"].pop("n0"), "notes with answers"),
        (lambda world: world["crm"]["modules"]["Notes"]["n0"].update(Parent_Id={"id": "2"}), "notes with answers"),
        (lambda world: world["run"].requests.append({"system": "zoho_survey", "writes": True}), "second round"),
        (lambda world: world["run"].fates.clear(), "fates add up"),
    ],
)
def test_each_wrong_thing_breaks_a_sum(world, break_it, told):
    broken = copy.deepcopy(world)
    break_it(broken)
    assert [one for one in wrong(broken) if told in one]
