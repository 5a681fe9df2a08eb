"""Topics (docs/systems/zoho_campaigns.md#topics)."""

from __future__ import annotations

import re
from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Topic
from emulators.zoho_campaigns.params import Params

_SPECIAL = re.compile(r"[<>{}\[\]\"%;]")


def get_topics(account: Account, params: Params) -> dict[str, Any]:
    """`GET topics`: here the index counts from 0."""
    details = params.details()
    first, size = (_number(details.get(name), default) for name, default in (("from_index", 0), ("range", 20)))
    page = list(account.topics.values())[first : first + size]
    rows = [{"topicId": one.number, "topicName": one.name, "topicDesc": one.description, "primaryList": 0} for one in page]
    return {"code": 200, "topicDetails": rows}


def _number(value: object, default: int) -> int:
    return int(str(value)) if str(value or "").isdigit() else default


def create_topic(account: Account, params: Params) -> dict[str, Any]:
    """`POST topics`."""
    details = params.details()
    name, description = str(details.get("topic_name", "")).strip(), str(details.get("topic_desc", "")).strip()
    refusals = (
        (4017, not name),
        (4018, not description),
        (4011, _SPECIAL.search(name)),
        (4012, _SPECIAL.search(description)),
        (4013, any(one.name.casefold() == name.casefold() for one in account.topics.values())),
    )
    for code, holds in refusals:
        if holds:
            raise CampaignsError(code)
    made = add(account, name, description)
    return {"code": 200, "topic_id": made.number}


def add(account: Account, name: str, description: str) -> Topic:
    """A new topic of the account."""
    made = Topic(str(account.number()), name, description)
    account.topics[made.number] = made
    return made
