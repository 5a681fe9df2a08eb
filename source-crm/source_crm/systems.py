"""The CRMs that this connector reads: one line each. A system's folder holds its manifest and, as `system.py`, its Python side."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class System:
    """One CRM. `manifest` is a path inside this package; `python` names the module with `open_system`, loaded when it is used."""

    name: str
    manifest: str
    python: str

    def load(self) -> Any:
        """The module `python`: `open_system(config, messages)` returns what `source.SystemStreams` describes."""
        return import_module(self.python)


SYSTEMS: dict[str, System] = {system.name: system for system in (System("zoho_crm", "zoho_crm/manifest.yaml", "source_crm.zoho_crm.system"),)}
