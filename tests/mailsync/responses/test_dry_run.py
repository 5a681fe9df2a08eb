"""A dry run writes nothing anywhere, and the real run that follows makes the writes that it told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mailsync.ledger import schema
from mailsync.membership.told import Braked, Event, Summary
from mailsync.responses.dry_run import DryRun
from mailsync.responses.plan import Kind
from tests.mailsync.responses.histories import New, fine, known, scene
from tests.mailsync.responses.scene import A, Scene, X, for_all
from tests.mailsync.responses.test_crashes import a_days_work, a_known_world, at

__all__ = ["known", "scene"]
METHODS = {
    "write_campaigns": "campaign",
    "write_member_statuses": "member_status",
    "write_fields": "field",
    "opt_out": "opt_out",
    "make_people": "person",
}


def rehearse(s: Scene, messages: list[Any], **options: Any) -> tuple[DryRun, Summary, BaseException | None]:
    s.crm.reserve = lambda _endpoint, _cost=1: None
    events: list[Event] = []
    dry = DryRun(ledger=s._opened(), crm=s.crm, plan=s.plan("s", options), clock=s.clock, on_event=events.append)
    dry.run.open()
    for name in s.streams:
        given = s.last_state.get(("s", name), b"")
        dry.run.state(name, given, is_empty=not given)
    for one in messages:
        dry.run.record(one)
    for name in s.streams:
        dry.run.state(name, b"new", is_empty=False)
        dry.run.complete(name)
    try:
        return dry, dry.run.close(), None
    except Braked as braked:
        return dry, braked.summary, braked


def everything(s: Scene) -> dict[str, list[str]]:
    return {name: sorted(map(str, s.rows(table))) for name, table in schema.metadata.tables.items()}


def test_the_real_run_makes_the_writes_that_the_dry_run_told_and_the_dry_run_none(scene: New) -> None:
    s = a_known_world(scene)
    s.crm.people_by_id[s.crm.holders(at("locked"))[0]].locked = ""
    before, writes = everything(s), len(s.crm.writes())
    dry, summary, _ = rehearse(s, a_days_work(s))
    told = list(dry.writes())
    document = dry.document(summary)
    dry.close()
    assert len(s.crm.writes()) == writes
    assert everything(s) == before
    assert "@" not in str(told) + str(document)
    ran = fine(s.run(a_days_work(s), after=0.0))
    made: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    for call in s.crm.writes()[writes:]:
        action = METHODS.get(call.method) or call.rows[0].makes.value
        made[action] += len(call.rows)
        requests[action] += 1
    # A write to somebody who is gone is made too, and then made to who took their place; in a dry run nobody answers "gone".
    assert {name: told["rows"] for name, told in document["totals"].items() if name not in ("member_status", "field")} == {
        name: count for name, count in made.items() if name not in ("member_status", "field")
    }
    assert Counter(one["action"] for one in told) == {name: one["rows"] for name, one in document["totals"].items()}
    assert document["totals"]["person"]["requests"] == requests["person"]
    assert sum(one["records"] for one in document["fates"]) == sum(ran.summary.fates.values())


def test_a_dry_run_tells_of_a_brake_and_of_what_a_rule_would_do(known: New) -> None:
    s = known()
    for number in range(51):
        s.crm.has(str(number), f"p{number}@example.com")
    fine(s.run([one for number in range(51) for key in ("C1", "C2") for one in s.says(key, f"p{number}@example.com", Kind.OPENED)]))
    dry, summary, error = rehearse(s, [], groups=for_all(X))
    assert isinstance(error, Braked)
    assert dry.document(summary, how="braked", message=str(error))["ends"]["how"] == "braked"
    dry.close()
    dry, summary, _ = rehearse(s, [], groups=for_all(X), rules_over_brake=True)
    assert dry.document(summary)["totals"] == {"activity": {"rows": 51, "requests": 1, "api": 1}}
    dry.close()
    assert s.crm.items == {}


@pytest.mark.parametrize("times", [1, 2])
def test_a_dry_run_may_be_repeated(known: New, times: int) -> None:
    s = known()
    s.crm.has("1", A)
    for _ in range(times):
        dry, summary, _ = rehearse(s, s.says("C1", A, Kind.OPENED))
        assert dry.document(summary)["totals"] == {name: {"rows": 1, "requests": 1, "api": 1} for name in ("field", "member_status")}
        dry.close()
