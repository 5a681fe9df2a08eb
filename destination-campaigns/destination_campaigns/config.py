"""The configuration, parsed once into frozen dataclasses. Everything that can be known without a network is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from destination_campaigns import launch_spec, spec
from destination_campaigns.launch_config import LaunchConfig, check_keys, parse_launch
from destination_campaigns.systems import INVITING, SYSTEMS, Settings, System
from mailsync.airbyte.ledger_place import parse_ledger
from mailsync.airbyte.options import Options, Problems
from mailsync.airbyte.system_and_sync import chosen, parse_sync_name, settings_of
from mailsync.errors import ConfigError
from mailsync.ledger.place import LedgerPlace
from mailsync.mailing_account import NEW_KINDS
from mailsync.report.reject_file import check_format


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """How a stream's records are read: the same for every list the stream feeds, because contact fields belong to the contact."""

    address_field: str = ""
    opt_out_field: str = ""
    no_opt_out_field: bool = False
    mapping: tuple[tuple[str, str], ...] = ()
    create_fields: bool = False
    new_types: tuple[tuple[str, str], ...] = ()  # (field, type it is created with)
    required: tuple[str, ...] = ()
    update_empty: bool = True
    cut_long: bool = False
    last_contacted_field: str = ""
    last_modified_field: str = ""
    deleted_field: str = ""  # where not the usual one
    not_fields: tuple[str, ...] = ()  # columns that no field is filled from by name


@dataclass(frozen=True, slots=True)
class StreamToList:
    """One stream feeding one list, as configured. `path` is how messages call the entry."""

    path: str
    stream: str
    list_name: str
    list_key: str
    create_list: bool
    first_contact: str
    public_form: bool
    on_delete: str
    topic: str
    source: str
    records: RecordOptions
    launch: str = ""  # the key of the launch whose recipients these are
    campaign: str = ""  # of a stream of campaign members: only those of this campaign


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration. Choices hold the words of the specification. `streams` hold the recipients of launches, too."""

    system: System
    settings: Settings
    sync_name: str
    ledger: LedgerPlace
    streams: tuple[StreamToList, ...]
    launches: tuple[LaunchConfig, ...]
    share_of_limit: float
    when_spent: str
    membership_first: bool
    crm_opt_out_reaches: str
    return_after_removal: str
    stream_statuses: str
    adopt_existing: bool
    confirm_after_ledger_loss: bool
    allow_confirmation_mails: bool
    allow_removals_over_brake: bool
    reject_file: str
    dry_run: bool
    dry_run_file: str

    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return tuple(filter(None, (*self.settings.secrets, *self.ledger.secrets)))


def parse_config(raw: Any) -> Config:
    """Check a configuration. Raises one ConfigError that names every option that is wrong and what is accepted."""
    problems = Problems()
    options = Options(raw, "", problems)
    options.known(spec.specification()["connectionSpecification"]["properties"], refused={})
    place = options.object("system")
    system = chosen(place, problems, SYSTEMS, INVITING)
    settings, sync_name = settings_of(system, place, problems), parse_sync_name(options, problems)
    streams = tuple(_stream(one, system.refused if system else {}) for one in options.objects("streams"))
    launches = tuple(parse_launch(one, system.launch_refused if system else {}, problems) for one in options.objects("launches"))
    check_keys(launches, problems)
    for one, parsed in zip(options.objects("launches"), launches, strict=True):
        streams += _recipients(one, parsed, streams)
    _check_streams(streams, system, problems)
    if options.objects("invitations"):
        problems.add(f"invitations are sent by {', '.join(INVITING)}, and system names a mailing tool. Give them a connection of their own.")
    if not options.flag("consent_confirmed"):
        problems.add("consent_confirmed must be true: nobody is written to a list before you confirm that these people may be mailed.")
    ledger = parse_ledger(options, problems)
    config = Config(
        system=system or next(iter(SYSTEMS.values())),
        settings=settings,  # type: ignore[arg-type]  # None only together with a problem, which is raised below
        sync_name=sync_name,
        ledger=ledger,
        streams=streams,
        launches=launches,
        share_of_limit=options.number("share_of_limit", default=0.9, lowest=0.01, highest=0.99),
        membership_first=options.choice("backfill", spec.BACKFILLS) == "membership_first",
        when_spent=options.choice("when_budget_is_spent", spec.WHEN_SPENT),
        crm_opt_out_reaches=options.choice("crm_opt_out_reaches", spec.OPT_OUT_REACHES),
        return_after_removal=options.choice("return_after_removal", spec.RETURNS),
        stream_statuses=options.choice("stream_statuses", spec.STATUSES),
        adopt_existing=options.flag("adopt_existing"),
        confirm_after_ledger_loss=options.flag("confirm_after_ledger_loss"),
        allow_confirmation_mails=options.flag("allow_confirmation_mails"),
        allow_removals_over_brake=options.flag("allow_removals_over_brake"),
        reject_file=_reject_file(options, problems),
        dry_run=options.flag("dry_run"),
        dry_run_file=options.text("dry_run_file"),
    )
    problems.raise_any()
    return config


def _reject_file(options: Options, problems: Problems) -> str:
    path = options.text("reject_file")
    if path:
        try:
            check_format(Path(path))
        except ConfigError as error:
            problems.add(f"reject_file: {error}")
    return path


def _stream(options: Options, refused: Mapping[str, str]) -> StreamToList:
    options.known(spec.specification()["connectionSpecification"]["properties"]["streams"]["items"]["properties"], refused=refused)
    return StreamToList(
        path=options.named("stream").removesuffix(".stream"),
        stream=options.text("stream", required=True),
        list_name=options.text("list_name"),
        list_key=options.text("list_key"),
        create_list=options.flag("create_list"),
        first_contact=options.text("first_contact"),
        public_form=options.choice("signup_form", spec.SIGNUP_FORMS) == "public",
        on_delete=options.choice("on_delete", spec.ON_DELETE),
        topic=options.text("topic"),
        source=options.text("source"),
        records=_records(options),
    )


def _recipients(options: Options, launch: LaunchConfig, streams: tuple[StreamToList, ...]) -> tuple[StreamToList, ...]:
    """The launch's recipients as streams that feed its list. One that is read for a list already is read alike unless it says otherwise."""
    read = {entry.stream: entry.records for entry in streams}
    found = []
    for one, recipients in zip(options.objects("recipients"), launch.recipients, strict=True):
        one.known(launch_spec.recipients_form(spec.record_options())["properties"], refused={})
        given = _records(one)
        found.append(
            StreamToList(
                path=one.named("stream").removesuffix(".stream"),
                stream=recipients.stream,
                list_name=options.text("list_name"),
                list_key=options.text("list_key"),
                create_list=options.flag("create_list"),
                first_contact=launch.first_contact,
                public_form=False,
                on_delete="remove",
                topic=launch.topic,
                source="",
                records=read.get(recipients.stream, given) if given == RecordOptions() else given,
                launch=launch.key,
                campaign=recipients.campaign,
            )
        )
    return tuple(found)


