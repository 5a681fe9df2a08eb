"""`addlistsubscribersinbulk`: up to ten addresses, no fields (docs/systems/zoho_campaigns.md#bulk)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import is_taken, key_of
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Contact, MailingList, Status
from emulators.zoho_campaigns.params import Params

MOST = 10


def addlistsubscribersinbulk(account: Account, params: Params) -> dict[str, Any]:
    """Attach addresses to a list. The answer sorts the odd ones into three arrays; new ones are in none of them."""
    one = account.list_for(params.need("listkey"), unknown=2501, deleted=2206)
    emails = [part.strip() for part in params.need("emailids").split(",") if part.strip()]
    if len(emails) > MOST and account.reading("bulk_more_than_ten") == "refused":
        raise CampaignsError(1001)
    if account.reading("bulk_at_contact_limit") == "refused_whole":
        new = {key_of(email) for email in emails if is_taken(email)} - account.contacts.keys() - account.do_not_mail.keys()
        if new and account.is_full(len(new)):
            raise CampaignsError(2302)
    return {"message": "Contacts added successfully.", "listkey": one.key, "listname": one.name, **attach(account, one, emails)}


def attach(account: Account, one: MailingList, emails: Sequence[str]) -> dict[str, list[str]]:
    """Attach each in turn. Raises 2302 when the account fills up on the way; those before stay."""
    sorted_out: dict[str, list[str]] = {"ignored_contacts": [], "existing_contacts": [], "readd_contacts": []}
    for email in emails:
        if name := _attach_one(account, one, email):
            sorted_out[name].append(email)
    return sorted_out


def _attach_one(account: Account, one: MailingList, email: str) -> str | None:
    """Attach one address; the array of the answer that it belongs in."""
    key = key_of(email)
    if not is_taken(email):
        return "ignored_contacts"
    if key in account.do_not_mail:
        return None if account.reading("do_not_mail_subscribe") == "ok_without_adding" else "ignored_contacts"
    member = one.members.get(key)
    status = member.status if member else None
    if status in (Status.ACTIVE, Status.BOUNCED):
        return "existing_contacts"
    if status in (Status.UNSUBSCRIBED, Status.SPAM) and account.reading("bulk_readd") == "skips":
        return "readd_contacts"
    if one.has_form and account.reading("bulk_on_form_list") == "mails":
        account.await_confirmation(one, account.contacts.get(key) or Contact(email, account.number(), account.now(), {}), {})
    else:
        account.join(one, account.contact_for(email))
    return "readd_contacts" if status in (Status.UNSUBSCRIBED, Status.SPAM) else None
