"""A mailing tool as one of the connector's systems: what `SystemStreams` asks for, but for the account itself."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from airbyte_cdk.models import ConfiguredAirbyteStream
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream

from mailsync.airbyte.voice import Voice
from mailsync.clock import Clock
from mailsync.errors import ConfigError, TransientError, known_values
from mailsync.ledger import launches
from mailsync.ledger.engine import Ledger
from mailsync.ledger.our_removals import OurRemovals
from mailsync.mailings import MailingReports
from source_campaigns import streams
from source_campaigns.budget import SharedBudget, Waiting
from source_campaigns.config import Config
from source_campaigns.shared_reads import SharedReads
from source_campaigns.stream_run import Account

logger = logging.getLogger("airbyte")


class MailingSystem(ABC):
    """One configured account. A system gives its names, `reports` and `check`."""

    label: ClassVar[str]
    manifest_streams: ClassVar[tuple[str, ...]]
    refused: ClassVar[Mapping[str, str]]

    def __init__(self, raw: Mapping[str, Any], messages: MessageRepository) -> None:
        self._raw = raw
        self._messages = messages

    @abstractmethod
    def reports(self, on_wait: Waiting) -> MailingReports:
        """The account, read by a client of its own. `on_wait(error, seconds)` is told before each wait."""

    @abstractmethod
    def check(self) -> None:
        """Try everything that a sync needs. Raises MailsyncError."""

    def join(self, *, name: str, config: Config, clock: Clock, budget: SharedBudget, ledger: Ledger | None) -> None:
        """What the streams share. Raises ConfigError for an action that the tool does not tell of."""
        reports = self.reports(_log_wait)
        removals = OurRemovals(ledger, name) if ledger else None
        self._account = Account(name, self._with_actions(config, reports), clock, SharedReads(reports), budget, removals, _reasons(ledger, name))

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration as it is."""
        return self._raw

    def to_discover(self) -> list[AbstractStream]:
        """Campaigns, their reports and responses, contacts: the same for every account."""
        return [streams.stream(name, self._account, self._for_voice, self._messages, {}) for name in streams.PRIMARY_KEYS]

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """One of them; any other name fails when it is read."""
        name = stream.stream.name
        if name in streams.PRIMARY_KEYS:
            return streams.stream(name, self._account, self._for_voice, self._messages, given)
        known = (*self.manifest_streams, *streams.PRIMARY_KEYS)
        error = ConfigError(f"{self.refused[name]} Remove the stream {name}.") if name in self.refused else known_values("stream", name, known)
        return streams.failing_stream(name, error, self._messages, given, stream.stream.json_schema or {})

    def _for_voice(self, voice: Voice) -> MailingReports:
        return self.reports(voice.waiting)

    def _with_actions(self, config: Config, reports: MailingReports) -> Config:
        """By default all that the tool tells of; what it does not is refused by name."""
        if not self._raw.get("actions"):
            return replace(config, actions=reports.actions)
        if missing := sorted(config.actions - reports.actions):
            raise ConfigError(f"actions names {', '.join(missing)}, which no method of {self.label} tells of. Leave it out.")
        return config


def _reasons(ledger: Ledger | None, account: str) -> Mapping[str, str]:
    if ledger is None:
        return {}
    with ledger.begin() as connection:
        return launches.reasons(connection, account)


def _log_wait(error: TransientError, seconds: float) -> None:
    logger.info("Waiting %.0f s: %s", seconds, error)
