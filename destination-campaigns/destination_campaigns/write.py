"""`write`: set up, take everything in, close, report."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from destination_campaigns.config import Config, parse_config
from destination_campaigns.preparation import check_streams, mappings, plan, readers
from destination_campaigns.report import event_line, summary_lines
from destination_campaigns.setting_up import Connected, Feeds, budgeted, connect, find_feeds
from destination_campaigns.shell import Shell
from mailsync.airbyte.catalog import Stream, parse_catalog
from mailsync.airbyte.messages import Output, messages
from mailsync.airbyte.options import Problems
from mailsync.airbyte.stopping import Stopping
from mailsync.errors import TransientError
from mailsync.ledger.budget import BudgetSpent
from mailsync.ledger.engine import Ledger
from mailsync.membership.run import Run
from mailsync.membership.told import Braked, Event, Summary


def write_from(raw_config: Any, raw_catalog: Any, stdin: IO[bytes], output: Output) -> None:
    """One sync. Raises MailsyncError; whatever was settled before is in the ledger, and its states were printed."""
    config = parse_config(raw_config)
    for secret in config.secrets():
        output.hide(secret)
    problems = Problems()
    streams = parse_catalog(raw_catalog)
    check_streams(config, streams, problems)
    problems.raise_any()
    stopping = Stopping()
    if threading.current_thread() is threading.main_thread():
        stopping.listen()
    connected = connect(config, output, stopping)
    with _opened_ledger(config, connected) as ledger:
        _sync(config, streams, connected, ledger=ledger, stdin=stdin, output=output, stopping=stopping)


def _sync(
    config: Config, streams: dict[str, Stream], connected: Connected, *, ledger: Ledger, stdin: IO[bytes], output: Output, stopping: Stopping
) -> None:
    budget = budgeted(config, connected, ledger)
    connected.account.check_access()
    problems = Problems()
    mapped = mappings(config, streams, connected.account.fields(), problems)
    feeds = find_feeds(config, connected, problems, create=not problems.found)
    problems.raise_any()
    read = readers(streams, mapped, connected, output)
    run = _run(config, streams, feeds, connected=connected, ledger=ledger, output=output)
    run.budget.spent.update(budget.spent)  # what setting up cost belongs to this run
    stopping.on_stop(run.ask_to_stop)
    try:
        run.open()
        Shell(run, read, output, ours={name for name, stream in streams.items() if stream.names_its_tombstones}).take(
            stopping.awaited(messages(stdin))
        )
        _report(run.close(), feeds, output)
    except Braked as braked:
        _report(braked.summary, feeds, output)
        raise
    except BudgetSpent as spent:
        run.abandon(spent)
        raise TransientError(f"{spent} when_budget_is_spent is stop; run again later.") from spent
    except Exception as error:
        run.abandon(error)
        raise


def _run(config: Config, streams: dict[str, Stream], feeds: Feeds, *, connected: Connected, ledger: Ledger, output: Output) -> Run:
    def tell(event: Event) -> None:
        output.log(*event_line(event))

    run = Run(ledger=ledger, tool=connected.account.tool, plan=plan(config, streams, feeds), clock=connected.clock, on_event=tell)
    connected.account.reserve = run.budget.reserve
    return run


def _report(summary: Summary, feeds: Feeds, output: Output) -> None:
    names = {feed.list.key: feed.list.name for feed in feeds.feeds}
    for level, text in summary_lines(summary, names):
        output.log(text, level)


@contextmanager
def _opened_ledger(config: Config, connected: Connected) -> Iterator[Ledger]:
    ledger = Ledger.open(config.ledger.location, clock=connected.clock)
    try:
        yield ledger
    finally:
        ledger.close()
