"""Random histories of a CRM, of people and staff at the mailing tool, of crashes and lost answers, against the oracle of the promises.

Two ways to draw them: independent random walks, reproducible by their seed (`MAILSYNC_WALKS`, `MAILSYNC_SEED`), and hypothesis's state machine, which looks
for variations of what it found (`MAILSYNC_HISTORIES`). The defaults are what a test run has time for; with MAILSYNC_PROVE=1 there are ten thousand walks.

Long because every step that a history may take, and the checks after each, share one world.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mailsync.membership.plan import Claim
from mailsync.membership.told import Braked
from mailsync.membership.tool import ListedStatus, Member, Response
from tests.mailsync.membership.fake_tool import Call, Crash, FakeTool
from tests.mailsync.membership.histories import MEMORY_DISK, PROVE
from tests.mailsync.membership.oracle import Oracle, RecordId, Truth
from tests.mailsync.membership.scene import Ran, Scene

FEEDS = {"s": [("Leads", "L"), ("Contacts", "L"), ("Contacts", "L2"), ("Contacts", "F")], "t": [("Partners", "L")]}
STREAMS = [("s", "Leads"), ("s", "Contacts"), ("t", "Partners")]
ADDRESSES = [f"{name}@example.com" for name in "abcde"]
STEPS = 12
PARTS = 4  # so that several workers may share the walks
FIRST_SEED = int(os.environ.get("MAILSYNC_SEED", "0"))
WALKS = int(os.environ.get("MAILSYNC_WALKS", "10000" if PROVE else "200"))
HISTORIES = int(os.environ.get("MAILSYNC_HISTORIES", "10000" if PROVE else "30"))

records = st.tuples(st.sampled_from(STREAMS), st.sampled_from(["1", "2"])).map(lambda one: (*one[0], one[1]))
addresses = st.sampled_from(ADDRESSES)
lists = st.sampled_from(["L", "L2"])
picks = st.integers(0, 11)


class Watched(FakeTool):
    """Tells the oracle what the product was shown."""

    oracle: Oracle

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        rows = super().page(list_key, status, first, size)
        if status is ListedStatus.UNSUBSCRIBED:
            for row in rows:
                self.oracle.shows((list_key, row.address))
        return rows

    def leavings(self, since: float | None) -> Iterator[Response]:
        for response in super().leavings(since):
            for key in response.list_keys:
                self.oracle.shows((key, response.address))
            yield response


class Histories(RuleBasedStateMachine):
    """`deletes`: the vendor can delete a membership, fields belong to it, and a call carries several people (as Mailigen); else as Zoho Campaigns."""

    deletes = False
    batch_size = 1

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.mkdtemp(dir=MEMORY_DISK)
        self.scene = Scene(f"{self.directory}/ledger.db", feeds=FEEDS, options={"allow_confirmation_mails": True}, limits=False)
        feeds: dict[tuple[str, str], tuple[str, ...]] = {}
        for sync, pairs in FEEDS.items():
            for stream, key in pairs:
                feeds[sync, stream] = (*feeds.get((sync, stream), ()), key)
        self.oracle = Oracle(feeds, frozenset({"F"}), by_contact=not self.deletes)
        watched = Watched(self.scene.clock, deletes=self.deletes, batch_size=self.batch_size)
        watched.lists = self.scene.tool.lists
        watched.oracle = self.oracle
        watched.windows = {}
        watched.on_call = self.oracle.sees
        watched.on_lost = lambda calls: self.oracle.lost.update((call.list, call.address) for call in calls)
        self.scene.tool = watched
        self.waiting: dict[RecordId, Claim] = {}  # what the source has not had acknowledged, newest per record
        self.generation = 1

    @initialize(first=st.lists(st.tuples(records, addresses), min_size=1, max_size=4))
    def the_crm_has_people(self, first: list[tuple[RecordId, str]]) -> None:
        for record, address in first:
            self.edit(record, address, opt_out=False, city="", contacted=0.0)
        self.run("s")
        self.run("t")  # from here on the ledger knows people: an empty one facing people is another test's subject

    # The CRM.

    def edit(self, record: RecordId, address: str | None, *, opt_out: bool, city: str, contacted: float) -> None:
        valid = address if address in ADDRESSES else None
        self.oracle.crm[record] = Truth(valid, opt_out, city, contacted)
        if valid is not None:
            self.oracle.held_or_sent[record].add(valid)
        self.oracle.heirs.pop(record, None)
        self.waiting.pop(record, None)
        self.waiting[record] = self.scene.says(record[2], address, stream=record[1], opt_out=opt_out, contacted=contacted, City=city, Name="x")

    @rule(
        record=records,
        address=st.sampled_from([*ADDRESSES, None, "no address"]),
        opt_out=st.sampled_from([False, False, False, True]),
        city=st.sampled_from(["", "Rome", "Oslo"]),
        contacted=st.sampled_from([0.0, 1.0, 2.0]),
    )
    def somebody_edits_or_creates_a_record(self, record: RecordId, address: str | None, opt_out: bool, city: str, contacted: float) -> None:
        self.edit(record, address, opt_out=opt_out, city=city, contacted=contacted)

    def a_live_record(self, pick: int) -> RecordId | None:
        live = [record for record, truth in self.oracle.crm.items() if truth.live]
        return live[pick % len(live)] if live else None

    @rule(pick=picks, address=addresses)
    def a_person_gets_another_address(self, pick: int, address: str) -> None:
        record = self.a_live_record(pick)
        if record is not None:
            truth = self.oracle.crm[record]
            self.edit(record, address, opt_out=truth.opt_out, city=truth.city, contacted=truth.contacted)

    @rule(record=records, pick=picks, contacted=st.sampled_from([0.0, 2.0]))
    def a_record_gets_an_address_that_another_one_gave_up(self, record: RecordId, pick: int, contacted: float) -> None:
        now = {truth.address for truth in self.oracle.crm.values() if truth.live}
        given_up = sorted(set().union(*self.oracle.held.values()) - now)
        if given_up:
            self.edit(record, given_up[pick % len(given_up)], opt_out=False, city="", contacted=contacted)

    @rule(pick=picks, opt_out=st.booleans())
    def a_person_opts_out_in_the_crm_or_takes_that_back(self, pick: int, opt_out: bool) -> None:
        record = self.a_live_record(pick)
        if record is not None:
            truth = self.oracle.crm[record]
            self.edit(record, truth.address, opt_out=opt_out, city=truth.city, contacted=truth.contacted)

    @rule(pick=picks)
    def somebody_deletes_a_record(self, pick: int) -> None:
        record = self.a_live_record(pick)
        if record is not None:
            self.delete(record)

    def delete(self, record: RecordId) -> None:
        truth = self.oracle.crm[record]
        self.oracle.crm[record] = Truth(truth.address, truth.opt_out, truth.city, truth.contacted, live=False)
        self.waiting.pop(record, None)
        self.waiting[record] = self.scene.gone(record[2], stream=record[1])

    @rule(pick=picks, successor=records)
    def a_record_that_is_opted_out_is_deleted_and_another_one_gets_its_address(self, pick: int, successor: RecordId) -> None:
        record = self.a_live_record(pick)
        if record is None or record == successor or self.oracle.crm[record].address is None:
            return
        truth = self.oracle.crm[record]
        self.edit(record, truth.address, opt_out=True, city=truth.city, contacted=truth.contacted)
        self.run(record[0])
        self.delete(record)
        self.run(record[0])
        self.edit(successor, truth.address, opt_out=False, city="", contacted=truth.contacted)

    @rule(record=records, address=addresses)
    def somebody_who_signed_up_is_claimed_and_given_up(self, record: RecordId, address: str) -> None:
        key = self.oracle.feeds[record[:2]][0]
        self.somebody_signs_up(key, address)
        self.edit(record, address, opt_out=False, city="Bern", contacted=2.0)
        self.run(record[0])
        self.delete(record)

    @rule(number=st.sampled_from(["1", "2"]), opt_out=st.booleans())
    def a_lead_is_converted_to_a_contact(self, number: str, opt_out: bool) -> None:
        lead, contact = ("s", "Leads", number), ("s", "Contacts", number)
        truth = self.oracle.crm.get(lead)
        if truth is None or not truth.live or truth.address is None:
            return
        self.oracle.crm[lead] = Truth(truth.address, truth.opt_out, truth.city, truth.contacted, live=False)
        self.waiting.pop(lead, None)
        self.waiting[lead] = self.scene.gone(number, stream="Leads", reason="converted", heir=("Contacts", number))
        self.edit(contact, truth.address, opt_out=opt_out, city=truth.city, contacted=truth.contacted)
        self.oracle.heirs[lead] = contact
        self.oracle.held_or_sent[contact] |= self.oracle.held_or_sent[lead]

    # People and staff at the mailing tool.

    def a_member(self, pick: int) -> tuple[str, str] | None:
        members = [(key, address) for key in ("L", "L2") for address in sorted(self.scene.tool.active(key))]
        return members[pick % len(members)] if members else None

    @rule(pick=picks, by_mail=st.booleans())
    def somebody_leaves(self, pick: int, by_mail: bool) -> None:
        member = self.a_member(pick)
        if member is not None:
            key, address = member
            self.scene.tool.leaves(key, address, by_mail=f"mail {self.scene.clock.time}" if by_mail else None)
            self.oracle.leaves((key, address), lasting=by_mail)

    @rule(pick=picks, city=st.sampled_from(["Bern", "Kyiv"]))
    def somebody_will_leave_by_a_mail_between_read_and_write(self, pick: int, city: str) -> None:
        """And the CRM has news of them, so that there is a write."""
        member = self.a_member(pick)
        if member is None:
            return
        key, address = member
        for record in self.oracle.claimants(key, address):
            truth = self.oracle.crm[record]
            self.edit(record, address, opt_out=truth.opt_out, city=city, contacted=truth.contacted)

        def leave() -> None:
            self.scene.clock.time += 1.0
            if self.scene.tool.status(key, address) == "active":
                self.scene.tool.leaves(key, address, by_mail=f"mail {self.scene.clock.time}")
                self.oracle.leaves((key, address), lasting=True)

        self.scene.tool.before_write.append(leave)

    @rule(key=lists, address=addresses)
    def somebody_signs_up(self, key: str, address: str) -> None:
        if self.scene.tool.status(key, address) != "active":
            self.scene.tool.signs_up(key, address)
            self.oracle.signs_up((key, address))

    @rule(pick=picks, how=st.sampled_from(["staff deletes", "erases", "bounces", "complains"]))
    def something_else_happens_to_a_member(self, pick: int, how: str) -> None:
        member = self.a_member(pick)
        if member is None:
            return
        key, address = member
        self.oracle.touched.add(address)
        if how == "staff deletes":
            self.scene.tool.staff_deletes(key, address)
            self.oracle.vanishes((key, address))
        elif how == "erases":
            self.scene.tool.erases_own_data(address)
            for everywhere in self.scene.tool.lists:
                self.oracle.vanishes((everywhere, address))
        elif how == "bounces":
            self.scene.tool.bounces(key, address)
        else:
            self.scene.tool.complains(key, address)
            for everywhere in self.scene.tool.lists:
                self.oracle.doubtful.add((everywhere, address))
            self.oracle.leaves((key, address), lasting=True)

    @rule(pick=picks)
    def somebody_confirms(self, pick: int) -> None:
        waiting = sorted(self.scene.tool.lists["F"].waiting)
        if waiting:
            address = waiting[pick % len(waiting)]
            self.scene.tool.confirms("F", address)
            self.oracle.signs_up(("F", address))

    # Runs.

    @rule(sync=st.sampled_from(["s", "s", "t"]), complete=st.sampled_from([True, True, False]))
    def a_run(self, sync: str, complete: bool) -> None:
        self.run(sync, complete=complete)

    @rule(sync=st.sampled_from(["s", "t"]), die_at=st.integers(1, 90), before=st.booleans())
    def a_run_that_dies_at_a_commit(self, sync: str, die_at: int, before: bool) -> None:
        self.run(sync, die_at=die_at, before=before)
        self.doubt_returns()

    @rule(
        sync=st.sampled_from(["s", "t"]),
        number=st.integers(1, 3),
        last=st.sampled_from([0, 99]),
        key=st.sampled_from([None, "L", "L2", "F", "F"]),
        how=st.sampled_from(["lost_before", "lost_after", "crash_before", "crash_after"]),
    )
    def a_run_with_calls_that_fail(self, sync: str, number: int, last: int, key: str | None, how: str) -> None:
        count = iter(range(1, 10_000))

        def fails(call: Call) -> str | None:
            return how if key in (None, call.list) and number <= next(count) <= number + last else None

        self.scene.tool.dial = fails
        self.run(sync)
        self.scene.tool.dial = lambda _call: None
        self.doubt_returns()

    @rule(
        number=st.sampled_from(["1", "2"]),
        address=addresses,
        key=st.sampled_from(["L", "L2", "F"]),
        how=st.sampled_from(["lost_before", "lost_after", "crash_before", "crash_after"]),
    )
    def a_contact_comes_and_its_call_on_one_list_fails(self, number: str, address: str, key: str, how: str) -> None:
        """Contacts feed three lists: what was done on two of them says nothing of the third."""
        self.edit(("s", "Contacts", number), address, opt_out=False, city="", contacted=0.0)
        self.a_run_with_calls_that_fail("s", 1, 0, key, how)

    @rule(
        number=st.sampled_from(["1", "2"]),
        address=addresses,
        key=st.sampled_from(["L", "L2"]),
        how=st.sampled_from(["lost_before", "lost_after", "crash_before", "crash_after"]),
    )
    def a_contact_comes_its_call_fails_and_it_goes(self, number: str, address: str, key: str, how: str) -> None:
        self.a_contact_comes_and_its_call_on_one_list_fails(number, address, key, how)
        self.delete(("s", "Contacts", number))

    @precondition(lambda self: any(self.oracle.crm.values()))
    @rule(halves=st.booleans())
    def a_full_refresh(self, halves: bool) -> None:
        """Everything the CRM has now, no tombstones: what is gone is simply not there. A stream that became empty proves nothing, so keeps its tombstones."""
        self.generation += 1
        everything = [record for record, truth in self.oracle.crm.items() if record[0] == "s" and truth.live]
        streams = {record[1] for record in everything}
        for record in [one for one in self.waiting if one[0] == "s" and one[1] in streams]:
            del self.waiting[record]
        for record in everything:
            truth = self.oracle.crm[record]
            self.waiting[record] = self.scene.says(
                record[2], truth.address, stream=record[1], opt_out=truth.opt_out, contacted=truth.contacted, City=truth.city, Name="x"
            )
        generations = dict.fromkeys(("Leads", "Contacts"), (self.generation, self.generation))
        if halves:
            later = dict(list(self.waiting.items())[1::2])
            for record in later:
                if record[0] == "s":
                    del self.waiting[record]
            self.run("s", complete=False, generations=generations)
            self.waiting.update({record: claim for record, claim in later.items() if record[0] == "s"})
        self.run("s", generations=generations, refresh=True)

    def run(self, sync: str, *, refresh: bool = False, **options: Any) -> Ran:
        lists = [key for _, key in FEEDS[sync]]
        self.oracle.begins(sync, lists, {key: self.scene.tool.active(key) for key in lists}, ADDRESSES)
        sent = {record: claim for record, claim in self.waiting.items() if record[0] == sync}
        truths = {record: self.oracle.as_told(record) for record in sent}
        self.scene.on_sent = lambda: self.oracle.sends(truths)
        ran = self.scene.run(*sent.values(), sync=sync, removals_over_brake=True, **options)
        for record in sent:
            if record[1] in ran.echoed:
                self.oracle.acknowledge(record, truths[record])
                self.waiting.pop(record, None)
        if refresh and ran.error is None:
            for record, truth in self.oracle.crm.items():
                if record[0] == sync and not truth.live and record in self.oracle.acknowledged and record not in self.waiting:
                    self.oracle.acknowledge(record, self.oracle.as_told(record))
        assert ran.error is None or isinstance(ran.error, Crash | Braked), repr(ran.error)
        self.oracle.ends(lists, died=isinstance(ran.error, Crash))
        if ran.summary is not None:
            self.fates_add_up(ran, sent)
        if ran.error is None:
            self.oracle.after_a_run({key: self.scene.tool.active(key) for _, key in FEEDS[sync]})
        assert self.oracle.broken == [], "\n".join(self.oracle.broken)
        return ran

    def fates_add_up(self, ran: Ran, sent: dict[RecordId, Claim]) -> None:
        """Promise 2."""
        totals: dict[tuple[str, str], int] = {}
        for (stream, key, _, _), count in ran.summary.fates.items():
            totals[stream, key] = totals.get((stream, key), 0) + count
        wanted: dict[tuple[str, str], int] = {}
        for sync, stream, _ in sent:
            for key in self.oracle.feeds[sync, stream]:
                wanted[stream, key] = wanted.get((stream, key), 0) + 1
        assert totals == wanted

    def doubt_returns(self) -> None:
        """Promise 1's one exception (I3): a return whose call or answer was lost, or may have been."""
        self.oracle.touched |= {address for _, address in self.oracle.taken_off & self.oracle.unanswered}

    def teardown(self) -> None:
        try:
            if any(self.oracle.crm.values()):
                self.comes_to_rest()
        finally:
            self.clear()

    def clear(self) -> None:
        self.scene.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def comes_to_rest(self) -> None:
        self.scene.tool.before_write.clear()
        for _ in range(2):
            for sync in ("s", "t"):
                self.run(sync)
        tool = self.scene.tool
        active = {key: tool.active(key) for key in tool.lists}
        self.oracle.at_rest(active, {(key, address): tool.fields_of(key, address) for key in active for address in ADDRESSES}, ADDRESSES)
        assert self.oracle.broken == []
        before = len(tool.calls)
        for sync in ("s", "t"):
            self.run(sync)
        assert tool.calls[before:] == [], "at rest, nothing is called"


