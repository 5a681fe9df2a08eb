"""The vendor's error codes with its words (docs/systems/zoho_campaigns.md#codes). Every one but 1007 travels with HTTP 200."""

from __future__ import annotations

MESSAGES = {
    903: "Mandatory parameter is missing.",
    910: "No fields found.",
    914: "Your contact limit has been reached. Please upgrade your plan.",
    916: "Custom field already exists.",
    992: "No tags found.",
    993: "No contact found.",
    1001: "Pattern does not match.",
    1004: "The URL you've requested is wrong.",
    1006: "Parameter is given more than once.",
    2001: "Subscription failed. Please check the format of the contact information.",
    2004: "The contact's email address is invalid.",
    2005: "Group email addresses are not allowed.",
    2102: "Listkey is empty or invalid.",
    2103: "Contact does not exist.",
    2104: "Moving the contact to do-not-mail failed. Please try again.",
    2202: "Listkey is empty or invalid.",
    2203: "There are no contacts. The mailing list is deleted.",
    2205: "List name already exists.",
    2206: "The mailing list has been deleted.",
    2302: "Contacts limit exceeded. Please upgrade your plan.",
    2401: "No mailing list found.",
    2501: "Listkey is empty or invalid.",
    2502: "Yet,There are no contacts in this list.",
    2707: "The mailing list is deleted.",
    3001: "The content exceeds the maximum length of 300,000 characters.",
    4011: "Special characters are not allowed in the topic name.",
    4012: "Special characters are not allowed in the topic description.",
    4013: "Topic name already exists.",
    4017: "Topic name is empty.",
    4018: "Topic description is empty.",
    6001: "Campaign details could not be displayed. The campaign key is empty or invalid.",
    6002: "The campaign is not sent, or the campaign key is invalid.",
    6101: "There are no campaigns in this view.",
    6302: "There are no contacts.",
    6501: "There are no contacts for this criterion.",
    6502: "The given limit exceeds the maximum.",
    500: "There is a problem at our end.",
    6503: "The campaign has been deleted.",
    6600: "The campaign has been sent already.",
    6605: "The status of the campaign has changed.",
    6606: "No mailing list or topic is associated with the campaign.",
    6607: "The campaign has no content.",
    6608: "The recipients were changed after the review.",
    6609: "The campaign could not be created or updated.",
    6611: "The content of the campaign has not been reviewed.",
    9000: "Tag already exists.",
    9001: "There is no such tag.",
}


class CampaignsError(Exception):
    """One refusal. `code` is the vendor's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        """The vendor's words."""
        return MESSAGES[self.code]


class Unauthorized(Exception):
    """HTTP 401, code 1007: no token, a dead one, a wrong data centre, or a scope is missing; the vendor does not say which."""


class Locked(Exception):
    """The endpoint's limit is reached and it is locked."""
