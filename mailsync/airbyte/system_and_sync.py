"""The options `system` and `sync_name` of a destination: with whose account it works, and under which name the ledger knows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from mailsync.airbyte.options import Options, Problems
from mailsync.errors import ConfigError

S_co = TypeVar("S_co", covariant=True)
T = TypeVar("T")
_SYNC_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Parses(Protocol[S_co]):
    """A row of a connector's table of systems. `fragment` is the JSON Schema of `system`."""

    @property
    def fragment(self) -> Mapping[str, Any]:
        """The form."""

    def parse(self, raw: Mapping[str, Any], /) -> S_co:
        """Raises ConfigError."""


def chosen(place: Options, problems: Problems, systems: Mapping[str, T], also: Iterable[str] = ()) -> T | None:
    """The system that is named, if it is in the table. `also`: others that the connector knows."""
    name = place.text("name", required=True)
    if name and name not in systems:
        problems.add(f"system.name is {name[:40]!r}. Accepted: {', '.join((*systems, *also))}.")
    return systems.get(name)


def settings_of(system: Parses[S_co] | None, place: Options, problems: Problems) -> S_co | None:
    """The rest of `system`, checked by its own rules; None together with a problem."""
    if system is None:
        return None
    place.known(system.fragment["properties"], refused={})
    try:
        return system.parse(place.raw())
    except ConfigError as error:
        problems.add(str(error))
        return None


def parse_sync_name(whole: Options, problems: Problems) -> str:
    """From the whole configuration."""
    name = whole.text("sync_name", required=True)
    if name and not _SYNC_NAME.fullmatch(name):
        problems.add("sync_name may hold letters, digits, dots, dashes and underscores, at most 64 of them.")
    return name
