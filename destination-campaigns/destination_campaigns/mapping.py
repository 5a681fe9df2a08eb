"""Which column feeds which contact field, decided once per stream before the first write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from destination_campaigns.config import RecordOptions
from mailsync.airbyte.catalog import Column, Stream
from mailsync.airbyte.options import Problems
from mailsync.mailing_account import NEW_KINDS

DEFAULT_ADDRESS = "Email"
DEFAULT_OPT_OUT = "Email_Opt_Out"
MAPPED_OPT_OUT = "CRM opt-out"
DEFAULT_LAST_CONTACTED = "Last_Activity_Time"
DEFAULT_LAST_MODIFIED = "Modified_Time"
_OURS = "_ab_"
NEW_FIELD_LENGTH = 255


class Field(Protocol):
    """A contact field of the mailing tool. `kind` is its type in lower case, empty where unknown; `max_length` in characters, None where unknown."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above

    @property
    def api_name(self) -> str: ...  # noqa: D102 - said above

    @property
    def kind(self) -> str: ...  # noqa: D102 - said above

    @property
    def max_length(self) -> int | None: ...  # noqa: D102 - said above


@dataclass(frozen=True, slots=True)
class Pair:
    """One mapped column. `limit` in characters, None where unknown; `kind` the field's type, empty where unknown."""

    column: str
    field: str
    limit: int | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one stream's records are read. `warnings` are for the log; `to_create` are fields to be made first."""

    address: str
    opt_out: str | None
    pairs: tuple[Pair, ...]
    required: tuple[str, ...]
    update_empty: bool
    last_contacted: str | None
    last_modified: str | None
    deleted: str = ""
    cut_long: bool = False
    to_create: tuple[str, ...] = ()
    created_as: tuple[tuple[str, str], ...] = ()  # (field to be created, its type)
    warnings: tuple[str, ...] = ()


def resolve(stream: Stream, options: RecordOptions, fields: Sequence[Field], problems: Problems) -> Mapping:
    """The stream's mapping. Adds to `problems` what a person must change, naming stream, column and type."""
    address = _address(stream, options, problems)
    opt_out = _opt_out(stream, options, problems)
    warnings: list[str] = []
    to_create: list[str] = []
    created_as: list[tuple[str, str]] = []
    if options.mapping:
        pairs = _explicit(stream, options, fields, problems, warnings=warnings, to_create=to_create, created_as=created_as)
    else:
        pairs = _by_name(stream, fields, {address, opt_out or "", *options.not_fields})
    for column in options.required:
        if column not in stream.columns:
            problems.add(f"Stream {stream.name} has no column {column}, which is configured as required. {_columns(stream)}")
    return Mapping(
        address=address,
        opt_out=opt_out,
        pairs=tuple(pairs),
        required=options.required,
        update_empty=options.update_empty,
        last_contacted=_order(stream, options.last_contacted_field, DEFAULT_LAST_CONTACTED, "last_contacted_field", problems),
        last_modified=_order(stream, options.last_modified_field, DEFAULT_LAST_MODIFIED, "last_modified_field", problems),
        deleted=options.deleted_field,
        cut_long=options.cut_long,
        to_create=tuple(to_create),
        created_as=tuple(created_as),
        warnings=tuple(warnings),
    )


def _address(stream: Stream, options: RecordOptions, problems: Problems) -> str:
    if options.address_field:
        if options.address_field not in stream.columns:
            problems.add(f"Stream {stream.name} has no column {options.address_field}, which is configured as its address_field. {_columns(stream)}")
        return options.address_field
    candidates = [column.name for column in stream.columns.values() if column.holds_addresses]
    if not candidates:
        problems.add(
            f"Stream {stream.name} has no e-mail column, so it cannot feed a list. "
            f"Name one as address_field, or leave the stream out. {_columns(stream)}"
        )
        return ""
    return DEFAULT_ADDRESS if DEFAULT_ADDRESS in candidates else candidates[0]


