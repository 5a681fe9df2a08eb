"""What every emulated vendor stands in: a clock that can be moved, switches, a fault dial, a request log, a seed.

The vendors' rooms (`zoho_accounts`, `zoho_crm`, `zoho_campaigns`, …) hold state and rules; `server` joins them on one loopback port. Nothing here
imports the product.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from starlette.routing import BaseRoute


class VendorClock:
    """The vendors' time: the machine's, `scale` times as fast since the start of the current month (UTC), plus what tests advanced it by."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._anchor = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
        self._advanced = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._anchor + (time.time() - self._anchor) * self.scale + self._advanced

    def advance(self, seconds: float) -> None:
        """Move all vendors' time forward."""
        self._advanced += seconds

    def rewind(self) -> None:
        """Take back everything that was advanced."""
        self._advanced = 0.0


@dataclass(frozen=True, slots=True)
class Switch:
    """One vendor behaviour that the reference marks UNVERIFIED. `readings[0]` is the default; `reference` says where it is discussed."""

    name: str
    readings: tuple[str, ...]
    reference: str
    about: str


def switches_of(prefix: str, page: str) -> Callable[..., Switch]:
    """Makes the switches of a vendor: `(name, section of the page, what it is about, *readings)`."""

    def switch(name: str, section: str, about: str, *readings: str) -> Switch:
        return Switch(f"{prefix}_{name}", readings, f"{page}#{section}", about)

    return switch


class Switches:
    """The chosen reading of each UNVERIFIED behaviour."""

    def __init__(self) -> None:
        self._known: dict[str, Switch] = {}
        self._chosen: dict[str, str] = {}

    def declare(self, *switches: Switch) -> None:
        """A vendor's room declares its switches when it is built."""
        for switch in switches:
            self._known[switch.name] = switch

    def __getitem__(self, name: str) -> str:
        return self._chosen.get(name, self._known[name].readings[0])

    def choose(self, readings: Mapping[str, str]) -> None:
        """Choose readings. Raises KeyError for an unknown switch, ValueError for an unknown reading."""
        for name, reading in readings.items():
            if reading not in self._known[name].readings:
                raise ValueError(f"{name} knows {self._known[name].readings}, not {reading!r}")
            self._chosen[name] = reading

    def reset(self) -> None:
        """Back to the defaults."""
        self._chosen.clear()

    def listing(self) -> list[dict[str, Any]]:
        """All of them, for the control plane and the docs."""
        return [
            {"name": s.name, "readings": list(s.readings), "chosen": self[s.name], "reference": s.reference, "about": s.about}
            for s in self._known.values()
        ]


@dataclass(slots=True)
class World:
    """Shared by all vendors of one server."""

    clock: VendorClock = field(default_factory=VendorClock)
    switches: Switches = field(default_factory=Switches)
    people: int = 1000
    seed: int = 1
    limits: bool = True
    latency_s: float = 0.0
    base_url: str = ""  # known once the socket is bound
    pages: dict[str, str] = field(default_factory=dict)  # path below /pages/ → HTML, for what vendors fetch by address
    configs_dir: str = ""  # where `serve --configs` writes; paths inside configurations lie there


@runtime_checkable
class Strikable(Protocol):
    """A vendor that can bring about a limit or a dead token by itself, so that the fault dial shows the vendor's own answer to it."""

    def strike(self, kind: str, scope: Mapping[str, Any]) -> None:
        """`kind` is `lock` (this request's endpoint is over its limit from now on) or `token` (the token it carries is dead)."""


@runtime_checkable
class Naming(Protocol):
    """A vendor whose paths alone do not tell what is asked for (one path for all methods)."""

    def named(self, scope: Mapping[str, Any]) -> str:
        """What the log and the fault dial call this request instead of its path."""


class Vendor(Protocol):
    """One emulated system. `name` is its slug and its name on the control plane."""

    name: str

    def routes(self) -> Sequence[BaseRoute]:
        """Its HTTP surface."""

    def reset(self) -> None:
        """Back to the seed (same seed, same account)."""

    def snapshot(self) -> Mapping[str, Any]:
        """`GET /__admin/state/<name>`."""

    def edit(self, operation: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /__admin/edit/<name>`: what people do in the vendor's own UI. Raises ValueError for an unknown operation."""

    def configs(self) -> Mapping[str, Mapping[str, Any]]:
        """Connector name → a working configuration for it, for `--configs DIR`."""
