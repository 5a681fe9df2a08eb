"""A launch between a CRM in messages and a mailing tool in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mailsync.launches.deciding import is_under_way
from mailsync.launches.launcher import Draft
from mailsync.launches.plan import Launch, Recipients, Then
from mailsync.launches.run import Launches
from mailsync.ledger import launches as rows
from mailsync.ledger.engine import Ledger
from mailsync.ledger.launches import LaunchRow
from mailsync.membership.afterwards import Outcome, Settled
from mailsync.membership.plan import Plan
from tests.mailsync.launches.fake_launcher import FakeLauncher, Readings
from tests.mailsync.membership.scene import L, Ran, Scene

KEY = "spring"
PLAIN = Readings()


class Launching:
    """One launch to list L, run by run. `launch` is what is configured now."""

    def __init__(self, location: str, readings: Readings = PLAIN, **more: Any) -> None:
        self.scene = Scene(location, feeds={"s": [("Leads", L)]}, options={"adopt_existing": True, "confirm_after_ledger_loss": True})
        self.launcher = FakeLauncher(self.scene.tool, readings)
        draft = Draft("Spring", "Spring is here", "Ann", "ann@company.example", L, html="<p>Hello</p>")
        self.launch = Launch(KEY, self.scene.lists[L], (Recipients("Leads"),), draft, then=Then.SEND)
        self.configure(**more)
        self.scene.afterwards = self
        self.outcome = Outcome()

    def __call__(self, settled: Settled, /) -> Outcome:
        self.outcome = Launches(self.launcher, [self.launch], {})(settled)
        return self.outcome

    def look_ahead(self, ledger: Ledger, plan: Plan, announced: Mapping[str, int], /) -> None:
        Launches(self.launcher, [self.launch], {}).look_ahead(ledger, plan, announced)

    def configure(self, **more: Any) -> None:
        self.launch = replace(self.launch, **more)

    def run(self, *messages: Any, **more: Any) -> Ran:
        """The list is closed once its campaign went out, as the connector does it."""
        self.outcome = Outcome()
        row = self.row
        if row is not None and is_under_way(row):
            more.setdefault("closed_lists", frozenset({L}))
        return self.scene.run(*messages, **more)

    def says(self, *names: str) -> list[Any]:
        return [self.scene.says(name, f"{name}@example.com") for name in names]

    @property
    def row(self) -> LaunchRow | None:
        """As the ledger has it."""
        ledger = Ledger.open(self.scene.location, clock=self.scene.clock)
        with ledger.begin() as connection:
            found = rows.load(connection, "acc", KEY)
        ledger.close()
        return found

    def lose_ledger(self) -> None:
        self.scene.close()
        for end in ("", "-wal", "-shm"):
            Path(self.scene.location + end).unlink(missing_ok=True)
        self.scene.last_state.clear()

    @property
    def told(self) -> str:
        return "\n".join([*self.outcome.notes, *self.outcome.problems])
