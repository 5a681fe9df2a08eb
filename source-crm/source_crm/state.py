"""What one stream remembers between runs, versioned; each system adds to it what it alone needs.

Everything in it is the vendor's time, ids and positions; no value of a record. A state of a newer program or of another system is refused, and the
state of another organisation is a configuration error.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from mailsync.errors import ConfigError
from source_crm import id_set


@dataclass(slots=True)
class StreamState:
    """One stream's state, as far as every system has it; a system's own state class names itself and its version.

    organisation: the vendor's id of the account. selection: a fingerprint of what was selected. cursor: the last `_ab_cdc_cursor`.
    upto / deleted_upto: changes and deletions up to these instants are done; empty until the first read is complete.
    recent: id → digest of rows emitted with a modified time near `upto`, so that the overlap of the next run repeats nothing.
    ids, count: the ids shown as present, packed. bin: day → packed ids of tombstones that may be restored. swept: when ids were last compared.
    """

    SYSTEM: ClassVar[str]
    VERSION: ClassVar[int]
    # Fields that are dataclasses of their own.
    PARTS: ClassVar[Mapping[str, type]] = {}

    organisation: str = ""
    selection: str = ""
    cursor: int = 0
    upto: str = ""
    deleted_upto: str = ""
    recent: dict[str, str] = field(default_factory=dict)
    ids: str = id_set.EMPTY
    count: int = 0
    bin: dict[str, str] = field(default_factory=dict)
    swept: str = ""

    def dump(self) -> dict[str, Any]:
        """The blob of a STATE message; what is empty is left out."""
        kept = {name: value for name, value in dataclasses.asdict(self).items() if value not in ("", None, {}, [], 0)}
        return {"system": self.SYSTEM, "version": self.VERSION, **kept}


S = TypeVar("S", bound=StreamState)


def load(kind: type[S], blob: Mapping[str, Any], stream: str) -> S:
    """The state of a blob. Raises ConfigError for one that this program cannot continue from."""
    if not blob or blob.get("__ab_no_cursor_state_message"):
        return kind()
    system, version = blob.get("system"), blob.get("version")
    if system is None:
        return kind()  # of a connector that kept a bare date: everything is read anew, which loses nothing
    if system != kind.SYSTEM:
        raise ConfigError(
            f"The state of the stream {stream} belongs to the system {system}, not to {kind.SYSTEM}. Clear the stream's data, or undo the change."
        )
    if not isinstance(version, int) or version > kind.VERSION:
        raise ConfigError(
            f"The state of the stream {stream} has version {version}; this connector knows versions up to {kind.VERSION}. "
            "Upgrade the connector, or clear the stream."
        )
    state: S = _known(kind, blob)
    for name, part in kind.PARTS.items():
        if blob.get(name):
            setattr(state, name, _known(part, blob[name]))
    return state


def check_organisation(state: StreamState, current: str, stream: str) -> None:
    """Note the account the state belongs to. Raises ConfigError when it is another one's."""
    if state.organisation and state.organisation != current:
        raise ConfigError(
            f"The state of {stream} belongs to the organisation {state.organisation}, and this connection is to {current}. "
            "Connect to the first one again, or clear the stream's data to begin anew."
        )
    state.organisation = current


def _known(kind: type, blob: Mapping[str, Any]) -> Any:
    """What a later patch added to the same version is ignored."""
    names = {one.name for one in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in blob.items() if name in names})
