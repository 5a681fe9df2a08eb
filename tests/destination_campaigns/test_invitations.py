"""Invitations to an emulated Zoho Survey: whom, how often, with what in them, and under every reading of what nobody has confirmed."""

import json
import os
import random

import pytest

from emulators.zoho_survey.switches import ALL

from .conftest import Connector, Said
from .people import Source, write
from .support import COLUMNS, a_catalog

SURVEY = "Customer satisfaction"


class Inviting(Connector):
    def __init__(self, emulator, folder):
        self.emulator, self.folder = emulator, folder
        self.config = emulator.config("destination-campaigns", "zoho_survey") | {
            "ledger": {"kind": "sqlite", "path": str(folder / "ledger.db")},
            "invitations": [{"stream": "Leads", "survey": SURVEY}],
        }

    def entry(self, **options):
        self.config["invitations"][0] |= options
        return self

    def invitations(self, survey=SURVEY):
        surveys = self.emulator.state("zoho_survey")["surveys"].values()
        return next(one for one in surveys if one["name"] == survey)["invitations"]

    def invited(self, survey=SURVEY):
        return [(one["email"], one["values"].get("customVariable1"), one["values"].get("customVariable2")) for one in self.invitations(survey)]

    def mails(self):
        return self.emulator.state("zoho_survey")["mails_caused"]


@pytest.fixture
def inviting(emulator, tmp_path):
    return Inviting(emulator, tmp_path)


def a_source():
    return Source().state({})


def invited(connector, source, catalog=None) -> Said:
    said = write(connector, source.complete(), catalog)
    assert said.code == 0, said.text
    return said


def test_check_succeeds(inviting):
    assert inviting.check().status["status"] == "SUCCEEDED"


def test_people_are_invited_once_with_their_record_in_the_invitation(inviting):
    source = a_source().record(1, "ann@example.com", First_Name="Ann", Last_Name="Lee").record(2, "bob@example.com", Email_Opt_Out=True)
    said = invited(inviting, source)
    assert inviting.invited() == [("ann@example.com", "1", "Leads")]
    assert inviting.invitations()[0]["values"]["firstName"] == "Ann"
    assert "crm_opt_out" in said.logs
    assert "ann@example.com" not in said.text
    invited(inviting, source.record(1, "ann@example.com", First_Name="Anna"))
    assert inviting.mails() == 1


def test_a_dry_run_says_whom_and_how_many_and_mails_nobody(inviting, tmp_path):
    inviting.set(dry_run=True, dry_run_file=str(tmp_path / "plan.json"))
    said = invited(inviting, a_source().record(1, "ann@example.com").record(2, "bob@example.com").tombstone(3))
    assert "Plan: 2 mails" in said.logs
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert [one["record"] for one in plan["writes"]] == ["1", "2"]
    assert inviting.mails() == 0
    assert not said.of("STATE")
    assert not (tmp_path / "ledger.db").exists()


def test_another_round_is_asked_for(inviting):
    source = a_source().record(1, "ann@example.com")
    invited(inviting, source)
    inviting.entry(again="summer")
    invited(inviting, source)
    invited(inviting, source)
    assert inviting.mails() == 2


def test_fields_that_an_invitation_requires_are_checked(inviting, emulator):
    wrong = [{"column": "First_Name", "field": "Vorname"}]
    told = inviting.entry(mapping=wrong, record_id_field="No such").check().status
    assert told["status"] == "FAILED"
    assert "No such" in told["message"]
    told = inviting.entry(record_id_field="").check().status["message"]
    assert "Vorname" in told
    assert "First name (firstName)" in told


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"survey": "Nothing"}, "no published survey 'Nothing'"),
        ({"survey": "Next year's plans"}, "no published survey"),
        ({"portal": "Nowhere"}, "no such portal"),
        ({"distribution": "By pigeon"}, "trigger distribution"),
        ({"mapping": [], "email_field": "Pigeon"}, "Pigeon"),
        ({"surprise": True}, "surprise is no option"),
    ],
)
def test_what_is_not_there_is_named(inviting, entry, part):
    told = inviting.entry(**entry).check().status
    assert told["status"] == "FAILED"
    assert part in told["message"]


def test_options_of_mailing_lists_are_refused(inviting):
    told = inviting.set(streams=[{"stream": "Leads", "list_name": "Newsletter"}]).check().status["message"]
    assert "streams is no option" in told


