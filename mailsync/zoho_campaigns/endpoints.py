"""The methods of the Zoho Campaigns API v1.1 that are used here: verb, path, windows, lock.

Each method has its own counter; after the last permitted call that method alone is locked. Who owns the counter (organisation, user, client) is
not stated, so other programs of the account may spend it too. Source: the API-LIMIT block of each method's page, checked 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailsync.membership.tool import Window

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
API = "/api/v1.1/"

# Method names, used as keys of budgets and of the code table.
SUBSCRIBE = "listsubscribe"
ATTACH = "addlistsubscribersinbulk"
UNSUBSCRIBE = "listunsubscribe"
DO_NOT_MAIL = "contactdonotmail"
CREATE_LIST = "addlistandcontacts"
LISTS = "getmailinglists"
SUBSCRIBERS = "getlistsubscribers"
COUNT = "listsubscriberscount"
ALL_FIELDS = "contact/allfields"
ADD_FIELD = "custom/add"
TOPICS = "topics"
RECENT_CAMPAIGNS = "recentcampaigns"
CAMPAIGN_DETAILS = "getcampaigndetails"
CAMPAIGN_REPORTS = "campaignreports"
RECIPIENTS = "getcampaignrecipientsdata"
CREATE_CAMPAIGN = "createCampaign"
SEND_CAMPAIGN = "sendcampaign"

_USUAL = (Window(500, 5 * MINUTE),)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method. `answers_by` is the parameter that asks for JSON; without it the vendor answers XML."""

    name: str
    verb: str
    path: str
    windows: tuple[Window, ...] = _USUAL
    lock_s: float = 30 * MINUTE
    answers_by: tuple[str, str] = ("resfmt", "JSON")


def _endpoint(name: str, verb: str, **rest: object) -> Endpoint:
    path = str(rest.pop("path", API + name))
    return Endpoint(name, verb, path, **rest)  # type: ignore[arg-type]


_TYPE_JSON = ("type", "json")

ENDPOINTS: Mapping[str, Endpoint] = {
    endpoint.name: endpoint
    for endpoint in (
        _endpoint(SUBSCRIBE, "POST", path=f"{API}json/{SUBSCRIBE}", windows=(Window(500, MINUTE), Window(12_500, HOUR), Window(75_000, DAY))),
        _endpoint(ATTACH, "POST", windows=(Window(2000, MINUTE),), lock_s=10 * MINUTE),
        _endpoint(UNSUBSCRIBE, "POST", path=f"{API}json/{UNSUBSCRIBE}"),
        _endpoint(DO_NOT_MAIL, "POST", path=f"{API}json/{DO_NOT_MAIL}"),
        _endpoint(CREATE_LIST, "POST"),
        _endpoint(LISTS, "GET"),
        _endpoint(SUBSCRIBERS, "GET"),
        _endpoint(COUNT, "GET"),
        _endpoint(ALL_FIELDS, "GET", windows=(Window(100, 5 * MINUTE),), answers_by=_TYPE_JSON),
        _endpoint(ADD_FIELD, "POST", windows=(Window(100, 5 * MINUTE),), answers_by=_TYPE_JSON),
        _endpoint(TOPICS, "GET"),
        _endpoint(RECENT_CAMPAIGNS, "GET"),
        _endpoint(CAMPAIGN_DETAILS, "GET"),
        _endpoint(CAMPAIGN_REPORTS, "GET"),
        _endpoint(RECIPIENTS, "POST"),
        _endpoint(CREATE_CAMPAIGN, "POST"),
        _endpoint(SEND_CAMPAIGN, "POST"),
    )
}
