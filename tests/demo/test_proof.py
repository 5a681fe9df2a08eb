"""The demo's sums must be able to fail: a person too many, a person too few, a lost record, a fate that is missing."""

import copy

import pytest

from demo.expectation import FIRST_CONTACT, Person, expected_active
from demo.figures import Run
from demo.proof import sums
from demo.story import OFF, Event


def listed(**members):
    return {"members": {address.replace("_at_", "@"): {"status": status} for address, status in members.items()}}


@pytest.fixture
def run():
    """Ann and Bob are leads, Bob opted out; Gus was on the list before; Mia is a member of the club."""
    people = (
        Person("Leads", "1", "ann@example.com", opted_out=False),
        Person("Leads", "2", "bob@example.com", opted_out=True),
        Person("Members", "3", "mia@example.com", opted_out=False),
    )
    mail = {
        "lists": {
            "k1": listed(**{"ann_at_example.com": "active", "gus_at_example.com": "active"}) | {"name": "Newsletter"},
            "k2": {"name": "Members", "members": {FIRST_CONTACT: {"status": "active"}, "mia@example.com": {"status": "active"}}},
        },
        "limits": {"listsubscribe": {"locks": 0}},
        "mails_caused": 0,
    }
    streams = {"Leads": {"read": 2, "settled": 2}, "Contacts": {"read": 0, "settled": 0}, "Members": {"read": 1, "settled": 1}}
    fates = {("Leads", "written", ""): 1, ("Leads", "skipped", "crm_opt_out"): 1, ("Members", "written", ""): 1}
    return Run({"streams": streams, "seconds": 1.0}, [], people, mail, fates)


START = {"Newsletter": {"gus@example.com": "active"}}
EVENTS = [Event("opted out", ("bob@example.com",), "off", OFF)]


def wrong(run):
    return [one.told for one in sums(START, [run], EVENTS) if not one.holds]


def test_sums_hold_where_all_is_right(run):
    assert wrong(run) == []


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda run: run.mail["lists"]["k1"]["members"].pop("ann@example.com"), "active on Newsletter"),
        (lambda run: run.mail["lists"]["k1"]["members"].update({"bob@example.com": {"status": "active"}}), "opted out"),
        (lambda run: run.mail["lists"]["k1"]["members"]["gus@example.com"].update(status="unsubscribed"), "wrongly on Newsletter, or missing"),
        (lambda run: run.mail["lists"]["k2"]["members"].pop(FIRST_CONTACT), "active on Members"),
        (lambda run: run.fates.pop(("Leads", "written", "")), "fates of Leads"),
        (lambda run: run.result["streams"]["Members"].update(settled=0), "every record read is settled"),
        (lambda run: run.mail["limits"]["listsubscribe"].update(locks=1), "locks"),
        (lambda run: run.mail.update(mails_caused=1), "confirmation mails"),
    ],
)
def test_each_wrong_thing_breaks_a_sum(run, break_it, told):
    broken = copy.deepcopy(run)
    break_it(broken)
    assert [one for one in wrong(broken) if told in one]


def test_a_swap_of_two_people_is_seen_though_the_number_is_right(run):
    swapped = copy.deepcopy(run)
    members = swapped.mail["lists"]["k1"]["members"]
    members["eve@example.com"] = members.pop("ann@example.com")
    assert [one for one in wrong(swapped) if "wrongly on" in one]


def test_who_left_is_not_expected_back_whatever_the_crm_claims():
    ann = Person("Leads", "1", "ann@example.com", opted_out=False)
    expected = expected_active("Newsletter", start={"ann@example.com": "unsubscribed"}, seen=[ann], now=[ann], left=[])
    assert expected == set()
    assert expected_active("Newsletter", start={}, seen=[ann], now=[ann], left=["ann@example.com"]) == set()


def test_an_opt_out_counts_for_every_record_of_the_address():
    ann, twin = (Person("Leads", "1", "ann@example.com", opted_out=False), Person("Contacts", "2", "ann@example.com", opted_out=True))
    assert expected_active("Newsletter", start={}, seen=[ann, twin], now=[ann, twin], left=[]) == set()
