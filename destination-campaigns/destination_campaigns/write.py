"""`write`: set up, take everything in, close, report."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from destination_campaigns.config import parse_config
from destination_campaigns.dry_run import rehearse
from destination_campaigns.preparation import Ready, check_campaigns, check_streams, ready
from destination_campaigns.report import summary_lines
from destination_campaigns.setting_up import connect
from mailsync.airbyte.catalog import parse_catalog
from mailsync.airbyte.connecting import hide_secrets
from mailsync.airbyte.messages import Output, messages
from mailsync.airbyte.options import Problems
from mailsync.airbyte.shell import Shell
from mailsync.airbyte.stopping import Stopping
from mailsync.airbyte.writing import ended_well_or_abandoned, event_teller, ledger_of_run, set_up_noted
from mailsync.membership.afterwards import nothing
from mailsync.membership.rejects import rejects
from mailsync.membership.run import Run
from mailsync.membership.told import Summary
from mailsync.report.reject_file import write_rejects


def write_from(raw_config: Any, raw_catalog: Any, stdin: IO[bytes], output: Output) -> None:
    """One sync. Raises MailsyncError; whatever was settled before is in the ledger, and its states were printed."""
    config = parse_config(raw_config)
    hide_secrets(config, output)
    problems = Problems()
    streams = parse_catalog(raw_catalog)
    check_streams(config, streams, problems)
    check_campaigns(config, streams, problems)
    problems.raise_any()
    stopping = Stopping()
    stopping.listen()
    connected = connect(config, output, stopping)
    named = {"system": connected.account.tool.traits.system, "account": config.settings.account}
    with ledger_of_run(config.ledger, connected.clock, dry_run=config.dry_run) as ledger:
        with set_up_noted(ledger, config.sync_name, **named, dry_run=config.dry_run):
            prepared = ready(config, streams, connected, ledger=ledger, output=output)
        (rehearse if config.dry_run else _sync)(prepared, stdin, stopping)


def _sync(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    output, account = ready.output, ready.connected.account
    run = Run(
        ledger=ready.ledger,
        tool=account.tool,
        plan=ready.plan,
        clock=ready.connected.clock,
        on_event=event_teller(output),
        afterwards=ready.launches or nothing,
    )
    account.reserve = run.budget.reserve
    run.budget.spent.update(ready.budget.spent)  # what setting up cost belongs to this run
    stopping.on_stop(run.ask_to_stop)
    with ended_well_or_abandoned(run, lambda summary: _report(summary, ready)):
        run.open()
        Shell(run, ready.readers, output, ours=ready.ours, announce=run.announce).take(stopping.awaited(messages(stdin)))
        _report(run.close(), ready)


def _report(summary: Summary, ready: Ready) -> None:
    for level, text in summary_lines(summary, ready.list_names):
        ready.output.log(text, level)
    if ready.reject_file:
        names = {f"{ready.plan.account}/{key}": name for key, name in ready.list_names.items()}
        with ready.ledger.begin() as connection:
            found = list(rejects(connection, ready.plan.sync_name))
        count = write_rejects(Path(ready.reject_file), found, names)
        ready.output.log(f"{count} rejected records are in the reject file.")
