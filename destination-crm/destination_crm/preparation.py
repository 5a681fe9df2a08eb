"""From a configuration to what the response rules are told: streams, fields, owners, filters and rules, each looked up in the CRM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from destination_crm.config import Config, GroupOptions, RuleOptions, StatusFieldOptions
from destination_crm.records import ANSWERS, COLUMNS, NAMED, Naming, Reader, ResponseReader, reader_of
from destination_crm.survey_preparation import SurveyPreparation
from destination_crm.systems import Account
from mailsync.airbyte.catalog import Stream
from mailsync.airbyte.options import Problems
from mailsync.errors import ConfigError
from mailsync.membership.plan import SyncMode, WhenSpent
from mailsync.responses.crm import Ability, Crm, Filter
from mailsync.responses.plan import CampaignPlan, Creation, OptOut, Plan, Recheck, Rule, RuleGroup, StatusField

DAY_S = 86_400.0
T = TypeVar("T")


def check_streams(config: Config, streams: Mapping[str, Stream], problems: Problems) -> None:
    """Every stream that comes must be one whose records are known, with the columns that are read."""
    for name, stream in sorted(streams.items()):
        holds = config.streams.get(name)
        if holds is None:
            problems.add(
                f"Stream {name} is synced, but says nothing to a CRM. Deselect it, or say in streams what it holds. Known: {_known(config)}."
            )
            continue
        if stream.plan.mode is SyncMode.OVERWRITE:
            problems.add(f"Stream {name} is set to overwrite, but nothing that was written back is taken away. Set it to append or append + deduped.")
        missing = [column for column in COLUMNS[holds] if stream.columns and column not in stream.columns]
        if missing:
            problems.add(f"Stream {name} is to hold {holds}, but has no column {', '.join(missing)}.")
    held = {config.streams.get(name) for name in streams}
    if not held & {"responses", "contacts", ANSWERS}:
        problems.add(f"No stream of responses, contacts or answers is synced, so there is nothing to write back. Select one of: {_known(config)}.")
    if ANSWERS in held and not config.surveys:
        problems.add(
            "Answers to surveys are synced, but surveys names no survey, so none of them would be written. Name them, or deselect the stream."
        )


def _known(config: Config) -> str:
    return ", ".join(f"{name} ({holds})" if name != holds else name for name, holds in sorted(config.streams.items()))


def readers(config: Config, streams: Mapping[str, Stream]) -> dict[str, Reader]:
    """Each stream's reader."""
    facts, figures = tuple(config.campaigns.facts), tuple(config.campaigns.figures)
    return {
        name: reader_of(name, config.streams[name], facts=facts, figures=figures, new_people=config.new_people)
        for name in streams
        if name in config.streams
    }


def namings(config: Config, read: Mapping[str, Reader]) -> dict[str, Naming]:
    """For each stream of responses, how its campaigns are known where no stream of campaigns comes."""
    if any(config.streams[name] == "campaigns" for name in read):
        return {}
    return {name: Naming(reader) for name, reader in read.items() if isinstance(reader, ResponseReader)}


def account_name(crm: Crm) -> str:
    """How the ledger calls an organisation."""
    return f"{crm.traits.system}:{crm.organisation_id() or ''}".rstrip(":")


