"""A vendor's own words, made fit for a log."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s<>\"',;(]+@[^\s<>\"',;)]+")
_LONGEST_MESSAGE = 200


def without_addresses(message: str) -> str:
    """Addresses taken out, one line, at most 200 characters."""
    return _ADDRESS.sub("(address)", " ".join(message.split()))[:_LONGEST_MESSAGE]