def test_invitations_are_refused_for_a_mailing_tool(emulator, tmp_path):
    told = Connector(emulator, tmp_path).set(invitations=[{"stream": "Leads", "survey": SURVEY}]).check().status["message"]
    assert "invitations are sent by zoho_survey" in told


def test_a_wrong_token_is_a_config_error_before_anybody_is_invited(inviting):
    inviting.config["system"] |= {"refresh_token": "1000.revoked.refresh0"}
    said = write(inviting, a_source().record(1, "ann@example.com").complete())
    assert said.error["failure_type"] == "config_error"
    assert inviting.mails() == 0


def test_a_survey_that_was_deleted_is_named(inviting, emulator):
    emulator.edit("zoho_survey", op="delete_survey", survey=SURVEY)
    said = write(inviting, a_source().record(1, "ann@example.com").complete())
    assert SURVEY in said.error["message"]


FAULTS = [(kind, processed) for kind in ("status", "reset", "truncate", "html", "slow") for processed in (False, True)]


@pytest.mark.parametrize(("kind", "processed"), [one for one in FAULTS if one[0] != "slow"])
def test_an_invitation_that_breaks_off_is_never_sent_again_by_itself(inviting, emulator, kind, processed):
    emulator.faults(system="zoho_survey", path="/sendinvitation$", kind=kind, processed=processed)
    source = a_source().record(1, "ann@example.com").record(2, "bob@example.com")
    write(inviting, source.complete())
    emulator.heal()
    for _ in range(2):
        said = invited(inviting, a_source().record(1, "ann@example.com").record(2, "bob@example.com"))
    addresses = [one for one, *_ in inviting.invited()]
    assert addresses == (["ann@example.com", "bob@example.com"] if processed else ["bob@example.com"])
    assert "outcome_unknown" in said.logs


@pytest.mark.parametrize("kind", ["lock", "token"])
def test_what_proves_that_nothing_was_sent_is_made_good(inviting, emulator, kind):
    emulator.faults(system="zoho_survey", path="/sendinvitation$", kind=kind)
    source = a_source().record(1, "ann@example.com")
    said = write(inviting, source.complete())
    if said.code:
        emulator.advance(120)
        invited(inviting, a_source().record(1, "ann@example.com"))
    assert inviting.mails() == 1


MATTER = [switch for switch in ALL if switch.reference.rpartition("#")[2] in ("access", "errors", "tree", "invitations")]
EVERY = [(switch.name, reading) for switch in MATTER for reading in switch.readings[1:]]
PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
READINGS = EVERY if PROVE else random.Random(3).sample(EVERY, 8)
NOBODY_ELSE = {"ann@example.com", "answered@example.com", "out@example.com"}


def story(inviting, emulator):
    """Somebody new, somebody who answered, somebody who opted out at the survey tool, and a wrong address; then the same again, and a round."""
    emulator.edit("zoho_survey", op="answer", survey=SURVEY, email="answered@example.com", answers={})
    emulator.edit("zoho_survey", op="opt_out", email="out@example.com")
    for again in ("", "", "summer"):
        source = a_source().record(1, "ann@example.com").record(2, "answered@example.com").record(3, "out@example.com").record(4, "nobody")
        invited(inviting.entry(again=again), source)


def judged(inviting):
    """However the vendor reads it: nobody else, and in each round everybody at most once."""
    found = [one["email"] for one in inviting.invitations() if one["mails"]]
    assert set(found) <= NOBODY_ELSE
    assert all(found.count(one) <= 2 for one in found)
    assert "ann@example.com" in found


@pytest.mark.parametrize(("name", "reading"), READINGS, ids=str)
def test_the_result_is_safe_under_every_reading(inviting, emulator, name, reading):
    emulator.switch(**{name: reading})
    story(inviting, emulator)
    judged(inviting)


@pytest.mark.parametrize("seed", range(20 if PROVE else 2))
def test_the_result_is_safe_under_a_mix_of_readings(inviting, emulator, seed):
    chance = random.Random(seed)
    emulator.switch(**{switch.name: chance.choice(switch.readings) for switch in MATTER})
    story(inviting, emulator)
    judged(inviting)


def test_records_without_a_required_value_are_rejected_by_name(inviting):
    inviting.entry(required=["Last_Name"])
    said = invited(inviting, a_source().record(1, "ann@example.com").record(2, "bob@example.com", Last_Name="Lee"), a_catalog(COLUMNS))
    assert [one for one, *_ in inviting.invited()] == ["bob@example.com"]
    assert "required_field_empty" in said.logs