class Preparation:
    """Looks everything up in the CRM, and collects what is wrong. `warnings`: what this CRM lacks, and is left out."""

    def __init__(self, config: Config, account: Account, problems: Problems) -> None:
        self._config, self._account, self._problems = config, account, problems
        self.warnings: list[str] = []

    def plan(self, streams: Mapping[str, str], named: Mapping[str, Naming]) -> Plan:
        """What the rules are told. `streams`: name → what it holds."""
        config = self._config
        self._check_campaigns()
        crm = self._account.crm
        return Plan(
            sync_name=config.sync_name,
            account=account_name(crm),
            streams=(*streams, *(f"{name}{NAMED}" for name in named)),
            response_streams=frozenset(name for name, holds in streams.items() if holds in ("responses", ANSWERS)),
            campaigns=self._campaigns(),
            member_statuses=config.member_statuses,
            fields=tuple(field for one in config.status_fields if (field := self._status_field(one)) is not None),
            opt_out=OptOut(config.opt_out),
            groups=tuple(group for one in config.rule_groups if (group := self._group(one)) is not None),
            creation=self._creation(),
            surveys=SurveyPreparation(self._account, self._problems).plan(config.surveys),
            brought_by=config.brought_by or None,
            mailing_account=config.mailing_account or None,
            recheck=Recheck(config.recheck_runs, config.recheck_days * DAY_S),
            share_of_limit=config.share_of_limit,
            when_spent=WhenSpent(config.when_spent),
            rules_over_brake=config.allow_rules_over_brake,
            statuses_expected=config.stream_statuses == "expected",
        )

    def _tried(self, path: str, look: Callable[[], T]) -> T | None:
        """A look-up whose ConfigError is one problem among others."""
        try:
            return look()
        except ConfigError as error:
            self._problems.add(f"{path}: {error}" if path else str(error))
            return None

    # -- campaigns

    def _campaigns(self) -> CampaignPlan | None:
        return None if self._config.campaign_records == "off" else self._config.campaigns

    def _check_campaigns(self) -> None:
        config, mapped = self._config, self._config.campaigns
        has_some = bool(mapped.figures or mapped.facts or mapped.constants or mapped.status_field)
        if Ability.CAMPAIGN not in self._account.crm.traits.supports:
            if config.campaign_records == "required" or has_some:
                self._problems.add(
                    f"campaigns: {self._account.crm.traits.system} has no campaigns that can be written, so neither campaigns nor member statuses "
                    "can be. Remove the option, or set records to if_supported and map no fields; statuses can go into status_fields."
                )
            elif config.campaign_records != "off":
                self.warnings.append(f"{self._account.crm.traits.system} has no campaigns here: none are written, and no member statuses.")
            return
        unproven = self._account.crm.traits.unproven
        if Ability.CAMPAIGN in unproven and config.campaign_records == "required":
            self._problems.add("campaigns.records: required cannot be promised, because the vendor's pages do not say that campaigns can be written.")
        elif Ability.CAMPAIGN in unproven and config.campaign_records != "off":
            self.warnings.append(
                "The vendor's pages do not promise campaigns and member statuses by API: the first write tries, and the report counts."
            )
        if mapped.status_field:
            values = mapped.statuses.values()
            self._tried("campaigns.status_field", lambda: self._account.campaigns_field(mapped.status_field, "status", values))
            if mapped.status_field in {*mapped.facts.values(), *mapped.figures.values(), *mapped.constants}:
                self._problems.add(f"campaigns.status_field {mapped.status_field} is mapped in figures, facts or constants, too. One of the two.")
        for holds, names in (("figure", mapped.figures.values()), ("fact", mapped.facts.values()), ("constant", mapped.constants)):
            for name in names:
                self._tried(f"campaigns.{holds}s", lambda name=name, holds=holds: self._account.campaigns_field(name, holds))  # type: ignore[misc]

    # -- people

    def _status_field(self, one: StatusFieldOptions) -> StatusField | None:
        self._tried(one.path, lambda: self._account.person_field(one.module, one.field, "status", one.statuses.values()))
        if one.campaign_field:
            self._tried(one.path, lambda: self._account.person_field(one.module, one.campaign_field, "status"))
        return StatusField(one.module, one.field, one.statuses, one.campaign_field or None)

    def _creation(self) -> Creation | None:
        made = self._config.new_people
        if made is None:
            return None
        self._tried("new_people.module", lambda: self._account.people_module(made.module))
        for name, value in made.constants.items():
            self._tried("new_people.constants", lambda name=name, value=value: self._account.person_field(made.module, name, "constant", [value]))  # type: ignore[misc]
        owner = self._owner("new_people.owner", made.owner)
        return Creation(made.module, owner, for_recipients=made.of_recipients, for_subscribers=made.of_subscribers, constants=made.constants)

    def _owner(self, path: str, wanted: str) -> str | None:
        return self._tried(path, lambda: self._account.owner(wanted)) if wanted else None

    # -- rules

    def _group(self, one: GroupOptions) -> RuleGroup | None:
        rules = tuple(rule for rule in map(self._rule, one.rules) if rule is not None)
        if not one.filter:
            return RuleGroup(None, rules)
        found: Filter | None = self._tried(f"{one.path}.filter", lambda: self._account.filter(one.module, one.filter))
        return None if found is None else RuleGroup(found, rules)

    def _rule(self, one: RuleOptions) -> Rule | None:
        supports = self._account.crm.traits.supports
        if one.makes not in supports:
            able = ", ".join(sorted(ability.value for ability in supports & {Ability.ACTIVITY, Ability.DEAL, Ability.NOTE})) or "nothing"
            self._problems.add(f"{one.path}.makes: {self._account.crm.traits.system} cannot be given a {one.makes.value} by rules. Accepted: {able}.")
            return None
        settings = self._tried(one.path, lambda: self._account.item_settings(one.makes, one.settings)) or {}
        owner = self._owner(f"{one.path}.owner", one.owner)
        return Rule(one.name, one.makes, one.kinds, one.times, one.subject, one.text, owner, settings)
