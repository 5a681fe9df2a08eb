"""What `write` knows before the first record: which streams feed which lists, and how each stream's records are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from destination_campaigns.activation import entries
from destination_campaigns.claims import CAMPAIGN_ID, CAMPAIGN_NAME, ClaimReader
from destination_campaigns.config import Config
from destination_campaigns.launching import check_launches, closed_lists, prepared
from destination_campaigns.mapping import Mapping as StreamMapping
from destination_campaigns.mapping import resolve
from destination_campaigns.setting_up import Connected, Feeds, budgeted, find_feeds, list_maker, list_pretender
from mailsync.airbyte.catalog import Stream
from mailsync.airbyte.messages import Output
from mailsync.airbyte.options import Problems
from mailsync.errors import ConfigError
from mailsync.launches.run import Launches
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.membership.plan import Plan, WhenSpent


def check_streams(config: Config, streams: Mapping[str, Stream], problems: Problems) -> None:
    """Every configured stream must come, and every stream that comes must be configured: neither vanishes silently."""
    configured = {entry.stream for entry in config.streams}
    mapped = {name for name, stream in streams.items() if stream.object_name is not None}
    coming = ", ".join(sorted(streams)) or "none"
    for name in sorted(configured - streams.keys()):
        problems.add(
            f"Stream {name} is configured to feed a list, but the connection does not sync it. Select it, or remove its entry. Synced: {coming}."
        )
    known = ", ".join(sorted(configured)) or "none"
    for name in sorted(streams.keys() - configured - mapped):
        problems.add(f"Stream {name} is synced, but feeds no list. Add an entry to streams, or deselect it. Configured: {known}.")


def check_campaigns(config: Config, streams: Mapping[str, Stream], problems: Problems) -> None:
    """A stream of which one campaign's members are wanted must tell them apart."""
    for entry in config.streams:
        stream = streams.get(entry.stream)
        missing = [name for name in (CAMPAIGN_ID, CAMPAIGN_NAME) if entry.campaign and stream is not None and name not in stream.columns]
        if missing:
            named = " and no column ".join(missing)
            problems.add(f"{entry.path}.campaign: stream {entry.stream} has no column {named}. Select a stream of campaign members.")


def mappings(config: Config, streams: Mapping[str, Stream], connected: Connected, feeds: Feeds, problems: Problems) -> dict[str, StreamMapping]:
    """Each stream's mapping onto the fields that all of its lists have."""
    options = {entry.stream: entry.records for entry in config.streams}
    found = {}
    for name, stream in streams.items():
        if name in options:
            found[name] = resolve(stream, options[name], connected.account.fields(feeds.keys(name)), problems)
            check_new_fields(f"Stream {name}", found[name].to_create, connected, problems)
    return found


def check_new_fields(where: str, names: Iterable[str], connected: Connected, problems: Problems) -> None:
    """Names that no field can have."""
    for name in names:
        try:
            connected.account.check_new_field(name)
        except ConfigError as error:
            problems.add(f"{where}: {error}")


def create_fields(mapped: Mapping[str, StreamMapping], feeds: Feeds, connected: Connected, output: Output) -> None:
    """Make the mapped fields that the mailing tool lacks, and what the lists' options need."""
    for name in missing_fields(mapped):
        streams = {stream for stream, mapping in mapped.items() if name in mapping.to_create}
        kinds = {kind for mapping in mapped.values() for field, kind in mapping.created_as if field == name}
        kind = kinds.pop() if len(kinds) == 1 else "text"  # two streams that fill it with different kinds of values
        connected.account.create_field(name, sorted({one.list.key for one in feeds.feeds if one.stream in streams}), kind)
        output.log(f"Created the contact field {name} ({kind.replace('_', ' ')}).")
    connected.account.prepare_lists()


def missing_fields(mapped: Mapping[str, StreamMapping]) -> list[str]:
    """The mapped fields to be created."""
    return sorted({name for mapping in mapped.values() for name in mapping.to_create})


