"""Zoho CRM v8 (and the v2 calls that older clients still make): state, rules and vendor-shaped refusals over real HTTP.

What is emulated, and how certain it is, is told in docs/systems/zoho_crm.md; every behaviour that nobody has confirmed is a switch (`switches`).
Routes are split by subject under `routes`, COQL has a folder of its own, the seeded account lies in `seed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from emulators.world import Switch, World
from emulators.zoho_accounts import ZohoAccounts
from emulators.zoho_crm.account import Account
from emulators.zoho_crm.guard import Guard
from emulators.zoho_crm.rows import warm
from emulators.zoho_crm.state import Crm
from emulators.zoho_crm.switches import SWITCHES

__all__ = ["ZohoCrm"]


class ZohoCrm:
    """The vendor `zoho_crm`."""

    name = "zoho_crm"
    switches: tuple[Switch, ...] = SWITCHES

    def __init__(self, world: World, accounts: ZohoAccounts) -> None:
        self._world, self._accounts = world, accounts
        world.switches.declare(*self.switches)
        warm(world.seed, world.people)
        self._account = self.fresh()

    def fresh(self) -> Account:
        """The account as seeded."""
        return Account(Crm(self._world))

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface; handlers look the account up at every call, since a reset makes a new one."""
        guard = Guard(lambda: self._account.crm, lambda: self._account.limits, self._accounts)
        return guard.routes(lambda: self._account.endpoints)

    def reset(self) -> None:
        """Back to the seed."""
        self._account = self.fresh()

    def snapshot(self) -> Mapping[str, Any]:
        """All records, what was deleted and why, credits."""
        return self._account.snapshot()

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people do in the CRM's own screens. Raises ValueError."""
        if operation.get("op") == "revoke_token":
            return self._accounts.edit(operation)
        return self._account.edits.perform(operation)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """Fault dial: `lock` uses up the day's credits, `token` ends the access token that this request carries."""
        if kind == "lock":
            self._account.limits.exhaust()
        else:
            self._accounts.strike(kind, scope)

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """Working configurations: source-crm reads everything, destination-crm writes responses back with a ledger beside its configuration."""
        system = {
            "name": "zoho_crm",
            "data_center": "eu",
            "environment": "production",
            "client_id": "1000.EMULATEDCLIENT",
            "client_secret": "emulated-secret-0000",
            "refresh_token": "1000.emulated.refresh",
            "base_urls": {"accounts": self._world.base_url, "api": self._world.base_url},
        }
        written = {**system, "campaign_key_field": "Mailing_Key"}
        ledger = {"kind": "sqlite", "path": str(Path(self._world.configs_dir) / "crm-ledger.db")}
        return {
            "source-crm": {"system": system, "selections": []},
            "destination-crm": {"system": written, "sync_name": "responses", "ledger": ledger},
        }
