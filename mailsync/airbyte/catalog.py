"""The configured catalog: which streams come, with which columns, keys and generations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import ConfigError, known_values
from mailsync.membership.plan import StreamPlan, SyncMode

# CRM types (the vendors' own words, in lower case) whose values are no text, number, date or choice.
UNMAPPABLE_TYPES = frozenset(
    {
        "lookup",
        "ownerlookup",
        "userlookup",
        "multiselectlookup",
        "multiuserlookup",
        "multi_module_lookup",
        "profileimage",
        "imageupload",
        "fileupload",
        "subform",
        "wizard",
        "layout",
        "consent_lookup",
    }
)
UNMAPPABLE_COLUMNS = {
    "modified_by": "Modified By",
    "created_by": "Created By",
    "modified_time": "Modified Time",
    "layout": "Layout",
    "wizard": "Wizard",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a stream. `kind` is the source's own type (`x_data_type`), empty where it names none; `types` the JSON types without null."""

    name: str
    title: str
    kind: str
    types: frozenset[str]
    format: str

    @property
    def unmappable(self) -> str | None:
        """Why it cannot become a contact field; None where it can."""
        if self.name.lower() in UNMAPPABLE_COLUMNS:
            return f"type {UNMAPPABLE_COLUMNS[self.name.lower()]}"
        if self.kind in UNMAPPABLE_TYPES:
            return f"type {self.kind}"
        if "object" in self.types:
            return "type object"
        return None

    @property
    def holds_addresses(self) -> bool:
        """Whether its values are e-mail addresses, as far as the catalog tells."""
        return self.kind == "email" or self.format == "email" or (not self.kind and self.name.lower() in ("email", "e-mail", "email_address"))


@dataclass(frozen=True, slots=True)
class Stream:
    """One configured stream. `key` and `cursor` are top-level columns."""

    plan: StreamPlan
    key: tuple[str, ...]
    cursor: str | None
    columns: Mapping[str, Column]
    object_name: str | None = None  # what the platform maps it to, where the platform does

    @property
    def name(self) -> str:
        """As the source calls it."""
        return self.plan.name

    @property
    def names_its_tombstones(self) -> bool:
        """Whether it comes from a source that tells why records went: such a source also emits the state it was given first."""
        return "_ab_deletion_reason" in self.columns


def parse_catalog(raw: Any) -> dict[str, Stream]:
    """The configured streams by name. Raises ConfigError naming stream and value."""
    entries = raw.get("streams") if isinstance(raw, Mapping) else None
    if not isinstance(entries, list) or not all(isinstance(one, Mapping) and isinstance(one.get("stream"), Mapping) for one in entries):
        raise ConfigError("The configured catalog is no list of streams.")
    streams: dict[str, Stream] = {}
    for entry in entries:
        stream = _stream(entry)
        if stream.name in streams:
            raise ConfigError(f"The configured catalog names stream {stream.name} twice (streams of two namespaces cannot be told apart here).")
        streams[stream.name] = stream
    return streams


def _stream(entry: Mapping[str, Any]) -> Stream:
    described = entry["stream"]
    name = str(described.get("name", ""))
    word = entry.get("destination_sync_mode")
    if word not in [mode.value for mode in SyncMode]:
        raise known_values(f"destination_sync_mode of stream {name}", word, [mode.value for mode in SyncMode])
    plan = StreamPlan(name, SyncMode(word), int(entry.get("generation_id") or 0), int(entry.get("minimum_generation_id") or 0))
    if plan.minimum_generation not in (0, plan.generation):
        raise ConfigError(f"Stream {name} asks to keep some older generations; only all of them, or none, can be kept.")
    key = _path(name, "primary_key", entry.get("primary_key") or described.get("source_defined_primary_key"))
    if not key:
        raise ConfigError(f"Stream {name} has no primary key. Choose one in the connection: without it nobody can be recognised again.")
    cursor = entry.get("cursor_field") or described.get("default_cursor_field") or []
    properties = (described.get("json_schema") or {}).get("properties") or {}
    columns = {column: _column(column, schema) for column, schema in properties.items() if isinstance(schema, Mapping)}
    target = entry.get("destination_object_name")
    return Stream(plan, key, str(cursor[0]) if len(cursor) == 1 else None, columns, str(target) if target else None)


def _path(stream: str, what: str, value: Any) -> tuple[str, ...]:
    parts = [one if isinstance(one, list) else [one] for one in value or []]
    if any(len(one) != 1 for one in parts):
        raise ConfigError(f"Stream {stream} has a nested {what}; only top-level columns are supported.")
    return tuple(str(one[0]) for one in parts)


def _column(name: str, schema: Mapping[str, Any]) -> Column:
    listed = schema.get("type")
    types = {str(one) for one in (listed if isinstance(listed, list) else [listed]) if one not in (None, "null")}
    if "array" in types and "object" in str((schema.get("items") or {}).get("type", "")):
        types.add("object")
    return Column(
        name, str(schema.get("title") or ""), str(schema.get("x_data_type") or "").lower(), frozenset(types), str(schema.get("format") or "")
    )