def readers(streams: Mapping[str, Stream], mapped: Mapping[str, StreamMapping], feeds: Feeds, output: Output) -> dict[str, ClaimReader]:
    """Each stream's reader; tells how each stream is mapped."""
    for name, mapping in mapped.items():
        pairs = ", ".join(f"{pair.column} → {pair.field}" for pair in mapping.pairs) or "no fields"
        output.log(f"Stream {name}: address from {mapping.address}, opt-out from {mapping.opt_out or 'no column'}; {pairs}.")
        for warning in mapping.warnings:
            output.log(warning, "WARN")
    in_parts = {feed.stream for feed in feeds.feeds if feed.only is not None}
    return {name: ClaimReader(streams[name], mapping, in_parts=name in in_parts) for name, mapping in mapped.items()}


def plan(config: Config, streams: Mapping[str, Stream], feeds: Feeds) -> Plan:
    """What the membership rules are told."""
    return Plan(
        sync_name=config.sync_name,
        account=config.settings.account,
        streams=tuple(stream.plan for stream in streams.values()),
        feeds=feeds.feeds,
        created_lists=frozenset(feeds.created),
        share_of_limit=config.share_of_limit,
        when_spent=WhenSpent(config.when_spent),
        membership_first=config.membership_first,
        adopt_existing=config.adopt_existing,
        confirm_after_ledger_loss=config.confirm_after_ledger_loss,
        allow_confirmation_mails=config.allow_confirmation_mails,
        opt_out_reaches_everyone=config.crm_opt_out_reaches == "everyone",
        returns_after_removal=config.return_after_removal == "once",
        removals_over_brake=config.allow_removals_over_brake,
        statuses_expected=config.stream_statuses == "expected",
    )


@dataclass(frozen=True, slots=True)
class Ready:
    """A run before its first message: the vendor was reached, lists found, mappings decided.

    `ours`: streams of a source that begins with the state it was given. `created`: key of each list made for this run → its first contact.
    """

    connected: Connected
    ledger: Ledger
    budget: Budget
    plan: Plan
    readers: Mapping[str, ClaimReader]
    ours: frozenset[str]
    created: Mapping[str, str]
    missing_fields: tuple[str, ...]
    dry_run_file: str
    reject_file: str
    output: Output
    launches: Launches | None = None

    @property
    def list_names(self) -> dict[str, str]:
        """Names by list key."""
        return {feed.list.key: feed.list.name for feed in self.plan.feeds}


def ready(config: Config, streams: Mapping[str, Stream], connected: Connected, *, ledger: Ledger, output: Output) -> Ready:
    """Reach the vendor, find or make lists and fields (a dry run makes none). Raises ConfigError naming everything that is wrong."""
    budget = budgeted(config, connected, ledger)
    connected.account.check_access()
    problems = Problems()
    if any(stream.object_name is not None for stream in streams.values()):
        account = connected.account
        config = entries(config, streams, account.tool.mailing_lists(), lambda key: account.fields([key]), problems)
    feeds = find_feeds(config, connected, problems, make=None)
    mapped = mappings(config, streams, connected, feeds, problems)
    problems.raise_any()
    if feeds.to_make:
        feeds = find_feeds(config, connected, problems, make=(list_pretender if config.dry_run else list_maker)(connected))
        problems.raise_any()
    check_launches(config, connected, problems)
    launches = prepared(config, connected, feeds, mapped, problems)
    problems.raise_any()
    if not config.dry_run:
        create_fields(mapped, feeds, connected, output)
    return Ready(
        connected=connected,
        ledger=ledger,
        budget=budget,
        plan=replace(plan(config, streams, feeds), closed_lists=closed_lists(config, feeds, ledger)),
        readers=readers(streams, mapped, feeds, output),
        ours=frozenset(name for name, stream in streams.items() if stream.names_its_tombstones),
        created=feeds.created,
        missing_fields=tuple(missing_fields(mapped)),
        dry_run_file=config.dry_run_file,
        reject_file=config.reject_file,
        output=output,
        launches=launches,
    )
