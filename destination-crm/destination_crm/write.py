"""`write`: set up, take everything in, close, report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from destination_crm.check import account_budget
from destination_crm.config import Config, parse_config
from destination_crm.dry_run import rehearse
from destination_crm.preparation import Preparation, check_streams, namings, readers
from destination_crm.records import Naming, Reader
from destination_crm.report import summary_lines
from destination_crm.setting_up import Connected, connect
from mailsync.airbyte.catalog import Stream, parse_catalog
from mailsync.airbyte.connecting import hide_secrets
from mailsync.airbyte.messages import Output, messages
from mailsync.airbyte.options import Problems
from mailsync.airbyte.shell import Shell
from mailsync.airbyte.stopping import Stopping
from mailsync.airbyte.writing import ended_well_or_abandoned, event_teller, ledger_of_run, set_up_noted
from mailsync.ledger.engine import Ledger
from mailsync.membership.told import Summary
from mailsync.responses.dry_run import DryRun
from mailsync.responses.plan import Plan
from mailsync.responses.run import Run


@dataclass(frozen=True, slots=True)
class Ready:
    """A run before its first message. `named`: streams of responses that also tell their campaigns. `ours`: streams that echo their first state."""

    connected: Connected
    ledger: Ledger
    plan: Plan
    readers: Mapping[str, Reader]
    named: Mapping[str, Naming]
    ours: frozenset[str]
    spent: Mapping[str, int]
    output: Output


def write_from(raw_config: Any, raw_catalog: Any, stdin: IO[bytes], output: Output) -> None:
    """One sync. Raises MailsyncError; whatever was settled before is in the ledger, and its states were printed."""
    config = parse_config(raw_config)
    hide_secrets(config, output)
    problems = Problems()
    streams = parse_catalog(raw_catalog)
    check_streams(config, streams, problems)
    problems.raise_any()
    stopping = Stopping()
    stopping.listen()
    connected = connect(config, output, stopping)
    with ledger_of_run(config.ledger, connected.clock, dry_run=config.dry_run) as ledger:
        # The organisation is not known yet, so the account stays empty.
        with set_up_noted(ledger, config.sync_name, system=config.system.name, account="", dry_run=config.dry_run):
            ready = _ready(config, streams, connected, ledger=ledger, output=output)
        if config.dry_run:
            _rehearse(ready, config.dry_run_file, stdin, stopping)
        else:
            _sync(ready, stdin, stopping)


def _ready(config: Config, streams: Mapping[str, Stream], connected: Connected, *, ledger: Ledger, output: Output) -> Ready:
    """Reach the CRM and look everything up. Raises ConfigError naming everything that is wrong."""
    connected.account.check_access()
    budget = account_budget(config, connected, ledger)
    problems = Problems()
    read = readers(config, streams)
    named = namings(config, read)
    preparation = Preparation(config, connected.account, problems)
    plan = preparation.plan({name: config.streams[name] for name in streams}, named)
    problems.raise_any()
    for warning in preparation.warnings:
        output.log(warning, "WARN")
    ours = frozenset(name for name, stream in streams.items() if "_ab_cdc_cursor" in stream.columns)
    return Ready(connected, ledger, plan, read, named, ours, dict(budget.spent), output)


def _sync(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    output, account = ready.output, ready.connected.account
    run = Run(ledger=ready.ledger, crm=account.crm, plan=ready.plan, clock=ready.connected.clock, on_event=event_teller(output))
    account.reserve = run.reserve
    run.budget.spent.update(ready.spent)  # what setting up cost belongs to this run
    stopping.on_stop(run.ask_to_stop)
    with ended_well_or_abandoned(run, lambda summary: _report(summary, output)):
        run.open()
        given = _telling(stopping.awaited(messages(stdin)), ready.named, run)
        shell = Shell(run, ready.readers, output, ours=ready.ours, late=run.told_late)
        shell.take(given)
        try:
            summary = run.close()
        finally:
            shell.finish()
        _report(summary, output)


def _rehearse(ready: Ready, file: str, stdin: IO[bytes], stopping: Stopping) -> None:
    """The account keeps reserving its calls in the real ledger: reads are real, and all syncs of the organisation must know of them."""
    clock, output = ready.connected.clock, ready.output
    dry = DryRun(ledger=ready.ledger, crm=ready.connected.account.crm, plan=ready.plan, clock=clock, on_event=event_teller(output))
    stopping.on_stop(dry.run.ask_to_stop)

    def take(run: Run) -> None:
        given = _telling(stopping.awaited(messages(stdin)), ready.named, run)
        Shell(run, ready.readers, output, ours=ready.ours, echo=False).take(given)

    rehearse(dry, take, output, file)


def _telling(given: Iterable[Mapping[str, Any]], named: Mapping[str, Naming], run: Run) -> Iterator[Mapping[str, Any]]:
    """The messages; before a response the campaign that it names, where nothing else tells it."""
    for message in given:
        naming = named.get(message["record"]["stream"]) if message["type"] == "RECORD" else None
        if naming is not None:
            for campaign in naming.of(message["record"]["data"]):
                run.record(campaign)
        yield message


def _report(summary: Summary, output: Output) -> None:
    for level, text in summary_lines(summary):
        output.log(text, level)
