"""The framework's face of this connector."""

from __future__ import annotations

from destination_campaigns.run import DESTINATION
from mailsync.airbyte.framework import CommandDestination


class DestinationCampaigns(CommandDestination):
    """People from a CRM onto mailing lists."""

    commands = DESTINATION
