"""The account as the control plane shows it (docs/emulators.md#state)."""

from __future__ import annotations

from typing import Any

from emulators.mailigen.account import Account
from emulators.mailigen.models import Campaign, MailingList


def snapshot(account: Account) -> dict[str, Any]:
    """Lists with members by address key, the suppression list, campaigns, and the mails that calls caused."""
    return {
        "lists": {one.key: _list(one) for one in account.lists.values()},
        "suppressed": sorted(account.suppressed),
        "campaigns": {one.key: _campaign(one) for one in account.campaigns.values()},
        "mails_caused": sum(account.mails.values()),
        "mails": dict(account.mails),
    }


def _list(one: MailingList) -> dict[str, Any]:
    members = {
        key: {"status": member.status.value, "email": member.email, "fields": dict(member.merges), "added_at": member.added_at, "id": member.number}
        for key, member in one.members.items()
    }
    fields = [{"tag": field.tag, "name": field.name, "kind": field.kind} for field in one.fields.values()]
    return {"name": one.name, "has_form": False, "members": members, "fields": fields}


def _campaign(one: Campaign) -> dict[str, Any]:
    return {
        "name": one.title,
        "lists": [one.list_key],
        "sent_at": one.sent_at,
        "status": one.status,
        "recipients": list(one.recipients),
        "mailed": one.mailed,
        "tests": one.tests,
        "due": one.due,
        "from": one.sender,
        "actions": one.actions,
        "clicks": [{"email": click.address, "link": click.link, "at": click.at} for click in one.clicks],
    }
