"""SourceCrm: the CDK's low-code source for a CRM's manifest, plus the CRM's own Python streams."""

from __future__ import annotations

from mailsync.airbyte.system_source import SystemSource
from source_crm.spec import FORM


class SourceCrm(SystemSource):
    """Streams of one CRM."""

    form = FORM
