"""Pipedrive as one of the connector's systems: what `system_source.SystemStreams` asks for."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.airbyte.voice import Voice
from mailsync.errors import AuthError, TransientError, VendorUnavailable, known_values
from mailsync.pipedrive.entities import ENTITIES, ORGANIZATIONS, PERSONS, Entity
from source_crm import module_stream
from source_crm.emission import Data
from source_crm.module_stream import Plan, Request
from source_crm.pipedrive import checking, columns_of, reading
from source_crm.pipedrive.config import parse
from source_crm.pipedrive.connection import Connection, open_connection

logger = logging.getLogger("airbyte")


class Pipedrive:
    """One configured company."""

    def __init__(self, config: Mapping[str, Any], connection: Connection, messages: MessageRepository) -> None:
        self._config = config
        self._connection = connection
        self._messages = messages

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration with the API's base URL in it, which OAuth tells with its token; without one the streams fail when they are read."""
        return {**self._config, "system": {**self._config["system"], "api_url": _url(self._connection)}}

    def to_discover(self) -> list[AbstractStream]:
        """Every entity that the app's scopes allow; the others are named in the log. Any other failing call fails discover, naming the entity."""
        found = []
        for entity in ENTITIES.values():
            try:
                found.append(self._discovered(entity))
            except AuthError as error:
                if entity in (PERSONS, ORGANIZATIONS):
                    raise
                logger.info("Left out: %s. %s", entity.name, error)
        return found

    def _discovered(self, entity: Entity) -> AbstractStream:
        connection = self._connection
        try:
            known = connection.fields(entity.name) if entity.has_customs else ()
            if not entity.has_customs:
                connection.api.page(entity.path, {"limit": "1"})
            organization = reading.organization_columns(connection, entity)
        except TransientError as error:
            raise VendorUnavailable(f"The fields of {entity.name} could not be read, so the catalog would lack them. {error}") from error
        schemas = columns_of.properties(entity, known, organization, last_contacted=connection.config.last_contacted != "off")
        return module_stream.to_discover(entity.name, schemas, self._plan({}), self._messages, is_incremental=True)

    def _plan(self, catalog: Mapping[str, Any]) -> Plan:
        def plan(request: Request, voice: Voice) -> Iterator[Data]:
            if request.module not in ENTITIES:
                voice.state(request.given)
                raise known_values("stream", request.module, ENTITIES)
            return reading.run(request, self._connection, voice, catalog)

        return plan

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """An entity of the catalog; its schema tells which field each column was bound to."""
        properties = (stream.stream.json_schema or {}).get("properties") or {}
        return module_stream.to_read(stream, given, self._plan(properties), self._messages)

    def check(self) -> None:
        """Everything that a sync needs."""
        checking.check(self._connection)


def _url(connection: Connection) -> str:
    """Without a call where the configuration decides; a refused token is told by the first stream that needs it."""
    return connection.account.credentials.base_urls[0]


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> Pipedrive:
    """Raises ConfigError for a configuration that cannot be understood; nothing is called yet."""
    connection = open_connection(parse(config), on_secret=add_to_secrets)
    if connection.clock_warning:
        logger.warning(connection.clock_warning)
    return Pipedrive(config, connection, messages)
