"""Nested values in PHP's brackets, as one flat form: `batch[0][EMAIL]=…`. Booleans are 1 and 0: the server takes the text `false` for true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def flat(params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as names and texts."""
    return {name: value for key, inner in params.items() for name, value in _pairs(key, inner)}


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield name, "1" if value else "0"
    elif isinstance(value, str | int):
        yield name, str(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]", inner)
    elif isinstance(value, Sequence):
        for number, inner in enumerate(value):
            yield from _pairs(f"{name}[{number}]", inner)
