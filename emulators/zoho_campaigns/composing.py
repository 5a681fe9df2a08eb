"""Making and deleting campaigns by API (docs/systems/zoho_campaigns.md#launching). Nobody is mailed here."""

from __future__ import annotations

from typing import Any

import orjson

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.launching import draft
from emulators.zoho_campaigns.models import Message
from emulators.zoho_campaigns.params import Params

LONGEST_CONTENT = 300_000
LONGEST_NAME = 100


def create_campaign(account: Account, params: Params) -> dict[str, Any]:
    """`createCampaign`: a draft to lists; the content is fetched from `content_url` at once."""
    subject, sender = params.need("subject"), params.need("from_email")
    inside = _inside(account, params)
    topic = params.get("topicId") or next((one for ids in inside.values() for one in ids if one in account.topics), "")
    _check(account, params, sender, topic)
    name = _name(account, params.need("campaignname"))
    made = draft(account, list(inside), name, subject, Message(sender, params.get("from_name"), _fetched(account, params), topic))
    if account.reading("topic_needed") == "list_details" and topic not in [one for ids in inside.values() for one in ids]:
        made.message = Message(sender, params.get("from_name"), made.message.content, "")
    return _answer(account, made.key)


def deletecampaign(account: Account, params: Params) -> dict[str, Any]:
    """`deletecampaign`, a GET; a campaign that was sent or is scheduled is gone as well."""
    if account.campaigns.pop(params.need("campaignkey"), None) is None:
        raise CampaignsError(6503)
    return {"message": "Campaign deleted successfully."}


def _inside(account: Account, params: Params) -> dict[str, list[str]]:
    """`list_details`: list key → what stands in its brackets. Raises 6606 where it names no living list."""
    try:
        given = orjson.loads(params.need("list_details"))
    except orjson.JSONDecodeError:
        raise CampaignsError(1001) from None
    if not isinstance(given, dict) or not given:
        raise CampaignsError(6606)
    for key in given:
        account.list_for(key, unknown=6606, deleted=6606)
    return {key: [str(one) for one in ids] if isinstance(ids, list) else [] for key, ids in given.items()}


def _check(account: Account, params: Params, sender: str, topic: str) -> None:
    """Raises what keeps a campaign from being made."""
    if sender.lower() not in account.senders and account.reading("unverified_sender") != "refused_at_send":
        raise CampaignsError(int(account.reading("unverified_sender").removeprefix("error_")))
    if topic and topic not in account.topics:
        raise CampaignsError(6606)
    if account.reading("topic_needed") == "parameter" and not params.get("topicId"):
        raise CampaignsError(6606)


def _name(account: Account, wanted: str) -> str:
    if len(wanted) > LONGEST_NAME and account.reading("campaign_name_length") == "error_1001":
        raise CampaignsError(1001)
    name = wanted[:LONGEST_NAME]
    taken = {one.name.casefold() for one in account.campaigns.values()}
    if name.casefold() not in taken or account.reading("campaign_name_twice") == "accepted":
        return name
    if account.reading("campaign_name_twice") == "error_6609":
        raise CampaignsError(6609)
    return next(other for other in (f"{name} ({number})" for number in range(1, 1000)) if other.casefold() not in taken)


def _fetched(account: Account, params: Params) -> str | None:
    """The page behind `content_url`: one of the company's own site, the only site there is here. Raises 1001 and 3001."""
    address = params.get("content_url")
    if not address:
        return None
    page = account.world.pages.get(address.removeprefix(f"{account.world.base_url}/pages/"))
    if page is None:
        raise CampaignsError(1001)
    if len(page) > LONGEST_CONTENT:
        raise CampaignsError(3001)
    return page


def _answer(account: Account, key: str) -> dict[str, Any]:
    reading = account.reading("campaign_key_answered")
    told = {} if reading == "missing" else {"campaignKey": key}
    return {"code": 200, "message": "Campaign created successfully.", **({"response": told} if reading == "wrapped" else told)}
