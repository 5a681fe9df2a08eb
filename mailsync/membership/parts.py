"""The parts of one run, put together once the ledger is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from mailsync.ledger import members
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease
from mailsync.ledger.suppressions import Suppressions
from mailsync.membership.absorb import Absorber
from mailsync.membership.calls import Calls
from mailsync.membership.fates import Fates
from mailsync.membership.mirror import Mirror
from mailsync.membership.model import Rules
from mailsync.membership.plan import Plan, StreamPlan
from mailsync.membership.reading import Reader
from mailsync.membership.removals import Removals
from mailsync.membership.responses import Responses
from mailsync.membership.settle import Settler
from mailsync.membership.situations import Situations
from mailsync.membership.told import EventKind
from mailsync.membership.tool import MailingList, MailingTool


@dataclass(frozen=True, slots=True)
class Parts:
    """`lists` by list id are those fed in this run; `streams_of` names this sync's streams that feed each."""

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
    calls: Calls
    settler: Settler
    removals: Removals
    fates: Fates
    foreign_opt_outs: Counter[str] = field(default_factory=Counter)

    @classmethod
    def build(
        cls,
        *,
        ledger: Ledger,
        tool: MailingTool,
        plan: Plan,
        lease: Lease,
        budget: Budget,
        feeds: Mapping[tuple[str, str], frozenset[str]],
        number: int,
        tell: Callable[[EventKind, str], None],
        check_stop: Callable[[], None],
    ) -> Parts:
        """Wire them."""
        traits, account = tool.traits, plan.account
        lists = {f"{account}/{one.list.key}": one.list for one in plan.feeds}
        suppressions = Suppressions(ledger, account)
        situations = Situations(account=account, feeds=feeds, suppressions=suppressions, fields_belong_to_contact=traits.fields_belong_to_contact)
        reader = Reader(
            ledger,
            tool,
            lease=lease,
            account=account,
            situations=situations,
            suppressions=suppressions,
            say=lambda text: tell(EventKind.PROGRESS, text),
        )
        calls = Calls(ledger, tool, budget=budget, lease=lease, situations=situations, run=number, check_stop=check_stop)
        settler = Settler(
            ledger,
            account=account,
            lease=lease,
            lists=lists,
            rules={list_id: _rules(plan, listing, can_delete=traits.can_delete_member, number=number) for list_id, listing in lists.items()},
            traits=traits,
            situations=situations,
            calls=calls,
            reader=reader,
            when_spent=plan.when_spent,
            warn=lambda text: tell(EventKind.WARNING, text),
        )
        return cls(
            ledger=ledger,
            number=number,
            lists=lists,
            streams={one.name: one for one in plan.streams},
            streams_of={one: frozenset(f.stream for f in plan.feeds if f"{account}/{f.list.key}" == one) for one in lists},
            situations=situations,
            absorber=Absorber(ledger, plan.sync_name),
            mirror=Mirror(ledger, sync=plan.sync_name, lease=lease, situations=situations),
            reader=reader,
            responses=Responses(ledger, tool, lease=lease, account=account, situations=situations, suppressions=suppressions, check_stop=check_stop),
            calls=calls,
            settler=settler,
            removals=Removals(ledger, sync=plan.sync_name, account=account, settler=settler, calls=calls, check_stop=check_stop),
            fates=Fates({one.name: tuple(f.list.key for f in plan.feeds if f.stream == one.name) for one in plan.streams}),
        )

    def mark_dirty(self, connection: sa.Connection, addresses: Collection[str]) -> None:
        """These have to be decided again on every list of the account."""
        members.mark_dirty(self.ledger, connection, self.situations.lists, addresses)

    def read_completely(self, list_id: str) -> None:
        """One complete read ①, which is a read of the leavers too."""
        at = self.ledger.clock.now()
        self.reader.read_completely(self.lists[list_id])
        self.settler.fresh(list_id, at)


def _rules(plan: Plan, listing: MailingList, *, can_delete: bool, number: int) -> Rules:
    return Rules(
        has_form=listing.has_form,
        allow_confirmation_mails=plan.allow_confirmation_mails,
        can_delete_member=can_delete,
        returns_after_removal=plan.returns_after_removal,
        opt_out_reaches_everyone=plan.opt_out_reaches_everyone,
        run=number,
    )
