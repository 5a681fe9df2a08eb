"""Calls to the CRM, and what follows when there is no answer. Nothing here decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from mailsync.clock import Clock
from mailsync.errors import RateLimited, VendorUnavailable
from mailsync.ledger.budget import LONGEST_NAP_S, Budget, BudgetSpent
from mailsync.membership.plan import WhenSpent
from mailsync.responses.crm import Crm
from mailsync.responses.reasons import Reason

T = TypeVar("T")
SHORT_WAIT_S = 5.0
SILENT_CALLS = 5  # in a row without an answer: the CRM is down, and a run that postpones everything would look like a success


class NoAnswer(Exception):  # a signal, not an error
    """The call failed, and rows that depend on it wait. `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class NotMade(NoAnswer):
    """A call that would have made something was certainly not made."""


class _NotNow(BudgetSpent):
    """The budget asks for a longer wait than an open intent may last."""


class Calls:
    """The calls of one run. `done` counts what was done in the CRM."""

    def __init__(
        self, crm: Crm, *, budget: Budget, clock: Clock, when_spent: WhenSpent, check: Callable[[], None], warn: Callable[[str], None]
    ) -> None:
        """`check` is called before each call and in each nap: it renews the lease, and raises when the run is asked to stop."""
        self.crm = crm
        self._budget = budget
        self._clock = clock
        self._when_spent = when_spent
        self._check = check
        self._warn = warn
        self._making = False
        self._spent = False
        self._silent = 0
        self.done: Counter[str] = Counter()

    def reserve(self, endpoint: str, cost: int = 1) -> None:
        """What the CRM calls before each request."""
        if self._making:
            self._reserve_now(endpoint, cost)
        else:
            self._budget.reserve(endpoint, cost)

    def repeatable(self, call: Callable[[], T], failed: Reason) -> T:
        """A read, or a write that may be made again. Raises NoAnswer."""
        while True:
            self._before()
            try:
                answer = call()
            except VendorUnavailable as error:
                self._went_silent(error)
                raise NoAnswer(failed) from None
            except BudgetSpent as spent:
                self._note_spent(spent)
                raise NoAnswer(Reason.BUDGET_SPENT) from None
            except RateLimited as limit:
                self._lock(limit)
            else:
                self._silent = 0
                return answer

    def making(self, call: Callable[[], T], take_back: Callable[[], None]) -> T:
        """A write that must not be made twice; its intent is committed. Raises NotMade (the intent was taken back) or NoAnswer (nobody knows)."""
        try:
            with self._as_one():
                answer = call()
        except VendorUnavailable as error:
            self._went_silent(error)
            raise NoAnswer(Reason.OUTCOME_UNKNOWN) from None
        except BudgetSpent as spent:
            take_back()
            if not isinstance(spent, _NotNow):
                self._note_spent(spent)
            raise NotMade(Reason.BUDGET_SPENT) from None
        except RateLimited as limit:
            take_back()
            self._lock(limit)
            raise NotMade(Reason.BUDGET_SPENT) from None
        except Exception:
            # The CRM says that nobody can be written (or has a bug): the call did not take effect.
            take_back()
            raise
        self._silent = 0
        return answer

    def before_making(self) -> None:
        """Once more before an intent is committed. Raises NotMade where the day is spent."""
        if self._spent:
            raise NotMade(Reason.BUDGET_SPENT)
        self._check()

    def nap(self, until: float) -> None:
        """Wait for a moment of the vendor's clock."""
        while (left := until - self._clock.now()) > 0:
            self._check()
            self._clock.sleep(min(left, LONGEST_NAP_S))

    @contextmanager
    def _as_one(self) -> Iterator[None]:
        self._making = True
        try:
            yield
        finally:
            self._making = False

    def _reserve_now(self, endpoint: str, cost: int) -> None:
        """An intent's age must tell when its call was made, so it does not wait long for the budget."""
        if not self._budget.reserve_within(endpoint, cost, SHORT_WAIT_S):
            raise _NotNow(endpoint, SHORT_WAIT_S)

    def _before(self) -> None:
        if self._spent:
            raise NoAnswer(Reason.BUDGET_SPENT)
        self._check()

    def _went_silent(self, error: VendorUnavailable) -> None:
        self._silent += 1
        if self._silent >= SILENT_CALLS:
            raise error

    def _note_spent(self, spent: BudgetSpent) -> None:
        if self._when_spent is WhenSpent.STOP:
            raise spent
        if not self._spent:
            self._spent = True
            self._warn(f"{spent} The rest stays in the ledger and is done first in the next run.")

    def _lock(self, limit: RateLimited) -> None:
        traits = self.crm.traits
        self._budget.locked(traits.endpoint, limit.retry_after or traits.lock_s)


def in_batches(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    """So many at a time."""
    for first in range(0, len(rows), max(1, size)):
        yield list(rows[first : first + max(1, size)])


def call_sizes(rows: int, size: int) -> list[int]:
    """How many rows each call has, so many at a time."""
    return [min(size, rows - first) for first in range(0, rows, max(1, size))]
