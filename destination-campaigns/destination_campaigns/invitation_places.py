"""Where people are invited to: each entry's survey, found by name, what an invitation there must and may say, and how a stream's records are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from destination_campaigns.claims import ClaimReader
from destination_campaigns.config import RecordOptions
from destination_campaigns.invitation_config import Entry, InvitationConfig
from destination_campaigns.mapping import is_address, resolve
from destination_campaigns.systems import SurveyAccount
from mailsync.airbyte.catalog import Stream
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.errors import ConfigError
from mailsync.invitations.inviter import InvitationField, Place, Target
from mailsync.mailing_account import ContactField
from mailsync.membership.plan import Feed, OnDelete, Plan, WhenSpent
from mailsync.membership.tool import MailingList

RECORD_ID, MODULE = "CRM Record ID", "CRM Module"


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of the configuration with its place and target."""

    entry: Entry
    place: Place
    target: Target

    @property
    def own_fields(self) -> frozenset[str]:
        """Keys that we fill ourselves."""
        return frozenset({self.target.email_field, self.target.record_field, self.target.module_field}) - {""}


def find_places(config: InvitationConfig, account: SurveyAccount, problems: Problems, output: Output) -> list[Found]:
    """Each entry's survey, with what an invitation to it must and may say."""
    found = []
    for entry in config.entries:
        try:
            place = account.find(entry.wanted)
            found.append(Found(entry, place, _target(entry, place, output)))
        except ConfigError as error:
            problems.add(f"{entry.path}: {error}")
    return found


def _target(entry: Entry, place: Place, output: Output) -> Target:
    record, module = _field(place, entry.record_field, RECORD_ID), _field(place, entry.module_field, MODULE)
    if not record:
        output.log(
            f"{entry.path}: the survey {place.name!r} has no respondent variable {RECORD_ID!r}, so answers will be known by the address alone. "
            "Add one in the survey tool, or name one as record_id_field.",
            "WARN",
        )
    key = f"{place.survey}#{entry.again}" if entry.again else place.survey
    return Target(key, f"{place.name} ({entry.again})" if entry.again else place.name, place.path, _email(place, entry.email_field), record, module)


def _field(place: Place, wanted: str, usual: str) -> str:
    """A field's key, by key or label; "" where the usual one is not there. Raises ConfigError where a named one is not."""
    name = wanted or usual
    found = next((one.key for one in place.fields if _plain(name) in (_plain(one.key), _plain(one.label))), "")
    if wanted and not found:
        raise ConfigError(f"invitations to {place.name!r} have no field {wanted!r}. Accepted: {_labels(place.fields)}.")
    return found


def _email(place: Place, wanted: str) -> str:
    if wanted:
        return _field(place, wanted, wanted)
    found = [one.key for one in place.fields if is_address(_contact_field(one)) or is_address(_contact_field(replace(one, key=one.label)))]
    if not found:
        raise ConfigError(f"invitations to {place.name!r} have no field for the address. Name one as email_field: {_labels(place.fields)}.")
    return found[0]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _labels(fields: Sequence[InvitationField]) -> str:
    return ", ".join(sorted(f"{one.label} ({one.key})" for one in fields)) or "none"


def _contact_field(one: InvitationField) -> ContactField:
    return ContactField(one.key, one.label, "", one.required, None)


def check_mapping(one: Found, filled: Sequence[str], problems: Problems) -> None:
    """Every field that is filled is there, and every required one is filled."""
    known = {_plain(name): field.key for field in one.place.fields for name in (field.key, field.label)}
    for name in filled:
        if _plain(name) not in known:
            problems.add(f"{one.entry.path}.mapping: {one.place.name!r} has no field {name!r}. Accepted: {_labels(one.place.fields)}.")
    given = {known.get(_plain(name)) for name in filled} | one.own_fields
    for field in one.place.fields:
        if field.required and field.key not in given:
            problems.add(f"{one.entry.path}: invitations to {one.place.name!r} need {field.label!r}, and nothing fills it. Map a column to it.")


def reader(stream: Stream, found: Sequence[Found], problems: Problems, output: Output) -> ClaimReader:
    """Columns onto the fields that all of the stream's surveys have; a record that lacks a required one is rejected by name."""
    common = [one for one in found[0].place.fields if all(one.key in {field.key for field in other.place.fields} for other in found)]
    own = frozenset().union(*(one.own_fields for one in found))
    fields = [_contact_field(one) for one in common if one.key not in own]
    options: RecordOptions = found[0].entry.records
    mapped = resolve(stream, options, fields, problems)
    for one in found:
        check_mapping(one, [pair.field for pair in mapped.pairs], problems)
    needed = {field.key for one in found for field in one.place.fields if field.required}
    required = tuple(dict.fromkeys((*mapped.required, *(pair.column for pair in mapped.pairs if pair.field in needed))))
    pairs = ", ".join(f"{pair.column} → {pair.field}" for pair in mapped.pairs) or "no further fields"
    output.log(f"Stream {stream.name}: address from {mapped.address}, opt-out from {mapped.opt_out or 'no column'}; {pairs}.")
    for warning in mapped.warnings:
        output.log(warning, "WARN")
    return ClaimReader(stream, replace(mapped, required=required))


def plan(config: InvitationConfig, streams: Mapping[str, Stream], found: Sequence[Found]) -> Plan:
    """What the invitation rules are told; a survey stands where a list does."""
    feeds = {(one.entry.stream, one.target.key): one.target for one in found}
    return Plan(
        sync_name=config.sync_name,
        account=config.settings.account,
        streams=tuple(stream.plan for stream in streams.values()),
        feeds=tuple(Feed(stream, MailingList(key, one.name, has_form=False), OnDelete.KEEP) for (stream, key), one in feeds.items()),
        when_spent=WhenSpent(config.when_spent),
        confirm_after_ledger_loss=config.confirm_after_ledger_loss,
    )
