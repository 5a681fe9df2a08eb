"""One of Zoho's CRMs as one of the connector's systems: what `system_source.SystemStreams` asks for."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from mailsync.airbyte.voice import Voice
from mailsync.errors import ConfigError, TransientError, VendorUnavailable
from mailsync.zoho import organisation
from mailsync.zoho.account import Account
from mailsync.zoho.api import CALLS_AT_ONCE, CrmApi
from mailsync.zoho.fields import Field, has_a_column, json_schema
from mailsync.zoho.members import MODULE
from source_crm import module_stream
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.zoho.connection import Connection, open_connection
from source_crm.zoho.members.task import SCHEMA, STREAM

logger = logging.getLogger("airbyte")


class ZohoSystem(ABC):
    """One configured account."""

    def __init__(self, config: Mapping[str, Any], connection: Connection, messages: MessageRepository) -> None:
        self._config = config
        self._connection = connection
        self._messages = messages

    def plan(self, request: Request, voice: Voice) -> Iterator[Data]:
        """One run of one stream. A module that an account happened to name as the stream of members is named is read as the module it is."""
        if request.module == STREAM and STREAM not in self._connection.account_facts().modules:
            return self.plan_members(request, voice)
        return self.plan_module(request, voice)

    @abstractmethod
    def plan_module(self, request: Request, voice: Voice) -> Iterator[Data]:
        """One run of one module."""

    @abstractmethod
    def plan_members(self, request: Request, voice: Voice) -> Iterator[Data]:
        """One run of the stream of members of campaigns."""

    @abstractmethod
    def why_no_members(self, api: CrmApi) -> str | None:
        """Why the account's API gives no members of campaigns, None where it does (or cannot be asked)."""

    @abstractmethod
    def change_field(self, fields: tuple[Field, ...]) -> str:
        """The field that dates a change, "" where there is none."""

    @abstractmethod
    def check(self) -> None:
        """Everything that a sync needs."""

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration with the API's base URL in it, which depends on data centre and environment."""
        return {**self._config, "system": {**self._config["system"], "api_url": self._connection.where.expected_api_url}}

    def to_discover(self) -> list[AbstractStream]:
        """Every readable module, in the vendor's order. A failing metadata call fails discover, naming the module: no stream vanishes.

        Modules whose fields the vendor refuses to this user, or of which it shows none, are no streams and are named in the log.
        """
        names = list(organisation.streams(self._connection.account_facts().modules))
        api = self._connection.api()
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            found = list(pool.map(lambda name: _fields(api, name), names))
        refusals = [one for one in found if isinstance(one, ConfigError)]
        if refusals and len(refusals) == len(found):
            raise refusals[0]
        for name, refused in zip(names, found, strict=True):
            if isinstance(refused, ConfigError):
                logger.info("Left out: %s. %s", name, refused)
        if unreadable := [name for name, fields in zip(names, found, strict=True) if fields == ()]:
            logger.info("Left out, because %s shows no field of them: %s.", api.product.name, ", ".join(unreadable))
        modules = {name: fields for name, fields in zip(names, found, strict=True) if isinstance(fields, tuple) and fields}
        return [*(self._discovered(name, fields) for name, fields in modules.items()), *self._members(api, modules)]

    def _members(self, api: CrmApi, modules: Collection[str]) -> Iterator[AbstractStream]:
        """The stream of members of campaigns, where the account has campaigns and its API gives their members."""
        if MODULE not in modules or STREAM in modules:
            return
        if why := self.why_no_members(api):
            logger.info("Left out: %s. %s", STREAM, why)
            return
        yield module_stream.to_discover(STREAM, SCHEMA, self.plan, self._messages, is_incremental=True)

    def _discovered(self, name: str, fields: tuple[Field, ...]) -> AbstractStream:
        """One stream; fields that no road gives are named in the log."""
        if left_out := [f"{field.api_name} ({field.data_type})" for field in fields if not has_a_column(field)]:
            logger.info("%s: left out, because they are no column of bulk reads or queries: %s.", name, ", ".join(left_out))
        properties = {field.api_name: json_schema(field) for field in fields if has_a_column(field)}
        is_incremental = bool(self.change_field(fields))
        return module_stream.to_discover(name, properties, self.plan, self._messages, is_incremental=is_incremental)

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """A module of the catalog."""
        return module_stream.to_read(stream, given, self.plan, self._messages)


def opened(where: Account) -> Connection:
    """A connection for `open_system`; nothing is called yet."""
    connection = open_connection(where, on_secret=add_to_secrets)
    if connection.clock_warning:
        logger.warning(connection.clock_warning)
    return connection


def _fields(api: CrmApi, module: str) -> tuple[Field, ...] | ConfigError:
    """The fields, or why the vendor refuses them to this user."""
    try:
        return organisation.fields(api, module)
    except ConfigError as error:
        return error
    except TransientError as error:
        raise VendorUnavailable(f"The fields of the module {module} could not be read, so the catalog would lack it. {error}") from error
