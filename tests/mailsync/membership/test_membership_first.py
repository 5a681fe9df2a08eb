"""The first load in two phases: memberships ten a call, then fields."""

from __future__ import annotations

from collections.abc import Callable

from mailsync.membership.told import EventKind
from mailsync.membership.tool import Window
from tests.mailsync.membership.histories import A, B, C, fine, scene
from tests.mailsync.membership.scene import DAY, L, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
FIRST = {"membership_first": True}


def people(s: Scene, count: int) -> list[object]:
    return [s.says(str(number), f"p{number:02}@example.com", City="Rome") for number in range(count)]


def test_everybody_is_on_the_list_before_the_first_field_is_written(scene: New) -> None:
    s = scene(options=FIRST)
    ran = fine(s.run(*people(s, 25)))
    methods = [call.method for call in s.tool.calls]
    assert methods == ["attach"] * 25 + ["subscribe"] * 25
    assert ran.fate("3") == "postponed(fields_follow)"
    assert s.tool.fields_of(L, "p03@example.com") == {"Name": "3", "City": "Rome"}
    assert ran.did("attached") == ran.did("added_or_updated") == 25
    assert fine(s.run(*people(s, 25))).fate("3") == "unchanged"


def test_fields_that_a_day_does_not_suffice_for_follow_on_the_next(scene: New) -> None:
    s = scene(options=FIRST)
    s.tool.windows["subscribe"] = (Window(11, DAY),)
    ran = fine(s.run(*people(s, 25)))
    assert len(s.tool.active(L)) == 25
    assert [call.method for call in s.tool.calls].count("subscribe") == 9
    assert ran.summary is not None
    assert dict(ran.summary.forecast.by_endpoint) == {"subscribe": 16}
    s.clock.time += DAY
    before = len(s.tool.calls)
    ran = fine(s.run(s.says("new", A)))
    foretold = next(event.text for event in ran.events if event.kind is EventKind.FORECAST)
    assert "takes 16 calls (subscribe 16)" in foretold
    assert [call.method for call in s.tool.calls[before:]] == ["attach"] + ["subscribe"] * 9, "the new person first, then fields"


def test_who_leaves_between_the_phases_gets_no_fields(scene: New) -> None:
    s = scene(options=FIRST)

    def leave() -> None:
        s.clock.time += 1.0
        s.tool.leaves(L, B, by_mail="welcome", at_known=True)

    fine(s.run(s.says("x", C)))
    s.tool.before_write += [lambda: None, leave]
    ran = fine(s.run(s.says("r", A), s.says("t", B)))
    assert s.tool.status(L, B) == "unsubscribed"
    assert ran.error is None


def test_a_removed_person_who_returns_and_people_without_fields_go_as_ever(scene: New) -> None:
    s = scene(options=FIRST)
    fine(s.run(s.says("r", A), s.says("x", B)))
    fine(s.run(s.gone("r")))
    before = len(s.tool.calls)
    assert fine(s.run(s.says("r", A))).fate("r") == "written"
    assert [call.method for call in s.tool.calls[before:]] == ["subscribe"]


def test_the_plan_of_two_phases_is_exact(scene: New) -> None:
    s = scene(options=FIRST)
    messages = people(s, 12)
    planned = s.rehearse(*messages)  # type: ignore[arg-type]
    fine(s.run(*messages))  # type: ignore[arg-type]
    assert [one["writes"] for one in planned.document["lists"] if one["key"] == L] == [{"attach": 12, "update": 12}]
    assert planned.calls()["attach"] == 2
    assert [(call.method, call.address) for call in s.tool.calls] == [
        ("attach" if action == "attach" else "subscribe", address) for _, action, address in planned.writes
    ]
