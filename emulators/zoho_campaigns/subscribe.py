"""`listsubscribe`: add or update one contact with fields (docs/systems/zoho_campaigns.md#subscribe)."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import checked, key_of
from emulators.zoho_campaigns.contactinfo import EMAIL, parsed
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.fields import accepted
from emulators.zoho_campaigns.models import Contact, MailingList, Member, Status
from emulators.zoho_campaigns.params import Params

SUBSCRIBED = "User subscribed successfully."
CONFIRM = "A confirmation email is sent to the user. User needs to confirm to successfully subscribe."


def listsubscribe(account: Account, params: Params) -> dict[str, Any]:
    """Add or update one contact. The code never tells which; only the message tells a confirmation mail."""
    one = account.list_for(params.get("listkey"), unknown=2501, deleted=2501)
    given = contact_info(account, params)
    address = checked(given.pop(EMAIL))
    fields = accepted(account, given)
    key = key_of(address)
    if key in account.do_not_mail and not _lift(account, params, key):
        return {"message": SUBSCRIBED}
    member = one.members.get(key)
    subscribe = _on_form_list if one.has_form else _on_private_list
    message = subscribe(account, one, member, address, fields)
    _follow_topics(account, one.members.get(key), params)
    if member is None and key in one.members:
        one.members[key].source = params.get("source")  # told when somebody is added; that a later call changes it is not documented
    return {"message": message}


def contact_info(account: Account, params: Params) -> dict[str, str]:
    """The parsed `contactinfo`. Raises 2001, 2004."""
    return parsed(params.need("contactinfo"), decode_again=account.reading("double_decode") == "yes")


def _lift(account: Account, params: Params, key: str) -> bool:
    """Whether an address of the do-not-mail registry may come in after all. Raises under the readings that refuse it."""
    if params.get("donotmail_resub") == "true":
        del account.do_not_mail[key]
        return True
    reading = account.reading("do_not_mail_subscribe")
    if reading.startswith("error_"):
        raise CampaignsError(int(reading.removeprefix("error_")))
    return False


def _on_private_list(account: Account, one: MailingList, member: Member | None, address: str, fields: dict[str, str]) -> str:
    contact = account.contact_for(address, limit_code=int(account.reading("contact_limit_code")))
    stays = member is not None and member.status is Status.BOUNCED and account.reading("bounced_resubscribed") == "stays_bounced"
    account.store(member if member and stays else account.join(one, contact), fields)
    return SUBSCRIBED


def _on_form_list(account: Account, one: MailingList, member: Member | None, address: str, fields: dict[str, str]) -> str:
    """New ones are mailed and wait; what an update of a member does is unverified."""
    if member is None or member.status is not Status.ACTIVE:
        contact = account.contacts.get(key_of(address)) or Contact(address, account.number(), account.now(), {})
        account.await_confirmation(one, contact, fields)
        return CONFIRM
    reading = account.reading("update_on_form_list")
    if reading == "mails":
        account.await_confirmation(one, member.contact, fields)
        return CONFIRM
    if reading == "updates":
        account.store(member, fields)
    return SUBSCRIBED


def _follow_topics(account: Account, member: Member | None, params: Params) -> None:
    """`topic_id`: one, or several separated by commas; unknown ones do nothing."""
    wanted = {part.strip() for part in params.get("topic_id").split(",")} & account.topics.keys()
    if member and wanted:
        member.topics |= wanted
