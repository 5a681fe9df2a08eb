"""Before data moves: both connectors found, their configurations written to private files, their catalogs matched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailsync.errors import ConfigError
from mailsync.runner.catalog import ConfiguredStream, configured_streams
from mailsync.runner.child import Workspace, ask, find_command
from mailsync.runner.connection import Connection
from mailsync.runner.messages import Voice
from mailsync.runner.outcome import Problem


@dataclass(frozen=True, slots=True)
class DryRun:
    """Asks the destination to tell what it would do. `plan`: the file it is told in as well, with every single write."""

    plan: Path | None = None


class Prepared:
    """Both connectors found, their configurations written to private files, their catalogs matched."""

    def __init__(self, connection: Connection, folder: Path, voice: Voice) -> None:
        self.connection = connection
        self.voice = voice
        self.workspace = Workspace(folder)
        self.source = find_command(connection.source.command, connection.folder)
        self.destination = find_command(connection.destination.command, connection.folder)
        self.source_name = Path(connection.source.command).name
        self.destination_name = Path(connection.destination.command).name
        self._source_config = self.workspace.file("source.json", connection.source.config)
        self._destination_config: str | None = None
        self._more: dict[str, Any] = {}
        self._specification: dict[str, Any] | None = None

    @property
    def rehearses(self) -> bool:
        """Whether this is a dry run."""
        return bool(self._more)

    def rehearse(self, wanted: DryRun) -> None:
        """Make this a dry run. Raises ConfigError where the destination offers none."""
        specification = self.specification()
        if specification is not None and "dry_run" not in (specification.get("connectionSpecification") or {}).get("properties", {}):
            raise ConfigError(f"{self.destination_name} offers no dry run: its specification has no option dry_run.")
        self._more = {"dry_run": True} | ({"dry_run_file": str(wanted.plan)} if wanted.plan else {})

    def ask_source(self, verb: str, wanted: str) -> dict[str, Any] | None:
        """The one answer of the source to `check` or `discover`; None when it failed (the voice knows why)."""
        return self._one(self.source, verb, {"config": self._source_config}, wanted, self.source_name)

    def ask_destination(self, verb: str, wanted: str) -> dict[str, Any] | None:
        """The one answer of the destination to `spec` or `check`."""
        files = {} if verb == "spec" else {"config": self.destination_config()}
        return self._one(self.destination, verb, files, wanted, self.destination_name)

    def destination_config(self) -> str:
        """The path of its configuration."""
        if self._destination_config is None:
            self._destination_config = self.workspace.file(
                "destination.json", {**self._with_ledger(self.connection.destination.config), **self._more}
            )
        return self._destination_config

    def specification(self) -> dict[str, Any] | None:
        """The destination's, asked once; None when it did not answer."""
        if self._specification is None:
            answer = self.ask_destination("spec", "SPEC")
            self._specification = None if answer is None else answer.get("spec") or {}
        return self._specification

    def streams(self) -> tuple[ConfiguredStream, ...] | None:
        """The configured streams, None when a connector could not answer."""
        spec = self.specification()
        catalog = self.ask_source("discover", "CATALOG")
        if spec is None or catalog is None:
            return None
        modes = spec.get("supported_destination_sync_modes") or ["append"]
        return configured_streams(self.connection.streams, catalog.get("catalog") or {}, modes)

    def read_arguments(self, catalog: str, state: str) -> list[str]:
        """The source's command line."""
        return [self.source, "read", "--config", self._source_config, "--catalog", catalog, "--state", state]

    def write_arguments(self, catalog: str) -> list[str]:
        """The destination's command line."""
        return [self.destination, "write", "--config", self.destination_config(), "--catalog", catalog]

    def _with_ledger(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """A destination that keeps a ledger and names none gets one in a file beside the connection file."""
        schema = (self.specification() or {}).get("connectionSpecification") or {}
        if "ledger" not in (schema.get("properties") or {}) or "ledger" in config:
            return config
        return {**config, "ledger": {"kind": "sqlite", "path": str(self.connection.ledger)}}

    def _one(self, command: str, verb: str, files: Mapping[str, str], wanted: str, name: str) -> dict[str, Any] | None:
        answers = ask(command, verb, files, name=name, cwd=self.connection.folder, voice=self.voice)
        found = next((answer for answer in answers if answer["type"] == wanted), None)
        if found is None and not self.voice.problems_of(name):
            self.voice.report(Problem(name, "system_error", f"it answered `{verb}` without a {wanted} message."))
        return found


@contextmanager
def prepared(connection: Connection, voice: Voice) -> Iterator[Prepared]:
    """A private folder for the run, gone at its end."""
    with tempfile.TemporaryDirectory(prefix="mailsync-") as folder:
        yield Prepared(connection, Path(folder), voice)
