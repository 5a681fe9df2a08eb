"""The mailing tools that this connector reads: one line each."""

from __future__ import annotations

from mailsync.airbyte.systems import System

SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System("zoho_campaigns", "zoho_campaigns/manifest.yaml", "source_campaigns.zoho_campaigns.system"),
        System("zoho_survey", "zoho_survey/manifest.yaml", "source_campaigns.zoho_survey.system"),
        System("mailigen", "mailigen/manifest.yaml", "source_campaigns.mailigen.system"),
    )
}
