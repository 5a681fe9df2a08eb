"""`kill -9` anywhere, then the same command: the end state is that of an undisturbed run (promise 1), and no mail is caused twice (promise 11)."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.managers import BaseManager
from typing import Any

import pytest

from mailsync.membership.plan import Claim
from mailsync.membership.tool import MailingList, Outcome
from tests.mailsync.membership.fake_tool import Call, Crash, FakeTool
from tests.mailsync.membership.histories import PROVE, fine, sampled, scene
from tests.mailsync.membership.scene import L2, F, L, Scene

__all__ = ["scene"]
New = Callable[..., Scene]
FEEDS = {"s": [("Leads", L), ("Contacts", L2), ("Partners", F)]}


def at(name: str) -> str:
    return f"{name}@example.com"


def a_known_world(scene: New, *, deletes: bool = False) -> Scene:
    s = scene(feeds=FEEDS, deletes=deletes, batch_size=3 if deletes else 1, options={"allow_confirmation_mails": True})
    s.tool.refused["poison"] = "2007"
    names = ["stays", "changes", "moves", "dies", "leaves", "opts-out", "sours", "twin-1"]
    fine(s.run(*[s.says(name, at(name)) for name in names], s.says("twin-2", at("twin-1"), contacted=4.0), s.says("c", at("c"), stream="Contacts")))
    s.tool.leaves(L, at("leaves"), by_mail="newsletter")
    return s


def a_days_work(s: Scene) -> list[Claim]:
    return [
        s.says("stays", at("stays")),
        s.says("changes", at("changes"), City="Rome"),
        s.says("moves", at("moved")),
        s.gone("dies"),
        s.says("leaves", at("leaves"), City="Rome"),
        s.says("opts-out", at("opts-out"), opt_out=True),
        s.says("sours", at("sours"), City="poison"),
        s.gone("twin-2"),
        s.says("new", at("new"), City="Oslo"),
        s.says("nowhere", "not an address"),
        s.gone("never-known"),
        s.says("c2", at("stays"), stream="Contacts"),
        s.gone("c", stream="Contacts"),
        s.says("p", at("p"), stream="Partners"),
    ]


def end_state(s: Scene) -> dict[str, Any]:
    """Who is active where, with which fields."""
    return {key: {address: s.tool.fields_of(key, address) for address in sorted(s.tool.active(key))} for key in s.tool.lists} | {
        "waiting": sorted(s.tool.lists[F].waiting)
    }


def ending(s: Scene, wanted: dict[str, Any]) -> dict[str, Any]:
    """The end state; a form list's call that was lost before it was made is held, since nobody can know, and counts as made."""
    return end_state(s) | ({} if s.tool.mails else {"waiting": wanted["waiting"]})


def made_by(known: Scene, work: Sequence[Claim]) -> list[Call]:
    s = known.clone(f"{known.location}-calls")
    before = len(s.tool.calls)
    fine(s.run(*work))
    return s.tool.calls[before:]


def undisturbed(known: Scene, work: Sequence[Claim]) -> tuple[dict[str, Any], int]:
    s = known.clone(f"{known.location}-undisturbed")
    ran = fine(s.run(*work))
    return end_state(s), ran.commits


@pytest.mark.slow
@pytest.mark.parametrize(("before", "deletes"), [(True, False), (False, False), (True, True), (False, True)])
def test_a_crash_at_any_commit_then_the_same_command_ends_as_without_it(scene: New, before: bool, deletes: bool) -> None:
    known = a_known_world(scene, deletes=deletes)
    work = a_days_work(known)
    wanted, commits = undisturbed(known, work)
    assert commits > 60
    for die_at in sampled(commits, 10):
        s = known.clone(f"{known.location}-{die_at}")
        assert isinstance(s.run(*work, die_at=die_at, before=before).error, Crash), die_at
        assert len(s.tool.mails) <= 1
        fine(s.run(*work))
        assert ending(s, wanted) == wanted, die_at
        assert len(s.tool.mails) <= 1, die_at


@pytest.mark.slow
@pytest.mark.parametrize("deletes", [False, True])
@pytest.mark.parametrize("moment", ["crash_before", "crash_after", "lost_before", "lost_after"])
def test_a_crash_or_a_lost_answer_at_any_call_ends_as_without_it(scene: New, moment: str, deletes: bool) -> None:
    known = a_known_world(scene, deletes=deletes)
    work = a_days_work(known)
    wanted, _ = undisturbed(known, work)
    calls = len(made_by(known, work))
    assert calls > 8
    for number in sampled(calls, 5):
        s = known.clone(f"{known.location}-{number}")
        count = iter(range(1, 1000))
        s.tool.dial = lambda _call, count=count, number=number: moment if next(count) == number else None
        ran = s.run(*work)
        if ran.error is not None:
            assert isinstance(ran.error, Crash), ran.error
        s.tool.dial = lambda _call: None
        fine(s.run(*work))
        assert ending(s, wanted) == wanted, number
        assert len(s.tool.mails) <= 1, number


