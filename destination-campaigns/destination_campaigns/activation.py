"""Data activation: lists as the platform's destination objects, so that its own form maps columns to contact fields.

A stream that was mapped there names its list as `destination_object_name`, and its columns are already called as the contact's fields. What a
list needs to know besides fields (who the record is, whether the person opted out) is offered as columns of its own, named so that no field is
called alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from destination_campaigns.config import Config, RecordOptions, StreamToList
from destination_campaigns.mapping import MAPPED_OPT_OUT, Field, is_address
from mailsync.airbyte.catalog import Stream
from mailsync.airbyte.options import Problems
from mailsync.membership.tool import MailingList

RECORD_ID = "CRM record id"
OPT_OUT = MAPPED_OPT_OUT
LAST_CONTACTED = "CRM last contacted"
LAST_MODIFIED = "CRM last modified"
DELETED_AT = "CRM deleted at"
ADDRESS = "Email"
OPERATION = "append_dedup"

_TEXT = ["null", "string"]
_TIME = {"type": _TEXT, "format": "date-time", "airbyte_type": "timestamp_with_timezone"}
_OWN: Mapping[str, Mapping[str, Any]] = {
    RECORD_ID: {"type": _TEXT, "description": "The record's id in the CRM. With it a changed address takes the old one off the list."},
    OPT_OUT: {"type": ["null", "boolean"], "description": "Whether the person opted out in the CRM: they are taken off, and not added again."},
    LAST_CONTACTED: {**_TIME, "description": "Who was contacted last wins an address that several records share."},
    LAST_MODIFIED: {**_TIME, "description": "Decides where nobody was contacted."},
    DELETED_AT: {**_TIME, "description": "Filled for a record that was deleted."},
}
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "integer": {"type": ["null", "integer"]},
    "longinteger": {"type": ["null", "integer"]},
    "decimal": {"type": ["null", "number"]},
    "percent": {"type": ["null", "number"]},
    "checkbox": {"type": ["null", "boolean"]},
    "date": {"type": _TEXT, "format": "date"},
    "datetime": _TIME,
}


def object_names(lists: Iterable[MailingList]) -> dict[str, MailingList]:
    """Each list by the name of its object: the list's own, with the key behind it where several lists have that name."""
    found = list(lists)
    counts = Counter(one.name for one in found)
    return {one.name if counts[one.name] == 1 else f"{one.name} ({one.key})": one for one in found}


def address_column(fields: Sequence[Field]) -> str:
    """What the address is called: the contact's own field."""
    return next((field.name for field in fields if is_address(field)), ADDRESS)


def operation(name: str, fields: Sequence[Field]) -> dict[str, Any]:
    """One operation of the DESTINATION_CATALOG: add or update people on one list."""
    address = address_column(fields)
    properties: dict[str, Any] = {address: {"type": "string", "format": "email"}}
    properties |= {field.name: _schema(field) for field in fields if field.name != address}
    return {
        "object_name": name,
        "sync_mode": OPERATION,
        "json_schema": {"type": "object", "properties": properties | dict(_OWN), "required": [address], "additionalProperties": True},
        "matching_keys": [[address], [RECORD_ID]],
    }


def entries(
    config: Config, streams: Mapping[str, Stream], lists: Sequence[MailingList], fields_of: Callable[[str], Sequence[Field]], problems: Problems
) -> Config:
    """The configuration, with an entry for each stream that the platform points at a list. `fields_of`: list key → fields.

    An entry of the configuration for such a stream and the same list adds its options; one that names another list is a contradiction.
    """
    found: list[StreamToList] = [entry for entry in config.streams if not _pointed(streams, entry.stream)]
    objects = object_names(lists) | {one.key: one for one in lists}
    for stream in streams.values():
        if stream.object_name is None:
            continue
        listing = objects.get(stream.object_name)
        if listing is None:
            known = ", ".join(sorted(object_names(lists)))
            problems.add(f"Stream {stream.name} is pointed at {stream.object_name!r}, which is no list of the account. Lists: {known}.")
            continue
        configured = [entry for entry in config.streams if entry.stream == stream.name]
        other = next((entry for entry in configured if not _names(entry, listing)), None)
        if other is not None or len(configured) > 1:
            problems.add(
                f"Stream {stream.name} is pointed at the list {listing.name!r} by the connection, and at another one by {configured[-1].path}. "
                "Remove one of the two."
            )
            continue
        entry = configured[0] if configured else _entry(stream.name)
        found.append(replace(entry, list_key=listing.key, list_name="", records=_options(entry.records, stream, fields_of(listing.key))))
    return replace(config, streams=tuple(found))


def _pointed(streams: Mapping[str, Stream], name: str) -> bool:
    return name in streams and streams[name].object_name is not None


def _names(entry: StreamToList, listing: MailingList) -> bool:
    return entry.list_key == listing.key if entry.list_key else entry.list_name.casefold() == listing.name.casefold()


def _entry(stream: str) -> StreamToList:
    return StreamToList(
        path=f"the connection's stream {stream}",
        stream=stream,
        list_name="",
        list_key="",
        create_list=False,
        first_contact="",
        public_form=False,
        on_delete="remove",
        topic="",
        source="",
        records=RecordOptions(),
    )


def _options(given: RecordOptions, stream: Stream, fields: Sequence[Field]) -> RecordOptions:
    def column(own: str, configured: str) -> str:
        return configured or (own if own in stream.columns else "")

    return replace(
        given,
        address_field=given.address_field or address_column(fields),
        opt_out_field=column(OPT_OUT, given.opt_out_field),
        last_contacted_field=column(LAST_CONTACTED, given.last_contacted_field),
        last_modified_field=column(LAST_MODIFIED, given.last_modified_field),
        deleted_field=DELETED_AT,
        not_fields=tuple(_OWN),
    )


def _schema(field: Field) -> dict[str, Any]:
    schema = dict(_KINDS.get(field.kind, {"type": _TEXT}))
    return schema | ({"maxLength": field.max_length} if field.max_length and schema["type"] == _TEXT and "format" not in schema else {})
