"""The account as the control plane shows it (docs/emulators.md#state)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from emulators.zoho_survey.account import Account
from emulators.zoho_survey.models import Survey


def snapshot(account: Account) -> dict[str, Any]:
    """Portals, surveys with all below them, who opted out, pushes, and the mails that calls caused."""
    return {
        "zone": account.zone,
        "portals": {portal.key: {"name": portal.name, "departments": dict(portal.departments)} for portal in account.portals.values()},
        "surveys": {one.key: _survey(account, one) for one in account.surveys.values()},
        "opted_out": sorted(account.opted_out),
        "deliveries": [
            {"survey": one.survey, "response": one.response, "event": one.event, "attempts": one.attempts, "status": one.status}
            for one in account.deliveries
        ],
        "mails_caused": account.mails(),
    }


def _survey(account: Account, one: Survey) -> dict[str, Any]:
    return {
        "name": one.name,
        "portal": one.portal,
        "department": one.department,
        "published": one.published,
        "questions": [asdict(question) for question in one.questions],
        "variables": [asdict(variable) for variable in one.variables],
        "collectors": {collector.key: {"name": collector.name, "distributions": collector.distributions} for collector in one.collectors.values()},
        "webhooks": {hook.key: {"event": hook.event, "url": hook.url, "style": hook.style} for hook in one.webhooks.values()},
        "responses": {
            response.key: {"status": account.status(response), **{name: value for name, value in asdict(response).items() if name != "key"}}
            for response in one.responses.values()
        },
        "invitations": [asdict(invitation) for invitation in one.invitations],
    }
