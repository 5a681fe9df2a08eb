"""What fails, what is spent, and that the loop from CRM to mailing tool and back comes to rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsync.errors import ConfigError, RateLimited, VendorUnavailable
from mailsync.ledger.schema import due
from mailsync.membership.plan import RecordFate, WhenSpent
from mailsync.membership.told import Stopped
from mailsync.membership.tool import Window
from mailsync.responses.plan import Kind, OptOut, RuleGroup
from tests.mailsync.responses.histories import New, fine, heal, known, on_call, people, scene
from tests.mailsync.responses.scene import DAY, A, B, C, F, X, creation, for_all

__all__ = ["known", "scene"]
OPENED, CLICKED, SENT, UNSUBSCRIBED = Kind.OPENED, Kind.CLICKED, Kind.SENT, Kind.UNSUBSCRIBED
LEAVING = {"org_level": True}


def test_a_crm_that_is_down_fails_the_run_instead_of_postponing_everything(known: New) -> None:
    s = known()
    people(s, 1000)
    s.crm.failing = {"find"}
    ran = s.run([one for number in range(1000) for one in s.says("C1", f"p{number}@example.com", OPENED)])
    assert isinstance(ran.error, VendorUnavailable)
    assert len(s.crm.made("find")) == 5


def test_a_spent_day_postpones_the_rest_and_the_next_day_does_it_first(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.windows = {"api": (Window(2, DAY),)}
    ran = fine(s.run(s.says("C1", A, OPENED)))
    assert ran.fates() == {"postponed(budget_spent)": 1}
    assert (ran.summary.forecast.calls, ran.summary.forecast.by_endpoint) == (2, {"api": 2})
    s.crm.windows = {}
    fine(s.run(after=2 * DAY))
    assert s.crm.status("C1", p) == "opened"


def test_a_spent_day_stops_the_run_where_that_is_configured(known: New) -> None:
    s = known(when_spent=WhenSpent.STOP)
    s.crm.has("1", A)
    s.crm.windows = {"api": (Window(2, DAY),)}
    assert s.run(s.says("C1", A, OPENED)).error is not None


@pytest.mark.parametrize("method", ["write_fields", "make_items", "make_people"])
def test_a_limit_that_others_reached_is_waited_out(known: New, method: str) -> None:
    s = known(groups=for_all(X), creation=creation())
    p = s.crm.has("1", A)
    s.crm.dial = on_call(method, RateLimited("too many", retry_after=30.0))
    fine(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED), s.says("C1", B, OPENED)))
    assert s.crm.field(p, "Last_Status") == "opened"
    assert len(s.crm.items_of(p)) == 1
    assert len(s.crm.holders(B)) == 1


def test_a_call_that_nobody_can_make_fails_the_run_and_leaves_no_open_intent(known: New) -> None:
    s = known(groups=for_all(X))
    p = s.crm.has("1", A)
    s.crm.dial = on_call("make_items", ConfigError("no such stage"))
    assert isinstance(s.run(s.says("C1", A, OPENED), s.says("C2", A, OPENED)).error, ConfigError)
    heal(s)
    before = s.clock.time
    fine(s.run(after=1.0))
    assert len(s.crm.items_of(p)) == 1
    assert s.clock.time - before < 30.0


def test_an_unanswered_batch_leaves_its_rows_as_they_were_and_is_made_again(known: New) -> None:
    s = known()
    p = s.crm.has("1", A)
    s.crm.dial = on_call("write_member_statuses", "lost_after", times=2)
    ran = fine(s.run(s.says("C1", A, OPENED)))
    assert ran.fates() == {"postponed(no_answer)": 1}
    heal(s)
    fine(s.run())
    assert s.crm.status("C1", p) == "opened"


def test_a_run_that_is_asked_to_stop_does_so_between_two_calls(known: New) -> None:
    s = known()
    s.crm.has("1", A)
    stop: list[Callable[[], None]] = []
    s.crm.before.append(("write_member_statuses", lambda: [one() for one in stop]))
    ran = s.run(s.says("C1", A, OPENED), stopper=stop)
    assert isinstance(ran.error, Stopped)
    assert s.crm.made("write_fields") == []
    fine(s.run(s.says("C1", A, OPENED)))
    assert len(s.crm.made("write_fields")) == 1


def test_the_whole_loop_comes_to_rest(known: New) -> None:
    """A second round without a new response asks nothing and writes nothing, whatever the first one found."""
    s = known(groups=(RuleGroup(F, ()), *for_all(X)), creation=creation(for_subscribers=True), opt_out=OptOut.ANY_LEAVING)
    s.crm.has("1", A)
    s.crm.has("2", B, locked="RECORD_LOCKED")
    said = [
        *s.says("C1", A, SENT, OPENED, CLICKED),
        *s.says("C2", A, OPENED, UNSUBSCRIBED),
        *s.says("C1", B, OPENED),
        *s.says("C1", C, OPENED),
        *s.says("C1", "bounced@example.com", Kind.HARD_BOUNCE),
        *s.says("C2", "not an address", OPENED),
    ]
    round_trip = [*(s.campaign(key) for key in ("C1", "C2", "C3")), *said, s.subscribes(C), s.subscribes("new@example.com")]
    first = fine(s.run(round_trip))
    assert first.count(RecordFate.WRITTEN) > 0
    s.crm.calls.clear()
    second = fine(s.run(round_trip))
    assert s.crm.calls == []
    assert second.count(RecordFate.WRITTEN) == second.count(RecordFate.POSTPONED) == 0
    assert [row for row in s.rows(due) if row["dirty"]] == []
