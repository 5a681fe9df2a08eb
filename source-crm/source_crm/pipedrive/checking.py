"""`check`: every call that a sync begins with, each failure in words that say what to change."""

from __future__ import annotations

from mailsync.errors import AuthError
from mailsync.pipedrive import filters
from mailsync.pipedrive.entities import ACTIVITIES, ORGANIZATIONS, PERSONS
from source_crm.pipedrive.connection import SHORT_PATIENCE, Connection
from source_crm.pipedrive.reading import organization_columns


def check(connection: Connection) -> None:
    """Raises MailsyncError with the first thing that is wrong. Deals, users and the like are told by their own streams: not everybody wants them."""
    impatient = Connection(connection.config, on_secret=connection.on_secret, patience=SHORT_PATIENCE)
    api, config = impatient.api, impatient.config
    impatient.company()
    for entity in (PERSONS, ORGANIZATIONS):
        api.page(entity.path, {"limit": "1"})
        impatient.fields(entity.name)
    if config.last_contacted == "mails_and_activities":
        _check_activities(impatient)
    organization_columns(impatient, PERSONS)
    for name, selection in config.options.selections.items():
        if selection.custom_view:
            filters.find(api, name, selection.custom_view)


def _check_activities(connection: Connection) -> None:
    try:
        connection.api.page(ACTIVITIES.path, {"limit": "1"})
    except AuthError as error:
        raise AuthError(f"{error} Or set last_contacted to mails, which does without activities.") from error
