"""The control plane under `/__admin`: what tests, the demo and benchmarks may ask of the emulators. The connectors never call it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from emulators.answers import answer_json, read_json
from emulators.faults import FaultDial, parse
from emulators.traffic import RequestLog
from emulators.world import Strikable, Vendor, World

Operation = Callable[[Mapping[str, Any]], Any]


class Refused(ValueError):
    """The control plane cannot do that; `status` is the HTTP status of the answer."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ControlPlane:
    """Routes of the control plane: `(method, path)` → what it does."""

    def __init__(self, world: World, vendors: Mapping[str, Vendor], dial: FaultDial, log: RequestLog) -> None:
        self._world = world
        self._vendors = vendors
        self._dial = dial
        self._log = log
        self._operations: dict[tuple[str, str], Operation] = {
            ("GET", "faults"): lambda _: dial.listing(),
            ("POST", "faults"): self._fault,
            ("DELETE", "faults"): lambda _: dial.heal(),
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "clock"): self._advance,
            ("GET", "switches"): lambda _: world.switches.listing(),
            ("POST", "switches"): self._switch,
            ("GET", "requests"): lambda _: log.listing(),
            ("DELETE", "requests"): lambda _: log.clear(),
            ("POST", "pages"): self._publish,
            ("POST", "reset"): self._reset,
            ("GET", "configs"): lambda _: configs(vendors),
            ("POST", "configs"): self._write_configs,
        }
        for name, vendor in vendors.items():
            self._operations["GET", f"state/{name}"] = partial(_snapshot, vendor)
            self._operations["POST", f"edit/{name}"] = vendor.edit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call: JSON, HTTP 400 with `error` where it was wrong, 404 where there is no such call."""
        try:
            answer = self._perform(scope, await read_json(receive))
            if isawaitable(answer):
                answer = await answer
        except Refused as error:
            await answer_json(send, {"error": str(error)}, status=error.status)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in an edit is told to the test that asked for it
            sys.stderr.write(traceback.format_exc())
            await answer_json(send, {"error": f"{type(error).__name__}: {error}"}, status=400)
        else:
            await answer_json(send, answer if answer is not None else {"ok": True})

    def _perform(self, scope: Scope, body: Any) -> Any:
        if not isinstance(body, dict):
            raise Refused("the body must be a JSON object")
        path = scope["path"].removeprefix("/__admin").strip("/")
        operation = self._operations.get((scope["method"], path))
        if operation is None:
            known = sorted(f"{method} /__admin/{name}" for method, name in self._operations)
            raise Refused(f"no {scope['method']} {scope['path']}; there are: {', '.join(known)}", status=404)
        return operation(body)

    def _time(self) -> dict[str, float]:
        return {"now": self._world.clock.now(), "scale": self._world.clock.scale}

    def _fault(self, body: Mapping[str, Any]) -> None:
        fault = parse(body)
        meant = [fault.system] if fault.system else list(self._vendors)
        if fault.kind == "lock" and (unable := [name for name in meant if not isinstance(self._vendors.get(name), Strikable)]):
            raise Refused(f"these systems cannot be locked: {unable}")
        self._dial.set(fault)

    def _advance(self, body: Mapping[str, Any]) -> dict[str, float]:
        seconds = float(body["advance_s"])
        if seconds < 0:
            raise Refused("the vendors' time only goes forward")
        self._world.clock.advance(seconds)
        return self._time()

    def _switch(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        self._world.switches.choose({str(name): str(reading) for name, reading in body.items()})
        return self._world.switches.listing()

    async def _reset(self, _body: Mapping[str, Any]) -> None:
        """Back to the seed: data, clock, switches, faults and log. What a fault holds back takes effect before that, not in the new data."""
        await self._dial.heal()
        self._world.switches.reset()
        self._world.clock.rewind()
        self._world.pages.clear()
        for vendor in self._vendors.values():
            vendor.reset()
        self._log.clear()

    def _publish(self, body: Mapping[str, Any]) -> dict[str, str]:
        """A page of the company's own web site; answers its address."""
        self._world.pages[str(body["name"])] = str(body["html"])
        return {"url": f"{self._world.base_url}/pages/{body['name']}"}

    def _write_configs(self, body: Mapping[str, Any]) -> list[str]:
        """Write the configurations into another folder, and let the paths inside them lie there."""
        self._world.configs_dir = str(Path(body["dir"]).resolve())
        return write_configs(self._world, self._vendors)


def _snapshot(vendor: Vendor, _body: Mapping[str, Any]) -> Mapping[str, Any]:
    return vendor.snapshot()


def configs(vendors: Mapping[str, Vendor]) -> dict[str, Mapping[str, Any]]:
    """`<connector>.<system>` → a working configuration for that connector."""
    return {f"{connector}.{name}": config for name, vendor in vendors.items() for connector, config in vendor.configs().items()}


def write_configs(world: World, vendors: Mapping[str, Vendor]) -> list[str]:
    """`<configs_dir>/<connector>.<system>.json` for each of them, readable by the owner only; the names of the files."""
    folder = Path(world.configs_dir)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, config in configs(vendors).items():
        file = folder / f"{name}.json"
        file.write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))
        file.chmod(0o600)
        files.append(file.name)
    return files
