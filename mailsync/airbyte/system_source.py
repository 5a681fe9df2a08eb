"""A source connector over several systems: the CDK's low-code source for a system's manifest, plus the system's own Python streams."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol, Self

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    ConnectorSpecification,
    Status,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.default_stream import DefaultStream

from mailsync.airbyte.discreet import DiscreetStream
from mailsync.airbyte.form import Form
from mailsync.airbyte.tracing import traced
from mailsync.errors import ConfigError, MailsyncError, known_values


class SystemStreams(Protocol):
    """What a system's Python side offers: `open_system(config, messages)` of its module returns one."""

    def manifest_config(self) -> Mapping[str, Any]:
        """The configuration as the system's manifest reads it."""

    def to_discover(self) -> list[AbstractStream]:
        """Its Python streams, with full schemas. Raises MailsyncError."""

    def to_read(self, stream: ConfiguredAirbyteStream, given: Mapping[str, Any]) -> AbstractStream:
        """One configured stream, whether the account has it or not: a missing one fails when it is read, alone."""

    def check(self) -> None:
        """Try everything that a sync needs. Raises MailsyncError."""


class SystemSource(ConcurrentDeclarativeSource):
    """Streams of one configured system. Catalog, configuration and state are given at construction, as the framework wants it."""

    form: ClassVar[Form]

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        config_path: str | None = None,
    ) -> None:
        """Without a configuration (`spec`) the first system's manifest stands in."""
        self._catalog = catalog
        self._broken: MailsyncError | None = None
        systems = self.form.systems
        system = systems.get(str(((config or {}).get("system") or {}).get("name"))) or next(iter(systems.values()))
        super().__init__(
            catalog=catalog or ConfiguredAirbyteCatalog(streams=[]),
            config=config or {},
            state=state or [],
            source_config=self.form.read_yaml(system.manifest),
            config_path=config_path,
        )
        self._system: SystemStreams | None = self._open(config, system.load()) if config else None

    def _open(self, config: Mapping[str, Any], module: Any) -> SystemStreams | None:
        """A configuration that cannot be understood is told by the verb that needs it, in that verb's own form."""
        name = (config.get("system") or {}).get("name")
        try:
            if name not in self.form.systems:
                raise known_values("system.name", name, self.form.systems)
            opened: SystemStreams = module.open_system(config, self._message_repository)
        except MailsyncError as error:
            self._broken = error
            return None
        self._config = dict(opened.manifest_config())
        return opened

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:  # noqa: ARG002 - the framework's signature
        """The whole form: all systems."""
        return ConnectorSpecification(**self.form.specification())

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:  # noqa: ARG002 - the framework's signature
        """Whether a sync would work; a mistake of the configuration is a FAILED status, everything else an exception."""
        try:
            self._with(config).opened().check()
        except ConfigError as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=str(error))
        except Exception as error:  # noqa: BLE001 - the boundary
            raise traced(error) from None
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """The account's streams."""
        return super(SystemSource, self._with(config)).discover(logger, config)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """The records of the catalog's streams."""
        yield from super(SystemSource, self._with(config, catalog, state)).read(logger, config, catalog, state)

    def _with(
        self, config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog | None = None, state: list[AirbyteStateMessage] | None = None
    ) -> Self:
        """This source, or, when it was made without a configuration as test kits do, one made with what the verb was given."""
        return self if self._system or self._broken else type(self)(catalog, config, state)

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """The manifest's streams and the system's own: for a read those of the catalog, otherwise all the account has."""
        try:
            fixed = [_discreet(stream) for stream in super().streams(config)]
            return fixed + (self._configured(fixed) if self._catalog else self.opened().to_discover())
        except MailsyncError as error:
            raise traced(error) from None

    def _configured(self, fixed: list[AbstractStream]) -> list[AbstractStream]:
        names = {stream.name for stream in fixed}
        wanted = [one for one in (self._catalog.streams if self._catalog else []) if one.stream.name not in names]
        return [self.opened().to_read(one, self._connector_state_manager.get_stream_state(one.stream.name, None)) for one in wanted]

    def opened(self) -> SystemStreams:
        """The configured system. Raises the ConfigError of a configuration that could not be understood."""
        if self._broken:
            raise self._broken
        if self._system is None:
            raise ConfigError("No configuration was given.")
        return self._system


def _discreet(stream: AbstractStream) -> AbstractStream:
    return DiscreetStream.of(stream) if isinstance(stream, DefaultStream) else stream
