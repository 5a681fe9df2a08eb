"""Random orders of runs, crashes at commits and around calls, lost answers, changes of the configuration, staff and lost ledgers, under random readings
of what the vendor leaves open: nobody ever gets a launch twice by our calls, and who got it by staff's hand, as the vendor shows it, not once more.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from mailsync.launches.launcher import State
from mailsync.launches.plan import Then
from tests.mailsync.launches.fake_launcher import UNSENT, Readings
from tests.mailsync.launches.scenes import Launching
from tests.mailsync.membership.histories import MEMORY_DISK, PROVE

WALKS = 4000 if PROVE else 48
PARTS = 4
STEPS = 14
DIALS = (None, None, None, "lost_before", "lost_after", "crash_before", "crash_after", "locked", "refused")
NAMES = ("ann", "bob", "eve", "joe")


class Walk:
    """One history."""

    def __init__(self, seed: int, folder: str) -> None:
        self.chance = random.Random(seed)
        chance = self.chance
        readings = Readings(
            shown_late=chance.random() < 0.4,
            status_late=chance.random() < 0.4,
            send_twice=chance.choice(("refused", "nothing", "mails")),
            review=chance.random() < 0.25,
            key_missing=chance.random() < 0.25,
            needs_time=chance.random() < 0.25,
        )
        self.world = Launching(f"{folder}/ledger.db", readings)
        self.path: list[str] = [str(readings)]
        self.backup = f"{folder}/backup.db"
        if chance.random() < 0.3:
            self.schedules()
        self.runs()

    def step(self) -> None:
        steps = (self.runs, self.runs, self.runs, self.staff, self.time, self.config, self.ledger, self.two_at_once, self.people)
        self.chance.choice(steps)()
        self.check()

    def check(self) -> None:
        launcher = self.world.launcher
        launcher.pass_time()
        twice = {address: count for address, count in launcher.mails.items() if count > 1}
        assert not twice, "\n".join(self.path)

    def runs(self) -> None:
        dial = self.chance.choice(DIALS)
        at = self.chance.choice(("create", "send", "schedule"))
        left = [self.chance.choice((1, 1, 2))]

        def fail(what: str) -> str | None:
            if what == at and left[0]:
                left[0] -= 1
                return dial
            return None

        self.world.launcher.dial = fail
        die_at = self.chance.randrange(1, 40) if self.chance.random() < 0.3 else None
        before = self.chance.random() < 0.5
        self.path.append(f"run {dial} at {at} ×{left[0]}, dies at {die_at} {before}")
        ran = self.world.run(*self.world.says(*self.chance.sample(NAMES, 2)), die_at=die_at, before=before)
        self.world.launcher.dial = lambda _what: None
        self.path.append(f"  → {ran.error!r} {self.world.told} calls {self.world.launcher.calls}")

    def staff(self) -> None:
        launcher = self.world.launcher
        unsent = [key for key, one in launcher.campaigns_.items() if one.state in UNSENT and launcher.shown(one) is one.state]
        what = self.chance.choice(("approve", "send", "halt", "delete", "copy"))
        if not unsent:
            return
        key = self.chance.choice(unsent)
        self.path.append(f"staff: {what} {key}")
        if what == "approve":
            launcher.move(key, State.REVIEWED)
        elif what == "send" and not launcher.readings.status_late and not any(launcher.mails.values()):
            launcher.release(key, launcher.by_staff)
        elif what == "halt":
            launcher.move(key, State.CANCELLED)
        elif what == "delete" and self.chance.random() < 0.3:
            del launcher.campaigns_[key]
        elif what == "copy":
            launcher.make(f"Copy of {launcher.campaigns_[key].name}", "L")

    def time(self) -> None:
        self.world.scene.clock.time += self.chance.choice((60.0, 1000.0, 4000.0, 90_000.0))
        self.path.append("time passes")

    def config(self) -> None:
        """Honest people: they release a call only after they have seen that nobody was mailed."""
        world, launcher = self.world, self.world.launcher
        code = re.findall(r"set release to (\w{8})", world.told)
        if code and not launcher.mails and not launcher.by_staff and not any(one.due for one in launcher.campaigns_.values()):
            world.configure(release=code[0])
            self.path.append(f"release {code[0]}")
        elif self.chance.random() < 0.3:
            world.configure(draft=replace(world.launch.draft, subject=self.chance.choice(("Spring is here", "Spring at last"))))
            self.path.append(f"subject {world.launch.draft.subject}")
        elif self.chance.random() < 0.3:
            self.schedules()

    def schedules(self) -> None:
        if self.chance.random() < 0.5:
            self.world.configure(then=self.chance.choice((Then.SEND, Then.DRAFT)), at=None)
        else:
            self.world.configure(then=Then.SCHEDULE, at=self.world.scene.clock.time + self.chance.choice((5000.0, 20_000.0, 90_000.0)))
        self.path.append(f"then {self.world.launch.then}")

    def ledger(self) -> None:
        chance = self.chance.random()
        if chance < 0.3:
            self.world.lose_ledger()
            self.path.append("ledger lost")
        elif chance < 0.6 and Path(self.world.scene.location).exists():
            self.world.scene.close()
            shutil.copy(self.world.scene.location, self.backup)
        elif Path(self.backup).exists():
            self.world.lose_ledger()
            shutil.copy(self.backup, self.world.scene.location)
            self.path.append("ledger restored")

    def two_at_once(self) -> None:
        """A second run takes over while the first is about to call, and the first goes on."""

        def meanwhile() -> None:
            self.path.append("  meanwhile another run")
            other = Launching.__new__(Launching)
            other.__dict__.update(self.world.__dict__)
            ledger, self.world.scene._ledger = self.world.scene._ledger, None
            self.world.run(*self.world.says(*self.chance.sample(NAMES, 1)))
            self.world.scene.close()
            self.world.scene._ledger = ledger

        self.world.launcher.before_call = [meanwhile]
        self.runs()
        self.world.launcher.before_call = []

    def people(self) -> None:
        name = f"{self.chance.choice(NAMES)}@example.com"
        if self.chance.random() < 0.5:
            self.world.scene.tool.leaves("L", name)
        else:
            self.world.scene.tool.signs_up("L", name)
        self.world.configure(send_to_existing_members=True)
        self.path.append(f"{name} leaves or signs up")


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_gets_a_launch_twice_whatever_happens(part: int) -> None:
    sent = held = 0
    for seed in range(part, WALKS, PARTS):
        with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as folder:
            walk = Walk(seed, folder)
            for _ in range(STEPS):
                walk.step()
            walk.world.scene.close()
            sent += bool(walk.world.launcher.mails)
            held += "is held" in "\n".join(walk.path)
    assert sent, "some launches go out"
    assert held or not PROVE, "some calls are lost"
