"""The parts of one run, put together once the ledger is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mailsync.ledger import members
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.absorb import Absorber
from mailsync.membership.calls import Calls
from mailsync.membership.deciding import Deciding
from mailsync.membership.fates import Fates
from mailsync.membership.feeding import Feeding
from mailsync.membership.forecast import Forecaster
from mailsync.membership.mirror import Mirror
from mailsync.membership.model import Rules
from mailsync.membership.plan import Plan, StreamPlan
from mailsync.membership.reading import Reader
from mailsync.membership.registry import Registry
from mailsync.membership.removals import Removals
from mailsync.membership.responses import Responses
from mailsync.membership.settle import Settler
from mailsync.membership.situations import Situations
from mailsync.membership.told import EventKind
from mailsync.membership.tool import MailingList, MailingTool


@dataclass(frozen=True, slots=True)
class Parts:
    """Built by `build`. `lists` by list id are those fed in this run; `streams_of` names this sync's streams that feed each."""

    ledger: Ledger
    number: int
    lists: Mapping[str, MailingList]
    streams: Mapping[str, StreamPlan]
    streams_of: Mapping[str, frozenset[str]]
    situations: Situations
    absorber: Absorber
    mirror: Mirror
    reader: Reader
    responses: Responses
    registry: Registry
    calls: Calls
    settler: Settler
    removals: Removals
    fates: Fates
    forecaster: Forecaster
    feeding: Feeding
    foreign_opt_outs: Counter[str] = field(default_factory=Counter)

    def mark_dirty(self, connection: sa.Connection, addresses: Collection[str]) -> None:
        """These have to be decided again on every list of the account."""
        members.mark_dirty(self.ledger, connection, self.situations.lists, addresses)

    def read_completely(self, list_id: str) -> None:
        """One complete read ①, which is a read of the leavers too."""
        at = self.ledger.clock.now()
        self.reader.read_completely(self.lists[list_id])
        self.settler.fresh(list_id, at)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a run has once it holds the ledger; everything below is made of it."""

    ledger: Ledger
    tool: MailingTool
    plan: Plan
    lease: Lease
    budget: Budget
    feeding: Feeding
    number: int
    tell: Callable[[EventKind, str], None]
    check_stop: Callable[[], None]

    @property
    def name(self) -> str:
        """This run's name among all syncs."""
        return f"{self.plan.sync_name}#{self.number}"


def build(held: Holding) -> Parts:
    """Wire the parts of a run."""
    ledger, tool, plan, lease, account = held.ledger, held.tool, held.plan, held.lease, held.plan.account
    lists = {f"{account}/{one.list.key}": one.list for one in plan.feeds}
    suppressions = Suppressions(ledger, account)
    by_contact = tool.traits.fields_belong_to_contact
    situations = Situations(account=account, feeding=held.feeding, suppressions=suppressions, fields_belong_to_contact=by_contact)
    reach: Any = {"lease": lease, "account": account, "situations": situations, "suppressions": suppressions}
    reader = Reader(ledger, tool, sync=plan.sync_name, **reach, say=lambda text: held.tell(EventKind.PROGRESS, text))
    responses = Responses(ledger, tool, **reach, check_stop=held.check_stop)
    registry = Registry(ledger, tool, lease=lease, situations=situations, suppressions=suppressions, check_stop=held.check_stop)
    deciding = Deciding(situations, {list_id: _rules(held, listing) for list_id, listing in lists.items()})
    calls = _calls(held, situations, deciding)

    def refresh(list_id: str) -> None:
        reader.read_leavers(lists[list_id])
        responses.read(ledger.clock.now())
        registry.read()

    settler = _settler(held, lists, deciding, calls, refresh)
    return Parts(
        ledger=ledger,
        number=held.number,
        lists=lists,
        streams={one.name: one for one in plan.streams},
        streams_of={one: frozenset(f.stream for f in plan.feeds if f"{account}/{f.list.key}" == one) for one in lists},
        situations=situations,
        absorber=Absorber(ledger, plan.sync_name),
        mirror=Mirror(ledger, sync=plan.sync_name, lease=lease, situations=situations),
        reader=reader,
        responses=responses,
        registry=registry,
        calls=calls,
        settler=settler,
        removals=Removals(ledger, sync=plan.sync_name, account=account, lease=lease, settler=settler, calls=calls, check_stop=held.check_stop),
        forecaster=Forecaster(ledger, held.budget, lists, settler.calls_for),
        fates=_fates(held),
        feeding=held.feeding,
    )


def _fates(held: Holding) -> Fates:
    """Asked of every record: whether a feed takes it is only looked at where some feed does not take all."""
    plan = held.plan
    lists_of = {one.name: tuple(f.list.key for f in plan.feeds if f.stream == one.name) for one in plan.streams}
    if all(one.only is None for one in plan.feeds):
        return Fates(lists_of)
    return Fates(lists_of, lambda stream, key, record_id: held.feeding.admits((plan.sync_name, stream, f"{plan.account}/{key}"), record_id))


def _calls(held: Holding, situations: Situations, deciding: Deciding) -> Calls:
    return Calls(
        held.ledger,
        held.tool,
        account=held.plan.account,
        budget=held.budget,
        lease=held.lease,
        situations=situations,
        deciding=deciding,
        run=held.name,
        check_stop=held.check_stop,
    )


def _settler(held: Holding, lists: Mapping[str, MailingList], deciding: Deciding, calls: Calls, refresh: Callable[[str], None]) -> Settler:
    return Settler(
        held.ledger,
        lease=held.lease,
        lists=lists,
        deciding=deciding,
        traits=held.tool.traits,
        calls=calls,
        refresh=refresh,
        when_spent=held.plan.when_spent,
        membership_first=held.plan.membership_first,
        warn=lambda text: held.tell(EventKind.WARNING, text),
    )


def _rules(held: Holding, listing: MailingList) -> Rules:
    plan = held.plan
    return Rules(
        has_form=listing.has_form,
        allow_confirmation_mails=plan.allow_confirmation_mails,
        can_delete_member=held.tool.traits.can_delete_member,
        returns_after_removal=plan.returns_after_removal,
        opt_out_reaches_everyone=plan.opt_out_reaches_everyone,
        run=held.name,
        closed=listing.key in plan.closed_lists,
    )
