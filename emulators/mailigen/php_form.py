"""A form body as PHP reads it: `batch[0][EMAIL]=…` becomes nested maps, `emails[]=…` counts up (docs/systems/mailigen.md#wire)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from emulators.mailigen.errors import MISSING, MailigenError

FALSE = ("", "0")
_NAME = re.compile(r"^([^\[]+)((?:\[[^\]]*\])*)$")
_PART = re.compile(r"\[([^\]]*)\]")


def decoded(body: bytes) -> dict[str, Any]:
    """All parameters. A name given twice: the later one counts."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode("latin-1"), keep_blank_values=True):
        shape = _NAME.match(name)
        if shape is not None:
            _put(found, [shape.group(1), *_PART.findall(shape.group(2))], value)
    return found


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for place, part in enumerate(path):
        key = part or str(1 + max((int(one) for one in into if one.isdigit()), default=-1))
        if place == len(path) - 1:
            into[key] = value
            return
        inner = into.get(key)
        if not isinstance(inner, dict):
            inner = into[key] = {}
        into = inner


class Params:
    """Read by name, the way a PHP server does."""

    def __init__(self, values: dict[str, Any], version: str) -> None:
        self._values = values
        self.version = version

    def has(self, name: str) -> bool:
        """Whether it was sent at all."""
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """One text."""
        value = self._values.get(name, default)
        return value if isinstance(value, str) else default

    def need(self, name: str) -> str:
        """One text that must be there and not empty. Raises MISSING."""
        value = self.text(name).strip()
        if not value:
            raise MailigenError(MISSING, f"Missing parameter: {name}")
        return value

    def truth(self, name: str, *, default: bool) -> bool:
        """PHP's idea of truth: the texts `false` and `False` are true."""
        return self.text(name) not in FALSE if name in self._values else default

    def number(self, name: str, default: int) -> int:
        """One whole number; anything else is 0, as PHP has it."""
        if name not in self._values:
            return default
        found = re.match(r"-?\d+", self.text(name).strip())
        return int(found.group()) if found else 0

    def struct(self, name: str) -> dict[str, str]:
        """A map of texts; a single text is none."""
        value = self._values.get(name)
        return {key: inner for key, inner in value.items() if isinstance(inner, str)} if isinstance(value, dict) else {}

    def rows(self, name: str) -> list[Any]:
        """A list, in order of its indices as they came; a single text is a list of one."""
        value = self._values.get(name)
        if isinstance(value, dict):
            return list(value.values())
        return [value] if isinstance(value, str) and value else []
