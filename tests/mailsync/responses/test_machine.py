"""Random histories of responses, of staff in the CRM, of crashes, lost answers and lost ledgers, against the oracle of what may be written.

Two ways to draw them, as for the membership rules: independent random walks, reproducible by their seed (`MAILSYNC_WALKS`, `MAILSYNC_SEED`), and hypothesis's
state machine (`MAILSYNC_HISTORIES`). The defaults are what a test run has time for; with MAILSYNC_PROVE=1 there are ten thousand of each.

Long because every step that a history may take, and the checks after each, share one world.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mailsync.errors import ConfigError, MailsyncError
from mailsync.responses.crm import Ability, Outcome, PersonId
from mailsync.responses.plan import Kind, Response, Rule
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import MEMORY_DISK, PROVE
from tests.mailsync.responses.fake_crm import Call, FakeCrm
from tests.mailsync.responses.oracle import Oracle, Told
from tests.mailsync.responses.scene import DAY, HOUR, Ran, Scene, creation, for_all

CAMPAIGNS = ("C1", "C2", "C3")
ADDRESSES = [f"{name}@example.com" for name in "abcd"]
KINDS = [Kind.SENT, Kind.DELIVERED, Kind.SOFT_BOUNCE, Kind.HARD_BOUNCE, Kind.OPENED, Kind.OPENED, Kind.CLICKED, Kind.UNSUBSCRIBED, Kind.COMPLAINT]
NOTE = Rule("note", Ability.NOTE, frozenset({Kind.CLICKED}), subject="note: {campaign}")
WRITES = ["write_campaigns", "write_member_statuses", "write_fields", "opt_out", "make_items", "make_people"]
READS = ["find", "people", "markers"]
SYNCS = ("s", "t")
STEPS = 14
PARTS = 4  # so that several workers may share the walks
FIRST_SEED = int(os.environ.get("MAILSYNC_SEED", "0"))
WALKS = int(os.environ.get("MAILSYNC_WALKS", "10000" if PROVE else "40"))
HISTORIES = int(os.environ.get("MAILSYNC_HISTORIES", "10000" if PROVE else "10"))

syncs, addresses, campaigns, picks = st.sampled_from(SYNCS), st.sampled_from(ADDRESSES), st.sampled_from(CAMPAIGNS), st.integers(0, 11)
orders = st.integers(0, 5)


class Watched(FakeCrm):
    """Tells the oracle what reaches the CRM."""

    oracle: Oracle
    answered = True

    def _put_item(self, item: Any) -> Outcome:
        outcome = super()._put_item(item)
        if outcome.id:
            self.oracle.note_item(outcome.id, item.marker, str(item.person), answered=self.answered)
        return outcome

    def _put_person(self, new: Any) -> Outcome:
        outcome = super()._put_person(new)
        if outcome.id:
            self.oracle.note_person(f"{new.module}/{outcome.id}", new.address, answered=self.answered)
        return outcome


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp(dir=MEMORY_DISK)
        self.scene = Scene(f"{self.directory}/ledger.db", limits=False)
        crm = Watched(self.scene.clock, index_lags=True, batch=2)
        self.scene.crm = self.crm = crm
        self.campaigns = [self.scene.campaign(key) for key in CAMPAIGNS]
        self.times = {"open": 2, "click": 1}
        self.oracle = crm.oracle = Oracle(
            crm,
            {one.key: one.sent_at or 0.0 for one in self.campaigns},
            {"open": ["opened", 2], "click": ["clicked", 1], "note": ["clicked", 1]},
        )
        crm.on_call = self.oracle.sees
        self.said: list[Response] = []
        self.waiting: dict[str, list[Response]] = {sync: [] for sync in SYNCS}
        self.may_lose_ledger = False
        self.numbers = iter(range(1, 1000))
        self.reset: set[str] = set()

    @initialize(lossy=st.booleans(), first=st.lists(addresses, min_size=1, max_size=3, unique=True))
    def the_crm_has_people(self, lossy: bool, first: list[str]) -> None:
        """Where the ledger gets lost, nobody moves or dies: nothing in the CRM says whom we meant."""
        self.may_lose_ledger = lossy
        for address in first:
            self.somebody_is_created(address, 0.0)

    # The mailing tool.

    @rule(campaign=campaigns, address=addresses, kind=st.sampled_from(KINDS), org=st.booleans())
    def something_is_said(self, campaign: str, address: str, kind: Kind, org: bool) -> None:
        one = Response("responses", campaign, address, kind, org_level=org and kind in (Kind.UNSUBSCRIBED, Kind.COMPLAINT))
        self.said.append(one)
        for sync in SYNCS:
            self.waiting[sync].append(one)

    @rule(address=addresses, kind=st.sampled_from([Kind.OPENED, Kind.CLICKED]))
    def every_campaign_is_read(self, address: str, kind: Kind) -> None:
        for campaign in CAMPAIGNS:
            self.something_is_said(campaign, address, kind, org=False)

    @rule(address=addresses, campaign=campaigns)
    def somebody_leaves_for_good(self, address: str, campaign: str) -> None:
        self.something_is_said(campaign, address, Kind.UNSUBSCRIBED, org=True)

    @rule(sync=syncs)
    def the_source_sends_everything_again(self, sync: str) -> None:
        self.waiting[sync] += self.said

    # Staff.

    @rule(address=addresses, contacted=st.sampled_from([0.0, 1.0, 2.0]))
    def somebody_is_created(self, address: str, contacted: float) -> None:
        if self.would_be_mistaken(address):
            return
        one = self.crm.has(f"p{next(self.numbers)}", address, contacted=contacted)
        self.oracle.holds(str(one), address)

    @rule(address=addresses, other=addresses)
    def somebody_with_two_addresses_is_created(self, address: str, other: str) -> None:
        if self.would_be_mistaken(address, other):
            return
        one = self.crm.has(f"p{next(self.numbers)}", *{address: None, other: None})
        self.oracle.holds(str(one), address, other)

    def would_be_mistaken(self, *addresses: str) -> bool:
        """Two with one address, and a ledger lost within seconds of making one of them: who was meant is known nowhere (J5)."""
        return self.may_lose_ledger and any(self.crm.holders(address) for address in addresses)

    def a_person(self, pick: int) -> PersonId | None:
        alive = sorted(one.id for one in self.crm.people_by_id.values() if one.alive)
        return alive[pick % len(alive)] if alive else None

    @rule(pick=picks, address=addresses)
    def a_person_gets_another_address(self, pick: int, address: str) -> None:
        one = self.a_person(pick)
        if one is not None and not self.may_lose_ledger:
            self.crm.moves(one, address)
            self.oracle.holds(str(one), address)
            self.oracle.touched.add(str(one))

    @rule(pick=picks)
    def a_person_is_deleted(self, pick: int) -> None:
        one = self.a_person(pick)
        if one is not None and not self.may_lose_ledger:
            self.crm.deletes(one)
            self.oracle.touched.add(str(one))

    @rule(pick=picks)
    def a_person_is_deleted_and_created_again(self, pick: int) -> None:
        one = self.a_person(pick)
        if one is not None and not self.may_lose_ledger:
            addresses = list(self.crm.people_by_id[one].addresses)
            self.a_person_is_deleted(pick)
            new = self.crm.has(f"p{next(self.numbers)}", *addresses)
            self.oracle.holds(str(new), *addresses)
            self.oracle.replaced[str(new)] = str(one)

    @rule(pick=picks, other=picks)
    def two_people_are_merged(self, pick: int, other: int) -> None:
        one, into = self.a_person(pick), self.a_person(other)
        if one is not None and into is not None and one != into and not self.may_lose_ledger:
            self.crm.merges(one, into)
            self.oracle.holds(str(into), *self.oracle.held[str(one)])
            self.oracle.touched |= {str(one), str(into)}

    @rule(pick=picks)
    def staff_deletes_somebodys_items(self, pick: int) -> None:
        one = self.a_person(pick)
        if one is not None and not self.may_lose_ledger:
            self.oracle.staff_deletes_items(str(one))
            self.crm.deletes_items(one)

    @rule(pick=picks)
    def staff_takes_an_opt_out_back(self, pick: int) -> None:
        out = sorted(one.id for one in self.crm.people_by_id.values() if one.alive and one.opted_out)
        if out and not self.may_lose_ledger:
            one = out[pick % len(out)]
            self.crm.people_by_id[one].opted_out = False
            self.oracle.sets_back(str(one))

    @rule(pick=picks, method=st.sampled_from(WRITES[1:5]))
    def somebody_will_be_deleted_just_before_a_write(self, pick: int, method: str) -> None:
        if not self.may_lose_ledger:
            self.crm.before.append((method, lambda: self.a_person_is_deleted(pick)))

    @rule(pick=picks, locked=st.booleans())
    def a_record_is_locked(self, pick: int, locked: bool) -> None:
        one = self.a_person(pick)
        if one is not None:
            self.crm.people_by_id[one].locked = "RECORD_LOCKED" if locked else ""

    @rule(name=st.sampled_from(["open", "click"]), times=st.sampled_from([1, 2, 3]))
    def a_threshold_changes(self, name: str, times: int) -> None:
        self.times[name] = times
        self.oracle.rules[name][1] = min(times, self.oracle.rules[name][1])

    # Runs.

    @rule(sync=syncs, everything=st.booleans(), order=orders, after=st.sampled_from([2.0, HOUR, DAY]))
    def a_run(self, sync: str, everything: bool, order: int, after: float) -> None:
        self.run(sync, everything=everything, order=order, after=after)

    @rule(sync=syncs, order=orders, die_at=st.integers(1, 40), before=st.booleans())
    def a_run_that_dies_at_a_commit(self, sync: str, order: int, die_at: int, before: bool) -> None:
        self.run(sync, order=order, die_at=die_at, before=before)

    @rule(
        sync=syncs,
        method=st.sampled_from(WRITES),
        last=st.sampled_from([0, 99]),
        how=st.sampled_from(["lost_before", "lost_after", "crash_before", "crash_after"]),
    )
    def a_run_with_writes_that_fail(self, sync: str, method: str, last: int, how: str) -> None:
        count = iter(range(10_000))

        def dial(call: Call) -> str | None:
            self.crm.answered = True
            if call.method != method or next(count) > last:
                return None
            self.crm.answered = False
            return how

        self.crm.dial = dial
        self.run(sync)
        self.crm.dial, self.crm.answered = lambda _call: None, True

    @rule(sync=syncs, method=st.sampled_from(READS))
    def a_run_with_reads_that_fail(self, sync: str, method: str) -> None:
        self.crm.failing = {method}
        self.run(sync)
        self.crm.failing = set()

    @rule(restored=st.booleans(), order=orders, sync=syncs)
    def the_ledger_is_lost(self, restored: bool, order: int, sync: str) -> None:
        """Or put back from a copy; the operator clears the connections' states, and the source sends everything again, not all of it in one run."""
        if not self.may_lose_ledger:
            return
        backup = f"{self.directory}/backup.db"
        self.scene.lose_ledger()
        if restored and Path(backup).exists():
            shutil.copy(backup, self.scene.location)
        self.reset = set(SYNCS)
        for one in SYNCS:
            self.waiting[one] = list(self.said)
        self.run(sync, everything=False, order=order, after=2.0)

    @rule()
    def the_ledger_is_copied(self) -> None:
        self.scene.close()
        if Path(self.scene.location).exists():
            shutil.copy(self.scene.location, f"{self.directory}/backup.db")

    def rules_of(self, sync: str) -> tuple[Rule, ...]:
        name, kind = ("open", Kind.OPENED) if sync == "s" else ("click", Kind.CLICKED)
        counting = Rule(name, Ability.ACTIVITY, frozenset({kind}), self.times[name], subject=f"{name}: {{count}}")
        return (counting, NOTE) if sync == "s" else (counting,)

    def run(self, sync: str, *, everything: bool = True, order: int = 0, **options: Any) -> Ran:
        messages = list(self.waiting[sync])
        random.Random(order).shuffle(messages)
        if not everything:
            messages = messages[: len(messages) // 2]
        self.oracle.tell({_told(one) for one in messages})
        if sync == "s":
            options["creation"] = creation()
        groups, made = for_all(*self.rules_of(sync)), self.oracle.everything_made()
        ran = self.scene.run(self.campaigns, messages, sync=sync, complete=everything, reset=sync in self.reset, groups=groups, **options)
        self.reset.discard(sync)
        self.crm.before.clear()
        if isinstance(ran.error, Crash):
            self.oracle.run_died(made)
        if "responses" in ran.echoed:
            for one in messages:
                self.waiting[sync].remove(one)
        disturbed = ran.error is not None or bool(self.crm.failing) or "die_at" in options or not self.crm.answered
        self.oracle.ran(sync, SYNCS, disturbed=disturbed, quietly=not self.waiting[sync] and options.get("after", HOUR) >= HOUR)
        assert ran.error is None or isinstance(ran.error, Crash | MailsyncError), repr(ran.error)
        assert not isinstance(ran.error, ConfigError), repr(ran.error)
        if ran.summary is not None:
            assert sum(ran.fates().values()) == len(messages)
            assert sum(ran.fates("campaigns").values()) == len(CAMPAIGNS)
        assert self.oracle.broken == [], "\n".join(self.oracle.broken)
        return ran

    # The end.

    def teardown(self) -> None:
        try:
            self.comes_to_rest()
        finally:
            self.clear()

    def clear(self) -> None:
        self.scene.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def comes_to_rest(self) -> None:
        for record in self.crm.people_by_id.values():
            record.locked = ""
        for _ in range(2):
            for sync in SYNCS:
                self.run(sync, after=8 * DAY)
        for sync in SYNCS:
            self.run(sync)
        self.oracle.at_rest(self.times, ["open", "click", "note"])
        assert self.oracle.broken == [], "\n".join(self.oracle.broken)
        before = len(self.crm.writes())
        for sync in SYNCS:
            self.waiting[sync] = list(self.said)
            self.run(sync)
        assert self.crm.writes()[before:] == [], "at rest, a second round with no new response writes nothing"
        assert len({one.key for one in self.crm.campaigns.values()}) == len(self.crm.campaigns)


def _told(one: Response) -> Told:
    return (one.campaign, one.address, one.kind.name.lower(), one.org_level)


class Walk:
    """One history drawn step by step from a seed: no clever search, but every choice independent of the last."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.machine = Histories()
        self.told: list[str] = []

    def steps(self) -> list[tuple[str, dict[str, Any]]]:
        """Every step that may come next, with its choices made; what makes something happen comes more often."""
        some, pick, address = self.chance.choice, self.chance.randrange(12), self.chance.choice(ADDRESSES)
        sync, order, yes = some(SYNCS), self.chance.randrange(6), some([True, False])
        speaking = [
            ("something_is_said", {"campaign": some(CAMPAIGNS), "address": address, "kind": some(KINDS), "org": yes}),
            *[("every_campaign_is_read", {"address": address, "kind": some([Kind.OPENED, Kind.CLICKED])})] * 2,
        ]
        running = [("a_run", {"sync": sync, "everything": some([True, True, False]), "order": order, "after": some([2.0, HOUR, DAY])})]
        return [
            *speaking * 3,
            *running * 4,
            ("somebody_leaves_for_good", {"campaign": some(CAMPAIGNS), "address": address}),
            *[("the_source_sends_everything_again", {"sync": sync})] * 2,
            ("somebody_is_created", {"address": address, "contacted": some([0.0, 1.0, 2.0])}),
            ("somebody_with_two_addresses_is_created", {"address": address, "other": some(ADDRESSES)}),
            ("a_person_gets_another_address", {"pick": pick, "address": address}),
            ("a_person_is_deleted", {"pick": pick}),
            *[("a_person_is_deleted_and_created_again", {"pick": pick})] * 2,
            ("two_people_are_merged", {"pick": pick, "other": self.chance.randrange(12)}),
            ("staff_deletes_somebodys_items", {"pick": pick}),
            *[("staff_takes_an_opt_out_back", {"pick": pick})] * 3,
            ("somebody_will_be_deleted_just_before_a_write", {"pick": pick, "method": some(WRITES[1:5])}),
            ("a_record_is_locked", {"pick": pick, "locked": yes}),
            ("a_threshold_changes", {"name": some(["open", "click"]), "times": some([1, 2, 3])}),
            ("a_run_that_dies_at_a_commit", {"sync": sync, "order": order, "die_at": self.chance.randrange(1, 30), "before": yes}),
            (
                "a_run_with_writes_that_fail",
                {
                    "sync": sync,
                    "method": some([*WRITES, "make_items", "make_items"]),
                    "last": some([0, 99]),
                    "how": some(["lost_before", "lost_after", "crash_before", "crash_after"]),
                },
            ),
            ("a_run_with_reads_that_fail", {"sync": sync, "method": some(READS)}),
            *[("the_ledger_is_lost", {"restored": yes, "order": order, "sync": sync})] * (3 if self.machine.may_lose_ledger else 0),
            *[("the_ledger_is_copied", {})] * (2 if self.machine.may_lose_ledger else 0),
        ]

    def go(self) -> None:
        try:
            self.machine.the_crm_has_people(self.chance.random() < 0.4, self.chance.sample(ADDRESSES, self.chance.randrange(1, 4)))
            for _ in range(STEPS):
                name, choices = self.chance.choice(self.steps())
                self.told.append(f"{name}({choices})")
                getattr(self.machine, name)(**choices)
            self.machine.comes_to_rest()
        except BaseException as broken:
            raise AssertionError("\n".join([f"lossy: {self.machine.may_lose_ledger}", *self.told, str(broken)])) from broken
        finally:
            self.machine.clear()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_walks(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + WALKS, PARTS):
        try:
            Walk(seed).go()
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}\n{broken}") from broken


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    derandomize=not PROVE,  # the normal run is the same each time; finding new histories is what MAILSYNC_PROVE is for
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
)