# A real process, really killed, against a mailing tool that lives in this one.

REMOTE = ("count", "page", "leavings_list", "_write", "mailing_lists", "organisation_id", "now", "advance")


class Remote(FakeTool):
    """The child's side: reserves here, acts there."""

    def __init__(self, there: Any, clock: Any) -> None:
        super().__init__(clock)
        self.there = there

    def mailing_lists(self) -> list[MailingList]:
        return self.there.mailing_lists()

    def organisation_id(self) -> str | None:
        return self.there.organisation_id()

    def count(self, list_key: str, status: Any) -> int:
        self.reserve("count")
        return self.there.count(list_key, status)

    def page(self, list_key: str, status: Any, first: int, size: int) -> Any:
        self.reserve("page")
        return self.there.page(list_key, status, first, size)

    def leavings(self, since: float | None) -> Iterator[Any]:
        self.reserve("count")
        yield from self.there.leavings_list(since)

    def _write(self, method: str, key: str, rows: Sequence[tuple[str, dict[str, str] | None]]) -> list[Outcome]:
        self.reserve(method)
        return self.there._write(method, key, list(rows))


class RemoteClock:
    def __init__(self, there: Any) -> None:
        self.there = there

    def now(self) -> float:
        return self.there.now()

    def sleep(self, seconds: float) -> None:
        self.there.advance(seconds)


class Served(FakeTool):
    """The parent's side. `doom`: how many requests until the caller is killed."""

    doom: int | None = None
    victim = 0

    def leavings_list(self, since: float | None) -> list[Any]:
        return list(self.leavings(since))

    def now(self) -> float:
        return self.clock.now()

    def advance(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def _read(self, endpoint: str) -> None:
        self._maybe_kill()
        super()._read(endpoint)

    def _effect(self, call: Call, address: str) -> Outcome:
        self._maybe_kill()
        outcome = super()._effect(call, address)
        self._maybe_kill()
        return outcome

    def _maybe_kill(self) -> None:
        if self.doom is not None and self.victim:
            self.doom -= 1
            if self.doom == 0:
                os.kill(self.victim, signal.SIGKILL)


def _child(address: Any, location: str, work: list[Claim], pid: Any) -> None:
    class Manager(BaseManager):
        pass

    Manager.register("tool", exposed=REMOTE)
    manager = Manager(address=address, authkey=b"test")
    manager.connect()
    there = manager.tool()
    s = Scene(location, feeds=FEEDS, options={"allow_confirmation_mails": True})
    s.clock = RemoteClock(there)  # type: ignore[assignment]
    s.clock.time = 0.0  # type: ignore[misc]
    s.tool = Remote(there, s.clock)
    there.advance(3600.0)
    pid.value = os.getpid()
    fine(s.run(*work))


@pytest.mark.slow
def test_a_process_killed_in_the_middle_and_started_again_ends_as_an_undisturbed_one(scene: New) -> None:
    import threading

    known = a_known_world(scene)
    work = a_days_work(known)
    wanted, _ = undisturbed(known, work)
    context = multiprocessing.get_context("spawn")
    chance = random.Random(20261122)
    killed = 0
    for number in range(40 if PROVE else 4):
        s = known.clone(f"{known.location}-{number}")
        served = Served(s.clock)
        served.__dict__.update({name: value for name, value in s.tool.__dict__.items() if name not in ("doom", "victim")})
        s.tool = served

        class Manager(BaseManager):
            pass

        Manager.register("tool", callable=lambda served=served: served, exposed=REMOTE)
        server = Manager(address=("127.0.0.1", 0), authkey=b"test").get_server()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        served.doom = chance.randrange(1, 45)
        for _ in range(2):
            pid = context.Value("i", 0)
            process = context.Process(target=_child, args=(server.address, s.location, work, pid))
            process.start()
            served.victim = process.pid or 0
            process.join(60)
            killed += process.exitcode == -signal.SIGKILL
            served.doom = None
        assert process.exitcode == 0
        assert ending(s, wanted) == wanted, number
        assert len(served.mails) <= 1
    assert killed >= 2
