"""The sums of the launch must be able to fail: somebody mailed twice, not at all, or without being asked; a second campaign; a status that did not come."""

import copy
from pathlib import Path

import pytest

from demo.expectation import Person
from demo.launch import FIRST_CONTACT, Launched, sums_of_launch

ANN, BOB = Person("Leads", "1", "ann@example.com", opted_out=False), Person("Leads", "2", "bob@example.com", opted_out=True)
LAUNCHED = Launched(Path("demo-launch.yaml"), "572", (ANN,), (BOB,))
COUNTED = {"eligible": 1, "skipped": {"crm_opt_out": 1}}
CRM = {"campaigns": {"572": {"Campaign_Name": "Spring fair", "Status": "Complete"}, "573": {"Campaign_Name": "Autumn", "Status": None}}}
MAIL = {"campaigns": {"k": {"name": "Spring fair - launch 572", "mailed": {"Ann@example.com": 1, FIRST_CONTACT: 1}}}}


def wrong(counted, crm, mail):
    return [one.told for one in sums_of_launch(LAUNCHED, counted, crm, mail) if not one.holds]


def test_sums_hold_where_all_is_right():
    assert wrong(COUNTED, CRM, MAIL) == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda counted, _crm, _mail: counted.update(eligible=2), "eligible"),
        (lambda counted, _crm, _mail: counted.update(skipped={}), "get nothing"),
        (lambda _counted, _crm, mail: mail["campaigns"]["k"]["mailed"].update({"Ann@example.com": 2}), "mailed once"),
        (lambda _counted, _crm, mail: mail["campaigns"]["k"]["mailed"].pop("Ann@example.com"), "mailed once"),
        (lambda _counted, _crm, mail: mail["campaigns"]["k"]["mailed"].update({"bob@example.com": 1}), "opted out and were mailed"),
        (lambda _counted, _crm, mail: mail["campaigns"]["k"]["mailed"].update({"guest@example.net": 1}), "anybody else"),
        (lambda _counted, crm, _mail: crm["campaigns"]["573"].update(Campaign_Name="Spring fair - launch 572"), "of that name"),
        (lambda _counted, crm, _mail: crm["campaigns"]["572"].update(Status="Planning"), "complete"),
    ],
)
def test_each_sum_fails_for_what_it_is_about(break_it, told):
    counted, crm, mail = copy.deepcopy((COUNTED, CRM, MAIL))
    break_it(counted, crm, mail)
    assert any(told in one for one in wrong(counted, crm, mail))
