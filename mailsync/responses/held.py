"""What a run has once it holds the ledger; all steps are built on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from mailsync.ledger import actions, recipients, survey_responses
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.recipients import Pair
from mailsync.ledger.schema import relearn
from mailsync.membership.told import EventKind
from mailsync.responses.calls import Calls, NoAnswer, in_batches
from mailsync.responses.crm import Crm, Person, PersonId
from mailsync.responses.model import Work
from mailsync.responses.plan import Plan
from mailsync.responses.reasons import Reason

RECIPIENTS = "recipients"
"""Whoever writes to recipients is alone at it: two syncs of one organisation share them."""

_MINE = relearn.c.sync == sa.bindparam("sync")
_RELEARNING = (
    sa.select(relearn.c.stream)
    .where(_MINE, relearn.c.stream.in_(sa.bindparam("streams", expanding=True)), sa.func.coalesce(relearn.c.over, 0) == 0)
    .limit(1)
)
_RELEARNED_AT = sa.select(sa.func.max(relearn.c.at)).where(_MINE)


@dataclass(slots=True)
class Held:
    """`again`: rows to decide once more in this settle, because the person behind them is gone.

    `held_rules`: rules that may not fire yet, and why.
    """

    ledger: Ledger
    crm: Crm
    plan: Plan
    lease: Lease
    calls: Calls
    number: int
    tell: Callable[[EventKind, str], None]
    again: set[Pair] = field(default_factory=set)
    held_rules: dict[str, Reason] = field(default_factory=dict)

    @property
    def margin_s(self) -> float:
        """How long after a call its effect may still be invisible."""
        return self.crm.traits.margin_s

    def now(self) -> float:
        """The vendor's time."""
        return self.ledger.clock.now()

    @contextmanager
    def commit(self, *, alone_at: str | None = None) -> Iterator[sa.Connection]:
        """A transaction of a run that still holds its lease; `alone_at`: no other sync of the organisation is at this meanwhile."""
        with self.ledger.begin() as connection:
            self.lease.fence(connection)
            if alone_at is not None:
                self.ledger.serialize(connection, f"{alone_at} {self.plan.account}")
            yield connection

    def is_relearning(self, connection: sa.Connection) -> bool:
        """Whether a stream is being read anew and is not complete yet; also one of campaigns, which tell the order of statuses."""
        return connection.execute(_RELEARNING, {"sync": self.plan.sync_name, "streams": list(self.plan.streams)}).first() is not None

    def relearned_at(self, connection: sa.Connection) -> float:
        """Since when this ledger knows every call of this sync; 0 where it always did."""
        found = connection.execute(_RELEARNED_AT, {"sync": self.plan.sync_name}).scalar()
        return float(found or 0.0)

    def read_people(self, ids: Collection[str]) -> dict[str, Person]:
        """Who of these lives; the others are noted as gone. Raises NoAnswer."""
        alive: dict[str, Person] = {}
        for batch in in_batches(sorted(ids), self.crm.traits.read_size):
            wanted = [PersonId.parse(one) for one in batch]
            answer = self.calls.repeatable(lambda wanted=wanted: self.crm.people(wanted), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            alive |= {str(one): person for one, person in answer.items()}
        for one in set(ids) - set(alive):
            self.gone(one)
        return alive

    def find(self, addresses: Collection[str]) -> tuple[dict[str, list[Person]], dict[str, Reason]]:
        """Who has these addresses now, and for which of them nobody knows."""
        found: dict[str, list[Person]] = {}
        failed: dict[str, Reason] = {}
        for batch in in_batches(sorted(addresses), self.crm.traits.find_size):
            try:
                answer = self.calls.repeatable(lambda batch=batch: self.crm.find(batch), Reason.LOOKUP_FAILED)  # type: ignore[misc]
            except NoAnswer as silence:
                failed |= dict.fromkeys(batch, silence.reason)
                continue
            found |= {address: list(answer[address]) for address in batch if address in answer}
            failed |= {address: Reason.LOOKUP_FAILED for address in batch if address not in answer}
        return found, failed

    def gone(self, person: str) -> None:
        """No such person any more: their rows look for somebody else."""
        with self.commit(alone_at=RECIPIENTS) as connection:
            self.again.update(recipients.forget_person(connection, self.plan.account, person))
            answers = survey_responses.forget_person(connection, self.plan.sync_name, person)
            recipients.mark_dirty(connection, answers)
            self.again.update(answers)

    def credit(self, chosen: dict[Pair, str], works: Collection[Work]) -> None:
        """Commit who is meant, with what the one before had; what another sync decided meanwhile holds."""
        if not chosen:
            return
        with self.commit(alone_at=RECIPIENTS) as connection:
            recipients.credit(connection, self.plan.account, chosen)
            now = recipients.load(connection, self.plan.account, list(chosen))
            for work in works:
                if work.pair not in chosen:
                    continue
                work.row.person = now[work.pair].person
                if work.row.last is not None and work.row.person not in (None, work.row.last):
                    actions.inherit(self.ledger, connection, self.plan.account, work.row.last, str(work.row.person))
            recipients.mark_unfound_dirty(connection, self.plan.account, {address for _, address in chosen})
