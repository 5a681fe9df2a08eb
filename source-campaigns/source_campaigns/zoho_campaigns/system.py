"""Zoho Campaigns as one of the connector's systems: what `SystemStreams` asks for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.errors import known_values
from mailsync.zoho_campaigns import endpoints as method
from source_campaigns.zoho_campaigns.connection import SHORT_PATIENCE, Connection, open_connection

logger = logging.getLogger("airbyte")


class ZohoCampaigns:
    """One configured account."""

    def __init__(self, config: Mapping[str, Any], connection: Connection) -> None:
        self._config = config
        self._connection = connection

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration as it is."""
        return self._config

    def to_discover(self) -> list[AbstractStream]:
        """None beside the manifest's."""
        return []

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:  # noqa: ARG002 - the protocol's signature
        """Raises ConfigError: the manifest's streams are all there is."""
        raise known_values("stream", stream.stream.name, ("lists", "topics"))

    def check(self) -> None:
        """Token, scopes, and one call of each scope. Raises MailsyncError."""
        client = open_connection(self._config, patience=SHORT_PATIENCE).client()
        client.check_scopes()
        client.read(method.LISTS, {"range": "1"})
        client.read(method.RECENT_CAMPAIGNS, {"status": "sent", "range": "1"})


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoCampaigns:  # noqa: ARG001 - the protocol's signature
    """The configured account; nothing is called yet. Raises ConfigError."""
    connection = open_connection(config, on_secret=add_to_secrets)
    if connection.clock_warning:
        logger.warning(connection.clock_warning)
    return ZohoCampaigns(config, connection)
