"""The configuration of a connection that invites to surveys, parsed once into frozen dataclasses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from destination_campaigns import spec
from destination_campaigns.config import RecordOptions
from destination_campaigns.invitation_form import entry_options
from destination_campaigns.systems import INVITING, InvitingSystem, Settings
from mailsync.airbyte.ledger_place import parse_ledger
from mailsync.airbyte.options import Options, Problems
from mailsync.airbyte.system_and_sync import parse_sync_name, settings_of
from mailsync.invitations.inviter import Wanted
from mailsync.ledger.place import LedgerPlace

_ROUND = re.compile(r"[\w .-]{0,64}")
KNOWN = (
    *("system", "sync_name", "ledger", "invitations", "consent_confirmed", "when_budget_is_spent"),
    *("confirm_after_ledger_loss", "dry_run", "dry_run_file"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stream whose people are invited to one survey. `path` is how messages call it; fields by key or label, "" for the usual ones."""

    path: str
    stream: str
    wanted: Wanted
    again: str
    record_field: str
    module_field: str
    email_field: str
    records: RecordOptions


@dataclass(frozen=True, slots=True)
class InvitationConfig:
    """The whole configuration."""

    system: InvitingSystem
    settings: Settings
    sync_name: str
    ledger: LedgerPlace
    entries: tuple[Entry, ...]
    when_spent: str
    confirm_after_ledger_loss: bool
    dry_run: bool
    dry_run_file: str

    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return tuple(filter(None, (*self.settings.secrets, *self.ledger.secrets)))


def parse_invitations(raw: Any) -> InvitationConfig:
    """Check a configuration whose system is a survey tool. Raises one ConfigError that names every option that is wrong."""
    problems = Problems()
    options = Options(raw, "", problems)
    options.known(KNOWN, refused={})
    place = options.object("system")
    system = INVITING[place.text("name")]
    settings, sync_name = settings_of(system, place, problems), parse_sync_name(options, problems)
    if not options.flag("consent_confirmed"):
        problems.add("consent_confirmed must be true: nobody is invited before you confirm that these people may be mailed.")
    entries = tuple(_entry(one, problems) for one in options.objects("invitations"))
    if not entries:
        problems.add("invitations is missing or empty: the people of which stream are invited to which survey?")
    _check_streams(entries, problems)
    config = InvitationConfig(
        system=system,
        settings=settings,  # type: ignore[arg-type]  # None only together with a problem, which is raised below
        sync_name=sync_name,
        ledger=parse_ledger(options, problems),
        entries=entries,
        when_spent=options.choice("when_budget_is_spent", spec.WHEN_SPENT),
        confirm_after_ledger_loss=options.flag("confirm_after_ledger_loss"),
        dry_run=options.flag("dry_run"),
        dry_run_file=options.text("dry_run_file"),
    )
    problems.raise_any()
    return config


def _entry(options: Options, problems: Problems) -> Entry:
    options.known(entry_options(), refused={})
    again = options.text("again")
    if not _ROUND.fullmatch(again):
        problems.add(f"{options.named('again')} may hold letters, digits, blanks, dots and dashes, at most 64 of them.")
    places = {name: options.text(name) for name in ("portal", "department", "collector", "distribution")}
    return Entry(
        path=options.named("stream").removesuffix(".stream"),
        stream=options.text("stream", required=True),
        wanted=Wanted(options.text("survey", required=True), **places),
        again=again,
        record_field=options.text("record_id_field"),
        module_field=options.text("module_field"),
        email_field=options.text("email_field"),
        records=_records(options),
    )


def _records(options: Options) -> RecordOptions:
    pairs = []
    for pair in options.objects("mapping"):
        pair.known(("column", "field"), refused={})
        pairs.append((pair.text("column", required=True), pair.text("field", required=True)))
    return RecordOptions(
        address_field=options.text("address_field"),
        opt_out_field=options.text("opt_out_field"),
        no_opt_out_field=options.flag("no_opt_out_field"),
        mapping=tuple(pairs),
        required=options.texts("required"),
        last_contacted_field=options.text("last_contacted_field"),
        last_modified_field=options.text("last_modified_field"),
    )


def _check_streams(entries: tuple[Entry, ...], problems: Problems) -> None:
    first: dict[str, Entry] = {}
    for one in entries:
        if first.setdefault(one.stream, one).records != one.records:
            problems.add(f"{one.path} reads stream {one.stream} otherwise than {first[one.stream].path} does. Read it in one way.")
        same = [other for other in entries if (other.stream, other.wanted, other.again) == (one.stream, one.wanted, one.again)]
        if len(same) > 1:
            problems.add(f"{one.path}: stream {one.stream} is invited to {one.wanted.survey!r} twice. Remove one entry.")
