"""Mailigen as one vendor of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.routing import BaseRoute

from emulators.mailigen.account import API_KEY
from emulators.mailigen.edits import Edits
from emulators.mailigen.launching import progress
from emulators.mailigen.routes import Surface
from emulators.mailigen.seed import NEWSLETTER, seeded
from emulators.mailigen.snapshot import snapshot
from emulators.mailigen.switches import ALL
from emulators.world import World

BLOCKED_S = 60.0


class Mailigen:
    """The vendor `mailigen`."""

    name = "mailigen"

    def __init__(self, world: World) -> None:
        self._world = world
        world.switches.declare(*ALL)
        self._surface = Surface(seeded(world))

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface."""
        return self._surface.routes()

    def reset(self) -> None:
        """Back to the seed."""
        self._surface.account = seeded(self._world)

    def snapshot(self) -> Mapping[str, Any]:
        """Everything it holds now."""
        progress(self._surface.account)
        return snapshot(self._surface.account)

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """What people do (docs/emulators.md#edits)."""
        progress(self._surface.account)
        return Edits(self._surface.account).perform(operation)

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:  # noqa: ARG002 - the signature of `Strikable`
        """Fault dial: refuse every call for a minute, or let the API key expire."""
        account = self._surface.account
        if kind == "token":
            account.keys.clear()
        else:
            account.blocked_until = account.now() + BLOCKED_S

    def named(self, scope: Mapping[str, Any]) -> str:
        """One path serves all methods of a version: the log and the faults call a request `/1.8/listMembers`."""
        asked = dict(parse_qsl(bytes(scope["query_string"]).decode("latin-1")))
        return f"{str(scope['path']).rstrip('/')}/{asked.get('method', '')}"

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """`destination-campaigns`: Leads and Contacts into the newsletter, a SQLite ledger beside the configuration. `source-campaigns`: reads."""
        system = {"name": self.name, "api_key": API_KEY, "base_urls": {"api": self._world.base_url}}
        return {
            "destination-campaigns": {
                "system": system,
                "sync_name": "demo-mailigen",
                "ledger": {"kind": "sqlite", "path": str(Path(self._world.configs_dir or ".").resolve() / "ledger-mailigen.db")},
                "streams": [{"stream": stream, "list_name": NEWSLETTER} for stream in ("Leads", "Contacts")],
                "consent_confirmed": True,
                "adopt_existing": True,
                "confirm_after_ledger_loss": True,
            },
            "source-campaigns": {"system": system},
        }
