"""Zoho CRM as one of the connector's systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.message import MessageRepository

from mailsync.airbyte.voice import Voice
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import MODIFIED_TIME, Field
from source_crm.emission import Data
from source_crm.module_stream import Request
from source_crm.zoho.connection import Connection
from source_crm.zoho.system import ZohoSystem, opened
from source_crm.zoho_crm import checking, members, reading
from source_crm.zoho_crm.config import Config, parse


class ZohoCrm(ZohoSystem):
    """One configured account."""

    def __init__(self, config: Mapping[str, Any], parsed: Config, connection: Connection, messages: MessageRepository) -> None:
        super().__init__(config, connection, messages)
        self._parsed = parsed

    def plan_module(self, request: Request, voice: Voice) -> Iterator[Data]:
        """One run of one module."""
        return reading.run(request, self._parsed.options, self._connection, voice)

    def plan_members(self, request: Request, voice: Voice) -> Iterator[Data]:
        """One run of the stream of members of campaigns."""
        return members.run(request, self._parsed.options, self._connection, voice)

    def why_no_members(self, api: CrmApi) -> str | None:  # noqa: ARG002 - nothing to ask
        """The vendor documents the related lists of campaigns."""
        return None

    def change_field(self, fields: tuple[Field, ...]) -> str:
        """`Modified_Time`, where the module has it."""
        return MODIFIED_TIME if any(field.api_name == MODIFIED_TIME for field in fields) else ""

    def check(self) -> None:
        """Everything that a sync needs."""
        checking.check(self._parsed, self._connection)


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> ZohoCrm:
    """Raises ConfigError for a configuration that cannot be understood; nothing is called yet."""
    parsed = parse(config)
    return ZohoCrm(config, parsed, opened(parsed.account), messages)
