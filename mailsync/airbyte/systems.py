"""One system of a source connector: its folder holds a manifest and, as `system.py`, its Python side."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class System:
    """`manifest` is a path inside the connector's package; `python` names the module with `open_system`, loaded when it is used."""

    name: str
    manifest: str
    python: str

    def load(self) -> Any:
        """The module `python`: `open_system(config, messages)` returns what `system_source.SystemStreams` describes."""
        return import_module(self.python)
