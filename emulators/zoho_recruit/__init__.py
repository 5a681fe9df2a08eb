"""Zoho Recruit v2: a sister of Zoho CRM with older rules, on the record engine of `emulators/zoho_crm`.

What is emulated, and how certain it is, is told in docs/systems/zoho_recruit.md; every behaviour that nobody has confirmed is a switch (`switches`).
Here lie its modules (`seed`), its own calls (`routes`) and what people do in its screens (`edits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulators.world import Switch
from emulators.zoho_crm import ZohoCrm
from emulators.zoho_recruit.account import RecruitAccount
from emulators.zoho_recruit.state import Recruit
from emulators.zoho_recruit.switches import SWITCHES

__all__ = ["ZohoRecruit"]


class ZohoRecruit(ZohoCrm):
    """The vendor `zoho_recruit`."""

    name = "zoho_recruit"
    switches: tuple[Switch, ...] = SWITCHES

    def fresh(self) -> RecruitAccount:
        """The account as seeded."""
        return RecruitAccount(Recruit(self._world))

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """Working configurations: source-crm reads everything, destination-crm writes responses back with a ledger beside its configuration."""
        system = {
            "name": "zoho_recruit",
            "data_center": "eu",
            "client_id": "1000.EMULATEDCLIENT",
            "client_secret": "emulated-secret-0000",
            "refresh_token": "1000.emulated.refresh",
            "base_urls": {"accounts": self._world.base_url, "api": self._world.base_url},
        }
        ledger = {"kind": "sqlite", "path": str(Path(self._world.configs_dir) / "crm-ledger.db")}
        return {
            "source-crm": {"system": system, "selections": []},
            "destination-crm": {"system": system, "sync_name": "responses", "ledger": ledger},
        }
