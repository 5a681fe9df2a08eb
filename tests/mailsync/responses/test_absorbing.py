"""The table of absorbing (docs/responses.md), row by row: B1 to B4, and what is refused before anything is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsync.errors import ConfigError
from mailsync.ledger import members
from mailsync.ledger.engine import Ledger
from mailsync.ledger.forgetting import forget
from mailsync.ledger.schema import due, profile, recipient
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.model import MemberRow
from mailsync.responses.crm import Ability
from mailsync.responses.plan import Kind, OptOut, Rule
from tests.mailsync.responses.histories import New, fine, forward, known, scene
from tests.mailsync.responses.scene import DAY, A, B, X, creation, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED, SENT, UNSUBSCRIBED = Kind.OPENED, Kind.CLICKED, Kind.SENT, Kind.UNSUBSCRIBED
LEAVING = {"org_level": True}


def test_b1_an_unsubscribe_that_our_own_removal_explains_is_nothing(known: New) -> None:
    s = known(mailing_account="zoho_campaigns/eu", opt_out=OptOut.ANY_LEAVING)
    p = s.crm.has("1", A)
    forward(
        s, lambda ledger, connection: members.save(ledger, connection, [MemberRow("zoho_campaigns/eu/L", A, A, removed="removed", removed_at=1.0)])
    )
    ran = fine(s.run(s.says("", A, UNSUBSCRIBED, lists=("L",))))
    assert ran.fates() == {"skipped(ours)": 1}
    assert not s.crm.people_by_id[p].opted_out


def test_b1_a_leaving_that_the_forward_sync_saw_too_is_one_even_if_it_removed_the_person_before(known: New) -> None:
    s = known(mailing_account="zoho_campaigns/eu", opt_out=OptOut.ANY_LEAVING)
    p = s.crm.has("1", A)
    forward(
        s, lambda ledger, connection: members.save(ledger, connection, [MemberRow("zoho_campaigns/eu/L", A, A, removed="removed", removed_at=1.0)])
    )
    forward(s, lambda ledger, connection: Suppressions(ledger, "zoho_campaigns/eu").add(connection, [("zoho_campaigns/eu/L", A, "left", 2.0)]))
    fine(s.run(s.says("C1", A, UNSUBSCRIBED, lists=("L",))))
    assert s.crm.people_by_id[p].opted_out


def test_b2_an_address_that_is_none_is_rejected_and_stored_nowhere(known: New) -> None:
    s = known()
    ran = fine(s.run(s.says("C1", "not an address", OPENED)))
    assert ran.fates() == {"rejected(invalid_address)": 1}
    assert ran.echoed["responses"] == [1, 1]
    assert s.rows(recipient) == []


def test_b3_what_is_known_has_the_fate_of_its_row(known: New) -> None:
    s = known()
    s.crm.has("1", A)
    first = fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert first.fates() == {"written": 1, "skipped(no_person)": 1}
    calls = len(s.crm.calls)
    again = fine(s.run(s.says("C1", A, OPENED), s.says("C1", B, OPENED)))
    assert again.fates() == {"unchanged": 1, "skipped(no_person)": 1}
    assert len(s.crm.calls) == calls


def test_b4_another_sync_that_heard_of_the_recipient_decides_again_too(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    click = Rule("t clicks", Ability.NOTE, frozenset({CLICKED}), subject="clicked")
    fine(s.run(s.campaign("C1"), s.says("C1", A, OPENED), sync="t", groups=for_all(click)))
    fine(s.run(s.says("C1", A, CLICKED)))
    fine(s.run(s.says("C1", A, CLICKED), sync="t", groups=for_all(click)))
    assert s.crm.items_of(p) == ["clicked"]


def test_what_the_source_takes_back_changes_nothing(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    fine(s.run(s.says("C1", A, Kind.DELIVERED)))
    ran = fine(s.run(s.says("C1", A, Kind.DELIVERED, taken_back=True)))
    assert ran.fates() == {"unchanged": 1}
    assert s.crm.status("C1", p) == "delivered"


def test_unopened_comes_with_age_and_not_from_the_mailing_tool(known: New) -> None:
    s = known()
    p, q = s.crm.has("1", A), s.crm.has("2", B)
    fine(s.run(s.says("C1", A, Kind.UNOPENED), s.says("C1", B, SENT, OPENED)))
    assert s.crm.status("C1", p) == "sent"
    fine(s.run(after=DAY))
    assert (s.crm.status("C1", p), s.crm.status("C1", q)) == ("unopened", "opened")
    calls = len(s.crm.calls)
    fine(s.run(s.says("C1", A, Kind.UNOPENED)))
    assert len(s.crm.calls) == calls


def test_an_address_that_was_erased_is_not_taken_in_again_and_nobody_is_made_of_it(known: New) -> None:
    s = known(creation=creation(for_subscribers=True))
    fine(s.run(s.says("C1", A, OPENED)))
    s.close()
    ledger = Ledger.open(s.location, clock=s.clock)
    forget(ledger, A)
    ledger.close()
    [p] = s.crm.holders(A)
    s.crm.deletes(p)
    ran = fine(s.run(s.says("C2", A.upper(), OPENED), s.subscribes(A)))
    assert ran.fates() == {"skipped(forgotten)": 1}
    assert ran.fates("contacts") == {"skipped(forgotten)": 1}
    assert A not in str([s.rows(table) for table in (recipient, due, profile)])
    assert len(s.crm.made("make_people")) == 1


@pytest.mark.parametrize("options", [{"groups": for_all(X)}, {"creation": creation()}])
def test_what_the_crm_cannot_do_is_refused_by_name(scene: New, options: dict) -> None:
    s = scene(crm_options={"abilities": frozenset({Ability.FIELD})})
    assert "fake cannot do this" in str(s.run(**options).error)


def test_two_rules_of_one_name_are_refused(scene: New) -> None:
    assert "name of its own" in str(scene().run(groups=for_all(X, X)).error)


def test_a_sync_name_that_belongs_to_another_organisation_is_refused(known: New) -> None:
    s = known()
    s.crm.organisation = "org-2"
    assert isinstance(s.run().error, ConfigError)


def test_a_stream_without_states_and_statuses_of_its_own_holds_nothing_up(scene: New) -> None:
    """Campaigns that are told beside the responses come under a name that no status mentions."""
    s = scene(options={"more_streams": ("responses: campaigns",)})
    p = s.crm.has("1", A)
    fine(s.run(replace(s.campaign("C1"), stream="responses: campaigns"), s.says("C1", A, OPENED)))
    assert s.crm.status("C1", p) == "opened"
