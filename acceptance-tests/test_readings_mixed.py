"""The vendors' unconfirmed behaviours, all of all vendors at once in random mixes: safe, and the data is right.

A normal run takes four mixes; MAILSYNC_PROVE=1 takes all twenty. One by one they are in the suites of each connector.
"""

import random

import pytest
from mailing_tools import NEWSLETTER
from pairs import PAIRS
from story import PROVE, Story, safe

from emulators.process import EmulatorProcess

MIXES = 20
SHOWN = range(MIXES) if PROVE else range(0, MIXES, 5)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vendors():
    """Few people, and a clock so fast that bulk jobs and pacing cost little."""
    with EmulatorProcess(people=60, time_scale=30) as process:
        yield process


@pytest.fixture
def fast(vendors, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILSYNC_TIME_SCALE", "30")
    vendors.reset()
    vendors.move_configs(tmp_path / "configs")
    return vendors


def mixed(vendors, number):
    """One reading of every switch, drawn with this number as the seed."""
    dice = random.Random(f"readings {number}")
    return {switch["name"]: dice.choice(switch["readings"]) for switch in sorted(vendors.admin("GET", "switches"), key=lambda one: one["name"])}


def change_everything(story):
    """Edits, and every way to leave; each person's CRM record is edited afterwards, which must not bring anybody back."""
    emulator, crm, story.people = story.emulator, story.crm, {}
    ways = ("edited", "deleted", "opted_out", "moved", *(("converted",) if crm.converts else ()), "unsubscribe", "opt_out", "bounce", "complain")
    for what in ways:
        story.people[what] = story.person()
    for what in ("edited", "unsubscribe", "opt_out", "bounce", "complain"):
        crm.rename(emulator, story.people[what][0], "Newly-Named")
    for what in ("unsubscribe", "opt_out", "bounce", "complain"):
        story.does(what, story.people[what][1])
        story.left.add(story.people[what][1])
    crm.delete(emulator, story.people["deleted"][0])
    crm.opt_out_of(emulator, story.people["opted_out"][0])
    story.left.add(story.people["opted_out"][1])
    crm.move(emulator, story.people["moved"][0], "moved+here@example.org")
    if crm.converts:
        crm.edit(emulator, "convert", id=story.people["converted"][0])
    crm.delete(emulator, story.person(foreign=True)[0])
    crm.create(emulator, "Zoe.New@example.com", **{crm.last_name: "Späth & Co"})


def right(story):
    """What the newsletter should show after the changes; one sentence for each thing that is not so."""
    now, fields = story.members(), story.memberships()
    off = ("unsubscribed", "absent")
    expected = dict.fromkeys(("deleted", "opted_out", "moved", "unsubscribe", "opt_out"), off) | {"edited": ("active",), "converted": ("active",)}
    wrong = [f"{what} is {now.get(address, 'absent')}" for what, (_, address) in story.people.items()
             if now.get(address, "absent") not in expected.get(what, ("bounced", "spam", "unsubscribed", "absent"))]  # fmt: skip
    wrong += [f"{address} is {now.get(address)}" for address in ("moved+here@example.org", "zoe.new@example.com") if now.get(address) != "active"]
    edited = story.people["edited"][1]
    wrong += [] if fields[edited]["fields"].get(story.tool.last_name) == "Newly-Named" else ["the edit did not arrive"]
    return wrong


@pytest.mark.parametrize("number", SHOWN)
def test_the_pair_is_safe_under_this_mix_of_readings(fast, tmp_path, number):
    readings = mixed(fast, number)
    fast.switch(**readings)
    between = PAIRS[number // SHOWN.step * 5 % len(PAIRS)]  # five has no divisor with the six pairs: the few of a normal run meet every vendor
    story = Story(fast, tmp_path, between, **({"bulk_from_rows": 10 if number % 2 else 10_000} if between[0].name.startswith("zoho_") else {}))
    first = story.sync()
    assert (first.problem, safe(story)) == ("", []), readings
    change_everything(story)
    second = story.sync()
    assert (second.problem, safe(story), right(story)) == ("", [], []), readings
    now = story.memberships()
    fast.clear_requests()
    third = story.sync()
    assert (third.problem, safe(story), right(story)) == ("", [], []), readings
    assert story.memberships() == now
    assert not story.tool.writes(fast)
    the_account_fills_up(story, readings)
    if story.tool.forms:
        the_list_gets_a_form(story, readings)


def the_account_fills_up(story, readings):
    """At the contact limit the run says so, and the person who had no place comes when there is one."""
    story.tool.fill(story.emulator)
    story.crm.create(story.emulator, "late@example.com")
    full = story.sync()
    assert (full.kinds, safe(story), right(story)) == ({"config_error"}, [], []), readings
    assert story.tool.full in full.problem
    story.emulator.edit(story.tool.name, op="set_contact_limit", n=None)
    again = story.sync()
    assert (again.problem, story.members()["late@example.com"], safe(story)) == ("", "active", []), readings


def the_list_gets_a_form(story, readings):
    """From now on each call could mail people: the run is refused, and nobody gets a mail."""
    story.emulator.edit(story.tool.name, op="make_public", list=NEWSLETTER)
    story.crm.create(story.emulator, "too.late@example.com")
    refused = story.sync()
    assert (refused.kinds, safe(story), right(story)) == ({"config_error"}, [], []), readings
    assert "sign-up form" in refused.problem


def test_the_mixes_differ_and_use_every_reading(fast):
    drawn = [mixed(fast, number) for number in range(MIXES)]
    unused = [(one["name"], reading) for one in fast.admin("GET", "switches") for reading in one["readings"]
              if not any(mix[one["name"]] == reading for mix in drawn)]  # fmt: skip
    assert len({tuple(mix.items()) for mix in drawn}) == MIXES
    assert unused == []
