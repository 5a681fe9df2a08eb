"""`listunsubscribe` and `contactdonotmail` (docs/systems/zoho_campaigns.md#unsubscribe, #do-not-mail)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import checked, key_of
from emulators.zoho_campaigns.contactinfo import EMAIL
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.mailings import OPTED_OUT, happened
from emulators.zoho_campaigns.models import Status
from emulators.zoho_campaigns.params import Params
from emulators.zoho_campaigns.subscribe import contact_info

UNSUBSCRIBED = "User unsubscribed successfully."


def listunsubscribe(account: Account, params: Params) -> dict[str, Any]:
    """End one membership; the contact stays in the organisation and on other lists."""
    one = account.list_for(params.get("listkey"), unknown=2102, deleted=2102)
    key = key_of(contact_info(account, params)[EMAIL])
    member = one.members.get(key)
    if member is None:
        if key in account.contacts and account.reading("unsubscribe_stranger") == "ok":
            return {"message": UNSUBSCRIBED}
        raise CampaignsError(2103)
    topics = {part.strip() for part in params.get("topic_id").split(",")} - {""}
    if topics:
        member.topics -= topics
    else:
        one.move(member, Status.UNSUBSCRIBED)
        if account.reading("unsubscribe_in_reports") == "last_campaign":
            _count_as_opt_out(account, one.key, key)
    return {"message": UNSUBSCRIBED}


def _count_as_opt_out(account: Account, list_key: str, address_key: str) -> None:
    got = [one for one in account.campaigns.values() if list_key in one.list_keys and address_key in one.recipients]
    if got:
        happened(account, max(got, key=lambda one: one.sent_at), OPTED_OUT, address_key)


def contactdonotmail(account: Account, params: Params) -> dict[str, Any]:
    """Never mail this address again, from any list of the organisation."""
    address = checked(contact_info(account, params)[EMAIL])
    key = key_of(address)
    if key in account.do_not_mail:
        return {"message": "This contact is already present in the Do-Not-Mail registry."}
    if key not in account.contacts and account.reading("do_not_mail_unknown") == "error_2104":
        raise CampaignsError(2104)
    account.never_mail(address)
    return {"message": "User moved to Do-Not-Mail registry successfully."}
