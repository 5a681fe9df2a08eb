"""source-campaigns: a mailing tool's lists, campaigns and recipients' responses as Airbyte streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_campaigns.source import SourceCampaigns

__all__ = ["SourceCampaigns"]


def __getattr__(name: str) -> Any:
    """`SourceCampaigns`, loaded when it is asked for: it brings the CDK along, which `spec` does without."""
    if name == "SourceCampaigns":
        from source_campaigns.source import SourceCampaigns  # noqa: PLC0415 - see above

        return SourceCampaigns
    raise AttributeError(name)
