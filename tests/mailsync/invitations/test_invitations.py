"""Invitations to surveys: each person once, never against a leaving, and never twice because an answer was lost.

Long because each sentence of the rules has its test here.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.invitations.dry_run import DryRun
from mailsync.invitations.inviter import INVITE, Traits
from mailsync.invitations.run import CHUNK
from mailsync.ledger import schema
from mailsync.ledger.forgetting import forget
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.plan import WhenSpent
from mailsync.membership.rejects import Selection, retry
from mailsync.membership.tool import Window
from mailsync.responses.model import bits
from mailsync.responses.plan import Kind
from tests.mailsync.invitations.scene import ACCOUNT, DAY, SURVEY, New, Scene, fine, limited, scene
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import sampled

__all__ = ["scene"]
A, B, C = "a@example.com", "b@example.com", "c@example.com"


def suppress(s: Scene, address: str, reason: str, list_id: str = "zoho_campaigns:eu/l1") -> None:
    with s.opened().begin() as connection:
        Suppressions(s.opened(), ACCOUNT).add(connection, [(list_id, address, reason, s.clock.time)])


def test_everybody_is_invited_once_with_the_record_that_answers_must_find(scene: New) -> None:
    s = scene()
    assert fine(s.run(s.lead("1", A, payload={"first": "Ann", "last": ""}), s.lead("2", "B@Example.com"))).fates() == {"written": 2}
    assert s.inviter.mails == [
        {"first": "Ann", "email": A, "crm_id": "1", "crm_module": "Leads", "survey": "s1"},
        {"email": "B@Example.com", "crm_id": "2", "crm_module": "Leads", "survey": "s1"},
    ]
    assert fine(s.run(s.lead("1", A, payload={"first": "Anna"}), s.lead("2", B))).fates() == {"unchanged": 2}
    assert len(s.inviter.mails) == 2


def test_several_records_of_one_address_are_one_person_and_the_winner_is_named(scene: New) -> None:
    s = scene()
    told = fine(s.run(s.lead("1", A, contacted=1.0), s.lead("2", A.upper(), contacted=2.0), s.lead("3", A, stream="Contacts")))
    assert told.fates() == {"written": 1, "shadowed": 2}
    assert [one["crm_id"] for one in s.inviter.mails] == ["2"]
    fine(s.run(s.gone("2"), s.lead("1", A, contacted=9.0)))
    assert len(s.inviter.mails) == 1, "another winner is the same person"


@pytest.mark.parametrize("reason", ["left", "complaint", "bounced", "suppressed", "vanished", "left_or_returned"])
def test_who_left_a_list_of_any_mailing_tool_is_not_invited(scene: New, reason: str) -> None:
    s = scene()
    suppress(s, A, reason)
    assert fine(s.run(s.lead("1", A))).fates() == {f"skipped({reason})": 1}
    assert s.inviter.mails == []


def test_who_left_by_a_mail_that_only_the_way_back_knows_is_not_invited(scene: New) -> None:
    s = scene()
    with s.opened().begin() as connection:
        connection.execute(schema.account.insert().values(sync="back", account="zoho_crm:1"))
        row = {"account": "zoho_crm:1", "campaign": "c1", "org": 0}
        connection.execute(schema.recipient.insert(), [row | {"address": A, "kinds": bits([Kind.SENT, Kind.UNSUBSCRIBED])}])
        connection.execute(schema.recipient.insert(), [row | {"address": B, "kinds": bits([Kind.SENT, Kind.OPENED])}])
        connection.execute(schema.recipient.insert(), [row | {"address": C, "kinds": bits([Kind.COMPLAINT])}])
    told = fine(s.run(s.lead("1", A), s.lead("2", B), s.lead("3", C)))
    assert told.fates() == {"skipped(left)": 1, "written": 1, "skipped(complaint)": 1}
    assert s.inviter.invited() == [B]


def test_who_opted_out_in_the_crm_is_not_invited_by_any_record_of_theirs(scene: New) -> None:
    s = scene()
    assert fine(s.run(s.lead("1", A, opt_out=True), s.lead("2", A), s.lead("3", B))).fates() == {"skipped(crm_opt_out)": 2, "written": 1}
    fine(s.run(s.gone("1")))
    assert fine(s.run(s.lead("4", A))).fates() == {"skipped(crm_opt_out)": 1}
    assert s.inviter.invited() == [B]


def test_an_opt_out_that_a_later_record_of_the_run_tells_comes_before_the_invitation(scene: New) -> None:
    s = scene()
    others = [s.lead(f"x{number}", f"x{number}@example.com") for number in range(CHUNK)]
    told = fine(s.run(s.lead("1", A), *others, s.lead("2", A, opt_out=True)))
    assert told.fates() == {"skipped(crm_opt_out)": 2, "written": CHUNK}
    assert A not in s.inviter.invited()
    assert told.echoed == [CHUNK + 2, 0], "states come back all the same, and count every record"


def test_nobody_is_invited_while_a_stream_is_not_read_to_its_end(scene: New) -> None:
    s = scene()
    told = fine(s.run(s.lead("1", A), s.lead("2", B, stream="Contacts"), broken_off=("Contacts",)))
    assert told.fates() == {"postponed(stream_incomplete)": 2}
    assert told.summary is not None
    assert "Contacts was not read to its end" in told.summary.notes[0]
    assert s.inviter.mails == []
    fine(s.run(s.lead("3", A, stream="Contacts", opt_out=True)))
    assert s.inviter.invited() == [B]


def test_a_leaving_follows_the_person_to_another_address(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A, opt_out=False)))
    suppress(s, A, "left")
    assert fine(s.run(s.lead("1", B))).fates() == {"skipped(left_elsewhere)": 1}
    assert s.inviter.invited() == [A]


def test_an_opt_out_that_is_taken_back_leads_to_the_invitation(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A, opt_out=True)))
    assert fine(s.run(s.lead("1", A))).fates() == {"written": 1}


def test_a_suppression_that_is_lifted_leads_to_the_invitation_without_a_new_record(scene: New) -> None:
    s = scene()
    suppress(s, A, "left")
    fine(s.run(s.lead("1", A)))
    with s.opened().begin() as connection:
        Suppressions(s.opened(), ACCOUNT).lift(connection, "zoho_campaigns:eu/l1", [A])
    fine(s.run())
    assert s.inviter.invited() == [A]


def test_who_was_erased_is_never_invited(scene: New) -> None:
    s = scene()
    forget(s.opened(), A)
    assert fine(s.run(s.lead("1", A))).fates() == {"skipped(forgotten)": 1}
    fine(s.run(s.lead("2", B)))
    forget(s.opened(), B)
    assert fine(s.run(s.lead("2", B), s.lead("3", B))).fates() == {"skipped(forgotten)": 2}
    assert s.inviter.invited() == [B]


def test_tombstones_and_empty_addresses_cause_nothing(scene: New) -> None:
    s = scene()
    told = fine(s.run(s.gone("1"), s.lead("2", None), s.lead("3", "no address"), s.lead("4", A, blocked="required_field_empty", blocked_by="Name")))
    assert told.fates() == {
        "not_ours(already_gone)": 1,
        "skipped(no_address)": 1,
        "rejected(invalid_address)": 1,
        "rejected(required_field_empty)": 1,
    }
    fine(s.run(s.lead("5", B), s.gone("5")))
    assert s.inviter.invited() == [], "gone before it was decided"
    assert fine(s.run(s.lead("4", A))).fates() == {"written": 1}


def test_another_round_invites_everybody_known_once_more(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A), s.lead("2", B, opt_out=True)))
    again = replace(SURVEY, key="s1#summer")
    told = fine(s.run(targets=(again,)))
    assert s.inviter.invited() == [A, A]
    assert told.summary is not None
    assert "since this run" in told.summary.notes[0]
    fine(s.run(s.lead("1", A), targets=(again,)))
    assert s.inviter.invited() == [A, A]


def test_who_became_known_during_another_round_is_invited_when_the_first_one_goes_on(scene: New) -> None:
    s = scene()
    other = replace(SURVEY, key="s1#summer")
    fine(s.run(s.lead("1", A)))
    fine(s.run(s.lead("2", B), targets=(other,)))
    told = fine(s.run(targets=(SURVEY,)))
    assert sorted(one["email"] for one in s.inviter.mails if one["survey"] == SURVEY.key) == [A, B]
    assert told.summary is not None
    assert "since this run" in told.summary.notes[0]
    assert fine(s.run(targets=(SURVEY,))).summary.notes == ()  # type: ignore[union-attr]


def test_a_pause_of_one_sync_invites_nobody_by_another(scene: New) -> None:
    s = scene()
    other = replace(SURVEY, key="s1#summer")
    fine(s.run(s.lead("1", A), streams=("Leads",)))
    fine(s.run(s.lead("2", B), streams=("Leads",), targets=(other,)))
    fine(s.run(s.lead("3", C, stream="Contacts"), sync="other", streams=("Contacts",)))
    assert sorted(one["email"] for one in s.inviter.mails if one["survey"] == SURVEY.key) == [A, C]


def test_one_stream_may_invite_to_several_surveys(scene: New) -> None:
    s = scene()
    other = replace(SURVEY, key="s2", name="Events")
    told = fine(s.run(s.lead("1", A), targets=(SURVEY, other)))
    assert sorted(one["survey"] for one in s.inviter.mails) == ["s1", "s2"]
    assert told.fates() == {"written": 2}, "one for each survey"


def test_two_syncs_invite_a_person_once(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A)))
    assert fine(s.run(s.lead("7", A), sync="other")).fates() == {"shadowed": 1} or s.inviter.invited() == [A]
    assert s.inviter.invited() == [A]


def test_an_answer_that_was_lost_is_never_asked_for_again_by_itself(scene: New) -> None:
    s = scene()
    s.inviter.dial = lambda values: "lost_after" if values["email"] == A else None
    assert fine(s.run(s.lead("1", A), s.lead("2", B))).fates() == {"pending_confirmation(outcome_unknown)": 1, "written": 1}
    s.inviter.dial = lambda _values: None
    for _ in range(3):
        assert fine(s.run(s.lead("1", A, payload={"first": "Ann"}))).fates() == {"pending_confirmation(outcome_unknown)": 1}
    assert s.inviter.invited() == [A, B]


def test_a_lost_answer_is_released_by_hand(scene: New) -> None:
    s = scene()
    s.inviter.dial = lambda _values: "lost_before"
    fine(s.run(s.lead("1", A)))
    s.inviter.dial = lambda _values: None
    assert retry(s.opened(), "s", Selection()).marked == 0, "never with everything else"
    assert retry(s.opened(), "s", Selection(reasons=frozenset({"outcome_unknown"}))).marked == 1
    fine(s.run())
    assert s.inviter.invited() == [A]


def test_a_vendor_that_is_down_costs_one_invitation_of_unknown_outcome(scene: New) -> None:
    s = scene()
    s.inviter.down = True
    assert isinstance(s.run(s.lead("1", A), s.lead("2", B), s.lead("3", C)).error, VendorUnavailable)
    s.inviter.down = False
    fine(s.run(s.lead("1", A), s.lead("2", B), s.lead("3", C)))
    assert s.inviter.invited() == [B, C]


def test_a_refusal_is_told_and_asked_again_only_when_the_record_changes(scene: New) -> None:
    s = scene()
    s.inviter.refuses = {A}
    told = fine(s.run(s.lead("1", A), s.lead("2", B)))
    assert told.fates() == {"rejected(vendor_refused)": 1, "written": 1}
    assert fine(s.run(s.lead("1", A))).fates() == {"rejected(vendor_refused)": 1}
    s.inviter.refuses = set()
    assert fine(s.run(s.lead("1", A))).fates() == {"rejected(vendor_refused)": 1}
    assert fine(s.run(s.lead("1", A, payload={"first": "Ann"}))).fates() == {"written": 1}


def test_a_survey_that_refuses_everybody_stops_the_run(scene: New) -> None:
    s = scene()
    people = [f"p{number:02}@example.com" for number in range(30)]
    s.inviter.refuses = set(people)
    ran = s.run(*(s.lead(str(number), one) for number, one in enumerate(people)))
    assert isinstance(ran.error, ConfigError)
    assert "INVALID_DATA" in str(ran.error)
    s.inviter.refuses = set()
    assert retry(s.opened(), "s", Selection()).marked == 10
    fine(s.run(*(s.lead(str(number), one) for number, one in enumerate(people))))
    assert s.inviter.invited() == people


def test_a_limit_is_waited_out_and_the_invitation_is_made_once(scene: New) -> None:
    s = scene()
    left = [2]

    def dial(_values: object) -> object:
        left[0] -= 1
        return limited() if left[0] >= 0 else None

    s.inviter.dial = dial  # type: ignore[assignment]
    fine(s.run(s.lead("1", A), s.lead("2", B)))
    assert s.inviter.invited() == [A, B]


def test_the_days_pace_postpones_the_rest_and_the_next_run_carries_on(scene: New) -> None:
    s = scene()
    s.inviter.traits = Traits("fake", {INVITE: (Window(3, DAY),)})
    people = [s.lead(str(number), f"p{number}@example.com") for number in range(5)]
    assert fine(s.run(*people)).fates() == {"written": 2, "postponed(budget_spent)": 3}
    told = fine(s.run(after=2 * DAY))
    assert len(s.inviter.mails) == 4
    assert told.summary is not None
    assert told.summary.forecast.calls == 1
    assert s.run(s.lead("9", A), when_spent=WhenSpent.STOP).error is not None


def test_who_was_left_over_is_invited_only_when_everything_the_crm_says_now_is_known(scene: New) -> None:
    s = scene()
    s.inviter.traits = Traits("fake", {INVITE: (Window(3, DAY),)})
    fine(s.run(*(s.lead(str(number), f"p{number}@example.com") for number in range(4))))
    assert s.inviter.invited() == ["p0@example.com", "p1@example.com"]
    assert fine(s.run(s.lead("2", "p2@example.com", opt_out=True), after=2 * DAY)).fates() == {"skipped(crm_opt_out)": 1}
    assert s.inviter.invited() == ["p0@example.com", "p1@example.com", "p3@example.com"]


def test_who_leaves_between_the_decision_and_the_call_is_not_invited(scene: New) -> None:
    s = scene()
    s.inviter.before.append(lambda: suppress(s, A, "left"))
    assert fine(s.run(s.lead("1", A))).fates() == {"skipped(left)": 1}
    assert s.inviter.mails == []


def test_a_state_that_this_ledger_never_gave_back_stops_the_run(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A)))
    s.last_state["s", "Leads"] = b"unknown"
    assert isinstance(s.run(s.lead("1", A)).error, ConfigError)
    assert s.inviter.invited() == [A]


def test_a_dry_run_names_everybody_by_record_and_mails_nobody(scene: New) -> None:
    s = scene()
    fine(s.run(s.lead("1", A)))
    dry = DryRun(
        ledger=s.opened(),
        traits=s.inviter.traits,
        plan=s.plan("s", [SURVEY], ("Leads", "Contacts"), {}),
        targets=[SURVEY],
        clock=s.clock,
        on_event=lambda _event: None,
    )
    dry.run.open()
    for claim in (s.lead("1", A), s.lead("2", B), s.lead("3", B), s.lead("4", C, opt_out=True)):
        dry.run.record(claim)
    document = dry.document(dry.run.close())
    assert list(dry.writes()) == [{"action": "invite", "survey": "s1", "stream": "Leads", "record": "3"}]
    assert document["mails"] == 1
    assert document["surveys"] == [{"key": "s1", "name": "Satisfaction", "invitations": 1}]
    dry.close()
    assert s.inviter.invited() == [A]
    assert [row["address"] for row in _rows(s)] == [A]


def _rows(s: Scene) -> list[dict[str, object]]:
    with s.opened().begin() as connection:
        return [dict(row) for row in connection.execute(schema.member.select()).mappings()]


@pytest.mark.parametrize("before", [True, False])
def test_a_crash_at_any_commit_mails_nobody_twice_and_loses_nobody_but_by_an_unknown_outcome(scene: New, before: bool) -> None:
    people = [f"p{number}@example.com" for number in range(3)]

    def day(s: Scene) -> list[object]:
        return [s.lead(str(number), one) for number, one in enumerate(people)]

    commits = fine((known := scene()).run(*day(known))).commits
    known.close()
    for die_at in sampled(commits, 12):
        s = Scene(f"{known.location}-{die_at}")
        assert isinstance(s.run(*day(s), die_at=die_at, before=before).error, Crash), die_at
        fine(s.run(*day(s), after=2.0))
        unknown = fine(s.run(*day(s))).fates().get("pending_confirmation(outcome_unknown)", 0)
        invited = s.inviter.invited()
        assert len(invited) == len(set(invited)), die_at
        assert len(set(people) - set(invited)) <= unknown <= 1, die_at
        s.close()


@pytest.mark.parametrize("moment", ["crash_before", "crash_after", "lost_before", "lost_after"])
def test_a_call_that_breaks_off_is_never_made_again(scene: New, moment: str) -> None:
    s = scene()
    s.inviter.dial = lambda values: moment if values["email"] == B else None
    s.run(s.lead("1", A), s.lead("2", B), s.lead("3", C))
    s.inviter.dial = lambda _values: None
    told = fine(s.run(s.lead("1", A), s.lead("2", B), s.lead("3", C), after=2.0))
    assert s.inviter.invited() == ([A, B, C] if moment.endswith("after") else [A, C])
    assert told.fates()["pending_confirmation(outcome_unknown)"] == 1
