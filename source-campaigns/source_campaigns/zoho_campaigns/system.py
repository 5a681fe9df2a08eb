"""Zoho Campaigns as one of the connector's systems: what `SystemStreams` asks for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.airbyte.voice import Voice
from mailsync.errors import ConfigError, known_values
from mailsync.ledger.our_removals import OurRemovals
from mailsync.mailings import MailingReports
from mailsync.zoho_campaigns import endpoints as method
from mailsync.zoho_campaigns.reports import ZohoCampaignsReports
from source_campaigns import streams
from source_campaigns.shared_reads import SharedReads
from source_campaigns.stream_run import Account
from source_campaigns.zoho_campaigns.connection import SHORT_PATIENCE, Connection, open_connection

logger = logging.getLogger("airbyte")

MANIFEST_STREAMS = ("lists", "topics")
REFUSED = {
    "autoresponders": "Zoho Campaigns API v1.1 has no method that reads autoresponders or workflows. Remove the stream autoresponders.",
    "segments": "Zoho Campaigns API v1.1 has no documented method that lists segments. Remove the stream segments.",
}


class ZohoCampaigns:
    """One configured account."""

    def __init__(self, config: Mapping[str, Any], connection: Connection, messages: MessageRepository) -> None:
        self._config = config
        self._connection = connection
        self._messages = messages
        self._account = Account(
            name=connection.settings.account,
            config=connection.config,
            clock=connection.clock,
            shared=SharedReads(ZohoCampaignsReports(connection.client(_log_wait))),
            budget=connection.budget,
            removals=OurRemovals(connection.ledger, connection.settings.account) if connection.ledger else None,
        )

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration as it is."""
        return self._config

    def to_discover(self) -> list[AbstractStream]:
        """Campaigns, their reports and responses, contacts: the same for every account."""
        return [streams.stream(name, self._account, self._reports, self._messages, {}) for name in streams.PRIMARY_KEYS]

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """One of them; any other name fails when it is read."""
        name = stream.stream.name
        if name in streams.PRIMARY_KEYS:
            return streams.stream(name, self._account, self._reports, self._messages, given)
        error = ConfigError(REFUSED[name]) if name in REFUSED else known_values("stream", name, (*MANIFEST_STREAMS, *streams.PRIMARY_KEYS))
        return streams.failing_stream(name, error, self._messages, given, stream.stream.json_schema or {})

    def check(self) -> None:
        """Token, scopes, and one call of each scope. Raises MailsyncError."""
        client = open_connection(self._config, patience=SHORT_PATIENCE).client()
        client.check_scopes()
        client.read(method.LISTS, {"range": "1"})
        client.read(method.RECENT_CAMPAIGNS, {"status": "sent", "range": "1"})

    def _reports(self, voice: Voice) -> MailingReports:
        client = self._connection.client(voice.waiting)
        client.check_scopes()  # the first answer tells the vendor's time, by which a run counts
        return ZohoCampaignsReports(client)


def _log_wait(error: Exception, seconds: float) -> None:
    logger.info("Waiting %.0f s: %s", seconds, error)


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoCampaigns:
    """The configured account; nothing is called yet. Raises ConfigError."""
    connection = open_connection(config, on_secret=add_to_secrets)
    if connection.clock_warning:
        logger.warning(connection.clock_warning)
    return ZohoCampaigns(config, connection, messages)