class Walk:
    """One history drawn step by step from a seed: no clever search, but every choice independent of the last."""

    def __init__(self, seed: int, machine: type[Histories] = Histories) -> None:
        self.chance = random.Random(seed)
        self.machine = machine()
        self.told: list[str] = []

    def record(self) -> RecordId:
        return (*self.chance.choice(STREAMS), self.chance.choice("12"))

    def steps(self) -> list[tuple[str, dict[str, Any]]]:
        """Every step that may come next, with its choices made."""
        some, pick = self.chance.choice, self.chance.randrange(12)
        failing = {"key": some(["L", "L2", "F"]), "how": some(["lost_before", "lost_after", "crash_before", "crash_after"])}
        city, contacted = some(["", "Rome", "Oslo"]), some([0.0, 1.0, 2.0])
        edit = {"record": self.record(), "address": some([*ADDRESSES, None, "no address"]), "city": city, "contacted": contacted}
        return [
            ("somebody_edits_or_creates_a_record", {**edit, "opt_out": self.chance.random() < 0.1}),
            ("a_person_gets_another_address", {"pick": pick, "address": some(ADDRESSES)}),
            ("a_record_gets_an_address_that_another_one_gave_up", {"record": self.record(), "pick": pick, "contacted": contacted}),
            ("a_person_opts_out_in_the_crm_or_takes_that_back", {"pick": pick, "opt_out": some([True, False])}),
            ("somebody_deletes_a_record", {"pick": pick}),
            ("a_lead_is_converted_to_a_contact", {"number": some("12"), "opt_out": self.chance.random() < 0.2}),
            ("somebody_leaves", {"pick": pick, "by_mail": some([True, False])}),
            ("somebody_will_leave_by_a_mail_between_read_and_write", {"pick": pick, "city": some(["Bern", "Kyiv"])}),
            ("somebody_signs_up", {"key": some(["L", "L2"]), "address": some(ADDRESSES)}),
            ("something_else_happens_to_a_member", {"pick": pick, "how": some(["staff deletes", "erases", "bounces", "complains"])}),
            ("somebody_confirms", {"pick": pick}),
            ("a_run", {"sync": "s", "complete": True}),
            ("a_run", {"sync": some("st"), "complete": some([True, False])}),
            ("a_run_that_dies_at_a_commit", {"sync": some("st"), "die_at": self.chance.randrange(1, 60), "before": some([True, False])}),
            ("a_run_with_calls_that_fail", {"sync": some("st"), "number": some([1, 2]), "last": some([0, 99]), **failing}),
            ("a_contact_comes_and_its_call_on_one_list_fails", {"number": some("12"), "address": some(ADDRESSES), **failing}),
            ("a_full_refresh", {"halves": some([True, False])}),
            ("a_record_that_is_opted_out_is_deleted_and_another_one_gets_its_address", {"pick": pick, "successor": self.record()}),
            ("somebody_who_signed_up_is_claimed_and_given_up", {"record": self.record(), "address": some(ADDRESSES)}),
            ("a_contact_comes_its_call_fails_and_it_goes", {"number": some("12"), "address": some(ADDRESSES), **failing, "key": some(["L", "L2"])}),
        ]

    def go(self) -> None:
        try:
            self.machine.the_crm_has_people([(self.record(), self.chance.choice(ADDRESSES)) for _ in range(3)])
            for _ in range(STEPS):
                name, choices = self.chance.choice(self.steps())
                self.told.append(f"{name}({choices})")
                getattr(self.machine, name)(**choices)
            self.machine.comes_to_rest()
        except AssertionError as broken:
            raise AssertionError("\n".join([*self.told, str(broken)])) from broken
        finally:
            self.machine.clear()


class DeletingHistories(Histories):
    deletes = True
    batch_size = 3


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_walks(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + WALKS, PARTS):
        Walk(seed).go()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_walks_where_the_vendor_deletes_and_takes_batches(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + WALKS // 8, PARTS):
        Walk(seed, DeletingHistories).go()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    derandomize=not PROVE,  # the normal run is the same each time; finding new histories is what MAILSYNC_PROVE is for
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a history has a dozen steps: read it; shrinking takes many minutes
)
