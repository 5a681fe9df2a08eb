"""What a stream remembers between syncs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError

VERSION = 1


@dataclass(slots=True)
class StreamState:
    """`cursor`: the last number given to a record.

    closed_upto: campaigns sent until then are never looked at again (epoch seconds; None: nothing was closed yet).
    campaigns: key → what the stream knows of a campaign that is still looked at; always with `sent_at`.
    slices: for contacts: "list key/status" → fingerprint. done: the slices that an unfinished sync has read, begun at `begun_at`.
    """

    system: str
    account: str
    cursor: int = 0
    closed_upto: float | None = None
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    slices: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    begun_at: float = 0.0

    def close(self, upto: float) -> None:
        """Forget campaigns sent until then."""
        self.closed_upto = upto if self.closed_upto is None else max(upto, self.closed_upto)
        self.campaigns = {key: known for key, known in self.campaigns.items() if known.get("sent_at") is None or known["sent_at"] > self.closed_upto}

    def dump(self) -> dict[str, Any]:
        """The blob of a STATE message; what is empty is left out."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {"version": VERSION, **{name: value for name, value in named.items() if value not in ("", None, {}, [], 0, 0.0)}}


def load(blob: Mapping[str, Any], *, stream: str, system: str, account: str) -> StreamState:
    """The state of a blob. Raises ConfigError for one that this program cannot continue from."""
    if not checked_owner(blob, stream=stream, system=system, account=account):
        return StreamState(system, account)
    known = {name: blob[name] for name in StreamState.__slots__ if name in blob}
    return StreamState(**known)


def checked_owner(blob: Mapping[str, Any], *, stream: str, system: str, account: str) -> bool:
    """Whether there is a state at all. Raises ConfigError for one of a newer program or of another account."""
    if not blob or blob.get("__ab_no_cursor_state_message"):
        return False
    version = blob.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ConfigError(
            f"The state of the stream {stream} has version {version}; this connector knows versions up to {VERSION}. "
            "Upgrade the connector, or clear the stream."
        )
    for name, now in (("system", system), ("account", account)):
        if blob.get(name) != now:
            raise ConfigError(
                f"The state of the stream {stream} belongs to the {name} {blob.get(name)}, and this connection is to {now}. "
                "Undo the change, or clear the stream's data to begin anew."
            )
    return True
