"""Zoho Survey as one vendor of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from emulators.world import World
from emulators.zoho_accounts import CLIENT_ID, CLIENT_SECRET, HOME_DATA_CENTER, REFRESH_TOKEN, ZohoAccounts
from emulators.zoho_survey.edits import Edits
from emulators.zoho_survey.export import exported
from emulators.zoho_survey.routes import Surface
from emulators.zoho_survey.seed import RESPONDENTS, SATISFACTION, seeded
from emulators.zoho_survey.snapshot import snapshot
from emulators.zoho_survey.switches import ALL

LOCKED_S = 60.0


class ZohoSurvey:
    """The vendor `zoho_survey`."""

    name = "zoho_survey"

    def __init__(self, world: World, accounts: ZohoAccounts) -> None:
        self._world = world
        self._accounts = accounts
        world.switches.declare(*ALL)
        self._surface = Surface(accounts, seeded(world))

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface."""
        return self._surface.routes()

    def reset(self) -> None:
        """Back to the seed."""
        self._surface.account = seeded(self._world)

    def snapshot(self) -> Mapping[str, Any]:
        """Everything it holds now."""
        return snapshot(self._surface.account)

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people do (docs/emulators.md#edits)."""
        if operation.get("op") == "revoke_token":
            return self._accounts.edit(operation)
        return Edits(self._surface.account).perform(operation)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """Fault dial: refuse every call for a minute, or end the token of this request."""
        if kind == "token":
            self._accounts.strike(kind, scope)
        else:
            self._surface.account.locked_until = self._surface.account.now() + LOCKED_S

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """`destination-campaigns`: Leads and Contacts invited to the first survey.

        `source-campaigns`: exports of the seeded surveys and an empty spool, both beside the configuration, and the private tree.
        """
        account, base = self._surface.account, self._world.base_url
        surveys = [one for one in account.surveys.values() if one.name in RESPONDENTS]
        folder = Path(self._world.configs_dir or ".").resolve() / "zoho_survey"
        if self._world.configs_dir:
            (folder / "spool").mkdir(parents=True, exist_ok=True)
            for one in surveys:
                (folder / f"{one.key}.csv").write_text(exported(account, one), encoding="utf-8", newline="")
        access = {"data_center": HOME_DATA_CENTER, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}
        return {
            "destination-campaigns": {
                "system": {"name": self.name, **access, "invitations_per_minute": 6000, "base_urls": {"accounts": base, "api": base}},
                "sync_name": "survey",
                "ledger": {"kind": "sqlite", "path": str(Path(self._world.configs_dir or ".").resolve() / "ledger.db")},
                "invitations": [{"stream": stream, "survey": SATISFACTION} for stream in ("Leads", "Contacts")],
                "consent_confirmed": True,
            },
            "source-campaigns": {
                "system": {
                    "name": self.name,
                    "time_zone": account.zone,
                    "exports": [{"survey_id": one.key, "survey_name": one.name, "location": str(folder / f"{one.key}.csv")} for one in surveys],
                    "spool": str(folder / "spool"),
                    "record_id_column": "CRM Record ID",
                    "module_column": "CRM Module",
                    "email_column": "Email address",
                    "account": access,
                    "base_urls": {"accounts": base, "api": base},
                },
            },
        }
