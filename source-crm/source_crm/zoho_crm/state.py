"""What one stream remembers between runs, versioned.

Everything in it is the vendor's time, ids and positions; no value of a record. A state of a newer program is refused, an older one is migrated,
and the state of another organisation is a configuration error.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsync.errors import ConfigError
from source_crm.zoho_crm import id_set

SYSTEM = "zoho_crm"
VERSION = 1


@dataclass(slots=True)
class Backfill:
    """A first read under way. `road` is coql, bulk or pages.

    coql: `after_id` is the last id done. bulk: `job` is running or being read, `page` and `token` are how it was asked for, `rows` how many of
    its rows are done; `done` counts the rows of the jobs before. pages: `after_time` is the last modified time done. before: packed ids of
    the read before this one, of modules that are read whole every time.
    """

    road: str
    started: str
    after_id: str = ""
    after_time: str = ""
    job: str = ""
    job_rows: int = 0
    page: int = 1
    token: str = ""
    rows: int = 0
    done: int = 0
    before: str = ""


@dataclass(slots=True)
class StreamState:
    """One stream's state.

    organisation: the vendor's id of the account. selection: a fingerprint of what was selected. cursor: the last `_ab_cdc_cursor`.
    backfill: None once the first read is complete. upto / deleted_upto: changes and deletions up to these instants are done.
    recent: id → digest of rows emitted with a modified time near `upto`, so that the overlap of the next run repeats nothing.
    ids, count: the ids shown as present, packed. bin: day → packed ids of tombstones that may be restored.
    swept: when ids were last compared. formulas, formulas_at: what computed values were last, and when they were read.
    fields: a fingerprint of the fields that COQL was last asked for. refused: fields that the vendor lists and does not give.
    without_coql: COQL refuses the module.
    """

    organisation: str = ""
    selection: str = ""
    cursor: int = 0
    backfill: Backfill | None = None
    upto: str = ""
    deleted_upto: str = ""
    recent: dict[str, str] = field(default_factory=dict)
    ids: str = id_set.EMPTY
    count: int = 0
    bin: dict[str, str] = field(default_factory=dict)
    swept: str = ""
    formulas: str = ""
    formulas_at: str = ""
    fields: str = ""
    refused: list[str] = field(default_factory=list)
    without_coql: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing was read yet."""
        return not self.upto and self.backfill is None

    def dump(self) -> dict[str, Any]:
        """The blob of a STATE message; what is empty is left out."""
        kept = {name: value for name, value in dataclasses.asdict(self).items() if value not in ("", None, {}, [], 0)}
        return {"system": SYSTEM, "version": VERSION, **kept}


def load(blob: Mapping[str, Any], stream: str) -> StreamState:
    """The state of a blob. Raises ConfigError for one that this program cannot continue from."""
    if not blob or blob.get("__ab_no_cursor_state_message"):
        return StreamState()
    system, version = blob.get("system"), blob.get("version")
    if system is None:
        return StreamState()  # of a connector that kept a bare date: everything is read anew, which loses nothing
    if system != SYSTEM:
        raise ConfigError(
            f"The state of the stream {stream} belongs to the system {system}, not to {SYSTEM}. Clear the stream's data, or undo the change."
        )
    if not isinstance(version, int) or version > VERSION:
        raise ConfigError(
            f"The state of the stream {stream} has version {version}; this connector knows versions up to {VERSION}. "
            "Upgrade the connector, or clear the stream."
        )
    return _of_version_1(blob)


def _of_version_1(blob: Mapping[str, Any]) -> StreamState:
    known = {one.name for one in dataclasses.fields(StreamState)} - {"backfill"}
    state = StreamState(**{name: value for name, value in blob.items() if name in known})
    if blob.get("backfill"):
        names = {one.name for one in dataclasses.fields(Backfill)}
        state.backfill = Backfill(**{name: value for name, value in blob["backfill"].items() if name in names})
    return state
