"""Zoho Survey as one of the connector's systems: responses by export and by webhook; the private tree where an account is given."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.errors import ConfigError, known_values
from mailsync.zoho_survey.intake import Intake
from source_campaigns.streams import failing_stream
from source_campaigns.zoho_survey.connection import SHORT_PATIENCE, Connection
from source_campaigns.zoho_survey.reading import PRIMARY_KEYS, stream

logger = logging.getLogger("airbyte")

TREE = ("portals", "surveys", "collectors", "questions")
MAILINGS = ("lists", "contacts", "campaigns", "campaign_reports", "responses")


class ZohoSurvey:
    """One configured account."""

    def __init__(self, raw: Mapping[str, Any], messages: MessageRepository) -> None:
        """Nothing is called yet. Raises ConfigError."""
        self._raw = raw
        self._messages = messages
        self._connection = Connection(raw, on_secret=add_to_secrets)
        if self._connection.clock_warning:
            logger.warning(self._connection.clock_warning)

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration as it is."""
        return self._raw

    def to_discover(self) -> list[AbstractStream]:
        """Responses and answers: the same for every account."""
        return [stream(name, self._connection, self._messages, {}) for name in PRIMARY_KEYS]

    def to_read(self, configured: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """One of them; any other name fails when it is read."""
        name = configured.stream.name
        if name in PRIMARY_KEYS:
            return stream(name, self._connection, self._messages, given)
        return failing_stream(name, _unknown(name), self._messages, given, configured.stream.json_schema or {})

    def check(self) -> None:
        """Exports, spool and, where there is one, the account. Raises MailsyncError."""
        connection = Connection(self._raw, patience=SHORT_PATIENCE)
        connection.check_access()
        Intake(connection.settings, connection.labels, logger.warning).check()


def _unknown(name: str) -> ConfigError:
    if name in TREE:
        return ConfigError(f"The stream {name} is of Zoho Survey's private API, which is off: give system.account, or remove the stream.")
    if name in MAILINGS:
        return ConfigError(f"Zoho Survey has no {name}: it sends no campaigns. Remove the stream {name}.")
    return known_values("stream", name, (*PRIMARY_KEYS, *TREE))


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoSurvey:
    """The configured account; nothing is called yet. Raises ConfigError."""
    return ZohoSurvey(config, messages)
