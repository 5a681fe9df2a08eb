"""A mailing tool's campaigns in memory, under each reading of what nobody documents; and a dial for failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from mailsync.errors import ConfigError, RateLimited
from mailsync.launches.launcher import LOST, Answer, Draft, Fate, LauncherTraits, Seen, State
from tests.mailsync.membership.fake_tool import Crash, FakeTool

LAG_S = 1200.0
UNSENT = (State.DRAFT, State.REVIEWED, State.TO_BE_REVIEWED)


@dataclass(frozen=True)
class Readings:
    """What the vendor may do, as nobody documents it."""

    shown_late: bool = False  # a new campaign
    status_late: bool = False
    send_twice: str = "refused"  # refused, nothing, mails
    review: bool = False
    key_missing: bool = False  # in the answer to `create`
    needs_time: bool = False  # sending takes a while


@dataclass
class Campaign:
    name: str
    list_key: str
    made_at: float
    state: State
    before: State | None = None
    changed_at: float = 0.0
    due: float | None = None


@dataclass
class FakeLauncher:
    tool: FakeTool
    readings: Readings = Readings()
    campaigns_: dict[str, Campaign] = field(default_factory=dict)
    mails: Counter[str] = field(default_factory=Counter)  # by our calls
    by_staff: Counter[str] = field(default_factory=Counter)
    calls: list[str] = field(default_factory=list)
    dial: Callable[[str], str | None] = lambda _what: None
    before_call: list[Callable[[], None]] = field(default_factory=list)

    traits = LauncherTraits(
        label="Fake",
        create_endpoint="create",
        send_endpoint="send",
        schedule_endpoint="schedule",
        test_endpoint="test",
        tests=2,
        needs_zone=False,
        schedule_step_s=60,
        longest_content=1000,
        own_tags=frozenset({"EMAIL"}),
        lacks=(),
    )

    def check_access(self) -> None:
        return None

    def campaigns(self) -> Iterable[Seen]:
        self.pass_time()
        self.tool.reserve("page")
        for key, one in list(self.campaigns_.items()):
            if not (self.readings.shown_late and self.now < one.made_at + LAG_S):
                state = self.shown(one)
                yield Seen(key, one.name, state, state.value)

    def create(self, draft: Draft) -> Answer:
        return self._call("create", lambda: Answer(Fate.DONE, key="" if self.readings.key_missing else self.make(draft.name, draft.list_key)), draft)

    def send(self, key: str) -> Answer:
        return self._call("send", lambda: self._send(key))

    def schedule(self, key: str, at: float, zone: str) -> Answer:
        return self._call("schedule", lambda: self._schedule(key, at))

    def send_test(self, key: str, addresses: Sequence[str]) -> Answer:
        return self._call("test", lambda: Answer(Fate.DONE))

    def tags(self, text: str) -> Collection[tuple[str, bool]]:
        return ()

    # The vendor.

    @property
    def now(self) -> float:
        return self.tool.clock.time

    def shown(self, one: Campaign) -> State:
        late = self.readings.status_late and one.before is not None and self.now < one.changed_at + LAG_S
        return one.before if late and one.before is not None else one.state

    def make(self, name: str, list_key: str) -> str:
        key = f"c{len(self.campaigns_) + 1}-{len(self.calls)}"
        self.campaigns_[key] = Campaign(name, list_key, self.now, State.TO_BE_REVIEWED if self.readings.review else State.DRAFT)
        return key

    def move(self, key: str, state: State) -> None:
        one = self.campaigns_[key]
        one.before, one.state, one.changed_at = one.state, state, self.now

    def release(self, key: str, counter: Counter[str] | None = None) -> None:
        for address in self.tool.active(self.campaigns_[key].list_key):
            (self.mails if counter is None else counter)[address] += 1
        self.move(key, State.SENDING if self.readings.needs_time else State.SENT)

    def pass_time(self) -> None:
        for key, one in self.campaigns_.items():
            if one.due is not None and one.due <= self.now:
                one.due = None
                self.release(key)
            elif one.state is State.SENDING and self.now >= one.changed_at + LAG_S:
                self.move(key, State.SENT)

    def _send(self, key: str) -> Answer:
        one = self.campaigns_.get(key)
        if one is None or one.state in (State.STOPPED, State.CANCELLED, State.SCHEDULED):
            return Answer(Fate.REFUSED, said="code 6605")
        if one.state not in UNSENT:
            if self.readings.send_twice == "mails":
                self.release(key)
            return Answer(Fate.REFUSED, said="code 6600") if self.readings.send_twice == "refused" else Answer(Fate.DONE)
        if self.readings.review and one.state is not State.REVIEWED:
            return Answer(Fate.REFUSED, said="code 6611")
        self.release(key)
        return Answer(Fate.DONE)

    def _schedule(self, key: str, at: float) -> Answer:
        one = self.campaigns_.get(key)
        if one is None or one.state not in (*UNSENT, State.SCHEDULED):
            return Answer(Fate.REFUSED, said="code 6605")
        one.due = at
        self.move(key, State.SCHEDULED)
        return Answer(Fate.DONE)

    def _call(self, what: str, effect: Callable[[], Answer], draft: Draft | None = None) -> Answer:
        while self.before_call:
            self.before_call.pop(0)()
        self.tool.reserve(what)
        self.pass_time()
        said = self.dial(what)
        if said == "locked":
            raise RateLimited("locked", retry_after=60.0)
        if said == "refused":
            raise ConfigError("refused")
        if said == "crash_before":
            raise Crash
        if said == "lost_before":
            return LOST
        self.calls.append(what)
        answer = effect()
        if draft is not None and not answer.key:
            self.make(draft.name, draft.list_key)
        if said == "crash_after":
            raise Crash
        return LOST if said == "lost_after" else answer
