"""Zoho CRM as one of the connector's systems: what `source.SystemStreams` asks for."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.airbyte.voice import Voice
from mailsync.errors import TransientError, VendorUnavailable
from mailsync.zoho import organisation
from mailsync.zoho.api import CALLS_AT_ONCE, CrmApi
from mailsync.zoho.fields import MODIFIED_TIME, Field, has_a_column, json_schema
from source_crm import module_stream
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.zoho.connection import Connection, open_connection
from source_crm.zoho_crm import checking, reading
from source_crm.zoho_crm.config import Config, parse

logger = logging.getLogger("airbyte")


class ZohoCrm:
    """One configured account."""

    def __init__(self, config: Mapping[str, Any], parsed: Config, connection: Connection, messages: MessageRepository) -> None:
        self._config = config
        self._parsed = parsed
        self._connection = connection
        self._messages = messages

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration with the API's base URL in it, which depends on data centre and environment."""
        return {**self._config, "system": {**self._config["system"], "api_url": self._connection.where.expected_api_url}}

    def to_discover(self) -> list[AbstractStream]:
        """Every readable module, in the vendor's order. A failing metadata call fails discover, naming the module: no stream vanishes."""
        names = list(organisation.streams(self._connection.account_facts().modules))
        api = self._connection.api()
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            found = list(pool.map(lambda name: _fields(api, name), names))
        if unreadable := [name for name, fields in zip(names, found, strict=True) if not fields]:
            logger.info("Left out, because Zoho CRM shows no field of them: %s.", ", ".join(unreadable))
        return [self._discovered(name, fields) for name, fields in zip(names, found, strict=True) if fields]

    def _discovered(self, name: str, fields: tuple[Field, ...]) -> AbstractStream:
        """One stream; fields that no road gives are named in the log."""
        if left_out := [f"{field.api_name} ({field.data_type})" for field in fields if not has_a_column(field)]:
            logger.info("%s: left out, because neither COQL nor Bulk Read gives them: %s.", name, ", ".join(left_out))
        properties = {field.api_name: json_schema(field) for field in fields if has_a_column(field)}
        is_incremental = any(field.api_name == MODIFIED_TIME for field in fields)
        return module_stream.to_discover(name, properties, self._plan, self._messages, is_incremental=is_incremental)

    def _plan(self, request: Request, voice: Voice) -> Iterator[Data]:
        return reading.run(request, self._parsed.options, self._connection, voice)

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """A module of the catalog."""
        return module_stream.to_read(stream, given, self._plan, self._messages)

    def check(self) -> None:
        """Everything that a sync needs."""
        checking.check(self._parsed, self._connection)


def _fields(api: CrmApi, module: str) -> tuple[Field, ...]:
    try:
        return organisation.fields(api, module)
    except TransientError as error:
        raise VendorUnavailable(f"The fields of the module {module} could not be read, so the catalog would lack it. {error}") from error


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoCrm:
    """Raises ConfigError for a configuration that cannot be understood; nothing is called yet."""
    parsed = parse(config)
    connection = open_connection(parsed.account, on_secret=add_to_secrets)
    if connection.clock_warning:
        logger.warning(connection.clock_warning)
    return ZohoCrm(config, parsed, connection, messages)
