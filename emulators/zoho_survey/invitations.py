"""`sendinvitation`: each contact of the list may be mailed (docs/systems/zoho_survey.md#invitations)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.zoho_survey.account import EMAIL, Account, is_address
from emulators.zoho_survey.errors import invalid
from emulators.zoho_survey.models import Invitation, Survey

Contact = Mapping[str, Any]


def invite(account: Account, survey: Survey, distribution: str, contacts: Any) -> None:
    """Mail all of them, or nobody where one is refused. Raises the vendor's error."""
    if not isinstance(contacts, list) or not contacts or not all(isinstance(one, dict) for one in contacts):
        raise invalid("contactsList is missing or empty")
    limit = account.reading("contacts_limit")
    if limit != "none" and len(contacts) > int(limit):
        raise invalid("Too many contacts")
    wanted = [(one, _mails(account, survey, one, contacts[:place])) for place, one in enumerate(contacts)]
    for contact, mails in wanted:
        if mails is not None:
            values = {str(name): str(value) for name, value in contact.items()}
            survey.invitations.append(Invitation(distribution, str(contact.get(EMAIL, "")).strip(), values, account.now(), mails))


def _mails(account: Account, survey: Survey, contact: Contact, before: list[Contact]) -> int | None:
    """How many mails a contact gets; None: the contact is as if not sent. Raises where the whole call is refused."""
    known = {variable.key for variable in survey.variables}
    if set(contact) - known and account.reading("unknown_field") == "refused":
        raise invalid("Unknown field")
    if any(variable.required and not str(contact.get(variable.key) or "").strip() for variable in survey.variables):
        if account.reading("missing_field") == "refused":
            raise invalid("A required field is missing")
        return None
    address = str(contact[EMAIL]).strip()
    if not is_address(address):
        if account.reading("bad_address") == "call_refused":
            raise invalid("Invalid email address")
        return None
    return _of_address(account, survey, address.lower(), [str(one.get(EMAIL, "")).strip().lower() for one in before])


def _of_address(account: Account, survey: Survey, address: str, before: list[str]) -> int:
    if address in account.opted_out:
        reading = account.reading("invited_opted_out")
        if reading == "refused":
            raise invalid("The contact has opted out")
        return int(reading == "mails")
    if account.reading("invited_answered") == "ignored" and _has_answered(survey, address):
        return 0
    if address in before or any(one.mails and one.email.lower() == address for one in survey.invitations):
        reading = account.reading("invited_twice")
        if reading == "refused":
            raise invalid("The contact has been invited already")
        return int(reading == "mails_again")
    return 1


def _has_answered(survey: Survey, address: str) -> bool:
    return any(one.ended_at is not None and one.known.get(EMAIL, "").lower() == address for one in survey.responses.values())
