"""Tags (docs/systems/zoho_campaigns.md#topics): all calls are GET, one contact per call."""

from __future__ import annotations

from typing import Any

from emulators.zoho_campaigns.account import Account
from emulators.zoho_campaigns.addresses import key_of
from emulators.zoho_campaigns.errors import CampaignsError
from emulators.zoho_campaigns.models import Contact, Tag
from emulators.zoho_campaigns.params import Params

DEFAULT_COLOR = "#ec676c"
# The vendor answers tag/add with the address and the words of tag/associate.
ASSOCIATED = "Tag associated successfully."


def add_tag(account: Account, params: Params) -> dict[str, Any]:
    """`tag/add`."""
    name = params.need("tagName")
    if name in account.tags:
        raise CampaignsError(9000)
    account.tags[name] = Tag(str(account.number()), name, params.get("tagDesc"), params.get("color") or DEFAULT_COLOR)
    return {"message": ASSOCIATED, "uri": "/api/v1.1/tag/associate"}


def delete_tag(account: Account, params: Params) -> dict[str, Any]:
    """`tag/delete`."""
    name = _known(account, params)
    del account.tags[name]
    for contact in account.contacts.values():
        contact.tags -= {name}
    return {"message": "Tag deleted successfully."}


def get_all_tags(account: Account, _params: Params) -> dict[str, Any]:
    """`tag/getalltags`: a list of objects with one key each."""
    if not account.tags:
        raise CampaignsError(992)
    return {"tags": [{tag.number: _row(account, tag)} for tag in account.tags.values()]}


def _row(account: Account, tag: Tag) -> dict[str, str]:
    tagged = sum(tag.name in contact.tags for contact in account.contacts.values())
    return {
        "tag_name": tag.name,
        "tag_color": tag.color,
        "tag_desc": tag.description,
        "tagged_contact_count": str(tagged),
        "is_crm_tag": "false",
    }


def associate_tag(account: Account, params: Params) -> dict[str, Any]:
    """`tag/associate`."""
    name, contact = _known(account, params), _contact(account, params)
    contact.tags |= {name}
    return {"message": ASSOCIATED}


def deassociate_tag(account: Account, params: Params) -> dict[str, Any]:
    """`tag/deassociate`."""
    name, contact = _known(account, params), _contact(account, params)
    contact.tags -= {name}
    return {"message": "Tag deassociated successfully."}


def _known(account: Account, params: Params) -> str:
    name = params.need("tagName")
    if name not in account.tags:
        raise CampaignsError(9001)
    return name


def _contact(account: Account, params: Params) -> Contact:
    contact = account.contacts.get(key_of(params.need("lead_email")))
    if contact is None:
        raise CampaignsError(993)
    return contact
