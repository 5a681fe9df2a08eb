"""`write`: set up, take everything in, close, report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from destination_campaigns.config import Config, parse_config
from destination_campaigns.dry_run import rehearse
from destination_campaigns.preparation import Ready, check_campaigns, check_streams, ready
from destination_campaigns.report import summary_lines
from destination_campaigns.setting_up import Connected, connect
from mailsync.airbyte.catalog import parse_catalog
from mailsync.airbyte.messages import Output, messages
from mailsync.airbyte.options import Problems
from mailsync.airbyte.report import event_line
from mailsync.airbyte.shell import Shell
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import TransientError
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.ledger.history import refusal_noted
from mailsync.ledger.private import private_ledger
from mailsync.membership.afterwards import nothing
from mailsync.membership.rejects import rejects
from mailsync.membership.run import Run
from mailsync.membership.told import Event, Held, Summary
from mailsync.report.reject_file import write_rejects


def write_from(raw_config: Any, raw_catalog: Any, stdin: IO[bytes], output: Output) -> None:
    """One sync. Raises MailsyncError; whatever was settled before is in the ledger, and its states were printed."""
    config = parse_config(raw_config)
    for secret in config.secrets():
        output.hide(secret)
    problems = Problems()
    streams = parse_catalog(raw_catalog)
    check_streams(config, streams, problems)
    check_campaigns(config, streams, problems)
    problems.raise_any()
    stopping = Stopping()
    if threading.current_thread() is threading.main_thread():
        stopping.listen()
    connected = connect(config, output, stopping)
    with _opened_ledger(config, connected) as ledger:
        with _noted(config, connected, ledger):
            prepared = ready(config, streams, connected, ledger=ledger, output=output)
        (rehearse if config.dry_run else _sync)(prepared, stdin, stopping)


def _noted(config: Config, connected: Connected, ledger: Ledger) -> AbstractContextManager[None]:
    if config.dry_run:
        return nullcontext()
    return refusal_noted(ledger, config.sync_name, system=connected.account.tool.traits.system, account=config.settings.account)


def _sync(ready: Ready, stdin: IO[bytes], stopping: Stopping) -> None:
    output = ready.output

    def tell(event: Event) -> None:
        output.log(*event_line(event))

    account, clock = ready.connected.account, ready.connected.clock
    run = Run(ledger=ready.ledger, tool=account.tool, plan=ready.plan, clock=clock, on_event=tell, afterwards=ready.launches or nothing)
    account.reserve = run.budget.reserve
    run.budget.spent.update(ready.budget.spent)  # what setting up cost belongs to this run
    stopping.on_stop(run.ask_to_stop)
    try:
        run.open()
        Shell(run, ready.readers, output, ours=ready.ours, announce=run.announce).take(stopping.awaited(messages(stdin)))
        _report(run.close(), ready)
    except Held as held:
        _report(held.summary, ready)
        raise
    except BudgetSpent as spent:
        run.abandon(spent)
        raise TransientError(f"{spent} when_budget_is_spent is stop; run again later.") from spent
    except Exception as error:
        run.abandon(error)
        raise


def _report(summary: Summary, ready: Ready) -> None:
    for level, text in summary_lines(summary, ready.list_names):
        ready.output.log(text, level)
    if ready.reject_file:
        names = {f"{ready.plan.account}/{key}": name for key, name in ready.list_names.items()}
        with ready.ledger.begin() as connection:
            found = list(rejects(connection, ready.plan.sync_name))
        count = write_rejects(Path(ready.reject_file), found, names)
        ready.output.log(f"{count} rejected records are in the reject file.")


@contextmanager
def _opened_ledger(config: Config, connected: Connected) -> Iterator[Ledger]:
    """A dry run makes no ledger file: where there is none yet, it begins with an empty one of its own."""
    place = config.ledger
    absent = config.dry_run and place.kind == "sqlite" and not Path(place.location).exists()
    ledger = private_ledger(connected.clock) if absent else Ledger.open(place.location, clock=connected.clock)
    try:
        yield ledger
    finally:
        ledger.close()
