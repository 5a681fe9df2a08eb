"""The framework's face of a destination, for its test suites and for programs that embed it.

The commands (`mailsync.airbyte.commands`) do the work and do not need the framework; here they are only translated.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import orjson
from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConnectorSpecification,
    ConnectorSpecificationSerializer,
    Status,
)

from mailsync.airbyte.commands import Destination as Commands
from mailsync.airbyte.messages import Output
from mailsync.errors import MailsyncError


class CommandDestination(Destination):
    """A destination whose verbs are those of `commands`."""

    commands: ClassVar[Commands]

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:  # noqa: ARG002 - the framework's signature
        """The configuration form."""
        spec: ConnectorSpecification = ConnectorSpecificationSerializer.load(dict(self.commands.specification()))
        return spec

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:  # noqa: ARG002 - see above
        """Try the configuration."""
        output = Output(io.BytesIO())
        try:
            self.commands.check(config, output)
        except MailsyncError as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=output.masked(str(error)))
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def write(
        self, config: Mapping[str, Any], configured_catalog: ConfiguredAirbyteCatalog, input_messages: Iterable[AirbyteMessage]
    ) -> Iterable[AirbyteMessage]:
        """Write everything, then give the messages back. The framework's types drop fields of STATE; `run` does not go through here."""
        printed = io.BytesIO()
        lines = b"\n".join(orjson.dumps(AirbyteMessageSerializer.dump(message)) for message in input_messages)
        self.commands.write(config, ConfiguredAirbyteCatalogSerializer.dump(configured_catalog), io.BytesIO(lines), Output(printed))
        for line in printed.getvalue().splitlines():
            yield AirbyteMessageSerializer.load(orjson.loads(line))

    def run(self, args: list[str]) -> None:
        """The commands."""
        sys.exit(self.commands.main(args))
