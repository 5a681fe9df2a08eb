"""What a launch does and does not do, one situation at a time, against a mailing tool in memory."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mailsync.launches import plan, review
from mailsync.launches.content import Content, problems_of
from mailsync.launches.launcher import State
from mailsync.launches.plan import Then, bears_mark, marked
from mailsync.launches.senders import public_domain
from tests.mailsync.launches.fake_launcher import FakeLauncher, Readings
from tests.mailsync.launches.scenes import KEY, Launching
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import MEMORY_DISK
from tests.mailsync.membership.scene import HOUR, L

New = Callable[..., Launching]


@pytest.fixture
def world() -> Iterator[New]:
    """Makes a world; each test has one ledger."""
    made: list[Launching] = []
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as directory:

        def new(*arguments: Any, **more: Any) -> Launching:
            made.append(Launching(f"{directory}/ledger{len(made)}.db", *arguments, **more))
            return made[-1]

        yield new
        for one in made:
            one.scene.close()


def mailed(w: Launching) -> dict[str, int]:
    return {address.partition("@")[0]: count for address, count in w.launcher.mails.items()}


def code(w: Launching) -> str:
    (found,) = re.findall(r"set release to (\w{8})", w.told)
    return found


def failing(w: Launching, what: str, how: str) -> None:
    """The next call of this kind fails so."""
    left = [1]

    def dial(asked: str) -> str | None:
        if asked == what and left[0]:
            left[0] = 0
            return how
        return None

    w.launcher.dial = dial


def test_a_launch_is_made_and_sent_in_the_run_in_which_its_people_are_on_the_list(world: New) -> None:
    w = world()
    w.run(*w.says("ann", "bob"))
    assert mailed(w) == {"ann": 1, "bob": 1}
    assert w.launcher.calls == ["create", "send"]
    assert w.row is not None
    assert (w.row.status, w.row.done) == ("sending", "send")
    w.run(*w.says("ann"))
    assert w.row.status == "sent" if w.row else False
    w.run(*w.says("joe"))
    assert mailed(w) == {"ann": 1, "bob": 1}
    assert w.scene.tool.status(L, "joe@example.com") == "absent", "the list is closed"


def test_who_left_or_opted_out_gets_nothing_and_is_counted(world: New) -> None:
    w = world()
    w.configure(then=Then.DRAFT)
    w.run(*w.says("ann", "bob", "eve"))
    w.scene.tool.leaves(L, "bob@example.com")
    w.configure(then=Then.SEND)
    w.run(w.scene.says("eve", "eve@example.com", opt_out=True), w.scene.says("joe", None), w.scene.says("max", "not an address"))
    assert mailed(w) == {"ann": 1}
    assert w.row is not None
    assert '"skipped":{"left":1,"crm_opt_out":1,"no_address":1,"invalid_address":1}' in (w.row.review or "") or "invalid_address" in (
        w.row.review or ""
    )


def test_it_waits_until_every_stream_was_read_to_its_end(world: New) -> None:
    w = world()
    w.run(*w.says("ann"), complete=False)
    assert w.launcher.calls == []
    assert "Leads was not read to its end" in w.told
    w.run()
    assert mailed(w) == {"ann": 1}


def test_it_waits_while_the_day_is_spent_and_somebody_is_postponed(world: New) -> None:
    w = world()
    w.run(complete=False)
    w.scene.spend()
    w.run(*w.says("ann", "bob"))
    assert w.launcher.calls == []
    assert "recipients are not on the list yet" in w.told
    w.scene.clock.time += 48 * HOUR
    w.scene.tool.windows.pop("subscribe")
    w.run(*w.says("ann"))
    assert mailed(w) == {"ann": 1, "bob": 1}


def test_it_waits_while_removals_are_held_back_by_the_brake(world: New) -> None:
    w = world()
    w.configure(then=Then.DRAFT)
    w.run(*w.says("ann", "bob", "eve"))
    w.configure(then=Then.SEND)
    w.run(*[w.scene.gone(name) for name in ("ann", "bob", "eve")])
    assert mailed(w) == {}
    assert "held back by the brake" in w.told


def test_other_members_of_the_list_get_it_only_with_a_yes_and_are_counted(world: New) -> None:
    w = world()
    w.scene.tool.signs_up(L, "old@example.com")
    ran = w.run(*w.says("ann"))
    assert "1 other members" in str(ran.error)
    assert w.launcher.calls == []
    w.configure(send_to_existing_members=True)
    w.run(*w.says("ann"))
    assert mailed(w) == {"ann": 1, "old": 1}
    assert '"existing":1' in (w.row.review if w.row and w.row.review else "")


def test_the_address_a_list_was_made_with_is_no_other_member(world: New) -> None:
    w = world(own_address="own@example.com")
    w.scene.tool.signs_up(L, "own@example.com")
    w.run(*w.says("ann"))
    assert mailed(w) == {"ann": 1, "own": 1}


def test_too_many_recipients_are_refused_before_a_call(world: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST_OF_A_MODULE", 2)
    w = world()
    ran = w.run(*w.says("ann", "bob", "eve"))
    assert "Leads has 3" in str(ran.error)
    assert w.launcher.calls == []
    assert (plan.MOST_OF_A_MODULE, plan.MOST_IN_ALL) == (200_000, 400_000)
    assert review.too_many({"Leads": 200_000, "Contacts": 200_000, "Partners": 1}) != ""


def test_too_many_announced_recipients_are_refused_before_anybody_is_on_the_list(world: New) -> None:
    w = world()
    ran = w.run(*w.says("ann"), announce={"Leads": 200_001})
    assert "Leads has 200,001" in str(ran.error)
    assert w.scene.tool.calls == []
    assert w.run(*w.says("ann"), announce={"Leads": 200_000}).error is None
    assert mailed(w) == {"ann": 1}
    assert w.run(announce={"Leads": 200_001}).error is None, "what went out stays as it is"


def test_a_draft_is_made_and_left_and_sent_when_that_is_configured(world: New) -> None:
    w = world(then=Then.DRAFT)
    w.run(*w.says("ann"))
    assert (w.launcher.calls, mailed(w)) == (["create"], {})
    w.run(*w.says("bob"))
    w.configure(then=Then.SEND)
    w.run()
    assert w.run().error is None, "a draft that was sent is what the configuration says"
    assert mailed(w) == {"ann": 1, "bob": 1}


def test_a_test_mail_goes_out_once_before_everybody_else(world: New) -> None:
    w = world(then=Then.DRAFT, test_addresses=("me@company.example",))
    w.run(*w.says("ann"))
    w.run()
    w.configure(then=Then.SEND)
    w.run()
    assert w.launcher.calls == ["create", "test", "send"]


def test_a_scheduled_launch_goes_out_at_its_time_and_once(world: New) -> None:
    w = world(then=Then.SCHEDULE)
    w.configure(at=w.scene.clock.time + 30 * HOUR)
    w.run(*w.says("ann"))
    assert (w.launcher.calls, mailed(w)) == (["create", "schedule"], {})
    w.run(*w.says("bob"))
    w.scene.clock.time += 40 * HOUR
    w.run()
    assert mailed(w) == {"ann": 1}
    assert w.row is not None
    assert w.row.status == "sent"


def test_a_time_that_has_passed_is_a_mistake_and_nothing_goes_out(world: New) -> None:
    w = world(then=Then.SCHEDULE)
    w.configure(at=w.scene.clock.time - HOUR)
    ran = w.run(*w.says("ann"))
    assert "has passed" in str(ran.error)
    assert mailed(w) == {}


@pytest.mark.parametrize("then", [Then.SEND, Then.SCHEDULE])
@pytest.mark.parametrize("how", ["lost_before", "crash_before"])
def test_a_lost_call_is_held_also_after_days_and_goes_out_once_it_is_released(world: New, how: str, then: Then) -> None:
    w = world(then=then)
    w.configure(at=w.scene.clock.time + 2000 * HOUR if then is Then.SCHEDULE else None)
    failing(w, then.value, how)
    w.run(*w.says("ann"))
    for _ in range(3):
        w.scene.clock.time += 100 * HOUR
        w.run()
        assert mailed(w) == {}
        assert "is held" in w.told
    first = code(w)
    w.configure(release="00000000")
    w.run()
    assert mailed(w) == {}
    failing(w, then.value, "lost_before")
    w.configure(release=first)
    w.run()
    assert mailed(w) == {}
    assert code(w) != first, "one code, one try"
    w.configure(release=code(w))
    w.run()
    w.scene.clock.time += 3000 * HOUR
    w.run()
    assert mailed(w) == {"ann": 1}


@pytest.mark.parametrize("how", ["lost_after", "crash_after"])
def test_a_call_that_arrived_although_its_answer_was_lost_is_recognised(world: New, how: str) -> None:
    w = world()
    failing(w, "send", how)
    ran = w.run(*w.says("ann"))
    assert (ran.error is None) == (how == "lost_after")
    assert ran.error is None or isinstance(ran.error, Crash)
    w.run()
    assert mailed(w) == {"ann": 1}
    assert w.row is not None
    assert w.row.status == "sent"


@pytest.mark.parametrize("readings", [Readings(shown_late=True), Readings(key_missing=True), Readings(shown_late=True, key_missing=True)])
@pytest.mark.parametrize("how", ["lost_before", "lost_after", None])
def test_a_campaign_is_made_once_whenever_it_shows(world: New, how: str | None, readings: Readings) -> None:
    w = world(readings)
    if how:
        failing(w, "create", how)
    for _ in range(4):
        w.run(*w.says("ann"))
    assert mailed(w) == {"ann": 1}
    assert len(w.launcher.campaigns_) == 1


def test_a_status_that_is_shown_late_never_leads_to_a_second_call(world: New) -> None:
    w = world(Readings(status_late=True, send_twice="mails"))
    failing(w, "send", "lost_after")
    w.scene.clock.time += HOUR
    w.run(*w.says("ann"))
    assert "is held" in w.told
    w.run()
    assert mailed(w) == {"ann": 1}
    assert w.row is not None
    assert w.row.status == "sent"


@pytest.mark.parametrize("how", ["locked", "refused"])
def test_a_refusal_proves_that_nothing_took_effect_and_is_tried_again(world: New, how: str) -> None:
    w = world()
    failing(w, "send", how)
    w.run(*w.says("ann"))
    assert mailed(w) == {}
    w.run()
    assert mailed(w) == {"ann": 1}


def test_it_waits_for_the_vendors_review(world: New) -> None:
    w = world(Readings(review=True))
    w.run(*w.says("ann"))
    w.run()
    assert mailed(w) == {}
    assert "has not reviewed its content yet" in w.told
    (key,) = w.launcher.campaigns_
    w.launcher.move(key, State.REVIEWED)
    w.run()
    assert mailed(w) == {"ann": 1}


@pytest.mark.parametrize(("state", "word"), [(State.STOPPED, "was stopped"), (State.CANCELLED, "was cancelled")])
def test_what_staff_halted_is_told_and_never_taken_up_again(world: New, state: State, word: str) -> None:
    w = world(then=Then.SCHEDULE)
    w.configure(at=w.scene.clock.time + 30 * HOUR)
    w.run(*w.says("ann"))
    (key,) = w.launcher.campaigns_
    w.launcher.campaigns_[key].due = None
    w.launcher.move(key, state)
    w.run()
    assert word in w.told
    w.configure(then=Then.SEND, at=None)
    w.run()
    assert mailed(w) == {}


def test_what_staff_sent_by_hand_is_not_sent_again(world: New) -> None:
    w = world(then=Then.DRAFT)
    w.run(*w.says("ann"))
    (key,) = w.launcher.campaigns_
    w.launcher.release(key, w.launcher.by_staff)
    w.configure(then=Then.SEND)
    w.run()
    assert mailed(w) == {}
    assert w.row is not None
    assert w.row.status == "sent"


def test_a_lost_ledger_never_sends_what_was_sent(world: New) -> None:
    w = world()
    w.run(*w.says("ann"))
    w.lose_ledger()
    w.configure(send_to_existing_members=True)
    w.run(*w.says("ann", "bob"))
    w.run()
    assert mailed(w) == {"ann": 1}
    assert w.row is not None
    assert (w.row.status, w.row.adopted) == ("sent", 1)


def test_a_lost_ledger_facing_a_draft_holds_it_until_it_is_released(world: New) -> None:
    w = world(then=Then.DRAFT)
    w.run(*w.says("ann"))
    w.lose_ledger()
    w.configure(then=Then.SEND, send_to_existing_members=True)
    w.run(*w.says("ann"))
    assert mailed(w) == {}
    w.configure(release=code(w))
    w.run()
    assert mailed(w) == {"ann": 1}


def test_two_campaigns_with_the_mark_are_both_left_alone(world: New) -> None:
    w = world()
    for _ in range(2):
        w.launcher.make(marked("Spring", KEY), L)
    w.run(*w.says("ann"))
    assert w.launcher.calls == []
    assert "2 campaigns" in w.told


def test_a_change_under_the_same_key_is_named_and_changes_nothing(world: New) -> None:
    w = world()
    w.run(*w.says("ann"))
    w.configure(draft=replace(w.launch.draft, subject="Another"), then=Then.DRAFT)
    ran = w.run(*w.says("ann"))
    assert "made with another subject, step (then)" in str(ran.error)
    assert mailed(w) == {"ann": 1}


def test_a_key_belongs_to_one_sync(world: New) -> None:
    w = world()
    w.run(*w.says("ann"))
    w.scene.feeds["t"] = [("Leads", L)]
    ran = w.run(*w.says("bob"), sync="t")
    assert "belongs to a launch of sync 's'" in str(ran.error)


def test_a_deleted_campaign_is_not_made_again(world: New) -> None:
    w = world(then=Then.DRAFT)
    w.run(*w.says("ann"))
    w.launcher.campaigns_.clear()
    w.run()
    w.run()
    assert w.launcher.calls == ["create"]
    assert "is not in Fake any more" in w.told


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Spring - launch spring", True),
        ("Copy of Spring - LAUNCH spring (1)", True),
        ("launch spring", True),
        ("Spring - launch spring-2", False),
        ("Spring - launch my-spring", False),
        ("Spring - relaunch spring", False),
        ("spring", False),
    ],
)
def test_the_mark_is_found_whatever_stands_around_it_and_no_other(name: str, found: bool) -> None:
    assert bears_mark(name, "spring") is found


@pytest.mark.parametrize(
    ("address", "domain"),
    [("a@gmail.com", "gmail.com"), ("a@GMX.de", "gmx.de"), ("a@mail.company.example", None), ("a@notgmail.com", None), ("a@gmail.com.", "gmail.com")],
)
def test_a_sender_at_a_public_mail_service_is_recognised(address: str, domain: str | None) -> None:
    assert public_domain(address) == domain


def test_merge_tags_that_no_field_fills_forbid_to_send_and_warn_of_a_draft(world: New) -> None:
    launch = replace(world().launch, filled=frozenset({"First Name"}), other_tags=frozenset({"Weather"}))
    tags = frozenset({("FIRST_NAME", False), ("weather", False), ("EMAIL", False), ("Shoe Size", False), ("City", True)})
    wrong, warnings = problems_of(Content(10, tags), launch, FakeLauncher.traits)
    assert "Shoe Size" in wrong
    assert "City" in warnings[0]
    wrong, warnings = problems_of(Content(10, tags), replace(launch, then=Then.DRAFT), FakeLauncher.traits)
    assert (wrong, len(warnings)) == ("", 2)
    assert "takes 1,000" in problems_of(Content(1001, frozenset()), launch, FakeLauncher.traits)[0]


def test_a_lost_call_is_held_and_released_on_both_databases(location: str) -> None:
    w = Launching(location)
    failing(w, "send", "lost_before")
    w.run(*w.says("ann", "bob"))
    w.run()
    assert mailed(w) == {}
    w.configure(release=code(w))
    w.run()
    w.run()
    assert mailed(w) == {"ann": 1, "bob": 1}
    assert w.row is not None
    assert (w.row.status, w.row.done) == ("sent", "send")
    w.scene.close()


@pytest.mark.parametrize("reaches", [False, True])
def test_nobody_who_opted_out_in_the_crm_is_mailed_because_they_are_on_the_list_by_themselves(world: New, reaches: bool) -> None:
    w = world(send_to_existing_members=True)
    for name in ("old", "ann", "bob"):
        w.scene.tool.signs_up(L, f"{name}@example.com")
    out = w.scene.says("old", "old@example.com", opt_out=True)
    ran = w.run(*w.says("ann"), out, opt_out_reaches_everyone=reaches)
    if not reaches:
        assert "1 crm opt out" in str(ran.error)
        assert w.launcher.calls == []
    else:
        assert mailed(w) == {"ann": 1, "bob": 1}


@pytest.mark.parametrize("gone", [False, True])
def test_a_campaign_that_is_not_shown_as_sent_long_after_its_time_is_told_and_not_sent_again(world: New, gone: bool) -> None:
    w = world(then=Then.SCHEDULE)
    w.configure(at=w.scene.clock.time + 30 * HOUR)
    w.run(*w.says("ann"))
    (key,) = w.launcher.campaigns_
    w.launcher.campaigns_[key].due = None
    w.launcher.move(key, State.DRAFT)
    if gone:
        w.launcher.campaigns_.clear()
    w.run()
    assert "is held" not in w.told
    w.scene.clock.time += 40 * HOUR
    w.run()
    assert "does not show it as sent" in w.told
    assert mailed(w) == {}
    assert w.launcher.calls == ["create", "schedule"]


def test_a_test_mail_in_which_the_process_died_is_not_sent_again(world: New) -> None:
    w = world(then=Then.DRAFT, test_addresses=("me@company.example",))
    failing(w, "test", "crash_after")
    assert isinstance(w.run(*w.says("ann")).error, Crash)
    w.run()
    assert w.launcher.calls == ["create", "test"]
