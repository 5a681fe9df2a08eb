"""What was taken in and is decided together: rows of many messages, so that the calls are as full as the CRM takes them."""

from __future__ import annotations

from collections.abc import Collection

from mailsync.ledger import recipients, survey_responses
from mailsync.ledger.recipients import DueRow, Pair
from mailsync.ledger.survey_responses import is_response
from mailsync.responses.absorb import Chunk
from mailsync.responses.fates import Fates
from mailsync.responses.held import Held
from mailsync.responses.settle import Settler

ROWS = 5000
"""Also across STATEs, of which sources send many: one after each campaign."""

MESSAGES_A_ROW = 4
"""What repeats, or only adds to a row that is waiting, must not grow without end."""

OLD_S = 900.0
"""At a STATE, what came in longer ago is decided, however little it is."""


class Pool:
    """Everything in it is committed in the ledger: a run that ends here leaves it to the next one."""

    def __init__(self, held: Held, settler: Settler, fates: Fates) -> None:
        self._held, self._settler, self._fates = held, settler, fates
        self._chunk = Chunk()
        self._since = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._chunk.absorbed

    def add(self, chunk: Chunk) -> None:
        """What was absorbed now. Decided at once where nothing waits for a decision, or enough does."""
        if self.is_empty:
            self._since = self._held.now()
        self._chunk.absorbed += chunk.absorbed
        self._chunk.touched |= chunk.touched
        rows = max(len(self._chunk.touched), len(self._chunk.absorbed) // MESSAGES_A_ROW)
        if not self._chunk.touched or rows >= ROWS:
            self.settle()

    def settle_old(self) -> None:
        """At a STATE."""
        if not self.is_empty and self._held.now() - self._since >= OLD_S:
            self.settle()

    def settle(self) -> None:
        """Decide what is in it, and count the fates."""
        chunk, self._chunk = self._chunk, Chunk()
        if chunk.touched:
            self._settler.settle(chunk.touched)
        if chunk.absorbed:
            self._fates.settle(chunk.absorbed, chunk.touched, self._settler.reached, rows=self._rows, names=self._names)
        self._settler.reached.clear()

    def count_again(self) -> None:
        """What was decided once more since it was counted."""
        self._fates.count_again(rows=self._rows, names=self._names)

    def _rows(self, pairs: Collection[Pair]) -> dict[Pair, DueRow]:
        with self._held.ledger.begin() as connection:
            return recipients.load_due(connection, self._held.plan.sync_name, pairs)

    def _names(self, pairs: Collection[Pair]) -> dict[Pair, str]:
        plan = self._held.plan
        with self._held.ledger.begin() as connection:
            known = recipients.load(connection, plan.account, [pair for pair in pairs if not is_response(pair)])
            answers = survey_responses.load(connection, plan.sync_name, [pair for pair in pairs if is_response(pair)])
        people = {**{pair: row.person for pair, row in known.items()}, **{pair: row.person for pair, row in answers.items()}}
        return {pair: person for pair, person in people.items() if person is not None}
