"""Zoho Campaigns as one vendor of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from emulators.world import World
from emulators.zoho_accounts import CLIENT_ID, CLIENT_SECRET, HOME_DATA_CENTER, REFRESH_TOKEN, ZohoAccounts
from emulators.zoho_campaigns.arrivals import catch_up
from emulators.zoho_campaigns.edits import Edits
from emulators.zoho_campaigns.limits import Limits
from emulators.zoho_campaigns.methods import METHODS
from emulators.zoho_campaigns.routes import BASE, Surface
from emulators.zoho_campaigns.seed import NEWSLETTER, seeded
from emulators.zoho_campaigns.snapshot import snapshot
from emulators.zoho_campaigns.switches import ALL


class ZohoCampaigns:
    """The vendor `zoho_campaigns`."""

    name = "zoho_campaigns"

    def __init__(self, world: World, accounts: ZohoAccounts) -> None:
        self._world = world
        self._accounts = accounts
        world.switches.declare(*ALL)
        self._surface = Surface(accounts, seeded(world), Limits(world))

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface."""
        return self._surface.routes()

    def reset(self) -> None:
        """Back to the seed."""
        self._surface.account = seeded(self._world)
        self._surface.limits = Limits(self._world)

    def snapshot(self) -> Mapping[str, Any]:
        """Everything it holds now."""
        catch_up(self._surface.account)
        return snapshot(self._surface.account, self._surface.limits)

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people do (docs/emulators.md#edits)."""
        catch_up(self._surface.account)
        return Edits(self._surface.account, self._surface.limits, self._accounts.revoke).perform(operation)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """Fault dial: lock the endpoint of this request, or end its token."""
        if kind == "token":
            self._accounts.strike(kind, scope)
            return
        path = str(scope["path"]).removeprefix(BASE)
        for endpoint in {method.endpoint for method in METHODS if method.path == path}:
            self._surface.limits.lock(endpoint)

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """`destination-campaigns`: Leads and Contacts into the newsletter, a SQLite ledger beside it. `source-campaigns`: everything."""
        base = self._world.base_url
        system = {
            "name": self.name,
            "data_center": HOME_DATA_CENTER,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": REFRESH_TOKEN,
            "base_urls": {"accounts": base, "api": base},
        }
        return {
            "source-campaigns": {"system": system},
            "destination-campaigns": {
                "system": system,
                "sync_name": "demo",
                "ledger": {"kind": "sqlite", "path": str(Path(self._world.configs_dir or ".").resolve() / "ledger.db")},
                "streams": [{"stream": stream, "list_name": NEWSLETTER} for stream in ("Leads", "Contacts")],
                "consent_confirmed": True,
                "adopt_existing": True,
                "confirm_after_ledger_loss": True,
            },
        }
