"""Random histories of responses to surveys: any order, replayed, late, doubled, edited; crashes, lost answers, lost ledgers, staff in the CRM.

What may be written is judged by what was told and what staff did, without the rules. Each walk is reproducible by its seed (`MAILSYNC_WALKS`,
`MAILSYNC_SEED`); with MAILSYNC_PROVE=1 there are three thousand.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from typing import Any

import pytest

from mailsync.answers.plan import SurveyResponse
from mailsync.errors import MailsyncError
from mailsync.responses.crm import PersonId, markers_in
from tests.mailsync.answers.scene import ALL, FIELDS, ROW, STREAM, options, said
from tests.mailsync.answers.scene import SURVEY as FIRST
from tests.mailsync.membership.fake_tool import Crash
from tests.mailsync.membership.histories import MEMORY_DISK
from tests.mailsync.responses.fake_crm import Call
from tests.mailsync.responses.scene import DAY, HOUR, Scene

PROVE = os.environ.get("MAILSYNC_PROVE") == "1"
WALKS = int(os.environ.get("MAILSYNC_WALKS", "3000" if PROVE else "24"))
FIRST_SEED = int(os.environ.get("MAILSYNC_SEED", "0"))
STEPS = 14
PARTS = 4
SECOND = FIRST.__class__("s2", fields=ALL, note="Second: {survey}")
ADDRESSES = [f"{name}@example.com" for name in "abcd"]
WRITES = ("write_fields", "make_items", "make_rows", "rewrite_notes", "rewrite_rows")
READS = ("find", "people", "heirs", "markers", "rows_by_key")


class Walk:
    """One history. Every answer to `why` says which version of which response it is, so that each write can be judged."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = tempfile.mkdtemp(dir=MEMORY_DISK)
        lags = self.chance.random() < 0.5
        self.scene = Scene(f"{self.folder}/ledger.db", options(FIRST, SECOND), {"index_lags": lags, "batch": 3}, limits=False, streams=(STREAM,))
        self.crm = self.scene.crm
        self.crm.on_call = self._sees
        self.people = [self.crm.has(str(number), address, contacted=float(number)) for number, address in enumerate(ADDRESSES[:3])]
        self.storied: set[PersonId] = set()  # merged, deleted, converted: end states are not predicted for them
        self.told: dict[tuple[str, str], list[SurveyResponse]] = {}
        self.waiting: list[SurveyResponse] = []
        self.shown: dict[tuple[str, Any], tuple[Any, ...]] = {}
        self.reset = self.lost = False
        self.steps: list[str] = []
        self.broken: list[str] = []

    # What is written, judged as it reaches the CRM.

    def _sees(self, call: Call) -> None:
        for row in call.rows:
            if call.method == "write_fields" and "Reason" in row[1]:
                self._forward("field", row[0], self._order(str(row[1]["Reason"])))
            elif call.method in ("rewrite_notes", "rewrite_rows"):
                text = row[1].text if call.method == "rewrite_notes" else str(row[1].values.get("Reason"))
                self._forward(call.method, row[0], self._version(text))
            elif call.method == "make_items":
                self._is_new("note", row.marker, [one.text for one in self.crm.items.values() if self._lives(one) and self._may_know(one, row)])
            elif call.method == "make_rows":
                self._is_new("row", row.key, [f"[ms-{one.key}]" for one in self.crm.rows.values() if self._lives(one)])

    def _lives(self, thing: Any) -> bool:
        return thing.alive and self.crm.people_by_id[thing.person].alive

    def _may_know(self, item: Any, new: Any) -> bool:
        """A lost ledger does not know whom a response was credited to: where the record is gone or the address has another holder, it is the present one."""
        return not self.lost or item.person == new.person

    def _is_new(self, what: str, marker: str, there: list[str]) -> None:
        if any(marker in markers_in(text) for text in there):
            self.broken.append(f"a second {what} is made for one response")

    def _forward(self, what: str, where: Any, order: tuple[Any, ...]) -> None:
        if where in self.storied:
            return
        if what == "field" and self.lost and self._rivals(where):
            self.shown.pop((what, where), None)  # as in `_may_know`: what showed there may count for another holder of the address now
        if order < self.shown.get((what, where), ()):
            self.broken.append(f"{what} of {where} goes back to {order} from {self.shown[what, where]}")
        self.shown[what, where] = order

    def _order(self, reason: str) -> tuple[Any, ...]:
        survey, response, version = reason.split()
        return (self.told[survey, response][0].ended_at, survey, response, int(version))

    def _version(self, text: str) -> tuple[Any, ...]:
        found = [one for one in self.told for told in self.told[one] if f"{one[0]} {one[1]} {told.version}" in text]
        (key,) = set(found)
        return (max(told.version for told in self.told[key] if f"{key[0]} {key[1]} {told.version}" in text),)

    # What happens.

    def somebody_answers(self) -> None:
        survey, response = self.chance.choice(["s1", "s2"]), f"r{self.chance.randrange(4)}"
        known = self.told.get((survey, response))
        if known is None:
            ended = float(self.chance.randrange(100))
            who: dict[str, Any] = {"address": self.chance.choice(ADDRESSES)}
            if self.chance.random() < 0.5:
                one = self.chance.choice(self.people)
                who |= {"record": one.id, "module": self.chance.choice(["", one.module])}
        else:
            ended, who = known[0].ended_at - 1_800_000_000.0, {"address": known[0].address, "record": known[0].record, "module": known[0].module}
        version = 1 if known is None else known[-1].version + 1
        more = {"how": str(self.chance.randrange(10))} if self.chance.random() < 0.7 else {}
        new = said(response, version=version, ended=ended, survey=survey, why=f"{survey} {response} {version}", **who, **more)
        self.told.setdefault((survey, response), []).append(new)
        self.waiting.append(new)

    def versions_come_again(self) -> None:
        every = [one for versions in self.told.values() for one in versions]
        self.waiting += self.chance.sample(every, min(len(every), 3))

    def a_run(self, *, after: float | None = None, **more: Any) -> None:
        self.chance.shuffle(self.waiting)
        size = len(self.waiting) if more.pop("everything", False) or self.chance.random() < 0.7 else len(self.waiting) // 2
        if self.reset:
            size = len(self.waiting)
        messages = self.waiting[:size]
        gap = self.chance.choice([2.0, HOUR, DAY]) if after is None else after
        ran = self.scene.run(messages, after=gap, reset=self.reset, **more)
        assert ran.error is None or isinstance(ran.error, Crash | MailsyncError), repr(ran.error)
        if STREAM in ran.echoed:
            self.waiting = self.waiting[size:]
            self.reset = False
        if ran.summary is not None:
            assert sum(ran.fates(STREAM).values()) == len(messages)

    def a_run_that_dies(self) -> None:
        self.a_run(die_at=self.chance.randrange(1, 25), before=self.chance.choice([True, False]))

    def a_run_with_writes_that_fail(self) -> None:
        method, how = self.chance.choice(WRITES), self.chance.choice(["lost_before", "lost_after", "crash_before", "crash_after"])
        left = [self.chance.choice([1, 99])]

        def dial(call: Call) -> str | None:
            left[0] -= call.method == method
            return how if call.method == method and left[0] >= 0 else None

        self.crm.dial = dial
        try:
            self.a_run()
        finally:
            self.crm.dial = lambda _call: None

    def a_run_with_reads_that_fail(self) -> None:
        self.crm.failing = {self.chance.choice(READS)}
        try:
            self.a_run()
        finally:
            self.crm.failing = set()

    def the_ledger_is_lost(self) -> None:
        self.scene.lose_ledger()
        self.reset = self.lost = True
        self.waiting = [one for versions in self.told.values() for one in versions]
        for key in [key for key in self.shown if key[0] != "field"]:
            del self.shown[key]  # what a note showed is written once more

    def a_person_is_deleted(self) -> None:
        one = self._somebody()
        if one is not None:
            self.crm.deletes(one)
            self.storied.add(one)

    def two_people_are_merged(self) -> None:
        one, other = self._somebody(), self._somebody()
        if one is not None and other is not None and one != other:
            self.crm.merges(one, other)
            self.storied |= {one, other}

    def a_lead_is_converted(self) -> None:
        one = self._somebody()
        if one is not None and one.module == "Leads":
            contact = self.crm.converts(one, f"c{len(self.people)}")
            self.people.append(contact)
            self.storied |= {one, contact}

    def somebody_is_created(self) -> None:
        self.people.append(self.crm.has(f"n{len(self.people)}", self.chance.choice(ADDRESSES), contacted=self.chance.choice([0.0, 9.0])))
        self.storied.add(self.people[-1])

    def _somebody(self) -> PersonId | None:
        living = [one for one in self.people if self.crm.people_by_id[one].alive]
        return self.chance.choice(living) if living else None

    # The end.

    def go(self) -> None:
        often = [self.somebody_answers] * 6 + [self.a_run] * 5 + [self.versions_come_again]
        seldom = [self.a_run_that_dies, self.a_run_with_writes_that_fail, self.a_run_with_writes_that_fail, self.a_run_with_reads_that_fail]
        staff = [self.a_person_is_deleted, self.two_people_are_merged, self.a_lead_is_converted, self.somebody_is_created]
        try:
            for _ in range(STEPS):
                step = self.chance.choice([*often, *seldom, *staff, self.the_ledger_is_lost])
                self.steps.append(step.__name__)
                step()
                assert self.broken == []
            self.comes_to_rest()
            assert self.broken == []
        except BaseException as error:
            raise AssertionError("\n".join([*self.steps, *self.broken, str(error)])) from error
        finally:
            self.scene.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def comes_to_rest(self) -> None:
        for _ in range(3):
            self.a_run(after=8 * DAY, everything=True)
        for one in self.people:
            self._judge(one)
        self.waiting = [one for versions in self.told.values() for one in versions]
        before = len(self.crm.writes())
        self.a_run(after=HOUR, everything=True)
        assert self.crm.writes()[before:] == [], "at rest, a second round writes nothing"

    def _judge(self, one: PersonId) -> None:
        """People without a story, whose addresses nobody else ever had: what they gave is there, once, and as it was last told."""
        record = self.crm.people_by_id[one]
        if one in self.storied or self._rivals(one) or any(self._is_open(versions[-1], record.addresses) for versions in self.told.values()):
            return
        mine = [versions[-1] for versions in self.told.values() if self._is_mine(versions[-1], one, record.addresses)]
        notes = Counter(item.text.split("Why?: ")[1].split("\n")[0] for item in self.crm.items.values() if item.alive and item.person == one)
        assert notes == Counter(f"{told.survey} {told.response} {told.version}" for told in mine)
        rows = [row.values["Reason"] for row in self.crm.rows.values() if row.alive and row.person == one]
        assert sorted(rows) == sorted(f"{told.survey} {told.response} {told.version}" for told in mine if told.survey == "s1")
        newest = sorted(mine, key=lambda told: (told.ended_at, told.survey, told.response))
        wanted: dict[str, Any] = {}
        for told in newest:
            wanted |= {
                name: value for name, value in (("Reason", told.answers.get("Why?")), ("Score", told.answers.get(FIELDS[0].question))) if value
            }
        shown = {name: record.fields.get(name) for name in wanted}
        assert {name: str(int(value) if name == "Score" else value) for name, value in shown.items()} == wanted, (one, shown)  # type: ignore[arg-type]

    def _rivals(self, one: PersonId) -> list[PersonId]:
        """Who shares an address with them."""
        mine = set(self.crm.people_by_id[one].addresses)
        return [other for other in self.people if other != one and mine & set(self.crm.people_by_id[other].addresses)]

    def _is_mine(self, told: SurveyResponse, one: PersonId, addresses: list[str]) -> bool:
        """By the record where it tells one, else by the address."""
        return self._meant(told) == one if told.record else told.address in addresses

    def _meant(self, told: SurveyResponse) -> PersonId | None:
        return next((one for one in self.people if one.id == told.record and told.module in ("", one.module)), None)

    def _is_open(self, told: SurveyResponse, addresses: list[str]) -> bool:
        """Whether nobody can say whose it is: the record went away, before or after it was credited, and somebody has the address."""
        meant = self._meant(told)
        return bool(told.record) and (meant is None or meant in self.storied) and told.address in addresses


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_random_walks(part: int) -> None:
    assert ROW.key_field == "Key"
    for seed in range(FIRST_SEED + part, FIRST_SEED + WALKS, PARTS):
        try:
            Walk(seed).go()
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}\n{broken}") from broken
