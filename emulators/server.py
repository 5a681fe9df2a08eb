"""All vendors on one loopback port: a plain ASGI application that finds the vendor, keeps the log, and lets faults happen.

Every vendor is also served under `/dc/<slug>`; the account lives in `eu`, so any other slug is a wrong data centre. A handler tells the log its
price and whether it changes data by `request.state.credits` and `request.state.writes`; `request.state.data_center` tells it where it was called.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from emulators.answers import answer_json, answer_page
from emulators.control import ControlPlane
from emulators.faults import FaultDial, strike
from emulators.table import Found, RouteTable
from emulators.traffic import RequestLog, Seen
from emulators.world import Naming, Strikable, Vendor, World

HOME_DATA_CENTER = "eu"
ADMIN = "/__admin"
PAGES = "/pages/"


class Server:
    """The ASGI application."""

    def __init__(self, world: World, vendors: Sequence[Vendor]) -> None:
        self.world = world
        self._vendors = {vendor.name: vendor for vendor in vendors}
        self._table = RouteTable(vendors)
        self._dial = FaultDial()
        self._log = RequestLog()
        self._control = ControlPlane(world, self._vendors, self._dial, self._log)
        self._date = (0, b"")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith(ADMIN):
            await self._control(scope, receive, send)
            return
        if scope["path"].startswith(PAGES):
            await answer_page(send, self.world.pages.get(scope["path"].removeprefix(PAGES)))
            return
        _leave_data_center_prefix(scope)
        if self.world.latency_s:
            await asyncio.sleep(self.world.latency_s)
        found = self._table.find(scope)
        scope["emulator.name"] = self._named(found, scope)
        seen = self._arrive(scope, found.system if found else "")
        telling = self._telling(seen, scope, send)
        try:
            await self._answer(found, seen, scope, receive, telling)
        except Exception as error:
            sys.stderr.write(traceback.format_exc())
            if seen.status is not None:
                raise
            await answer_json(telling, {"emulator": "a bug in the emulator", "error": repr(error)}, status=500)

    async def _answer(self, found: Found | None, seen: Seen, scope: Scope, receive: Receive, send: Send) -> None:
        if found is None:
            await self._unknown(scope, send)
            return
        scope.update(found.child)

        async def handler(receiving: Receive, sending: Send) -> None:
            await found.route.handle(scope, receiving, sending)

        fault = self._dial.next(found.system, scope["method"], scope["emulator.name"])
        if fault is None:
            await handler(receive, send)
            return
        seen.fault = fault.kind
        striking = strike(fault, self._dial, scope, receive, send, handler, lambda: self._force(fault.kind, found.system, scope))
        await self._dial.strike(striking)

    def _arrive(self, scope: Scope, system: str) -> Seen:
        seen = Seen(system, scope["method"], scope["emulator.name"], scope["state"]["data_center"], self.world.clock.now())
        self._log.arrived(seen)
        return seen

    def _named(self, found: Found | None, scope: Scope) -> str:
        """The path, or what the vendor calls this request where the path alone does not tell."""
        vendor: Any = self._vendors[found.system] if found else None
        return vendor.named(scope) if isinstance(vendor, Naming) else str(scope["path"])

    def _telling(self, seen: Seen, scope: Scope, send: Send) -> Send:
        """A `send` that dates the answer and completes the log entry."""
        state = scope["state"]
        scope["emulator.transport"] = getattr(getattr(send, "__self__", None), "transport", None)

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status, seen.credits, seen.writes = message["status"], state["credits"], state["writes"]
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (b"date", self._dated())]
            await send(message)

        return telling

    def _dated(self) -> bytes:
        now = int(self.world.clock.now())
        if self._date[0] != now:
            self._date = (now, formatdate(now, usegmt=True).encode())
        return self._date[1]

    def _force(self, kind: str, system: str, scope: Scope) -> None:
        """Bring about a lock or a dead token: the vendor itself if it can; a token otherwise at the accounts server."""
        vendor: Any = self._vendors[system]
        if not isinstance(vendor, Strikable):
            vendor = self._vendors["zoho"]
        vendor.strike(kind, scope)

    async def _unknown(self, scope: Scope, send: Send) -> None:
        nearby = self._table.nearby(scope["path"])
        body: Mapping[str, Any] = {"emulator": "not emulated", "method": scope["method"], "path": scope["path"], "nearby": nearby}
        sys.stderr.write(f"emulators: {scope['method']} {scope['path']} is not emulated; nearby: {', '.join(nearby) or 'nothing'}\n")
        await answer_json(send, body, status=501)


def build(world: World, vendors: Sequence[Vendor]) -> Server:
    """The application that serves these vendors and their control plane."""
    return Server(world, vendors)


def _leave_data_center_prefix(scope: Scope) -> None:
    """Strip `/dc/<slug>` and note the slug; every request gets a fresh state."""
    scope["state"] = state = {"data_center": HOME_DATA_CENTER, "credits": 0, "writes": False}
    if scope["path"].startswith("/dc/"):
        state["data_center"], _, rest = scope["path"][4:].partition("/")
        scope["path"] = "/" + rest
