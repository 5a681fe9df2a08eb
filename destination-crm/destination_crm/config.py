"""The configuration, parsed once into frozen dataclasses. Everything that can be known without a network is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from destination_crm import spec
from destination_crm.campaign_options import pairs, parse_campaigns
from destination_crm.survey_options import SurveyOptions, parse_surveys
from destination_crm.systems import SYSTEMS, Settings, System
from mailsync.airbyte.ledger_place import parse_ledger
from mailsync.airbyte.options import Options, Problems
from mailsync.airbyte.system_and_sync import chosen, parse_sync_name, settings_of
from mailsync.ledger.place import LedgerPlace
from mailsync.responses.crm import Ability
from mailsync.responses.plan import CampaignPlan, Kind

TEXTS = {kind: kind.name.replace("_", " ").capitalize() for kind in Kind}
"""What a status field shows unless the configuration says otherwise."""

_SUBJECT = "{status}: {campaign}"


@dataclass(frozen=True, slots=True)
class StatusFieldOptions:
    """One status field. `path` is how messages call the entry."""

    path: str
    module: str
    field: str
    campaign_field: str
    statuses: Mapping[Kind, str]


@dataclass(frozen=True, slots=True)
class NewPeople:
    """`lists`: names or keys in small letters; empty: all of them."""

    module: str
    owner: str
    of_recipients: bool
    of_subscribers: bool
    lists: frozenset[str]
    constants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleOptions:
    """One rule as configured. `settings` in the words of the form: type, days, pipeline, stage."""

    path: str
    name: str
    makes: Ability
    kinds: frozenset[Kind]
    times: int
    subject: str
    text: str
    owner: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupOptions:
    """Rules of one filter; `filter` empty: for everybody."""

    path: str
    filter: str
    module: str
    rules: tuple[RuleOptions, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration. Choices hold the words of the specification."""

    system: System
    settings: Settings
    sync_name: str
    ledger: LedgerPlace
    people_modules: tuple[str, ...]
    streams: Mapping[str, str]
    campaigns: CampaignPlan
    campaign_records: str
    member_statuses: Mapping[Kind, str]
    status_fields: tuple[StatusFieldOptions, ...]
    opt_out: str
    new_people: NewPeople | None
    rule_groups: tuple[GroupOptions, ...]
    surveys: tuple[SurveyOptions, ...]
    brought_by: str
    mailing_account: str
    run_automation: bool
    recheck_runs: int
    recheck_days: float
    share_of_limit: float
    when_spent: str
    stream_statuses: str
    allow_rules_over_brake: bool
    dry_run: bool
    dry_run_file: str

    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        return tuple(filter(None, (*self.settings.secrets, *self.ledger.secrets)))


def parse_config(raw: Any) -> Config:
    """Check a configuration. Raises one ConfigError that names every option that is wrong and what is accepted."""
    problems = Problems()
    options = Options(raw, "", problems)
    known = spec.specification()["connectionSpecification"]["properties"]
    options.known(known, refused={})
    place = options.object("system")
    system = chosen(place, problems, SYSTEMS)
    settings, sync_name = settings_of(system, place, problems), parse_sync_name(options, problems)
    campaigns = options.optional("campaigns")
    campaigns.known(known["campaigns"]["properties"], refused={})
    config = Config(
        system=system or next(iter(SYSTEMS.values())),
        settings=settings,  # type: ignore[arg-type]  # None only together with a problem, which is raised below
        sync_name=sync_name,
        ledger=parse_ledger(options, problems),
        people_modules=options.texts("people_modules"),
        streams=_streams(options, problems),
        campaigns=parse_campaigns(campaigns, system, problems),
        campaign_records=campaigns.choice("records", spec.RECORDS),
        member_statuses=_member_statuses(options, system, problems),
        status_fields=tuple(_status_field(one, problems) for one in options.objects("status_fields")),
        opt_out=options.choice("opt_out", spec.OPT_OUT),
        new_people=_new_people(options.optional("new_people"), problems),
        rule_groups=_groups(options, problems),
        surveys=parse_surveys(options, problems),
        brought_by=options.text("brought_by"),
        mailing_account=options.text("mailing_account"),
        run_automation=options.flag("run_automation"),
        recheck_runs=int(options.number("recheck_runs", default=7, lowest=1, highest=10_000)),
        recheck_days=options.number("recheck_days", default=7, lowest=0, highest=3650),
        share_of_limit=options.number("share_of_limit", default=0.9, lowest=0.01, highest=0.99),
        when_spent=options.choice("when_budget_is_spent", spec.WHEN_SPENT),
        stream_statuses=options.choice("stream_statuses", spec.STATUSES),
        allow_rules_over_brake=options.flag("allow_rules_over_brake"),
        dry_run=options.flag("dry_run"),
        dry_run_file=options.text("dry_run_file"),
    )
    problems.raise_any()
    return config


