"""What the rows that wait will cost, before they are decided."""

from __future__ import annotations

from mailsync.ledger.budget import Budget
from mailsync.membership.told import Forecast
from mailsync.responses.calls import call_sizes
from mailsync.responses.crm import Ability, Traits
from mailsync.responses.plan import Plan


def forecast(waiting: int, traits: Traits, plan: Plan, budget: Budget) -> Forecast:
    """As if each row needed every write that is configured: a member status and a field."""
    if not waiting:
        return Forecast(0, 0.0)
    kinds = {Ability.MEMBER_STATUS: bool(plan.member_statuses), Ability.FIELD: bool(plan.fields)}
    wanted = [ability for ability, is_planned in kinds.items() if is_planned and ability in traits.supports] or [Ability.OPT_OUT]
    sizes = [(ability, size) for ability in wanted for size in call_sizes(waiting, traits.batch.get(ability, 1))]
    cost = sum(traits.cost(ability, size) for ability, size in sizes)
    seconds, days = budget.seconds_for(cost, traits.endpoint), budget.days_for(cost, traits.endpoint)
    return Forecast(len(sizes), seconds, days, by_endpoint={traits.endpoint: cost}, exact=False)
