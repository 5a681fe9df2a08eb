"""What a run is going to cost is told before it is spent, and it then costs that."""

from __future__ import annotations

from collections.abc import Callable

from mailsync.membership import forecast
from mailsync.membership.told import EventKind
from mailsync.membership.tool import Window
from tests.mailsync.membership.histories import A, B, fine, scene
from tests.mailsync.membership.scene import DAY, L2, L, Ran, Scene

__all__ = ["scene"]
New = Callable[..., Scene]


def foretold(ran: Ran) -> list[str]:
    return [event.text for event in ran.events if event.kind is EventKind.FORECAST]


def a_spent_day(scene: New, people: int, **options: object) -> tuple[Scene, Ran]:
    s = scene(**options)
    s.tool.windows["subscribe"] = (Window(6, 60.0), Window(11, DAY))  # 9 a day are ours
    return s, fine(s.run(*(s.says(str(number), f"p{number:02}@example.com") for number in range(people))))


def test_what_waits_is_told_before_the_first_write_and_is_what_is_called(scene: New) -> None:
    s, ran = a_spent_day(scene, 15, feeds={"s": [("Leads", L), ("Leads", L2)]})
    assert ran.summary is not None
    assert dict(ran.summary.forecast.by_endpoint) == {"subscribe": 6, "attach": 1}, "fields once, then the other list ten at a time"
    assert ran.summary.forecast.exact
    s.clock.time += DAY
    at_first_write: list[int] = []
    s.tool.before_write.append(lambda: at_first_write.append(len(s.tool.calls)))
    before = len(s.tool.calls)
    later = fine(s.run())
    assert foretold(later)[0].startswith("Forecast: what earlier runs left takes 7 calls (attach 1, subscribe 6), at least ")
    assert "9 calls of subscribe are left of our share" in foretold(later)[0]
    assert [call.method for call in s.tool.calls[before:]].count("subscribe") == 6
    assert later.events.index(next(event for event in later.events if event.kind is EventKind.FORECAST)) >= 0
    assert at_first_write == [before]
    assert later.summary is not None
    assert later.summary.forecast.calls == 0


def test_several_days_are_counted(scene: New) -> None:
    _, ran = a_spent_day(scene, 30)
    assert ran.summary is not None
    assert (ran.summary.forecast.calls, ran.summary.forecast.days) == (21, 3)
    assert ran.summary.forecast.seconds > 2 * DAY
    assert "on 3 days" in str(ran.summary.forecast)


def test_a_first_run_is_bounded_by_what_the_source_announces_and_reckoned_from_what_came(scene: New) -> None:
    s = scene(limits=False)
    people = [s.says(str(number), f"p{number:04}@example.com" if number % 2 else None) for number in range(1000)]
    ran = fine(s.run(*people, announce={"Leads": 4000}))
    first, bound, reckoned = foretold(ran)[:3]
    assert first.startswith("Forecast: nothing is left from earlier runs. Today 67,500 calls of subscribe")
    assert bound == (
        "Forecast: the source announces 4,000 records of Leads; if all are new, about 4,000 calls (subscribe 4,000), at least 8 minutes "
        "under the vendor's limits."
    )
    assert reckoned.startswith("Forecast after 1,000 records: the rest takes about 1,500 calls (subscribe 1,500)"), "half of them have no address"


def test_leavings_that_wait_are_part_of_it(scene: New) -> None:
    s = scene()
    fine(s.run(s.says("r", A), s.says("x", B)))
    s.tool.windows["take_off"] = (Window(1, DAY),)
    ran = fine(s.run(s.says("r", A, opt_out=True), s.says("x", B, opt_out=True)))
    assert ran.summary is not None
    assert dict(ran.summary.forecast.by_endpoint) == {"take_off": 1}


def test_a_long_row_is_reckoned_from_its_first_part(scene: New, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(forecast, "BATCH", 5)
    monkeypatch.setattr(forecast, "MOST_ASKED", 10)
    _, ran = a_spent_day(scene, 49)
    assert ran.summary is not None
    assert (ran.summary.forecast.calls, ran.summary.forecast.exact) == (40, False)
    assert str(ran.summary.forecast).startswith("about 40 calls")