def _streams(options: Options, problems: Problems) -> dict[str, str]:
    """Stream → what it holds; by their own names where nothing is said."""
    named: dict[str, str] = {}
    for one in options.objects("streams"):
        one.known(("stream", "holds"), refused={})
        stream, holds = one.text("stream", required=True), one.choice("holds", spec.HOLDS)
        if stream in named:
            problems.add(f"{one.named('stream')}: the stream {stream} is named twice.")
        named[stream] = holds
    return named or {name: name for name in spec.HOLDS}


def _statuses(options: Options, name: str, problems: Problems) -> dict[Kind, str]:
    found: dict[Kind, str] = {}
    for word, text in pairs(options, name, "response", "status", problems).items():
        if word in spec.KINDS:
            found[Kind[word.upper()]] = text
        else:
            problems.add(f"{options.named(name)} names the response {word[:40]!r}. Accepted: {', '.join(spec.KINDS)}.")
    return found


def _member_statuses(options: Options, system: System | None, problems: Problems) -> dict[Kind, str]:
    given = _statuses(options, "member_statuses", problems)
    if not options.flag("write_member_statuses", default=True):
        if given:
            problems.add("member_statuses is given, and write_member_statuses is off. Remove one of the two.")
        return {}
    return given or {Kind[word.upper()]: text for word, text in (system.statuses if system else {}).items()}


def _status_field(options: Options, problems: Problems) -> StatusFieldOptions:
    options.known(("module", "field", "campaign_field", "statuses"), refused={})
    return StatusFieldOptions(
        path=options.named("module").removesuffix(".module"),
        module=options.text("module", required=True),
        field=options.text("field", required=True),
        campaign_field=options.text("campaign_field"),
        statuses=_statuses(options, "statuses", problems) or TEXTS,
    )


def _new_people(options: Options, problems: Problems) -> NewPeople | None:
    options.known(("module", "owner", "of_recipients", "of_subscribers", "lists", "constants"), refused={})
    made = NewPeople(
        module=options.text("module"),
        owner=options.text("owner"),
        of_recipients=options.flag("of_recipients"),
        of_subscribers=options.flag("of_subscribers"),
        lists=frozenset(one.casefold() for one in options.texts("lists")),
        constants=pairs(options, "constants", "field", "value", problems),
    )
    asked = made.of_recipients or made.of_subscribers
    if asked and not made.module:
        problems.add(f"{options.named('module')} is missing: in which module are new people made?")
    if made.module and not asked:
        problems.add(
            f"{options.named('of_recipients')} or {options.named('of_subscribers')} must be on, or nobody is ever made. Or remove new_people."
        )
    return made if asked and made.module else None


def _groups(options: Options, problems: Problems) -> tuple[GroupOptions, ...]:
    groups = tuple(_group(one, problems) for one in options.objects("rule_groups"))
    names = [rule.name for group in groups for rule in group.rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"rule_groups: the rule name {name!r} is used twice; later runs know a rule by its name.")
    if sum(not group.filter for group in groups) > 1:
        problems.add("rule_groups: only one group may be without a filter, which is the one for everybody.")
    return groups


def _group(options: Options, problems: Problems) -> GroupOptions:
    options.known(("filter", "module", "rules"), refused={})
    path = options.named("filter").removesuffix(".filter")
    group = GroupOptions(path, options.text("filter"), options.text("module"), tuple(_rule(one, problems) for one in options.objects("rules")))
    if group.filter and not group.module:
        problems.add(f"{path}.module is missing: of which module is the filter {group.filter!r}?")
    if not group.filter and not group.rules:
        problems.add(f"{path} has neither a filter nor rules. Remove it.")
    return group


def _rule(options: Options, problems: Problems) -> RuleOptions:
    known = spec.specification()["connectionSpecification"]["properties"]["rule_groups"]["items"]["properties"]["rules"]["items"]["properties"]
    options.known(known, refused={})
    path = options.named("name").removesuffix(".name")
    makes, words = options.choice("makes", spec.MAKES), options.texts("on")
    if not words:
        problems.add(f"{path}.on is missing or empty. Accepted: {', '.join(spec.COUNTED)}.")
    for word in sorted(set(words) - set(spec.COUNTED)):
        problems.add(f"{path}.on names {word[:40]!r}. Accepted: {', '.join(spec.COUNTED)}.")
    if makes == "deal" and not options.text("stage"):
        problems.add(f"{path}.stage is missing: in which stage does the deal begin?")
    times = int(options.number("times", default=1, lowest=1, highest=1000))
    if makes == "note" and times != 1:
        problems.add(f"{path}.times must be 1 for a note, which is made for each campaign.")
    days = int(options.number("due_in_days", default=0, lowest=0, highest=3650)) if options.raw().get("due_in_days") is not None else None
    settings = {"type": options.text("activity_type"), "pipeline": options.text("pipeline"), "stage": options.text("stage")}
    return RuleOptions(
        path=path,
        name=options.text("name", required=True),
        makes=Ability(makes),
        kinds=frozenset(Kind[word.upper()] for word in words if word in spec.COUNTED),
        times=times,
        subject=options.text("subject") or _SUBJECT,
        text=options.text("text") or _SUBJECT,
        owner=options.text("owner"),
        settings={name: value for name, value in settings.items() if value} | ({} if days is None else {"days": str(days)}),
    )
