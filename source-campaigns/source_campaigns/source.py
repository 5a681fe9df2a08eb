"""SourceCampaigns: the CDK's low-code source for a mailing tool's manifest, plus the Python streams."""

from __future__ import annotations

from mailsync.airbyte.system_source import SystemSource
from source_campaigns.spec import FORM


class SourceCampaigns(SystemSource):
    """Streams of one mailing account."""

    form = FORM
