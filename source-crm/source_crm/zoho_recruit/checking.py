"""`check`: every call that a sync begins with, each failure in words that say what to change."""

from __future__ import annotations

from contextlib import suppress

from mailsync.errors import AuthError, ConfigError
from mailsync.zoho import organisation
from mailsync.zoho.members import MODULE
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.scopes import missing
from mailsync.zoho_recruit import scopes
from mailsync.zoho_recruit.change_time import change_field
from mailsync.zoho_recruit.record_pages import List, page
from source_crm.zoho.connection import Connection
from source_crm.zoho.members.task import STREAM
from source_crm.zoho_recruit import members, selecting
from source_crm.zoho_recruit.config import Config

NO_SUCH_JOB = "0"


def check(config: Config, connection: Connection) -> None:
    """Raises MailsyncError with the first thing that is wrong."""
    impatient = connection.impatient()
    api = impatient.api()
    _check_scopes(config, impatient.account.token().scopes)
    facts = impatient.account_facts()
    readable = list(organisation.streams(facts.modules))
    if not readable:
        raise ConfigError("Zoho Recruit shows no module to the user behind the token. Give the user's profile access to the API and to modules.")
    # Older token answers do not tell their scopes, so fields, records and Bulk Read are tried (five credits).
    organisation.fields(api, readable[0])
    with suppress(CrmRefusal):  # a module without a list: the scope was accepted
        page(api, List(readable[0], "", fields=("id",)), per_page=1)
    with suppress(CrmRefusal):  # no such job: the scope was accepted
        api.get_bulk(f"/read/{NO_SUCH_JOB}")
    for name, selection in config.options.selections.items():
        if name == STREAM and STREAM not in facts.modules:
            organisation.usable(facts.modules, MODULE)
            members.campaigns(api, selection=selection)
            continue
        organisation.usable(facts.modules, name)
        known = {field.api_name: field for field in organisation.fields(api, name)}
        selecting.resolve(api, selection, known, change_field(known.values()), config.options.start_date)


def _check_scopes(config: Config, granted: frozenset[str]) -> None:
    """By the token answer, where it tells the scopes: all missing ones at once."""
    needed = list(scopes.FOR_READING)
    if any(selection.custom_view for selection in config.options.selections.values()):
        needed.append(scopes.CUSTOM_VIEWS)
    if lacking := missing(granted, needed):
        raise AuthError(f"The refresh token lacks the scopes {', '.join(lacking)}. Create one with them and save it here.")
