"""How campaigns are written to the CRM: figures, facts, constants, and the status."""

from __future__ import annotations

from destination_crm import spec
from destination_crm.systems import System
from mailsync.airbyte.options import Options, Problems
from mailsync.responses.plan import CampaignPlan


def pairs(options: Options, name: str, first: str, second: str, problems: Problems) -> dict[str, str]:
    """A list of pairs as a mapping; a key that comes twice is added to `problems`."""
    found: dict[str, str] = {}
    for one in options.objects(name):
        one.known((first, second), refused={})
        key, value = one.text(first, required=True), one.text(second, required=True)
        if key in found:
            problems.add(f"{one.named(first)}: {key} is named twice.")
        found[key] = value
    return found


def parse_campaigns(options: Options, system: System | None, problems: Problems) -> CampaignPlan:
    """The option `campaigns`. What is wrong is added to `problems`."""
    field, given = options.text("status_field"), pairs(options, "statuses", "state", "value", problems)
    if given and not field:
        problems.add("campaigns.statuses is given, but no campaigns.status_field. Name the field, or remove the texts.")
    for state in sorted(given.keys() - set(spec.STATES)):
        problems.add(f"campaigns.statuses names the state {state[:40]!r}. Accepted: {', '.join(spec.STATES)}.")
    return CampaignPlan(
        status_field=field,
        statuses=(given or dict(system.campaign_statuses if system else {})) if field else {},
        figures=pairs(options, "figures", "figure", "field", problems),
        facts=pairs(options, "facts", "column", "field", problems),
        constants=pairs(options, "constants", "field", "value", problems),
    )
