"""One call at a time: the intent is committed before it, its outcome after it. Nothing here decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailsync.errors import MailsyncError, RateLimited, TransientError, VendorUnavailable
from mailsync.launches.launcher import LOST, Answer, Fate
from mailsync.ledger import launches
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.launches import LaunchRow
from mailsync.ledger.lease import Lease

LOCK_S = 60.0


class Calls:
    """The calls of one run's launches."""

    def __init__(self, ledger: Ledger, lease: Lease, budget: Budget, *, check_stop: Callable[[], None]) -> None:
        self._ledger = ledger
        self._lease = lease
        self._budget = budget
        self._check_stop = check_stop

    def save(self, row: LaunchRow) -> None:
        """Commit what is known."""
        with self._ledger.begin() as connection:
            self._lease.fence(connection)
            launches.save(self._ledger, connection, row)

    def make(self, row: LaunchRow, what: str, endpoint: str, call: Callable[[], Answer]) -> Answer:
        """Reserve and commit the intent, call once. An answer that is lost leaves the intent open; a refusal proves that nothing took effect.

        Raises what `call` raises, after the intent was taken back, and TransientError where the row is not what it was decided on.
        """
        self._check_stop()
        before = replace(row)
        self._intend(row, what, endpoint)
        answer = LOST
        try:
            answer = call()
        except VendorUnavailable:
            answer = LOST
        except RateLimited as limit:
            self._budget.locked(endpoint, limit.retry_after or LOCK_S)
            answer = Answer(Fate.LOCKED, said=str(limit))
        except MailsyncError:
            self._take_back(row, before)
            raise
        finally:
            self._budget.prepaid(None)
        if answer.fate is not Fate.LOST:
            row.open, row.open_at = before.open, before.open_at
        return answer

    def _intend(self, row: LaunchRow, what: str, endpoint: str) -> None:
        before = replace(row)
        row.open, row.open_at = what, max(self._ledger.clock.now(), (row.open_at or 0.0) + 0.001)
        while True:
            with self._ledger.begin() as connection:
                self._lease.fence(connection)
                self._ledger.serialize(connection, f"launch {row.account} {row.launch}")
                if launches.load(connection, row.account, row.launch) != before:
                    raise TransientError(f"Launch {row.launch!r} was changed by another run meanwhile. Run again.")
                wait = self._budget.try_reserve(connection, endpoint)
                if wait is None:
                    launches.save(self._ledger, connection, row)
                    break
            self._budget.wait(endpoint, wait)
        self._budget.prepaid(endpoint)

    def _take_back(self, row: LaunchRow, before: LaunchRow) -> None:
        row.open, row.open_at = before.open, before.open_at
        self.save(row)
