"""Starting the CDK's entrypoint with a source that knows configuration, catalog and state from the beginning."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.entrypoint import launch as launch_cdk
from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalog
from airbyte_cdk.sources.source import Source

from mailsync.airbyte.system_source import SystemSource


def launch(kind: type[SystemSource], arguments: list[str]) -> None:
    """Run one verb. A source that cannot be built is an error trace and exit code 1, as any other failure."""
    from airbyte_cdk.exception_handler import init_uncaught_exception_handler  # noqa: PLC0415
    from airbyte_cdk.logger import init_logger  # noqa: PLC0415

    init_uncaught_exception_handler(init_logger("airbyte"))
    gc.freeze()  # the framework's objects live as long as the process; without this every collection walks through all of them
    launch_cdk(source(kind, arguments), arguments)


def source(kind: type[SystemSource], arguments: list[str]) -> SystemSource:
    """The source for a command line."""
    config_path = AirbyteEntrypoint.extract_config(arguments)
    catalog_path = AirbyteEntrypoint.extract_catalog(arguments)
    state_path = AirbyteEntrypoint.extract_state(arguments)
    return kind(
        catalog=_catalog(catalog_path),
        config=_json(config_path),
        state=_state(state_path),
        config_path=config_path,
    )


def _json(path: str | None) -> Any:
    return json.loads(Path(path).read_text("utf-8")) if path else None


def _catalog(path: str | None) -> ConfiguredAirbyteCatalog | None:
    return Source.read_catalog(path) if path else None


def _state(path: str | None) -> list[AirbyteStateMessage] | None:
    return list(Source.read_state(path)) if path else None
