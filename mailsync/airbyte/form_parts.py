"""Parts of a configuration form, as Airbyte's form rules want it: no anyOf, no $ref, one const per oneOf branch, secrets marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text(title: str, description: str, **more: Any) -> dict[str, Any]:
    """A line of text."""
    return {"type": "string", "title": title, "description": description, **more}


def flag(title: str, description: str, *, default: bool = False) -> dict[str, Any]:
    """Yes or no."""
    return {"type": "boolean", "title": title, "description": description, "default": default}


def choice(title: str, description: str, values: tuple[str, ...]) -> dict[str, Any]:
    """One of a closed set; the first is the default."""
    return {"type": "string", "title": title, "description": description, "enum": list(values), "default": values[0]}


def texts(title: str, description: str) -> dict[str, Any]:
    """A list of texts."""
    return {"type": "array", "title": title, "description": description, "items": {"type": "string"}}


def ordered(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties, shown in the order in which they stand here."""
    return {name: {**schema, "order": order} for order, (name, schema) in enumerate(properties.items())}
