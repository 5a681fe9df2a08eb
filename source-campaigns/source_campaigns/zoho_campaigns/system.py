"""Zoho Campaigns as one of the connector's systems."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.mailings import MailingReports
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.reports import ZohoCampaignsReports
from mailsync.zoho_campaigns.settings import LABEL
from source_campaigns.budget import Waiting
from source_campaigns.system import MailingSystem
from source_campaigns.zoho_campaigns.connection import SHORT_PATIENCE, open_connection

logger = logging.getLogger("airbyte")


class ZohoCampaigns(MailingSystem):
    """One configured account."""

    label = LABEL
    manifest_streams = ("lists", "topics")
    refused: ClassVar[Mapping[str, str]] = {
        "autoresponders": "Zoho Campaigns API v1.1 has no method that reads autoresponders or workflows.",
        "segments": "Zoho Campaigns API v1.1 has no documented method that lists segments.",
    }

    def __init__(self, raw: Mapping[str, Any], messages: MessageRepository) -> None:
        """Nothing is called yet. Raises ConfigError."""
        super().__init__(raw, messages)
        self._connection = one = open_connection(raw, on_secret=add_to_secrets)
        if one.clock_warning:
            logger.warning(one.clock_warning)
        self.join(name=one.settings.account, config=one.config, clock=one.clock, budget=one.budget, ledger=one.ledger)

    def reports(self, on_wait: Waiting) -> MailingReports:
        """By the shared token and budget."""
        return ZohoCampaignsReports(self._connection.client(on_wait))

    def check(self) -> None:
        """Token, scopes, and one call of each scope. Raises MailsyncError."""
        client = open_connection(self._raw, patience=SHORT_PATIENCE).client()
        client.check_scopes()
        client.read(method.LISTS, {"range": "1"})
        client.read(method.RECENT_CAMPAIGNS, {"status": "sent", "range": "1"})


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoCampaigns:
    """The configured account; nothing is called yet. Raises ConfigError."""
    return ZohoCampaigns(config, messages)
