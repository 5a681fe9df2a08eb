"""Random histories: people come, move, opt out, leave and go; runs die, answers are lost, two syncs and two rounds. Nobody is mailed twice in a round,
nobody who was known to have left, and in the end everybody who may be invited was, but for those whose outcome nobody knows.

Each walk is reproducible by its seed (`MAILSYNC_WALKS`, `MAILSYNC_SEED`); with MAILSYNC_PROVE=1 there are three thousand.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from dataclasses import replace

import pytest

from mailsync.errors import MailsyncError
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.plan import Claim
from tests.mailsync.invitations.scene import ACCOUNT, HOUR, SURVEY, Scene, limited
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import MEMORY_DISK, PROVE

WALKS = int(os.environ.get("MAILSYNC_WALKS", "3000" if PROVE else "24"))
FIRST_SEED = int(os.environ.get("MAILSYNC_SEED", "0"))
STEPS, PARTS = 16, 4
ADDRESSES = [f"{name}@example.com" for name in "abcde"]
SYNCS = {"s": ("Leads",), "t": ("Contacts",)}


class Walk:
    """One history. `records`: (stream, id) → its claim now, None once it is gone."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = tempfile.mkdtemp(dir=MEMORY_DISK)
        self.scene = Scene(f"{self.folder}/ledger.db")
        self.records: dict[tuple[str, str], Claim | None] = {}
        self.held: dict[str, set[tuple[str, str]]] = {}  # address → records that ever had it
        self.opted_out: set[tuple[str, str]] = set()
        self.left: set[str] = set()
        self.waiting: dict[str, list[Claim]] = {sync: [] for sync in SYNCS}
        self.round = SURVEY
        self.lost: set[tuple[str, str]] = set()
        self.steps: list[str] = []

    # What happens.

    def a_record_changes(self) -> None:
        sync = self.chance.choice(list(SYNCS))
        key = (SYNCS[sync][0], str(self.chance.randrange(4)))
        claim = self.scene.lead(key[1], self.chance.choice(ADDRESSES), stream=key[0], opt_out=self.chance.random() < 0.15, payload={"n": key[1]})
        self.records[key] = claim
        self.waiting[sync].append(claim)

    def a_record_goes(self) -> None:
        known = [key for key, claim in self.records.items() if claim is not None]
        if known:
            stream, record = self.chance.choice(known)
            self.records[stream, record] = None
            self.waiting["s" if stream == "Leads" else "t"].append(self.scene.gone(record, stream=stream))

    def somebody_leaves(self) -> None:
        address = self.chance.choice(ADDRESSES)
        self.left.add(address)
        with self.scene.opened().begin() as connection:
            Suppressions(self.scene.opened(), ACCOUNT).add(connection, [("zoho_campaigns:eu/l1", address, "left", self.scene.clock.time)])

    def another_round(self) -> None:
        self.round = replace(SURVEY, key=f"s1#{self.chance.choice(['one', 'two'])}")

    def a_run(self, *, die_at: int | None = None) -> None:
        sync = self.chance.choice(list(SYNCS))
        claims, before, left = self.waiting[sync], len(self.scene.inviter.mails), set(self.left)
        ran = self.scene.run(*claims, sync=sync, streams=SYNCS[sync], targets=(self.round,), die_at=die_at, after=self.chance.choice([2.0, HOUR]))
        assert ran.error is None or isinstance(ran.error, Crash | MailsyncError), repr(ran.error)
        if ran.summary is not None:
            assert sum(ran.summary.fates.values()) == len(claims)
        new = self.scene.inviter.mails[before:]
        all_taken = len(ran.echoed) == len(SYNCS[sync])
        assert all_taken or not new, "somebody was invited before everything was known"
        if all_taken:
            self._are_known(claims)
            self.waiting[sync] = []
        for mail in new:
            assert mail["email"] not in left, "somebody who had left was invited"
            opted_out = [one for one in self.held.get(mail["email"], ()) if one in self.opted_out]
            assert opted_out == [], "somebody who had opted out was invited"
        sent = Counter((mail["survey"], mail["email"]) for mail in self.scene.inviter.mails)
        assert [key for key, count in sent.items() if count > 1] == [], "somebody was invited twice in one round"

    def _are_known(self, claims: list[Claim]) -> None:
        """The run gave its states back: from now on everything in these counts."""
        for claim in claims:
            if claim.address is not None:
                key = (claim.stream, claim.record_id)
                self.held.setdefault(claim.address, set()).add(key)
                (self.opted_out.add if claim.opt_out else self.opted_out.discard)(key)

    def a_run_that_dies(self) -> None:
        self.a_run(die_at=self.chance.randrange(1, 25))

    def a_run_whose_calls_fail(self) -> None:
        how = self.chance.choice(["lost_before", "lost_after", "crash_before", "crash_after", "limit"])
        left = [self.chance.choice([1, 3])]

        def dial(values: dict[str, str]) -> str | MailsyncError | None:
            left[0] -= 1
            if left[0] < 0:
                return None
            if how == "limit":
                return limited()
            self.lost.add((self.round.key, values["email"]))
            return how

        self.scene.inviter.dial = dial  # type: ignore[assignment]
        try:
            self.a_run()
        finally:
            self.scene.inviter.dial = lambda _values: None

    # The end.

    def go(self) -> None:
        often = [self.a_record_changes] * 5 + [self.a_run] * 4
        seldom = [self.a_record_goes, self.somebody_leaves, self.another_round, self.a_run_that_dies, self.a_run_whose_calls_fail]
        try:
            for _ in range(STEPS):
                step = self.chance.choice([*often, *seldom])
                self.steps.append(step.__name__)
                step()
            self.comes_to_rest()
        except BaseException as error:
            raise AssertionError("\n".join([*self.steps, str(error)])) from error
        finally:
            self.scene.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def comes_to_rest(self) -> None:
        for _ in range(8):
            self.a_run()
        if any(self.waiting.values()):
            return  # one sync was not chosen: nothing can be said of its people
        invited = {mail["email"] for mail in self.scene.inviter.mails if mail["survey"] == self.round.key}
        for claim in filter(None, self.records.values()):
            address = str(claim.address)
            barred = address in self.left or any(one in self.opted_out for one in self.held[address])
            moved = any(one in self.held[other] for one in self.held[address] for other in self.left if other in self.held)
            unknown = (self.round.key, address) in self.lost or self.steps.count("a_run_that_dies")
            assert barred or moved or unknown or address in invited, f"{address} was forgotten"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_walks(part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + WALKS, PARTS):
        try:
            Walk(seed).go()
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}\n{broken}") from broken
