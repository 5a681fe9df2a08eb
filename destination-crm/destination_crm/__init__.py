"""What people did with a mailing, back to the CRM: an Airbyte destination.

`DestinationCrm` is imported on first use: it needs airbyte_cdk, which takes seconds to import, and no command of the connector does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from destination_crm.destination import DestinationCrm

__all__ = ["DestinationCrm"]


def __getattr__(name: str) -> Any:
    if name != "DestinationCrm":
        raise AttributeError(name)
    from destination_crm.destination import DestinationCrm  # noqa: PLC0415 - see the module's docstring

    return DestinationCrm
