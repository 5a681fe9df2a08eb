"""What a STATE message is about, and how one is recognised again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mailsync import json_lines
from mailsync.errors import Bug


def state_of(state: Mapping[str, Any]) -> tuple[str | None, Any]:
    """The stream it belongs to (None: all of them) and what it holds, for the ledger's memory of states."""
    if state.get("type") == "STREAM":
        stream = state.get("stream") or {}
        name = (stream.get("stream_descriptor") or {}).get("name")
        if not name:
            raise Bug("A STATE message of type STREAM names no stream.")
        return name, stream.get("stream_state")
    return None, state.get("global") or state.get("data")


def state_digest(content: Any) -> bytes:
    """The same for the same content, whatever the order of its keys."""
    return hashlib.sha256(json_lines.dumps(content, sort_keys=True)).digest()
