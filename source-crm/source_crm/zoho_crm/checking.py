"""`check`: every call that a sync begins with, each failure in words that say what to change."""

from __future__ import annotations

from contextlib import suppress

from mailsync.errors import AuthError, ConfigError
from mailsync.zoho import organisation
from mailsync.zoho.api import CrmApi
from mailsync.zoho.members import MODULE
from mailsync.zoho.refusals import CrmRefusal
from mailsync.zoho.scopes import missing
from mailsync.zoho_crm import coql, scopes
from source_crm.zoho.connection import AccountFacts, Connection
from source_crm.zoho.members.task import STREAM
from source_crm.zoho_crm import members, selecting
from source_crm.zoho_crm.config import Config

NO_SUCH_JOB = "0"


def check(config: Config, connection: Connection) -> None:
    """Raises MailsyncError with the first thing that is wrong."""
    impatient = connection.impatient()
    api = impatient.api()
    _check_scopes(config, impatient.account.token().scopes)
    facts = impatient.account_facts()
    if not list(organisation.streams(facts.modules)):
        raise ConfigError("Zoho CRM shows no module to the user behind the token. Give the user's profile access to the API and to modules.")
    _check_calls(api, facts)
    for name, selection in config.options.selections.items():
        if name == STREAM and STREAM not in facts.modules:
            organisation.usable(facts.modules, MODULE)
            members.campaigns(api, selection=selection)
            continue
        organisation.usable(facts.modules, name)
        known = {field.api_name: field for field in organisation.fields(api, name)}
        selecting.resolve(api, selection, known, config.options.start_date)


def _check_scopes(config: Config, granted: frozenset[str]) -> None:
    """By the token answer, where it tells the scopes: all missing ones at once."""
    needed = list(scopes.FOR_READING)
    if any(selection.custom_view for selection in config.options.selections.values()):
        needed.append(scopes.CUSTOM_VIEWS)
    if lacking := missing(granted, needed):
        raise AuthError(f"The refresh token lacks the scopes {', '.join(lacking)}. Create one with them and save it here.")


def _check_calls(api: CrmApi, facts: AccountFacts) -> None:
    """Fields, a query and Bulk Read: older token answers do not tell their scopes, so each is tried (about three credits)."""
    first = next(iter(organisation.streams(facts.modules)))
    organisation.fields(api, first)
    with suppress(CrmRefusal):  # a module that is not for COQL: the scope was accepted
        coql.run(api, coql.select(["id"], first, coql.EVERYTHING, limit=1))
    with suppress(CrmRefusal):  # no such job: the scope was accepted
        api.get_bulk(f"/read/{NO_SUCH_JOB}")
