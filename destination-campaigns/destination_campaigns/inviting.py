"""`check` and `write` of a connection that invites to surveys: places and fields are found, then the invitation rules take the messages in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import orjson

from destination_campaigns.claims import ClaimReader
from destination_campaigns.invitation_config import InvitationConfig, parse_invitations
from destination_campaigns.invitation_places import check_mapping, find_places, plan, reader
from destination_campaigns.report import summary_lines
from destination_campaigns.systems import SurveyAccount
from mailsync.airbyte import connecting
from mailsync.airbyte.catalog import Stream, parse_catalog
from mailsync.airbyte.connecting import hide_secrets
from mailsync.airbyte.messages import Output, messages
from mailsync.airbyte.options import Problems
from mailsync.airbyte.plan_file import save_plan
from mailsync.airbyte.shell import Shell
from mailsync.airbyte.stopping import Stopping
from mailsync.airbyte.writing import ended_well_or_abandoned, event_teller, ledger_of_run, set_up_noted
from mailsync.invitations.dry_run import DryRun
from mailsync.invitations.inviter import Target
from mailsync.invitations.run import Run, names_of
from mailsync.ledger.budget import Budget
from mailsync.ledger.engine import Ledger
from mailsync.membership.plan import Plan
from mailsync.membership.told import Summary

PLAN = "Plan (JSON): "


Connected = connecting.Connected[SurveyAccount]


@dataclass(frozen=True, slots=True)
class Ready:
    """A run before its first message."""

    connected: Connected
    ledger: Ledger
    plan: Plan
    targets: tuple[Target, ...]
    readers: Mapping[str, ClaimReader]
    ours: frozenset[str]
    spent: Mapping[str, int]
    dry_run_file: str
    output: Output


def check_invitations(raw: Any, output: Output) -> None:
    """Raises MailsyncError that says what a person must do; returns when the configuration works."""
    config = parse_invitations(raw)
    hide_secrets(config, output)
    problems = Problems()
    connected = _connect(config, output, Stopping())
    ledger = connecting.ledger_of_check(config.ledger, connected.clock, problems)
    try:
        if ledger is not None:
            _budgeted(config, connected, ledger)
        connected.account.check_access()
        for one in find_places(config, connected.account, problems, output):
            if one.entry.records.mapping:
                check_mapping(one, [field for _, field in one.entry.records.mapping], problems)
    finally:
        if ledger is not None:
            ledger.close()
    problems.raise_any()


def invite_from(raw_config: Any, raw_catalog: Any, stdin: IO[bytes], output: Output) -> None:
    """One sync. Raises MailsyncError; whatever was settled before is in the ledger, and its states were printed."""
    config = parse_invitations(raw_config)
    hide_secrets(config, output)
    problems = Problems()
    streams = parse_catalog(raw_catalog)
    _check_streams(config, streams, problems)
    problems.raise_any()
    stopping = Stopping()
    stopping.listen()
    connected = _connect(config, output, stopping)
    named = {"system": connected.account.traits.system, "account": config.settings.account}
    with ledger_of_run(config.ledger, connected.clock, dry_run=config.dry_run) as ledger:
        with set_up_noted(ledger, config.sync_name, **named, dry_run=config.dry_run):
            ready = _ready(config, streams, connected, ledger=ledger, output=output)
        (_rehearse if config.dry_run else _sync)(ready, stdin, stopping)


# -- setting up


def _connect(config: InvitationConfig, output: Output, stopping: Stopping) -> Connected:
    return connecting.connect(config.system.open, config.settings, output, stopping)


def _budgeted(config: InvitationConfig, connected: Connected, ledger: Ledger) -> Budget:
    budget = Budget(ledger, config.settings.account, connected.account.traits.limits, share=1.0, clock=connected.clock)
    connected.account.reserve = budget.reserve
    return budget


def _check_streams(config: InvitationConfig, streams: Mapping[str, Stream], problems: Problems) -> None:
    configured = {one.stream for one in config.entries}
    coming = ", ".join(sorted(streams)) or "none"
    for name in sorted(configured - streams.keys()):
        problems.add(f"Stream {name} is to be invited, but the connection does not sync it. Select it, or remove its entry. Synced: {coming}.")
    for name in sorted(streams.keys() - configured):
        problems.add(f"Stream {name} is synced, but nobody of it is invited. Add an entry to invitations, or deselect it.")


def _ready(config: InvitationConfig, streams: Mapping[str, Stream], connected: Connected, *, ledger: Ledger, output: Output) -> Ready:
    """Reach the vendor, find surveys and fields. Raises ConfigError naming everything that is wrong."""
    budget = _budgeted(config, connected, ledger)
    connected.account.check_access()
    problems = Problems()
    found = find_places(config, connected.account, problems, output)
    problems.raise_any()
    readers = {name: reader(stream, [one for one in found if one.entry.stream == name], problems, output) for name, stream in streams.items()}
    problems.raise_any()
    output.log(f"At most {_pace(connected)}: the vendor publishes no limit, so this is the configured pace.")
    ours = frozenset(name for name, stream in streams.items() if stream.names_its_tombstones)
    return Ready(
        connected,
        ledger,
        plan(config, streams, found),
        tuple({one.target.key: one.target for one in found}.values()),
        readers,
        ours,
        dict(budget.spent),
        config.dry_run_file,
        output,
    )


def _pace(connected: Connected) -> str:
    words = {60.0: "a minute", 86_400.0: "a day"}
    windows = next(iter(connected.account.traits.limits.values()))
    return " and ".join(f"{window.calls - 1} invitations {words.get(window.seconds, f'in {window.seconds:.0f} s')}" for window in windows)


# -- running


def _sync(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    account, clock = ready.connected.account, ready.connected.clock
    run = Run(ledger=ready.ledger, inviter=account, plan=ready.plan, targets=ready.targets, clock=clock, on_event=event_teller(ready.output))
    account.reserve = run.budget.reserve
    run.budget.spent.update(ready.spent)  # what setting up cost belongs to this run
    stopping.on_stop(run.ask_to_stop)
    with ended_well_or_abandoned(run, lambda summary: _report(summary, ready)):
        run.open()
        shell = Shell(run, ready.readers, ready.output, ours=ready.ours, late=run.told_late)
        shell.take(stopping.awaited(messages(stdin)))
        try:
            summary = run.close()
        finally:
            shell.finish()
        _report(summary, ready)


def _report(summary: Summary, ready: Ready) -> None:
    for level, text in summary_lines(summary, names_of(ready.targets), "survey"):
        ready.output.log(text, level)


def _rehearse(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    output, connected = ready.output, ready.connected
    output.log("Dry run: nobody is invited, no state is given back, and the ledger stays as it is.", "WARN")
    dry = DryRun(
        ledger=ready.ledger,
        traits=connected.account.traits,
        plan=ready.plan,
        targets=ready.targets,
        clock=connected.clock,
        on_event=event_teller(output),
    )
    stopping.on_stop(dry.run.ask_to_stop)
    try:
        dry.run.open()
        Shell(dry.run, ready.readers, output, ours=ready.ours, echo=False).take(stopping.awaited(messages(stdin)))
        summary = dry.run.close()
        document = dry.document(summary)
        for level, text in summary_lines(summary, names_of(ready.targets), "survey"):
            output.log(f"Would be: {text}", level)
        for one in document["surveys"]:
            output.log(f"Plan for survey {one['name']}: {one['invitations']} invitations.")
        output.log(f"Plan: {document['mails']} mails; {document['waiting_for_another_day']} more wait for another day.")
        output.log(PLAN + orjson.dumps(document).decode())
        if ready.dry_run_file:
            save_plan(ready.dry_run_file, document, dry.writes())
            output.log(f"The plan with every single invitation is in {ready.dry_run_file}.")
    finally:
        dry.close()
