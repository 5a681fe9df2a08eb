"""source-crm: a CRM's modules as Airbyte streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_crm.source import SourceCrm

__all__ = ["SourceCrm"]


def __getattr__(name: str) -> Any:
    """`SourceCrm`, loaded when it is asked for: it brings the CDK along, which `spec` does without."""
    if name == "SourceCrm":
        from source_crm.source import SourceCrm  # noqa: PLC0415 - see above

        return SourceCrm
    raise AttributeError(name)