def _records(options: Options) -> RecordOptions:
    pairs, types = [], []
    for pair in options.objects("mapping"):
        pair.known(("column", "field", "type"), refused={})
        pairs.append((pair.text("column", required=True), pair.text("field", required=True)))
        if pair.raw().get("type") is not None:
            types.append((pairs[-1][1], pair.choice("type", tuple(NEW_KINDS))))
    return RecordOptions(
        address_field=options.text("address_field"),
        opt_out_field=options.text("opt_out_field"),
        no_opt_out_field=options.flag("no_opt_out_field"),
        mapping=tuple(pairs),
        new_types=tuple(types),
        create_fields=options.flag("create_fields"),
        required=options.texts("required"),
        update_empty=options.flag("update_empty", default=True),
        cut_long=options.choice("long_values", spec.LONG_VALUES) == "cut",
        last_contacted_field=options.text("last_contacted_field"),
        last_modified_field=options.text("last_modified_field"),
    )


def _check_streams(streams: tuple[StreamToList, ...], system: System | None, problems: Problems) -> None:
    by_stream: dict[str, StreamToList] = {}
    for one in streams:
        if not one.list_name and not one.list_key:
            problems.add(f"{one.path} names no list: give list_name or list_key.")
        _check_creation(one, system, problems)
        fields = [target.casefold() for _, target in one.records.mapping]
        for target in sorted({target for target in fields if fields.count(target) > 1}):
            problems.add(f"{one.path}.mapping fills the field {target!r} from two columns.")
        first = by_stream.setdefault(one.stream, one)
        if first.records != one.records:
            problems.add(
                f"{one.path} reads stream {one.stream} otherwise than {first.path} does. Address, opt-out, mapping and required columns must be the "
                "same for every list a stream feeds, because a contact has one set of fields."
            )


def _check_creation(one: StreamToList, system: System | None, problems: Problems) -> None:
    if one.create_list and not one.list_name:
        problems.add(f"{one.path}.create_list needs list_name.")
    if one.create_list and not one.first_contact and (system is None or system.lists_need_a_contact):
        problems.add(f"{one.path}.create_list needs first_contact: an empty list cannot be created.")
    if one.public_form and system is not None and not system.signup_forms:
        problems.add(f"{one.path}.signup_form cannot be fulfilled: lists have no sign-up form there. Remove the option.")
