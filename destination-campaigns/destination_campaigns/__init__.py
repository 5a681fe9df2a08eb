"""People from a CRM onto mailing lists: an Airbyte destination.

`DestinationCampaigns` is imported on first use: it needs airbyte_cdk, which takes seconds to import, and no command of the connector does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from destination_campaigns.destination import DestinationCampaigns

__all__ = ["DestinationCampaigns"]


def __getattr__(name: str) -> Any:
    if name != "DestinationCampaigns":
        raise AttributeError(name)
    from destination_campaigns.destination import DestinationCampaigns  # noqa: PLC0415 - see the module's docstring

    return DestinationCampaigns
