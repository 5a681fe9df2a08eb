"""Which vendor answers a path: exact paths by dictionary, the others in order, and for an unknown path what is emulated nearby."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from emulators.world import Vendor

NEARBY = 8


class Found(NamedTuple):
    """A route and the system it belongs to; `child` completes the scope (path parameters)."""

    system: str
    route: BaseRoute
    child: Scope


class RouteTable:
    """All vendors' routes. Path lookups are case-sensitive, as the vendors are."""

    def __init__(self, vendors: Sequence[Vendor]) -> None:
        self._exact: dict[str, list[tuple[str, BaseRoute]]] = {}
        self._patterns: list[tuple[str, BaseRoute]] = []
        for vendor in vendors:
            for route in vendor.routes():
                if isinstance(route, Route) and "{" not in route.path:
                    self._exact.setdefault(route.path, []).append((vendor.name, route))
                else:
                    self._patterns.append((vendor.name, route))

    def find(self, scope: Scope) -> Found | None:
        """The route that answers this request."""
        for system, route in (*self._exact.get(scope["path"], ()), *self._patterns):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return Found(system, route, child)
        return None

    def nearby(self, path: str) -> list[str]:
        """`METHODS path` of the emulated routes most like this path."""
        known = {_path(route): _described(route) for _, route in self._all()}
        close = difflib.get_close_matches(path, known, n=NEARBY, cutoff=0.3)
        return [known[one] for one in close]

    def _all(self) -> list[tuple[str, BaseRoute]]:
        return [entry for entries in self._exact.values() for entry in entries] + self._patterns


def _path(route: Any) -> str:
    return str(getattr(route, "path", route))


def _described(route: Any) -> str:
    methods = sorted((getattr(route, "methods", None) or {"ANY"}) - {"HEAD"})
    return f"{'|'.join(methods)} {_path(route)}"
