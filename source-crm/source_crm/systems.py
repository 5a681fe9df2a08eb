"""The CRMs that this connector reads: one line each."""

from __future__ import annotations

from mailsync.airbyte.systems import System

SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System("zoho_crm", "zoho_crm/manifest.yaml", "source_crm.zoho_crm.system"),
        System("zoho_recruit", "zoho_recruit/manifest.yaml", "source_crm.zoho_recruit.system"),
        System("pipedrive", "pipedrive/manifest.yaml", "source_crm.pipedrive.system"),
    )
}
