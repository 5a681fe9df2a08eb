"""The account as the control plane shows it (docs/emulators.md#state)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.limits import Limits
from emulators.zoho_campaigns.models import Campaign, MailingList


def snapshot(account: Account, limits: Limits) -> dict[str, Any]:
    """Living lists with members by address key, the do-not-mail registry, campaigns, confirmation mails, limits."""
    return {
        "lists": {one.key: _list(account, one) for one in account.living_lists()},
        "suppressed": sorted(account.do_not_mail),
        "campaigns": {one.key: _campaign(one) for one in account.campaigns.values()},
        "mails_caused": account.mails_caused,
        "contacts": len(account.contacts),
        "contact_fields": [{"name": one.display_name, "kind": one.kind, "length": one.length} for one in account.fields.values()],
        "topics": {one.number: one.name for one in account.topics.values()},
        "limits": limits.summary(),
    }


def _list(account: Account, one: MailingList) -> dict[str, Any]:
    members = {
        key: {
            "status": member.status.value,
            "email": member.contact.email,
            "fields": dict(account.fields_of(member)),
            "topics": sorted(member.topics),
            "source": member.source,
            "added_at": member.added_at,
        }
        for key, member in one.members.items()
    }
    return {"name": one.name, "has_form": one.has_form, "members": members}


def _campaign(one: Campaign) -> dict[str, Any]:
    return {
        "name": one.name,
        "lists": list(one.list_keys),
        "status": one.status,
        "sent_at": one.sent_at,
        "parent": one.parent,
        "children": list(one.children),
        "recipients": list(one.recipients),
        "mailed": one.mailed,
        "due": one.due,
        "topic": one.message.topic,
        "from": one.message.from_email,
        "reason": one.reason,
        "unsent": list(one.unsent),
        "actions": one.actions,
    }
