"""Which granted scope covers which needed one (docs/systems/zoho_accounts.md#scopes)."""

from __future__ import annotations

from collections.abc import Iterable

# A composite verb → the single verbs in it; ALL holds every verb.
COMPOSITES = {"WRITE": frozenset({"CREATE", "UPDATE", "DELETE"}), "CREATE-UPDATE": frozenset({"CREATE", "UPDATE"})}

# What the emulated account's refresh token was granted: everything that a connector of this project may ask for.
ALL_SCOPES = frozenset(
    {
        "ZohoCRM.modules.ALL",
        "ZohoCRM.settings.ALL",
        "ZohoCRM.users.READ",
        "ZohoCRM.org.READ",
        "ZohoCRM.bulk.ALL",
        "ZohoCRM.coql.READ",
        "ZohoCRM.apis.READ",
        "ZohoCRM.notifications.ALL",
        "ZohoSearch.securesearch.READ",
        "ZohoFiles.files.ALL",
        "ZohoRecruit.modules.ALL",
        "ZohoRecruit.settings.ALL",
        "ZohoRecruit.users.READ",
        "ZohoRecruit.org.READ",
        "ZohoRecruit.bulk.ALL",
        "ZohoRecruit.search.READ",
        "ZohoCampaigns.contact.ALL",
        "ZohoCampaigns.campaign.ALL",
        "ZohoCampaigns.workflow.ALL",
        "ZohoSurvey.user.READ",
        "ZohoSurvey.portal.READ",
        "ZohoSurvey.survey.READ",
        "ZohoSurvey.surveybuilder.READ",
        "ZohoSurvey.surveybuilder.CREATE",
        "ZohoSurvey.webhook.READ",
        "ZohoSurvey.webhook.CREATE",
        "ZohoSurvey.webhook.DELETE",
    }
)


def allows(granted: Iterable[str], needed: str) -> bool:
    """Whether one of the granted scopes covers `needed`, e.g. `ZohoCRM.modules.ALL` covers `ZohoCRM.modules.leads.READ`."""
    return any(_covers(scope, needed) for scope in granted)


def _covers(granted: str, needed: str) -> bool:
    *group, verb = granted.split(".")
    *wanted_group, wanted_verb = needed.split(".")
    if wanted_group[: len(group)] != group:
        return False
    return verb in ("ALL", wanted_verb) or wanted_verb in COMPOSITES.get(verb, ())
