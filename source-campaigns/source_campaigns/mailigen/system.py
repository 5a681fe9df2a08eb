"""Mailigen as one of the connector's systems."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from airbyte_cdk.sources.message import MessageRepository

from mailsync.mailigen import endpoints as method
from mailsync.mailigen.reports import MailigenReports
from mailsync.mailigen.settings import LABEL
from mailsync.mailings import MailingReports
from source_campaigns.budget import Waiting
from source_campaigns.mailigen.connection import Connection
from source_campaigns.system import MailingSystem

logger = logging.getLogger("airbyte")


class Mailigen(MailingSystem):
    """One configured account."""

    label = LABEL
    manifest_streams = ("lists", "suppressed")
    refused: ClassVar[Mapping[str, str]] = {
        "topics": "Mailigen has no topics.",
        "autoresponders": "Mailigen lists its autoresponders among the campaigns: read the stream campaigns.",
    }

    def __init__(self, raw: Mapping[str, Any], messages: MessageRepository) -> None:
        """Nothing is called yet. Raises ConfigError."""
        super().__init__(raw, messages)
        self._connection = one = Connection(raw)
        if one.clock_warning:
            logger.warning(one.clock_warning)
        self.join(name=one.settings.account, config=one.config, clock=one.clock, budget=one.budget, ledger=one.ledger)

    def reports(self, on_wait: Waiting) -> MailingReports:
        """By the shared budget."""
        return MailigenReports(self._connection.client(on_wait))

    def check(self) -> None:
        """The key, lists and campaigns. Raises MailsyncError."""
        client = self._connection.client()
        client.read(method.PING)
        client.read(method.LISTS, start=0, limit=1)
        client.read(method.CAMPAIGNS, start=0, limit=1)


def open_system(config: Mapping[str, Any], messages: MessageRepository) -> Mailigen:
    """The configured account; nothing is called yet. Raises ConfigError."""
    return Mailigen(config, messages)
