"""The framework's face of this connector."""

from __future__ import annotations

from destination_crm.run import DESTINATION
from mailsync.airbyte.framework import CommandDestination


class DestinationCrm(CommandDestination):
    """What people did with a mailing, back to the CRM."""

    commands = DESTINATION
