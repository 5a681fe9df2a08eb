"""A mailing tool that is read and never written: the other half of a dry run, beside a private copy of the ledger.

Reads go to the vendor until the first write to a list; from then on they are answered from what was read, changed as the planned writes would
change it. Writes are noted, and answered as the vendor's documentation says. Waits for the vendor's limits pass at once, on a clock of their own.
What cannot be foreseen: whom the vendor will refuse, lost answers, the plan's contact limit, and what people do meanwhile.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from mailsync.clock import Clock
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.foreseen import Foreseen
from mailsync.membership.tool import DONE, Fate, ListedStatus, MailingList, MailingTool, Member, Outcome, Person, Response, Traits

MEASURED_READS = 100


class RehearsalClock:
    """Starts as another clock and passes time by skipping it: `waited` for limits, `worked` in calls that are not made."""

    def __init__(self, base: Clock) -> None:
        self.base = base
        self.waited = 0.0
        self.worked = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as they would be had we waited."""
        return self.base.now() + self.waited + self.worked

    def sleep(self, seconds: float) -> None:
        """Skip so many seconds."""
        self.waited += max(0.0, seconds)

    def work(self, seconds: float) -> None:
        """Skip the time that a call would take."""
        self.worked += seconds


class Rehearsal:
    """Implements `MailingTool` over a real one. `ledger` is the private copy; `lists` are those fed in this run, `created` those not made yet."""

    def __init__(
        self, tool: MailingTool, ledger: Ledger, clock: RehearsalClock, *, lists: Mapping[str, MailingList], created: Mapping[str, str]
    ) -> None:
        """`created`: key → the first contact that a list would be created with, empty for none."""
        self._tool = tool
        self._clock = clock
        self._lists = lists
        self._changed: set[str] = set(created)
        self._leavings_cost: Counter[str] | None = None
        self._noting: Counter[str] | None = None
        self._durations: list[float] = []
        self.reserve: Callable[[str], None] = lambda _endpoint: None
        self.foreseen = Foreseen(ledger)
        for key, address in created.items():
            if address:
                self._put(key, address, ListedStatus.ACTIVE)

    def real_call(self, endpoint: str) -> None:
        """The real tool makes a call: it counts in the plan too."""
        if self._noting is not None:
            self._noting[endpoint] += 1
        self.reserve(endpoint)

    @property
    def latency_s(self) -> float:
        """How long a call takes, as far as the reads of this run tell."""
        return statistics.median(self._durations) if self._durations else 0.0

    @property
    def traits(self) -> Traits:
        """The real tool's."""
        return self._tool.traits

    def organisation_id(self) -> str | None:
        """The real account's."""
        return self._tool.organisation_id()

    def mailing_lists(self) -> list[MailingList]:
        """The real account's."""
        return self._tool.mailing_lists()

    def page_size(self) -> int:
        """The real tool's."""
        return self._tool.page_size()

    def count(self, list_key: str, status: ListedStatus) -> int:
        """How many there are, or would be."""
        if list_key in self._changed:
            self.pretend(self.traits.count_endpoint)
            return self.foreseen.count(list_key, status)
        began = self._clock.base.now()
        number = self._tool.count(list_key, status)
        if len(self._durations) < MEASURED_READS:
            self._durations.append(self._clock.base.now() - began)
        if number == 0:
            self.foreseen.forget(list_key, status)
        return number

    def page(self, list_key: str, status: ListedStatus, first: int, size: int) -> list[Member]:
        """Rows as they are, or would be."""
        if list_key in self._changed:
            self.pretend(self.traits.read_endpoint)
            return [Member(spelling) for spelling in self.foreseen.page(list_key, status, first, size)]
        members = self._tool.page(list_key, status, first, size)
        if first == 0:
            self.foreseen.forget(list_key, status)
        self.foreseen.show(list_key, status, [member.address for member in members])
        return members

    def leavings(self, since: float | None) -> Iterator[Response]:
        """Read once; afterwards only counted as so many calls again."""
        if self._leavings_cost is not None:
            for endpoint in self._leavings_cost.elements():
                self.pretend(endpoint)
            return
        self._noting = Counter()
        yield from self._tool.leavings(since)
        self._leavings_cost, self._noting = self._noting, None

    def suppressed(self) -> Iterator[str] | None:
        """The real account's."""
        return self._tool.suppressed()

    def subscribe(self, list_key: str, people: Sequence[Person]) -> list[Outcome]:
        """Noted as additions, returns, updates or confirmation mails; their fields are in the ledger's copy."""
        self.pretend(self.traits.subscribe_endpoint)
        return [self._subscribed(list_key, one.address) for one in people]

    def attach(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Noted one by one; a call for which the day's share does not suffice leaves the rest without an answer, as the real tool does."""
        outcomes: dict[str, Outcome] = {}
        for endpoint, some in self._tool.attach_calls(addresses):
            try:
                self.pretend(endpoint)
            except BudgetSpent:
                if not outcomes:
                    raise
                break
            outcomes.update({address: self._subscribed(list_key, address, attach=endpoint == self.traits.attach_endpoint) for address in some})
        return [outcomes.get(address, Outcome(Fate.LOST)) for address in addresses]

    def attach_calls(self, addresses: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
        """The real tool's."""
        return self._tool.attach_calls(addresses)

    def take_off(self, list_key: str, addresses: Sequence[str], *, delete: bool) -> list[Outcome]:
        """Noted."""
        self.pretend(self.traits.unsubscribe_endpoint)
        for address in addresses:
            self.foreseen.plan(list_key, "take_off", address)
            self._put(list_key, address, None if delete else ListedStatus.UNSUBSCRIBED)
        return [DONE] * len(addresses)

    def suppress(self, list_key: str, addresses: Sequence[str]) -> list[Outcome]:
        """Noted; they are taken off this list, and off every list where the vendor has one set of contacts."""
        self.pretend(self.traits.suppress_endpoint)
        after = None if self.traits.can_delete_member else ListedStatus.UNSUBSCRIBED
        for address in addresses:
            self.foreseen.plan("*", "suppress", address)
            for key in self._lists if self.traits.fields_belong_to_contact else (list_key,):
                if self.foreseen.status(key, address) is not None:
                    self._put(key, address, after)
        return [DONE] * len(addresses)

    def _subscribed(self, list_key: str, address: str, *, attach: bool = False) -> Outcome:
        before = self.foreseen.status(list_key, address)
        if self._lists[list_key].has_form and before is not ListedStatus.ACTIVE:
            self.foreseen.plan(list_key, "ask_for_confirmation", address)
            return Outcome(Fate.PENDING)
        action = "attach" if attach else "update" if before is ListedStatus.ACTIVE else "add" if before is None else "return"
        self.foreseen.plan(list_key, action, address)
        self._put(list_key, address, ListedStatus.ACTIVE)
        return DONE

    def pretend(self, endpoint: str) -> None:
        """A call that is not made: reserved, and given its time."""
        self.reserve(endpoint)
        self._clock.work(self.latency_s)

    def _put(self, list_key: str, address: str, status: ListedStatus | None) -> None:
        self._changed.add(list_key)
        self.foreseen.put(list_key, address, status)