def _opt_out(stream: Stream, options: RecordOptions, problems: Problems) -> str | None:
    wanted = options.opt_out_field or DEFAULT_OPT_OUT
    if wanted in stream.columns:
        return wanted
    if options.opt_out_field or not options.no_opt_out_field:
        problems.add(
            f"Stream {stream.name} has no opt-out column {wanted}. Select the column in the source (or map it to {MAPPED_OPT_OUT}, where the "
            "platform maps columns), name another as opt_out_field, "
            f"or set no_opt_out_field to confirm that there is none. {_columns(stream)}"
        )
    return None


def new_type(column: Column) -> str:
    """The type of a field that is created for a column. Numbers have one form; what form of a date or of a yes the vendor takes is not documented,
    so those become text unless the mapping names a type.
    """
    if column.types == {"integer"}:
        return "whole_number"
    if column.types <= {"integer", "number"} and column.types:
        return "number"
    return {"phone": "phone", "website": "url", "url": "url"}.get(column.kind, "text")


def _explicit(
    stream: Stream,
    options: RecordOptions,
    fields: Sequence[Field],
    problems: Problems,
    *,
    warnings: list[str],
    to_create: list[str],
    created_as: list[tuple[str, str]],
) -> list[Pair]:
    known = _by_both_names(fields)
    pairs = []
    for column_name, target in options.mapping:
        column, field = stream.columns.get(column_name), known.get(target.casefold())
        if column is None:
            warnings.append(f"Stream {stream.name} has no column {column_name}; the field {target} keeps its values in the mailing tool.")
            continue
        if column.unmappable:
            problems.add(
                f"Stream {stream.name}: column {column.name} ({column.unmappable}) cannot be mapped to a contact field. Remove it from mapping."
            )
        if field is None and options.create_fields:
            to_create.append(target)
            kind = dict(options.new_types).get(target) or new_type(column)
            created_as.append((target, kind))
            pairs.append(Pair(column_name, target, NEW_FIELD_LENGTH, NEW_KINDS[kind]))
            continue
        if field is None:
            names = ", ".join(sorted(one.name for one in fields))
            problems.add(f"The mailing tool has no contact field {target!r}. Accepted: {names}; or set create_fields.")
        if field is not None:
            pairs.append(Pair(column_name, field.name, field.max_length, field.kind))
    return pairs


def _by_name(stream: Stream, fields: Sequence[Field], taken: set[str]) -> list[Pair]:
    known = {_plain(name): field for field in fields for name in (field.api_name, field.name) if name}
    exact = {field.name for field in fields}
    pairs: dict[str, Pair] = {}
    for column in sorted(stream.columns.values(), key=lambda one: one.name not in exact):  # a field's very name before a name like it
        if column.name in taken or column.name.startswith(_OURS) or column.unmappable:
            continue
        field = known.get(_plain(column.name)) or known.get(_plain(column.title))
        if field is not None and not is_address(field):
            pairs.setdefault(field.name, Pair(column.name, field.name, field.max_length, field.kind))
    return list(pairs.values())


def _order(stream: Stream, configured: str, default: str, option: str, problems: Problems) -> str | None:
    name = configured or default
    if name in stream.columns:
        return name
    if configured:
        problems.add(f"Stream {stream.name} has no column {configured}, which is configured as its {option}. {_columns(stream)}")
    return None


def _by_both_names(fields: Sequence[Field]) -> dict[str, Field]:
    return {**{field.api_name.casefold(): field for field in fields if field.api_name}, **{field.name.casefold(): field for field in fields}}


def is_address(field: Field) -> bool:
    """Whether this field is the contact's address."""
    return _plain(field.name) in ("contactemail", "email", "emailaddress")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _columns(stream: Stream) -> str:
    mappable = [column.name for column in stream.columns.values() if not column.name.startswith(_OURS)]
    shown = ", ".join(sorted(mappable)[:40])
    return f"Its columns: {shown}{' …' if len(mappable) > 40 else ''}."
